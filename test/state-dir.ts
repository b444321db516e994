// A target for tests: a directory with an empty PROD and the state directory beside it.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openLocal } from "../src/transport/local.ts";
import { prepareStateDir } from "../src/transport/state-dir.ts";
import type { Transport } from "../src/transport/transport.ts";

export type TemporaryTarget = {
  readonly directory: string;
  readonly prodRoot: string;
  readonly stateDir: string;
  readonly remove: () => void;
};

export async function temporaryTarget(transport: Transport = openLocal()): Promise<TemporaryTarget> {
  const directory = mkdtempSync(join(tmpdir(), "passerelle it's-"));
  mkdirSync(join(directory, "prod"));
  const prepared = await prepareStateDir(transport, join(directory, "prod"), "kitchen");
  return { ...prepared, directory, remove: () => rmSync(directory, { recursive: true, force: true }) };
}

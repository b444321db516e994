// Short ways to run something on a test's SSH server, and to say how it should end.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { PasserelleError } from "../../src/errors.ts";
import { openSsh } from "../../src/transport/ssh.ts";
import type { SshHost, SshOptions } from "../../src/transport/ssh-settings.ts";
import type { RunResult } from "../../src/transport/transport.ts";
import { type ReachableSsh, temporaryDirectory } from "./temporary-keys.ts";

export async function runOn(
  server: ReachableSsh,
  host: Partial<SshHost> = {},
  options: Partial<SshOptions> = {},
  script = "echo fine",
): Promise<RunResult> {
  const transport = openSsh({ ...server.hostConfig, ...host }, { ...server.options, ...options });
  try {
    return await transport.run(script, { timeoutSeconds: 60 });
  } finally {
    await transport.close();
  }
}

export async function failureOf(work: Promise<unknown>): Promise<PasserelleError> {
  const error = await work.then(
    (value) => new Error(`no failure but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof PasserelleError) return error;
  throw error;
}

export function ownDirectory(): string {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const fine = { outcome: "exited", code: 0, stdout: Buffer.from("fine\n"), stderr: Buffer.alloc(0) };

export const publicKey = (server: ReachableSsh): string =>
  readFileSync(server.knownHostsFile, "utf8").split(" ").slice(1).join(" ").trim();

export function knownHosts(text: string): Partial<SshOptions> {
  const file = join(ownDirectory(), "known_hosts");
  writeFileSync(file, text);
  return { knownHostsFiles: [file] };
}

// What was left, found again by its hash in the undo sets and archives of real restore points.

import { createHash } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { plainJobs } from "../../test/plain-jobs.ts";
import { openLocal } from "../transport/local.ts";
import type { Prod } from "../tree/swap.ts";
import { createRestorePoint } from "./create-restore-point.ts";
import { readKept } from "./read-kept.ts";

const transport = openLocal();
let base: string;
let prod: Prod;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "kept-"));
  prod = { transport, root: join(base, "prod"), stateDir: join(base, ".passerelle/app") };
  mkdirSync(prod.root);
  mkdirSync(prod.stateDir, { recursive: true });
});
afterEach(() => rmSync(base, { recursive: true, force: true }));

const known = (path: string, content: string) => ({
  path,
  size: Buffer.byteLength(content),
  sha256: createHash("sha256").update(content).digest("hex"),
});

async function archived(id: string): Promise<void> {
  const result = await createRestorePoint({
    runJob: plainJobs(),
    prod,
    app: "app",
    id,
    date: new Date("2025-10-25T12:30:59Z"),
    health: "healthy",
    backup: { keep: 10, exclude: [], compression: "auto" },
  });
  expect(result.outcome).toBe("made");
}

async function read(...files: readonly ReturnType<typeof known>[]): Promise<Record<string, string>> {
  const contents = await readKept(prod, files);
  return Object.fromEntries(Array.from(contents, ([path, content]) => [path, content.toString()]));
}

test("a content comes out of the archive that has it, whatever newer ones have at its path", async () => {
  const name = "-- a\n'quoted'";
  writeFileSync(join(prod.root, name), "first\n");
  writeFileSync(join(prod.root, "b"), "b, of the same size in both\n");
  await archived("pr_1");
  writeFileSync(join(prod.root, name), "other\n");
  await archived("pr_2");
  expect(await read(known(name, "first\n"), known("b", "b, of the same size in both\n"))).toEqual({
    [name]: "first\n",
    b: "b, of the same size in both\n",
  });
});

test("a content comes out of an undo set, and what is edited in there does not pass for it", async () => {
  const tree = join(prod.stateDir, "undo/pr_1/tree");
  mkdirSync(join(tree, "app"), { recursive: true });
  writeFileSync(join(tree, "app/a"), "kept\n");
  writeFileSync(join(tree, "app/b"), "EDIT\n");
  expect(await read(known("app/a", "kept\n"), known("app/b", "kept\n"))).toMatchObject({ "app/a": "kept\n" });
  expect(await read(known("app/b", "b was"))).toEqual({});
});

test("what nobody has is left out, and without restore points that is everything", async () => {
  expect(await read(known("a", "a"))).toEqual({});
  expect(await read()).toEqual({});
});

// Where a target's state may live, and every reason why not.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocal } from "./local.ts";
import { quote } from "./shell.ts";
import { prepareStateDir } from "./state-dir.ts";
import { lookForTools } from "./tools.ts";
import type { Transport } from "./transport.ts";

const local = openLocal();
let directory: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "passerelle it's\n-"));
  mkdirSync(join(directory, "prod"));
});
afterEach(() => {
  rmSync(directory, { recursive: true, force: true });
});

const prod = (): string => join(directory, "prod");
const prepare = (root = prod(), transport: Transport = local) => prepareStateDir(transport, root, "kitchen");

test("it is made beside PROD, for us alone, and preparing it again changes nothing", async () => {
  const prepared = await prepare();
  expect(prepared).toEqual({ stateDir: join(directory, ".passerelle/kitchen"), prodRoot: prod() });
  writeFileSync(join(prepared.stateDir, "token"), "4\n");
  chmodSync(prepared.stateDir, 0o755);
  expect(await prepare()).toEqual(prepared);
  expect(readdirSync(prepared.stateDir).sort()).toEqual([
    "backups",
    "jobs",
    "lock",
    "staging",
    "token",
    "undo",
  ]);
  for (const path of [".passerelle", ".passerelle/kitchen", ".passerelle/kitchen/undo"]) {
    expect(statSync(join(directory, path)).mode & 0o777).toBe(0o700);
  }
  expect(readdirSync(prod())).toEqual([]);
});

test("a root that is reached by symbolic links is the one they lead to", async () => {
  mkdirSync(join(directory, "releases/7"), { recursive: true });
  symlinkSync("releases/7", join(directory, "current"));
  expect(await prepare(join(directory, "current"))).toEqual({
    stateDir: join(directory, "releases/.passerelle/kitchen"),
    prodRoot: join(directory, "releases/7"),
  });
});

test("a root below the home directory is found", async () => {
  const home = execFileSync("sh", ["-c", "cd && mktemp -d passerelle-test.XXXXXX && pwd"])
    .toString()
    .trim()
    .split("\n");
  const own = join(home[1] ?? "", home[0] ?? "");
  try {
    mkdirSync(join(own, "prod"));
    expect((await prepare(`~/${home[0]}/prod`)).prodRoot).toBe(join(own, "prod"));
  } finally {
    rmSync(own, { recursive: true });
  }
});

test("a PROD that is not there is missing, and nothing is made", async () => {
  await expect(prepare(join(directory, "nowhere"))).rejects.toMatchObject({
    code: "side-missing",
    details: { host: "local", path: join(directory, "nowhere") },
  });
  expect(existsSync(join(directory, ".passerelle"))).toBe(false);
});

test.each([
  ["symlink", ".passerelle", () => symlinkSync("/tmp", join(directory, ".passerelle"))],
  ["not-a-directory", ".passerelle", () => writeFileSync(join(directory, ".passerelle"), "")],
  [
    "symlink",
    ".passerelle/kitchen/undo",
    () => {
      mkdirSync(join(directory, ".passerelle/kitchen"), { recursive: true });
      symlinkSync("/nowhere", join(directory, ".passerelle/kitchen/undo"));
    },
  ],
  ["parent-writable-by-others", "", () => chmodSync(directory, 0o777)],
] as const)("%s at %j is a reason to refuse", async (reason, path, spoil) => {
  spoil();
  await expect(prepare()).rejects.toMatchObject({
    code: "state-dir-unusable",
    details: { reason, path: join(directory, path).replace(/\/$/, "") },
  });
});

test("a directory of somebody else is a reason to refuse", async ({ skip }) => {
  if (process.getuid?.() !== 0) return skip("runs as root, who can give a directory away");
  mkdirSync(join(directory, ".passerelle"));
  execFileSync("chown", ["nobody", join(directory, ".passerelle")]);
  await expect(prepare()).rejects.toMatchObject({ details: { reason: "not-ours", stderr: "nobody" } });
});

test("another file system than PROD's is a reason to refuse", async ({ skip }) => {
  const mounted = mountTmpfs(prod());
  if (!mounted) return skip("runs as root where file systems may be mounted");
  try {
    await expect(prepare()).rejects.toMatchObject({ details: { reason: "other-device" } });
  } finally {
    execFileSync("umount", [prod()]);
  }
});

test("a place we may not write to is a reason to refuse", async ({ skip }) => {
  if (process.getuid?.() === 0) return skip("runs as somebody who is not root");
  chmodSync(directory, 0o555);
  try {
    await expect(prepare()).rejects.toMatchObject({ details: { reason: "not-writable" } });
  } finally {
    chmodSync(directory, 0o755);
  }
});

test("all tools that are missing or cannot do what is needed are named at once", async () => {
  expect((await lookForTools(local)).missing).toEqual([]);
  const poor = join(directory, "bin");
  mkdirSync(poor);
  const lacks = (command: string, script: string): void => {
    writeFileSync(join(poor, command), `#!/bin/sh\n${script}\n`);
    chmodSync(join(poor, command), 0o755);
  };
  lacks("flock", "exit 127");
  lacks("find", 'case "$*" in *-printf*) echo "find: unrecognized: -printf" >&2; exit 1 ;; esac');
  lacks("sync", "[ $# = 0 ]");
  const host: Transport = {
    ...local,
    run: (script, options) => local.run(`PATH=${quote(poor)}:$PATH\n${script}`, options),
  };
  expect((await lookForTools(host)).missing).toEqual(["flock", "sync", "find"]);
  await expect(prepare(prod(), host)).rejects.toMatchObject({
    code: "tool-missing",
    details: { host: "local", tools: ["flock", "sync", "find"] },
  });
  expect(existsSync(join(directory, ".passerelle"))).toBe(false);
});

test("an app whose name is no name of a directory is refused", async () => {
  for (const app of ["", ".", "..", "a/b"])
    await expect(prepareStateDir(local, prod(), app)).rejects.toThrow(TypeError);
});

function mountTmpfs(at: string): boolean {
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=1m", "tmpfs", at], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

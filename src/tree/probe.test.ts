// What the probe finds before a plan is offered: other users' files, immutable ones, mount points, links in the way, room.

import { execFileSync, spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changesBetween, readTree } from "../../test/changes-between.ts";
import { snapshot } from "../../test/compare-trees.ts";
import { plainJobs } from "../../test/plain-jobs.ts";
import { canMount } from "../../test/small-file-system.ts";
import type { RunJob } from "../transport/job.ts";
import { openLocal } from "../transport/local.ts";
import type { Transport } from "../transport/transport.ts";
import { probeReplaceable, type Replaceability } from "./probe.ts";

const nobody = 65534;
let base: string;
let root: string;
let wanted: string;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "probe-"));
  chmodSync(base, 0o755);
  [root, wanted] = [join(base, "prod"), join(base, "wanted")];
  for (const [side, content] of [
    [root, "old"],
    [wanted, "new"],
  ] as const) {
    for (const directory of ["app", "other"]) {
      mkdirSync(join(side, directory), { recursive: true });
      for (const name of ["a", "b"]) writeFileSync(join(side, directory, name), content);
    }
  }
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

/** A host where the login is another user. */
function as(runJob: RunJob): Transport {
  return {
    ...openLocal(),
    async run(script, { args = [], input }) {
      const bytes = input instanceof Uint8Array ? { input } : {};
      const result = await runJob({ id: "x", script, args, ...bytes, timeoutSeconds: 60, lock: "shared" });
      if (result.outcome !== "exited") throw new Error(result.outcome);
      return { ...result, truncated: false };
    },
  };
}

async function probed(transport: Transport = openLocal()): Promise<Replaceability> {
  const before = snapshot(root);
  const changes = changesBetween(readTree(root), readTree(wanted));
  const result = await probeReplaceable({ transport, prod: { root }, changes });
  expect(snapshot(root)).toEqual(before);
  return result;
}

test("a PROD of our own has no obstacles, and its room is counted", async () => {
  writeFileSync(join(wanted, "app/added"), "x".repeat(10_000));
  const { obstacles, room } = await probed();
  expect(obstacles).toEqual([]);
  expect(room.bytesFree).toBeGreaterThan(room.bytesNeeded);
  expect(room.bytesNeeded).toBeGreaterThan(10_000);
  expect(room.inodesNeeded).toBe(7);
});

test("a parent that is a link is named", async () => {
  const changes = changesBetween(readTree(root), readTree(wanted));
  execFileSync("mv", [join(root, "other"), join(base, "elsewhere")]);
  symlinkSync("../elsewhere", join(root, "other"));
  const { obstacles } = await probeReplaceable({ transport: openLocal(), prod: { root }, changes });
  expect(obstacles).toContainEqual({ path: "other", reason: "parent-is-a-link" });
});

// Runs as root, who can become somebody else and own files as anybody.
describe.skipIf(process.getuid?.() !== 0)("files of other users", () => {
  const asNobody = as(
    plainJobs({ under: ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"] }),
  );

  test("a directory that cannot be written in, a file that cannot be kept, a sticky directory", async () => {
    execFileSync("chown", ["-R", `${nobody}:${nobody}`, root]);
    chownSync(join(root, "app/a"), 0, 0);
    chownSync(join(root, "other"), 0, 0);
    expect((await probed(asNobody)).obstacles).toEqual([
      { path: "other", reason: "directory-not-writable" },
      { path: "app/a", reason: "owner" },
    ]);
    for (const side of [root, wanted]) chmodSync(join(side, "other"), 0o1777);
    chownSync(join(root, "other/b"), 0, 0);
    chmodSync(join(root, "other/b"), 0o666);
    expect((await probed(asNobody)).obstacles).toEqual([
      { path: "app/a", reason: "owner" },
      { path: "other/b", reason: "owner" },
    ]);
  });

  test("a directory that is to change its mode and is not ours", async () => {
    execFileSync("chown", ["-R", `${nobody}:${nobody}`, root]);
    chownSync(join(root, "other"), 0, nobody);
    chmodSync(join(root, "other"), 0o775);
    expect((await probed(asNobody)).obstacles).toEqual([{ path: "other", reason: "directory-not-ours" }]);
  });
});

function canBeImmutable(): boolean {
  const path = mkdtempSync(join(tmpdir(), "immutable-"));
  const made = spawnSync("chattr", ["+i", path]).status === 0;
  if (made) execFileSync("chattr", ["-i", path]);
  rmSync(path, { recursive: true });
  return made;
}

// Runs as root on a file system with attributes, such as ext4.
test.skipIf(!canBeImmutable())("an immutable file and an append-only directory are named", async () => {
  execFileSync("chattr", ["+i", join(root, "app/a")]);
  execFileSync("chattr", ["+a", join(root, "other")]);
  try {
    expect((await probed()).obstacles).toEqual([
      { path: "app/a", reason: "immutable" },
      { path: "other", reason: "immutable" },
    ]);
  } finally {
    execFileSync("chattr", ["-ia", join(root, "app/a"), join(root, "other")]);
  }
});

// Runs as root where a bind mount can be made.
test.skipIf(!canMount())("a file that is a mount point is named", async () => {
  execFileSync("mount", ["--bind", join(root, "other/b"), join(root, "app/a")]);
  try {
    expect((await probed()).obstacles).toEqual([{ path: "app/a", reason: "mount-point" }]);
  } finally {
    execFileSync("umount", [join(root, "app/a")]);
  }
});

// Rolling back to a restore point: from undo sets, from archives where those are damaged, over several promotions.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changesBetween, readTree } from "../../test/changes-between.ts";
import { contents, snapshot } from "../../test/compare-trees.ts";
import { plainJobs } from "../../test/plain-jobs.ts";
import { openLocal } from "../transport/local.ts";
import { stage } from "../tree/stage.ts";
import { type Prod, swap, swapBack } from "../tree/swap.ts";
import { createRestorePoint } from "./create-restore-point.ts";
import { type ListedPoint, listRestorePoints } from "./list-restore-points.ts";
import { choosePrunable, pruneRestorePoints } from "./prune-restore-points.ts";
import { restoreBefore } from "./restore-before.ts";
import { restoreChanges, restoreTree } from "./restore-tree.ts";
import { type StageRestoreResult, stageRestore } from "./stage-restore.ts";
import { verifyRestorePoint } from "./verify-restore-point.ts";

const transport = openLocal();
const runJob = plainJobs();
let base: string;
let preprod: string;
let prod: Prod;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "restore-"));
  preprod = join(base, "preprod");
  prod = { transport, root: join(base, "prod"), stateDir: join(base, ".passerelle/app") };
  mkdirSync(prod.stateDir, { recursive: true });
  for (const root of [preprod, prod.root]) {
    mkdirSync(join(root, "app/sub"), { recursive: true });
    writeFileSync(join(root, "app/main.py"), "main 0");
    writeFileSync(join(root, "app/sub/deep.py"), "deep 0");
    writeFileSync(join(root, "untouched"), "untouched");
    symlinkSync("main.py", join(root, "app/link"));
    for (const path of ["app/main.py", "app/sub/deep.py", "app/sub", "app", "."]) {
      utimesSync(join(root, path), 1_600_000_000.5, 1_600_000_000.25 + path.length);
    }
  }
});

afterEach(() => {
  execFileSync("chmod", ["-R", "u+rwx", base]);
  rmSync(base, { recursive: true, force: true });
});

async function promote(id: string): Promise<void> {
  const changes = changesBetween(readTree(prod.root), readTree(preprod));
  const made = await createRestorePoint({
    runJob,
    prod,
    app: "app",
    id,
    date: new Date(),
    health: "healthy",
    backup: { keep: 10, exclude: [], compression: "auto" },
  });
  expect(made.outcome).toBe("made");
  expect(
    await stage({ runJob, prod, preprod: { transport, root: preprod }, sameHost: true, id, changes }),
  ).toMatchObject({ outcome: "staged" });
  expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
  expect(contents(prod.root)).toEqual(contents(preprod));
}

async function rollBack(id: string, to: string): Promise<StageRestoreResult> {
  const points = await listRestorePoints(prod);
  const point = points.find((each) => each.id === to);
  if (point === undefined) throw new Error(`no restore point ${to}`);
  const restore = await restoreTree(prod, point);
  const changes = restoreChanges(readTree(prod.root), restore);
  const staged = await stageRestore({ runJob, prod, id, restore, changes, points });
  if (staged.outcome === "staged")
    expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
  return staged;
}

function change(version: number): void {
  writeFileSync(join(preprod, "app/main.py"), `main ${version}`);
  writeFileSync(join(preprod, `app/new-in-${version}.py`), "new");
  mkdirSync(join(preprod, `made-in-${version}/below`), { recursive: true });
  writeFileSync(join(preprod, `made-in-${version}/below/file`), "below");
}

function damageUndoSet(id: string): void {
  const tree = join(prod.stateDir, "undo", id, "tree/app");
  truncateSync(join(tree, "main.py"), 1);
  rmSync(join(tree, "sub/deep.py"));
}

test("a rollback to the newest point leaves PROD as it was to the last bit and time", async () => {
  const before = snapshot(prod.root);
  change(1);
  rmSync(join(preprod, "app/sub"), { recursive: true });
  rmSync(join(preprod, "app/link"));
  mkdirSync(join(preprod, "app/link"));
  writeFileSync(join(preprod, "app/link/file"), "was a link");
  chmodSync(join(preprod, "app"), 0o2755);
  await promote("pr_1");
  expect(await rollBack("rb_1", "pr_1")).toEqual({ outcome: "staged", files: 3, fromArchive: 0 });
  expect(snapshot(prod.root)).toEqual(before);
});

test("a rollback goes over several promotions, and can itself be rolled back", async () => {
  change(1);
  await promote("pr_1");
  const first = snapshot(prod.root);
  change(2);
  rmSync(join(preprod, "made-in-1"), { recursive: true });
  await promote("pr_2");
  change(3);
  await promote("pr_3");
  const third = snapshot(prod.root);
  expect(await rollBack("rb_1", "pr_2")).toMatchObject({ outcome: "staged", fromArchive: 0 });
  expect(snapshot(prod.root)).toEqual(first);
  expect(await listRestorePoints(prod)).toMatchObject([
    { id: "rb_1", archive: undefined, undo: "kept" },
    { id: "pr_3" },
    { id: "pr_2" },
    { id: "pr_1" },
  ]);
  expect(await rollBack("rb_2", "rb_1")).toMatchObject({ outcome: "staged" });
  expect(snapshot(prod.root)).toEqual(third);
});

test("what the undo set has lost comes out of the archive, exactly", async () => {
  const before = snapshot(prod.root);
  change(1);
  rmSync(join(preprod, "app/sub/deep.py"));
  await promote("pr_1");
  damageUndoSet("pr_1");
  expect(await swapBack({ runJob, prod, id: "pr_1" })).toEqual({
    outcome: "damaged",
    paths: ["app/main.py", "app/sub/deep.py"],
  });
  const point = (await listRestorePoints(prod))[0] as ListedPoint;
  expect(await verifyRestorePoint(prod, point)).toMatchObject({ good: true, undo: "damaged" });
  expect(await rollBack("rb_1", "pr_1")).toEqual({ outcome: "staged", files: 2, fromArchive: 2 });
  expect(snapshot(prod.root)).toEqual(before);
});

test("the way back of a damaged undo set goes by the archive in one call, from wherever the swap was left", async () => {
  const before = snapshot(prod.root);
  change(1);
  rmSync(join(preprod, "app/sub/deep.py"));
  await promote("pr_1");
  damageUndoSet("pr_1");
  writeFileSync(join(prod.root, "app/main.py"), "half of it was taken back by hand");
  expect(await restoreBefore({ runJob, prod, id: "pr_1" })).toEqual({ outcome: "exact", fromArchive: 2 });
  expect(snapshot(prod.root)).toEqual(before);
  expect(await restoreBefore({ runJob, prod, id: "pr_1" })).toMatchObject({ outcome: "exact" });
  expect(snapshot(prod.root)).toEqual(before);
});

test("with the archive damaged as well nothing is written, and what is lost is named", async () => {
  change(1);
  rmSync(join(preprod, "app/sub/deep.py"));
  await promote("pr_1");
  const after = snapshot(prod.root);
  damageUndoSet("pr_1");
  for (const name of readdirSync(join(prod.stateDir, "backups"))) {
    if (/\.tar(\.zst|\.gz)?$/.test(name)) truncateSync(join(prod.stateDir, "backups", name), 50);
  }
  expect(await rollBack("rb_1", "pr_1")).toEqual({
    outcome: "unavailable",
    paths: ["app/main.py", "app/sub/deep.py"],
  });
  expect(snapshot(prod.root)).toEqual(after);
  expect(readdirSync(join(prod.stateDir, "staging"))).toEqual(["pr_1"]);
});

test("pruning keeps the newest, the last good ones and what is pinned, whatever the files' times say", async () => {
  for (const version of [1, 2, 3, 4]) {
    change(version);
    await promote(`pr_${version}`);
  }
  execFileSync("find", [
    join(prod.stateDir, "backups"),
    "-name",
    "*pr_4*",
    "-exec",
    "touch",
    "-d",
    "1990-01-01",
    "{}",
    "+",
  ]);
  const pruned = await pruneRestorePoints({ runJob, prod, id: "pr_4", keep: 2, pinned: ["pr_1"] });
  expect(pruned).toEqual({ removed: ["archive pr_2"], left: [] });
  expect((await listRestorePoints(prod)).map(({ id, archive }) => [id, archive !== undefined])).toEqual([
    ["pr_4", true],
    ["pr_3", true],
    ["pr_2", false],
    ["pr_1", true],
  ]);
  expect(await rollBack("rb_1", "pr_1")).toMatchObject({ outcome: "staged" });
  expect(contents(prod.root).get("app/main.py")).toMatch(/^file 644 /);
  expect(await pruneRestorePoints({ runJob, prod, id: "rb_1", keep: 2 })).toMatchObject({ left: [] });
  expect(readdirSync(join(prod.stateDir, "undo")).sort()).toEqual(["pr_3", "pr_4", "rb_1"]);
});

test("an archive that somebody removed is missing, and what still works is told apart from what does not", async () => {
  for (const version of [1, 2]) {
    change(version);
    await promote(`pr_${version}`);
  }
  const backups = join(prod.stateDir, "backups");
  for (const name of readdirSync(backups)) if (/\.tar(\.\w+)?$/.test(name)) rmSync(join(backups, name));
  const verified = async () => {
    const points = await listRestorePoints(prod, { evenLost: true });
    return Promise.all(
      points.map(async (point) => {
        const { good, archive, undo, archiveName } = await verifyRestorePoint(prod, point);
        return [point.id, good, archive, undo, /^backup_prod_\w+\.tar/.test(archiveName)];
      }),
    );
  };
  expect(await verified()).toEqual([
    ["pr_2", false, "missing", "intact", true],
    ["pr_1", false, "missing", "intact", true],
  ]);
  rmSync(join(prod.stateDir, "undo/pr_1"), { recursive: true });
  expect((await listRestorePoints(prod)).map(({ id }) => id)).toEqual(["pr_2"]);
  expect((await verified())[1]).toEqual(["pr_1", false, "missing", "none", true]);
  expect(await rollBack("rb_1", "pr_2")).toMatchObject({ outcome: "staged" });
  expect(existsSync(join(prod.root, "app/new-in-2.py"))).toBe(false);
  expect(await pruneRestorePoints({ runJob, prod, id: "rb_1", keep: 2 })).toMatchObject({
    removed: ["archive pr_1", "undo pr_1"],
  });
  expect((await verified()).map(([id]) => id)).not.toContain("pr_1");
});

test("the last healthy point is never chosen for removal, however many unhealthy ones are newer", () => {
  const point = (id: string, sequence: number, health: ListedPoint["health"]): ListedPoint => ({
    id,
    app: "app",
    createdAt: "2025-01-01T00:00:00Z",
    archive: `backup_prod_x_${id}.tar`,
    archiveBytes: 1,
    archiveSha256: "0".repeat(64),
    files: 1,
    health,
    sequence,
    contentBytes: 1,
    undo: "kept",
    reading: undefined,
  });
  const points = [
    point("e", 5, "unhealthy"),
    point("d", 4, "unhealthy"),
    point("c", 3, "unknown"),
    point("b", 2, "healthy"),
    point("a", 1, "healthy"),
  ];
  expect(choosePrunable(points, 1, new Set())).toEqual({
    archives: ["d", "c", "a"],
    undoSets: ["a"],
    oldestKept: 2,
  });
  expect(choosePrunable(points, 0, new Set(["a"])).archives).toEqual(["d", "c"]);
});

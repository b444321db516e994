// Making restore points and proving them, over real directories, tar and compressors.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { list } from "tar";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { snapshot } from "../../test/compare-trees.ts";
import { makeHostileTree } from "../../test/hostile-tree.ts";
import { plainJobs } from "../../test/plain-jobs.ts";
import { canMount, mountSmall } from "../../test/small-file-system.ts";
import { openLocal } from "../transport/local.ts";
import type { Prod } from "../tree/swap.ts";
import { type CreateRequest, type CreateResult, createRestorePoint } from "./create-restore-point.ts";
import { type ListedPoint, listRestorePoints } from "./list-restore-points.ts";
import { verifyRestorePoint } from "./verify-restore-point.ts";

const transport = openLocal();
const runJob = plainJobs();
let base: string;
let prod: Prod;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "backup-"));
  prod = { transport, root: join(base, "prod"), stateDir: join(base, ".passerelle/app") };
  mkdirSync(prod.root);
  mkdirSync(prod.stateDir, { recursive: true });
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

function create(id: string, more: Partial<CreateRequest> = {}): Promise<CreateResult> {
  return createRestorePoint({
    runJob,
    prod,
    app: "app",
    id,
    date: new Date("2025-10-25T12:30:59Z"),
    health: "healthy",
    backup: { keep: 10, exclude: [], compression: "auto" },
    ...more,
  });
}

async function made(id: string, more: Partial<CreateRequest> = {}): Promise<ListedPoint> {
  const result = await create(id, more);
  if (result.outcome !== "made") throw new Error(JSON.stringify(result));
  return result.point;
}

function archivePath({ archive = "" }: ListedPoint): string {
  return join(prod.stateDir, "backups", archive);
}

function namesIn(point: ListedPoint): string[] {
  return execFileSync("tar", ["-tf", archivePath(point)])
    .toString()
    .split("\n")
    .slice(0, -1)
    .sort();
}

test.each(["auto", "zstd", "gzip", "none"] as const)(
  "an archive with compression %s holds PROD, whatever its files are called",
  async (compression) => {
    makeHostileTree(join(prod.root, "odd"), "content");
    symlinkSync("/nowhere", join(prod.root, "dangling"));
    writeFileSync(join(prod.root, "script"), "x", { mode: 0o4755 });
    const point = await made("pr_1", { backup: { keep: 1, exclude: [], compression } });
    expect(point.archive).toMatch(/^backup_prod_20251025_123059_pr_1\.tar(\.zst|\.gz|)$/);
    expect(await listRestorePoints(prod)).toMatchObject([{ id: "pr_1", undo: "none", health: "healthy" }]);
    expect(await verifyRestorePoint(prod, point)).toMatchObject({ good: true, archive: "good" });
    mkdirSync(join(base, "restored"));
    execFileSync("tar", ["-xpf", archivePath(point), "-C", join(base, "restored")]);
    expect(snapshot(join(base, "restored"))).toEqual(snapshot(prod.root));
    expect(existsSync(join(prod.root, "hit"))).toBe(false);
    expect(readFileSync(`${archivePath(point)}.sha256`, "utf8")).toBe(
      `${point.archiveSha256}  ${point.archive}\n`,
    );
    execFileSync("sha256sum", ["-c", `${archivePath(point)}.sha256`], {
      cwd: join(prod.stateDir, "backups"),
    });
    expect(readdirSync(join(prod.stateDir, "backups")).filter((name) => name.startsWith("."))).toEqual([]);
  },
);

test.each(["zstd", "gzip", "none"] as const)(
  "an archive with compression %s can be read without GNU tar, by one of another make",
  async (compression) => {
    makeHostileTree(join(prod.root, "odd"), "content");
    writeFileSync(join(prod.root, "plain"), "content");
    const point = await made("pr_1", { backup: { keep: 1, exclude: [], compression } });
    const sizes = new Map<string, number>();
    await list({
      file: archivePath(point),
      ...(compression === "zstd" && { zstd: true }),
      strict: true,
      onReadEntry: ({ path, size }) => void sizes.set(path, size),
    });
    expect(sizes.get("./plain")).toBe(7);
    expect(sizes.size).toBe(snapshot(prod.root).size);
  },
);

test("an id that has its restore point gets the same one again", async () => {
  writeFileSync(join(prod.root, "file"), "1");
  const first = await made("pr_1");
  writeFileSync(join(prod.root, "file"), "2");
  expect(await made("pr_1", { date: new Date() })).toEqual(first);
});

test("what is excluded, from PROD's root on, stays out, but never what the promotion touches", async () => {
  const files = [
    ...["data/big.bin", "streamlit/data/loader.py", "docs/a.md", "docs/deep/b.md", "app.log", "logs/app.log"],
    ...["cache/x", "streamlit/cache/y", "streamlit/cache/kept"],
  ];
  for (const path of files) {
    mkdirSync(join(prod.root, path, ".."), { recursive: true });
    writeFileSync(join(prod.root, path), path);
  }
  const backup = {
    keep: 10,
    exclude: ["data/", "docs/*.md", "*.log", "**/cache/"],
    compression: "none",
  } as const;
  const point = await made("pr_1", { backup, include: ["streamlit/cache/kept", "not/there"] });
  expect(namesIn(point)).toEqual(
    [
      "./",
      "./docs/",
      "./docs/deep/",
      "./docs/deep/b.md",
      "./logs/",
      "./logs/app.log",
      "./streamlit/",
      "./streamlit/cache/",
      "./streamlit/cache/kept",
      "./streamlit/data/",
      "./streamlit/data/loader.py",
    ].sort(),
  );
});

test.each([
  ["cut short", "size", (path: string) => truncateSync(path, 100)],
  ["emptied", "size", (path: string) => truncateSync(path, 0)],
  ["gone", "missing", (path: string) => rmSync(path)],
  [
    "changed by one bit",
    "checksum",
    (path: string) => {
      const bytes = readFileSync(path);
      bytes[300] = (bytes[300] ?? 0) ^ 1;
      writeFileSync(path, bytes);
    },
  ],
] as const)("an archive that was %s is not good", async (_what, archive, damage) => {
  writeFileSync(join(prod.root, "file"), randomBytes(100_000));
  const point = await made("pr_1");
  damage(archivePath(point));
  expect(await verifyRestorePoint(prod, point)).toMatchObject({ good: false, archive });
});

test("an archive of other content is found out even when its description was made to fit", async () => {
  writeFileSync(join(prod.root, "file"), "1");
  const point = await made("pr_1", { backup: { keep: 1, exclude: [], compression: "none" } });
  writeFileSync(join(prod.root, "file"), "22");
  const other = await made("pr_2", { backup: { keep: 1, exclude: [], compression: "none" } });
  const forged = {
    ...point,
    archive: other.archive,
    archiveBytes: other.archiveBytes,
    archiveSha256: other.archiveSha256,
  };
  expect(await verifyRestorePoint(prod, forged)).toMatchObject({ good: false, archive: "listing" });
});

test("a file that is written while it is read makes the backup invalid, unless its kind is tolerated", async () => {
  mkdirSync(join(prod.root, "logs"));
  writeFileSync(join(prod.root, "logs/app.log"), "start");
  writeFileSync(join(prod.root, "steady"), "steady");
  const timer = setInterval(() => appendFileSync(join(prod.root, "logs/app.log"), "line\n"), 2);
  try {
    expect(await create("pr_1")).toMatchObject({ outcome: "invalid", paths: ["logs/app.log"] });
    expect(readdirSync(join(prod.stateDir, "backups"))).toEqual([]);
    const point = await made("pr_2", { tolerate: ["logs/"] });
    expect(await verifyRestorePoint(prod, point)).toMatchObject({ good: true });
  } finally {
    clearInterval(timer);
  }
});

// Runs as root, who can become a user who may not read everything.
test.skipIf(process.getuid?.() !== 0)(
  "what cannot be read is named, and makes no restore point",
  async () => {
    mkdirSync(join(prod.root, "app"));
    writeFileSync(join(prod.root, "app/file"), "readable");
    writeFileSync(join(prod.root, "app/secret"), "unreadable");
    execFileSync("chown", ["-R", "65534:65534", base]);
    chownSync(join(prod.root, "app/secret"), 0, 0);
    chmodSync(join(prod.root, "app/secret"), 0o600);
    const asNobody = plainJobs({ under: ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"] });
    const result = await create("pr_1", { runJob: asNobody });
    expect(result).toMatchObject({ outcome: "invalid" });
    expect(result.outcome === "invalid" && result.because).toContain("app/secret");
    chmodSync(join(prod.root, "app"), 0o000);
    const unlisted = await create("pr_2", { runJob: asNobody });
    expect(unlisted.outcome === "invalid" && unlisted.because).toMatch(/unlisted.*app/s);
    expect(await listRestorePoints(prod)).toEqual([]);
  },
);

// Runs as root where a tmpfs can be mounted.
describe.skipIf(!canMount())("a disk without room", () => {
  test.each([
    ["is noticed before the archive is written", 900_000, ""],
    ["half-way leaves nothing behind", 1_200_000, 'head -c 1900000 /dev/zero >"$1/filler"'],
  ])("%s", async (_what, size, filling) => {
    const { path, unmount } = mountSmall(size === 900_000 ? "size=1500k" : "size=4m");
    try {
      prod = { transport, root: join(path, "prod"), stateDir: join(path, "state") };
      mkdirSync(prod.root);
      mkdirSync(prod.stateDir);
      writeFileSync(join(prod.root, "file"), randomBytes(size));
      const fillingJobs: typeof runJob = (spec) =>
        runJob({ ...spec, script: spec.script.replace("summing=$!\n", () => `summing=$!\n${filling}\n`) });
      const before = snapshot(prod.root);
      const result = await create("pr_1", { runJob: filling === "" ? runJob : fillingJobs });
      expect(result).toMatchObject({ outcome: "disk-full" });
      expect(readdirSync(join(prod.stateDir, "backups"))).toEqual([]);
      expect(await listRestorePoints(prod)).toEqual([]);
      if (filling !== "") rmSync(join(prod.root, "filler"));
      expect(new Set(snapshot(prod.root).keys())).toEqual(new Set(before.keys()));
    } finally {
      unmount();
    }
  });
});

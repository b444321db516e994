// What a swap refuses, notices and survives: edits in between, damage, other users' files, full and read-only disks, readers.

import { execFileSync, spawn } from "node:child_process";
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
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { changesBetween, readTree } from "../../test/changes-between.ts";
import { contents, snapshot } from "../../test/compare-trees.ts";
import { canTrace } from "../../test/kill-at.ts";
import { plainJobs } from "../../test/plain-jobs.ts";
import { canMount, mountSmall } from "../../test/small-file-system.ts";
import type { JobSpec, RunJob } from "../transport/job.ts";
import { openLocal } from "../transport/local.ts";
import type { Change } from "./plan.ts";
import { stage } from "./stage.ts";
import { dropStaging, inspectSwap, type Prod, swap, swapBack } from "./swap.ts";

const transport = openLocal();
const runJob = plainJobs();
const id = "pr_1";
let base: string;
let preprod: string;
let prod: Prod;

function useBase(path: string): void {
  base = path;
  preprod = join(base, "preprod");
  prod = { transport, root: join(base, "prod"), stateDir: join(base, ".passerelle/app") };
  mkdirSync(prod.stateDir, { recursive: true });
  for (const root of [preprod, prod.root]) {
    mkdirSync(join(root, "app"), { recursive: true });
    for (const name of ["a", "b", "c"])
      writeFileSync(join(root, "app", name), `${name} of ${root === preprod ? "preprod" : "prod"}`);
  }
  writeFileSync(join(prod.root, "app/removed"), "removed");
  writeFileSync(join(preprod, "app/added"), "added");
}

beforeEach(() => useBase(mkdtempSync(join(tmpdir(), "guard-"))));

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

function plan(): Change[] {
  return changesBetween(readTree(prod.root), readTree(preprod));
}

async function stagedPlan(run: RunJob = runJob): Promise<readonly Change[]> {
  const changes = plan();
  const staged = await stage({
    runJob: run,
    prod,
    preprod: { transport, root: preprod },
    sameHost: true,
    id,
    changes,
  });
  expect(staged.outcome).toBe("staged");
  return changes;
}

describe("PROD is not what was planned", () => {
  test.each([
    [
      "content of the same size and time",
      "app/a",
      (path: string) => {
        const { atime, mtime } = statSync(path);
        writeFileSync(path, "A of prod");
        utimesSync(path, atime, mtime);
      },
    ],
    ["a mode", "app/b", (path: string) => chmodSync(path, 0o600)],
    ["a file that is gone", "app/removed", (path: string) => rmSync(path)],
    ["a file where one is to be added", "app/added", (path: string) => writeFileSync(path, "mine")],
    [
      "a link in a file's place",
      "app/c",
      (path: string) => {
        rmSync(path);
        symlinkSync("a", path);
      },
    ],
  ] as const)("%s: nothing is written and the path is named", async (_what, path, edit) => {
    const changes = await stagedPlan();
    edit(join(prod.root, path));
    const edited = snapshot(prod.root);
    expect(await swap({ runJob, prod, id, changes })).toEqual({ outcome: "moved", paths: [path] });
    expect(snapshot(prod.root)).toEqual(edited);
    expect(await inspectSwap({ transport, prod, id })).toMatchObject({ state: "not-started" });
  });

  test("a time alone does not stop it", async () => {
    const changes = await stagedPlan();
    utimesSync(join(prod.root, "app/a"), 1, 1);
    expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
  });

  test("a parent that became a link is refused, and nothing is written through it", async () => {
    const changes = await stagedPlan();
    execFileSync("mv", [join(prod.root, "app"), join(base, "elsewhere")]);
    symlinkSync("../elsewhere", join(prod.root, "app"));
    const elsewhere = snapshot(join(base, "elsewhere"));
    await expect(swap({ runJob, prod, id, changes })).rejects.toMatchObject({
      code: "path-conflict",
      details: { paths: ["app"] },
    });
    await expect(
      stage({ runJob, prod, preprod: { transport, root: preprod }, sameHost: true, id, changes }),
    ).rejects.toMatchObject({ code: "path-conflict" });
    expect(snapshot(join(base, "elsewhere"))).toEqual(elsewhere);
  });
});

describe("what was staged", () => {
  test("is found out when it was altered, even with its size and time kept", async () => {
    const changes = await stagedPlan();
    const path = join(prod.stateDir, "staging", id, "tree/app/a");
    const { atime, mtime, size } = statSync(path);
    writeFileSync(path, "x".repeat(size));
    utimesSync(path, atime, mtime);
    expect(await swap({ runJob, prod, id, changes })).toEqual({ outcome: "unstaged", paths: ["app/a"] });
  });

  test("may have been used by a rehearsal: what that made stays out of PROD", async () => {
    const changes = await stagedPlan();
    const tree = join(prod.stateDir, "staging", id, "tree/app");
    mkdirSync(join(tree, "__pycache__"));
    writeFileSync(join(tree, "__pycache__/a.pyc"), "cache");
    chmodSync(join(tree, "a"), statSync(join(tree, "a")).mode);
    expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
    expect(contents(prod.root)).toEqual(contents(preprod));
  });

  test("is dropped once, twice, and never swapped after that", async () => {
    const changes = await stagedPlan();
    await dropStaging({ runJob, prod, id });
    await dropStaging({ runJob, prod, id });
    expect(readdirSync(join(prod.stateDir, "staging"))).toEqual([]);
    expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "unstaged" });
  });

  test("is refused when PREPROD is no longer what was planned", async () => {
    const changes = plan();
    appendFileSync(join(preprod, "app/a"), "!");
    rmSync(join(preprod, "app/b"));
    const staged = await stage({
      runJob,
      prod,
      preprod: { transport, root: preprod },
      sameHost: true,
      id,
      changes,
    });
    expect(staged).toEqual({ outcome: "mismatch", paths: ["app/a", "app/b"] });
    expect(readdirSync(join(prod.stateDir, "staging"))).toEqual([]);
  });
});

describe("the way back", () => {
  test("keeps what the application made inside new directories, beside PROD", async () => {
    mkdirSync(join(preprod, "new/sub"), { recursive: true });
    writeFileSync(join(preprod, "new/sub/module.py"), "module");
    const before = snapshot(prod.root);
    const changes = await stagedPlan();
    await swap({ runJob, prod, id, changes });
    mkdirSync(join(prod.root, "new/sub/__pycache__"));
    writeFileSync(join(prod.root, "new/sub/__pycache__/module.pyc"), "cache");
    expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
    expect(snapshot(prod.root)).toEqual(before);
    expect(readFileSync(join(prod.stateDir, "undo", id, "left/0/sub/__pycache__/module.pyc"), "utf8")).toBe(
      "cache",
    );
  });

  test("names what is not as before when something else is in the way", async () => {
    const changes = await stagedPlan();
    await swap({ runJob, prod, id, changes });
    rmSync(join(prod.root, "app/removed"), { force: true });
    mkdirSync(join(prod.root, "app/removed"));
    writeFileSync(join(prod.root, "app/removed/mine"), "mine");
    expect(await swapBack({ runJob, prod, id })).toMatchObject({
      outcome: "differs",
      paths: ["app/removed"],
    });
    expect(readFileSync(join(prod.root, "app/removed/mine"), "utf8")).toBe("mine");
  });

  test("refuses an undo set that was changed, even with sizes and times kept", async () => {
    const changes = await stagedPlan();
    await swap({ runJob, prod, id, changes });
    const after = snapshot(prod.root);
    const path = join(prod.stateDir, "undo", id, "tree/app/a");
    const { atime, mtime, size } = statSync(path);
    writeFileSync(path, "x".repeat(size));
    utimesSync(path, atime, mtime);
    expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "damaged", paths: ["app/a"] });
    expect(snapshot(prod.root)).toEqual(after);
  });

  test("before a swap has begun there is nothing to take back", async () => {
    const before = snapshot(prod.root);
    expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
    expect(snapshot(prod.root)).toEqual(before);
  });
});

test("readers of PROD never miss a file or see half of one while it is swapped there and back", async () => {
  const letters = (letter: string) => letter.repeat(50_000);
  for (let index = 0; index < 40; index += 1) {
    writeFileSync(join(prod.root, `app/file-${index}`), letters("o"));
    writeFileSync(join(preprod, `app/file-${index}`), letters("n"));
  }
  symlinkSync("app/a", join(prod.root, "link"));
  symlinkSync("app/b", join(preprod, "link"));
  const changes = await stagedPlan();
  const reader = spawn(
    process.execPath,
    [
      "-e",
      `const fs = require("node:fs"); let bad = 0, reads = 0; process.on("SIGTERM", () => { console.log(bad, reads); process.exit(); });
       const step = () => { for (let index = 0; index < 40; index += 1) { try { const text = fs.readFileSync("app/file-" + index, "latin1"); fs.readlinkSync("link"); reads += 1; if (text.length !== 50000 || !/^(o+|n+)$/.test(text)) bad += 1; } catch { bad += 1; } } setImmediate(step); }; step();`,
    ],
    { cwd: prod.root },
  );
  let said = "";
  reader.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  const ended = new Promise((resolve) => reader.once("close", resolve));
  expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
  expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
  reader.kill("SIGTERM");
  await ended;
  const [bad, reads] = said.trim().split(" ").map(Number);
  expect(bad).toBe(0);
  expect(reads).toBeGreaterThan(100);
});

// Runs as root where a tmpfs can be mounted.
describe.skipIf(!canMount())("a disk that is full or read-only", () => {
  let unmount = (): void => {};

  function useMount(options: string): void {
    rmSync(base, { recursive: true, force: true });
    const mounted = mountSmall(options);
    unmount = mounted.unmount;
    useBase(join(mounted.path, "base"));
  }

  afterEach(() => unmount());

  test("staging more than fits leaves nothing and says how much is missing", async () => {
    useMount("size=2m");
    const source = mkdtempSync(join(tmpdir(), "source-"));
    writeFileSync(join(source, "big"), Buffer.alloc(4 * 1024 * 1024, 1));
    const before = snapshot(prod.root);
    const changes = changesBetween(new Map(), readTree(source));
    const staged = await stage({
      runJob,
      prod,
      preprod: { transport, root: source },
      sameHost: true,
      id,
      changes,
    });
    expect(staged).toMatchObject({ outcome: "disk-full" });
    expect(staged.outcome === "disk-full" && staged.bytesNeeded > staged.bytesFree).toBe(true);
    expect(existsSync(join(prod.stateDir, "staging", id))).toBe(false);
    expect(snapshot(prod.root)).toEqual(before);
    rmSync(source, { recursive: true });
  });

  test("running full while copying is told the same way", async () => {
    useMount("size=2m");
    const source = mkdtempSync(join(tmpdir(), "source-"));
    writeFileSync(join(source, "big"), Buffer.alloc(1_500_000, 1));
    const changes = changesBetween(new Map(), readTree(source));
    const filling: RunJob = async (spec: JobSpec) => {
      // What the space check saw is gone a moment later.
      const script = spec.script.replace(
        "lay_out() {",
        `lay_out() {\nhead -c 1000000 /dev/zero >"$state/filler"`,
      );
      return runJob({ ...spec, script });
    };
    const staged = await stage({
      runJob: filling,
      prod,
      preprod: { transport, root: source },
      sameHost: true,
      id,
      changes,
    });
    expect(staged).toMatchObject({ outcome: "disk-full" });
    expect(existsSync(join(prod.stateDir, "staging", id))).toBe(false);
    rmSync(source, { recursive: true });
  });

  test("too few inodes are noticed before anything is copied", async () => {
    useMount("size=2m,nr_inodes=40");
    for (let index = 0; index < 12; index += 1) writeFileSync(join(preprod, `new-${index}`), "x");
    const changes = plan();
    const staged = await stage({
      runJob,
      prod,
      preprod: { transport, root: preprod },
      sameHost: true,
      id,
      changes,
    });
    expect(staged).toMatchObject({ outcome: "disk-full" });
  });

  test("no room for the undo set: nothing is written", async () => {
    useMount("size=2m,nr_inodes=400");
    const changes = await stagedPlan();
    const before = snapshot(prod.root);
    for (let index = 0; ; index += 1) {
      try {
        writeFileSync(join(base, `filler-${index}`), "");
      } catch {
        break;
      }
    }
    expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "unprepared", noRoom: true });
    expect(snapshot(prod.root)).toEqual(before);
  });

  test("read-only half-way: what is new and what is old is told exactly, and mended once it can be written again", async () => {
    useMount("size=2m");
    const changes = await stagedPlan();
    const before = snapshot(prod.root);
    const freezing: RunJob = (spec: JobSpec) =>
      runJob({
        ...spec,
        script: spec.script.replace(
          '(in_root && xargs -0 -r rm -f -- <"$lists/remove")',
          `mount -o remount,ro "${base.replace(/\/base$/, "")}"; false`,
        ),
      });
    const result = await swap({ runJob: freezing, prod, id, changes });
    expect(result).toMatchObject({ outcome: "mixed" });
    expect(result.outcome === "mixed" && result.paths).toEqual(
      expect.arrayContaining(["app/a", "app/added", "app/b", "app/c"]),
    );
    expect(result.outcome === "mixed" && result.paths).not.toContain("app/removed");
    expect(await swapBack({ runJob, prod, id })).toMatchObject({ outcome: "differs" });
    execFileSync("mount", ["-o", "remount,rw", base.replace(/\/base$/, "")]);
    expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
    expect(snapshot(prod.root)).toEqual(before);
  });
});

test("a place that fails half-way is undone in the same run", async () => {
  const changes = await stagedPlan();
  const before = snapshot(prod.root);
  const failing: RunJob = (spec: JobSpec) =>
    runJob({
      ...spec,
      script: spec.script.replace('(in_root && xargs -0 -r rm -f -- <"$lists/remove")', "false"),
    });
  expect(await swap({ runJob: failing, prod, id, changes })).toMatchObject({ outcome: "undone" });
  expect(snapshot(prod.root)).toEqual(before);
  expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
});

// Runs as root, who can become somebody else and own files as anybody.
describe.skipIf(process.getuid?.() !== 0)("other users", () => {
  const nobody = 65534;

  test("root gives what replaces a file its owner and group", async () => {
    chownSync(join(prod.root, "app/a"), 1234, 5678);
    chmodSync(join(preprod, "app/a"), 0o4755);
    const changes = await stagedPlan();
    await swap({ runJob, prod, id, changes });
    const { uid, gid, mode } = statSync(join(prod.root, "app/a"));
    expect([uid, gid, mode & 0o7777]).toEqual([1234, 5678, 0o4755]);
  });

  test("a user without rights is told what cannot be replaced, and one with them goes there and back", async () => {
    chmodSync(base, 0o755);
    execFileSync("chown", ["-R", `${nobody}:${nobody}`, base]);
    const asNobody = plainJobs({
      under: ["setpriv", `--reuid=${nobody}`, `--regid=${nobody}`, "--clear-groups"],
    });
    const run: RunJob = (spec) => asNobody(spec);
    const before = snapshot(prod.root);
    const changes = await stagedPlan(run);
    expect(await swap({ runJob: run, prod, id, changes })).toMatchObject({ outcome: "swapped" });
    expect(await swapBack({ runJob: run, prod, id })).toEqual({ outcome: "exact" });
    expect(snapshot(prod.root)).toEqual(before);
  });
});

// Runs where strace is installed and may trace its children.
test.skipIf(!canTrace())("a disk that cannot promise to keep the undo set: nothing is written", async () => {
  const changes = await stagedPlan();
  const before = snapshot(prod.root);
  const failing = plainJobs({
    under: [
      "strace",
      "-f",
      "-qq",
      "-o",
      "/dev/null",
      "-e",
      "trace=fsync,syncfs",
      "-e",
      "inject=fsync,syncfs:error=EIO",
    ],
  });
  expect(await swap({ runJob: failing, prod, id, changes })).toMatchObject({
    outcome: "unprepared",
    noRoom: false,
  });
  expect(snapshot(prod.root)).toEqual(before);
});

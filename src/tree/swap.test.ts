// Swapping and swapping back, over real directories and real processes.

import { execFileSync } from "node:child_process";
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, expect, test } from "vitest";
import { changesBetween, readTree } from "../../test/changes-between.ts";
import { contents, snapshot } from "../../test/compare-trees.ts";
import { makeHostileTree } from "../../test/hostile-tree.ts";
import { pathWithout, plainJobs } from "../../test/plain-jobs.ts";
import { openLocal } from "../transport/local.ts";
import type { Change } from "./plan.ts";
import { stage } from "./stage.ts";
import { dropStaging, inspectSwap, type Prod, swap, swapBack } from "./swap.ts";

const transport = openLocal();
const withoutPerl = pathWithout("perl");
const runJob = plainJobs();
let base: string;
let preprod: string;
let prod: Prod;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "swap-"));
  preprod = join(base, "preprod");
  mkdirSync(preprod);
  mkdirSync(join(base, "prod"));
  prod = { transport, root: join(base, "prod"), stateDir: join(base, ".passerelle/app") };
  mkdirSync(prod.stateDir, { recursive: true });
});

afterAll(() => withoutPerl.remove());

afterEach(() => {
  execFileSync("chmod", ["-R", "u+rwx", base]);
  rmSync(base, { recursive: true, force: true });
});

function changes(): Change[] {
  return changesBetween(readTree(prod.root), readTree(preprod));
}

async function stageAll(id: string, planned: readonly Change[]): Promise<void> {
  const staged = await stage({
    runJob,
    prod,
    preprod: { transport, root: preprod },
    sameHost: true,
    id,
    changes: planned,
  });
  expect(staged).toMatchObject({ outcome: "staged" });
}

test("a swap makes PROD what was planned, and the way back makes it exactly what it was", async () => {
  mkdirSync(join(prod.root, "app"));
  writeFileSync(join(prod.root, "app/main.py"), "old");
  writeFileSync(join(prod.root, "app/gone.py"), "gone");
  utimesSync(join(prod.root, "app/main.py"), 1_600_000_000.25, 1_600_000_000.25);
  utimesSync(join(prod.root, "app"), 1_500_000_000.125, 1_500_000_000.125);
  mkdirSync(join(preprod, "app/new"), { recursive: true });
  writeFileSync(join(preprod, "app/main.py"), "new");
  writeFileSync(join(preprod, "app/new/module.py"), "module");
  chmodSync(join(preprod, "app/main.py"), 0o755);
  const before = snapshot(prod.root);
  const planned = changes();

  await stageAll("pr_1", planned);
  expect(snapshot(prod.root)).toEqual(before);
  expect(await swap({ runJob, prod, id: "pr_1", changes: planned })).toMatchObject({
    outcome: "swapped",
    stayed: [],
  });
  expect(contents(prod.root)).toEqual(contents(preprod));
  expect(await inspectSwap({ transport, prod, id: "pr_1" })).toMatchObject({ state: "committed" });

  expect(await swapBack({ runJob, prod, id: "pr_1" })).toEqual({ outcome: "exact" });
  expect(snapshot(prod.root)).toEqual(before);
  expect(await inspectSwap({ transport, prod, id: "pr_1" })).toMatchObject({ state: "undone" });
  expect(await swapBack({ runJob, prod, id: "pr_1" })).toEqual({ outcome: "exact" });

  await dropStaging({ runJob, prod, id: "pr_1" });
  expect(existsSync(join(prod.stateDir, "staging/pr_1"))).toBe(false);
  expect(existsSync(join(prod.stateDir, "undo/pr_1/tree"))).toBe(false);
  expect(await swapBack({ runJob, prod, id: "pr_1" })).toEqual({ outcome: "exact" });
});

/** Swaps to what PREPROD is, checks it, swaps back, checks that too. */
async function thereAndBack(id = "pr_1", runJob = plainJobs()): Promise<void> {
  const before = snapshot(prod.root);
  const planned = changes();
  await stageAll(id, planned);
  expect(await swap({ runJob, prod, id, changes: planned })).toMatchObject({ outcome: "swapped" });
  expect(contents(prod.root)).toEqual(contents(preprod));
  expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
  expect(snapshot(prod.root)).toEqual(before);
}

test.each([
  ["with perl", {}],
  ["without perl", { PATH: withoutPerl.path }],
])(
  "names that break scripts are added, replaced and removed byte for byte, %s",
  async (_tools, environment) => {
    const jobs = plainJobs({ environment });
    makeHostileTree(preprod, "new");
    await thereAndBack("pr_1", jobs);
    makeHostileTree(prod.root, "old");
    await thereAndBack("pr_2", jobs);
    rmSync(preprod, { recursive: true });
    mkdirSync(preprod);
    await thereAndBack("pr_3", jobs);
    expect(existsSync(join(prod.root, "hit"))).toBe(false);
  },
);

const kinds: Readonly<Record<string, (path: string, side: string) => void>> = {
  absent: () => {},
  file: (path, side) => writeFileSync(path, `file of ${side}`),
  link: (path, side) => symlinkSync(`../../shared-of-${side}`, path),
  directory: (path, side) => {
    mkdirSync(join(path, "sub"), { recursive: true });
    writeFileSync(join(path, "inside"), `inside of ${side}`);
    writeFileSync(join(path, "sub/deep"), `deep of ${side}`);
    symlinkSync("nowhere", join(path, "sub/dangling"));
  },
};

test("whatever a path was becomes whatever it is to be, and is brought back", async () => {
  for (const side of ["prod", "preprod"]) {
    mkdirSync(join(base, `shared-of-${side}`));
    writeFileSync(join(base, `shared-of-${side}/inside`), "not ours");
  }
  const shared = ["prod", "preprod"].map((side) => snapshot(join(base, `shared-of-${side}`)));
  for (const [before, make] of Object.entries(kinds)) {
    for (const [after, makeNew] of Object.entries(kinds)) {
      const name = `${before} to ${after}`;
      for (const root of [prod.root, preprod]) {
        mkdirSync(join(root, name));
        writeFileSync(join(root, name, "path-beside"), "kept");
      }
      make(join(prod.root, name, "path"), "prod");
      makeNew(join(preprod, name, "path"), "preprod");
    }
  }
  expect(changes().length).toBeGreaterThanOrEqual(14);
  await thereAndBack();
  expect(["prod", "preprod"].map((side) => snapshot(join(base, `shared-of-${side}`)))).toEqual(shared);
});

test("modes alone, special bits, empty directories and odd links travel both ways", async () => {
  for (const [root, mode] of [
    [prod.root, 0o644],
    [preprod, 0o755],
  ] as const) {
    writeFileSync(join(root, "script"), "same content");
    chmodSync(join(root, "script"), mode);
    mkdirSync(join(root, "directory"));
    chmodSync(join(root, "directory"), mode === 0o755 ? 0o2750 : 0o755);
  }
  writeFileSync(join(preprod, "setuid"), "s");
  chmodSync(join(preprod, "setuid"), 0o4755);
  mkdirSync(join(preprod, "empty"));
  mkdirSync(join(preprod, "locked"));
  writeFileSync(join(preprod, "locked/file"), "locked");
  chmodSync(join(preprod, "locked/file"), 0o400);
  chmodSync(join(preprod, "locked"), 0o555);
  symlinkSync(".", join(preprod, "loop"));
  symlinkSync("/etc/hostname", join(preprod, "absolute"));
  symlinkSync("not there", join(preprod, "dangling"));
  symlinkSync("old target", join(prod.root, "dangling"));
  mkdirSync(join(prod.root, "old-empty"));
  await thereAndBack();
});

// A host that dies at any point of a swap or of the way back: whoever comes next ends at exactly the new or exactly the old tree.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { changesBetween, readTree } from "../../test/changes-between.ts";
import { contents, snapshot } from "../../test/compare-trees.ts";
import { canTrace, runAndKillAt } from "../../test/kill-at.ts";
import { pathWithout, plainJobs } from "../../test/plain-jobs.ts";
import type { JobSpec, RunJob } from "../transport/job.ts";
import { openLocal } from "../transport/local.ts";
import type { Change } from "./plan.ts";
import { stage } from "./stage.ts";
import { inspectSwap, type Prod, swap, swapBack } from "./swap.ts";

const transport = openLocal();
const runJob = plainJobs();
const id = "pr_1";
const plain = pathWithout("perl");
let base: string;
let template: string;
let changes: readonly Change[];
let before: ReadonlyMap<string, string>;
let after: ReadonlyMap<string, string>;

beforeAll(async () => {
  base = mkdtempSync(join(tmpdir(), "crash-"));
  template = join(base, "template");
  const [root, preprod] = [join(template, "prod"), join(base, "preprod")];
  for (const [side, version] of [
    [root, "old"],
    [preprod, "new"],
  ] as const) {
    mkdirSync(join(side, "app"), { recursive: true });
    writeFileSync(join(side, "app/main.py"), version);
    writeFileSync(join(side, "app/other.py"), version);
    symlinkSync(`to-${version}`, join(side, "app/current"));
    writeFileSync(join(side, "kept"), "kept");
  }
  mkdirSync(join(root, "gone"));
  writeFileSync(join(root, "gone/file"), "gone");
  mkdirSync(join(root, "turned"));
  writeFileSync(join(root, "turned/file"), "turned");
  writeFileSync(join(root, "turns"), "turns");
  symlinkSync("../preprod", join(preprod, "turned"));
  mkdirSync(join(preprod, "turns"));
  writeFileSync(join(preprod, "turns/file"), "turned");
  mkdirSync(join(preprod, "added/below"), { recursive: true });
  writeFileSync(join(preprod, "added/below/file"), "added");
  chmodSync(join(preprod, "app"), 0o700);
  for (const path of ["app", "gone", "turned", "."])
    utimesSync(join(root, path), 1_500_000_000.5, 1_500_000_000.25);
  const prod: Prod = { transport, root, stateDir: join(template, ".passerelle/app") };
  mkdirSync(prod.stateDir, { recursive: true });
  changes = changesBetween(readTree(root), readTree(preprod));
  before = snapshot(root);
  after = contents(preprod);
  const staged = await stage({
    runJob,
    prod,
    preprod: { transport, root: preprod },
    sameHost: true,
    id,
    changes,
  });
  expect(staged.outcome).toBe("staged");
});

afterAll(() => {
  plain.remove();
  rmSync(base, { recursive: true, force: true });
});

function fresh(name: string): Prod {
  execFileSync("cp", ["-a", template, join(base, name)]);
  return { transport, root: join(base, name, "prod"), stateDir: join(base, name, ".passerelle/app") };
}

/** The first run dies at the nth call, those after it run as they should. */
function dyingAt(nth: number, died: (calls: number) => void): RunJob {
  let first = true;
  return async (spec: JobSpec) => {
    if (!first) return runJob(spec);
    first = false;
    // Hosts without perl place files by cp: every other crash is one of those.
    const { result, calls } = await runAndKillAt(
      spec,
      nth,
      Math.floor(nth / every) % 2 === 0 ? { PATH: plain.path } : {},
    );
    died(calls);
    return result;
  };
}

async function eachCrash(
  name: string,
  every: number,
  crash: (prod: Prod, dying: RunJob, nth: number) => Promise<void>,
): Promise<number> {
  let total = Number.POSITIVE_INFINITY;
  let next = 1;
  let crashes = 0;
  const worker = async () => {
    while (next <= total) {
      const nth = next;
      next += every;
      const prod = fresh(`${name}-${nth}`);
      let reached = 0;
      await crash(
        prod,
        dyingAt(nth, (calls) => {
          reached = calls;
        }),
        nth,
      );
      if (reached < nth) total = Math.min(total, reached);
      else crashes += 1;
      rmSync(join(base, `${name}-${nth}`), { recursive: true });
    }
  };
  await Promise.all([worker(), worker()]);
  return crashes;
}

// Every call takes minutes: CRASH_EVERY=1 does it.
const every = Number(process.env["CRASH_EVERY"] ?? 5);

// Runs where strace is installed and may trace its children.
describe.skipIf(!canTrace())("a crash after any change of a directory", () => {
  test("during a swap, then the swap again: exactly the new tree, and the way back still exact", {
    timeout: 300_000,
  }, async () => {
    const crashes = await eachCrash("again", every, async (prod, dying) => {
      expect(await swap({ runJob: dying, prod, id, changes })).toMatchObject({ outcome: "swapped" });
      expect(contents(prod.root)).toEqual(after);
      expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
      expect(snapshot(prod.root)).toEqual(before);
    });
    expect(crashes * every).toBeGreaterThan(30);
  });

  test("during a swap, then the way back: exactly the old tree", { timeout: 300_000 }, async () => {
    const crashes = await eachCrash("back", every, async (prod, dying) => {
      const once: RunJob = async (spec) => {
        const result = await dying(spec);
        return result.outcome === "died" ? { ...result, outcome: "stopped" } : result;
      };
      await swap({ runJob: once, prod, id, changes }).catch(() => {});
      expect(await swapBack({ runJob, prod, id })).toEqual({ outcome: "exact" });
      expect(snapshot(prod.root)).toEqual(before);
    });
    expect(crashes * every).toBeGreaterThan(30);
  });

  test("during the way back, then the way back again: exactly the old tree", {
    timeout: 300_000,
  }, async () => {
    const crashes = await eachCrash("undo", every, async (prod, dying) => {
      expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
      expect(await swapBack({ runJob: dying, prod, id })).toEqual({ outcome: "exact" });
      expect(snapshot(prod.root)).toEqual(before);
      expect((await inspectSwap({ transport, prod, id })).state).toBe("undone");
    });
    expect(crashes * every).toBeGreaterThan(15);
  });
});

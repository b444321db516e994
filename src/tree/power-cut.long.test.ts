// The power fails at any point of a swap or of the way back: what the disk holds then becomes exactly the new or exactly the old tree.

import { execFileSync } from "node:child_process";
import { mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { changesBetween, readTree } from "../../test/changes-between.ts";
import { contents, snapshot } from "../../test/compare-trees.ts";
import { canTrace } from "../../test/kill-at.ts";
import { openLoopFileSystem, whyNoLoop } from "../../test/loop-file-system.ts";
import { runAndPauseAt } from "../../test/pause-at.ts";
import { plainJobs } from "../../test/plain-jobs.ts";
import type { RunJob } from "../transport/job.ts";
import { openLocal } from "../transport/local.ts";
import { stage } from "./stage.ts";
import { type Prod, swap, swapBack } from "./swap.ts";

const why = whyNoLoop ?? (canTrace() ? undefined : "runs where strace is installed and may trace");
const when = why === undefined ? "" : ` (${why})`;
const transport = openLocal();
const runJob = plainJobs();
const id = "pr_1";
/** POWER_CUT_EVERY=1 tries each call. */
const every = Number(process.env["POWER_CUT_EVERY"] ?? 2);

function fill(root: string, version: string): void {
  mkdirSync(join(root, "app/below"), { recursive: true });
  for (const name of ["main.py", "other.py", "below/deep.py"])
    writeFileSync(join(root, "app", name), version);
  symlinkSync(`to-${version}`, join(root, "app/current"));
  mkdirSync(join(root, version));
  writeFileSync(join(root, version, "only"), version);
}

async function opened() {
  const disk = openLoopFileSystem(24);
  onTestFinished(() => disk.close());
  const at = (path: string): Prod & { preprod: string } => ({
    transport,
    root: join(path, "prod"),
    stateDir: join(path, ".passerelle/app"),
    preprod: join(path, "preprod"),
  });
  const { preprod, ...prod } = at(disk.path);
  fill(prod.root, "old");
  fill(preprod, "new");
  mkdirSync(prod.stateDir, { recursive: true });
  const changes = changesBetween(readTree(prod.root), readTree(preprod));
  const [before, after] = [snapshot(prod.root), contents(preprod)];
  execFileSync("sync", ["-f", disk.path]);
  const staged = await stage({
    ...{ runJob, prod, preprod: { transport, root: preprod }, sameHost: true, id, changes },
  });
  expect(staged.outcome).toBe("staged");
  return { disk, at, prod, changes, before, after };
}

test.skipIf(why)(
  `during a swap: the next one ends it, and the way back undoes it, whatever of it was on the disk${when}`,
  { timeout: 600_000 },
  async () => {
    const { disk, at, prod, changes, before, after } = await opened();
    const met = new Set<string>();
    let cuts = 0;
    const pausing: RunJob = async (spec) => {
      const { result } = await runAndPauseAt(spec, every, async (call) => {
        const cut = disk.asAfterPowerCut();
        const left = at(cut.path);
        met.add(JSON.stringify([...contents(left.root)]));
        cuts += 1;
        if ((call / every) % 2 === 0) {
          expect(await swap({ runJob, prod: left, id, changes })).toMatchObject({ outcome: "swapped" });
          expect(contents(left.root)).toEqual(after);
        }
        expect(await swapBack({ runJob, prod: left, id })).toEqual({ outcome: "exact" });
        expect(snapshot(left.root)).toEqual(before);
        cut.close();
      });
      return result;
    };
    expect(await swap({ runJob: pausing, prod, id, changes })).toMatchObject({ outcome: "swapped" });
    expect(cuts * every).toBeGreaterThan(30);
    expect(met.size).toBeGreaterThan(1);
    // Told as swapped is on the disk.
    const cut = disk.asAfterPowerCut();
    expect(contents(at(cut.path).root)).toEqual(after);
    cut.close();
  },
);

test.skipIf(why)(
  `during the way back: the next way back ends at exactly the old tree${when}`,
  { timeout: 600_000 },
  async () => {
    const { disk, at, prod, changes, before } = await opened();
    expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
    let cuts = 0;
    const pausing: RunJob = async (spec) => {
      const { result } = await runAndPauseAt(spec, every, async () => {
        const cut = disk.asAfterPowerCut();
        cuts += 1;
        const left = at(cut.path);
        expect(await swapBack({ runJob, prod: left, id })).toEqual({ outcome: "exact" });
        expect(snapshot(left.root)).toEqual(before);
        cut.close();
      });
      return result;
    };
    expect(await swapBack({ runJob: pausing, prod, id })).toEqual({ outcome: "exact" });
    expect(cuts * every).toBeGreaterThan(15);
    const cut = disk.asAfterPowerCut();
    expect(snapshot(at(cut.path).root)).toEqual(before);
    expect(readdirSync(cut.path)).toContain("prod");
    cut.close();
  },
);

test.skipIf(why)(`such a power cut does lose what was not asked to be kept${when}`, () => {
  const disk = openLoopFileSystem(8);
  onTestFinished(() => disk.close());
  writeFileSync(join(disk.path, "kept"), "kept");
  execFileSync("sync", ["-f", disk.path]);
  writeFileSync(join(disk.path, "lost"), "lost");
  const cut = disk.asAfterPowerCut();
  expect(readdirSync(cut.path).filter((name) => name !== "lost+found")).toEqual(["kept"]);
  cut.close();
});

// What a promotion costs, part by part: backup, stage and swap, the whole of it, and the way back.

import { createRestorePoint } from "../../src/backup/create-restore-point.ts";
import { stage } from "../../src/tree/stage.ts";
import { dropStaging, swap, swapBack } from "../../src/tree/swap.ts";
import { memoryOfAMap } from "../comparing.ts";
import { type Row, timed } from "./measure.ts";
import { compare, type Held, hold, type Machine } from "./target.ts";
import { type Sides, type TreeName, touchSome } from "./trees.ts";

const tarAndList = "tar -czf, then tar -tzf";
const bySeed = "tar -czf, cp -r, rsync";

type Parts = { readonly milliseconds: number; readonly windowMilliseconds: number };

export function backupRow(
  machine: Machine,
  name: TreeName,
  sides: Sides,
  compression: "auto" | "gzip",
  goal: number,
): Row {
  return {
    work: `verified backup, ${compression === "auto" ? "zstd" : compression}, ${name}`,
    peer: tarAndList,
    goal,
    rounds: 3,
    async ours(round) {
      const id = `pr_b${name}${compression}${round}`;
      const held = await hold(machine.transport, sides.prod, id);
      const took = await timed(() => backUp(held, id, compression));
      await held.letGo();
      return took;
    },
    theirs: () =>
      machine.time(
        `tar -czf "$1.tar.gz" -C "$1" . && tar -tzf "$1.tar.gz" >/dev/null && rm -f "$1.tar.gz"`,
        sides.prod,
      ),
  };
}

async function backUp(held: Held, id: string, compression: "auto" | "gzip"): Promise<void> {
  const backup = { keep: 100, exclude: [], compression };
  const made = await createRestorePoint({
    ...held,
    app: "bench",
    id,
    date: new Date(),
    health: "healthy",
    backup,
  });
  if (made.outcome !== "made") throw new Error(`the backup was ${made.outcome}`);
}

/** Compared, backed up, staged and swapped as a promotion does it, with everything it proves on the way. */
async function promote(machine: Machine, sides: Sides, id: string, withArchive: boolean): Promise<Parts> {
  const memory = memoryOfAMap();
  const { changes } = await compare(machine, sides, memory);
  const held = await hold(machine.transport, sides.prod, id);
  const common = { runJob: held.runJob, prod: held.prod, id, changes };
  let windowMilliseconds = 0;
  const took = await timed(async () => {
    await compare(machine, sides, memory);
    if (withArchive) await backUp(held, id, "auto");
    const staged = await stage({
      ...common,
      preprod: { transport: machine.transport, root: sides.preprod },
      sameHost: true,
    });
    if (staged.outcome !== "staged") throw new Error(`staging was ${staged.outcome}`);
    const swapped = await swap(common);
    if (swapped.outcome !== "swapped") throw new Error(`the swap was ${swapped.outcome}`);
    windowMilliseconds = swapped.swapMilliseconds;
  });
  await dropStaging(common);
  await held.letGo();
  return { milliseconds: took, windowMilliseconds };
}

export function promotionRows(machine: Machine, name: TreeName, sides: Sides): readonly Row[] {
  const seeds = `tar -czf "$2.tar.gz" -C "$2" . && cp -r "$1/." "$2/" && rsync -a "$2/" "$2.copy/" && rm -f "$2.tar.gz"`;
  const twice = 2;
  return [
    {
      work: `promotion of 1 % of ${name}, restart and health taken out`,
      peer: bySeed,
      goal: 0.3,
      rounds: 3,
      async ours(round) {
        touchSome(sides.preprod, name, 1000 + round * twice);
        return (await promote(machine, sides, `pr_w${name}${round}`, true)).milliseconds;
      },
      async theirs(round) {
        touchSome(sides.preprod, name, 1001 + round * twice);
        return machine.time(seeds, sides.preprod, sides.prod);
      },
    },
    {
      work: `the same without its archive`,
      peer: "rsync -rlptc --delete",
      goal: 0.9,
      async ours(round) {
        touchSome(sides.preprod, name, 2000 + round * twice);
        return (await promote(machine, sides, `pr_p${name}${round}`, false)).milliseconds;
      },
      async theirs(round) {
        touchSome(sides.preprod, name, 2001 + round * twice);
        return machine.time(`rsync -rlptc --delete "$1/" "$2/"`, sides.preprod, sides.prod);
      },
    },
  ];
}

/** All of a tree is replaced, and taken back. */
export function rollbackRows(
  machine: Machine,
  name: TreeName,
  makeAllDiffer: (round: number) => Sides,
): readonly Row[] {
  let window = 0;
  let sides: Sides | undefined;
  return [
    {
      work: `rollback of all of ${name} by its undo set`,
      peer: "tar -xzf of its archive",
      goal: 0.15,
      rounds: 3,
      async ours(round) {
        sides = makeAllDiffer(round);
        const id = `pr_r${name}${round}`;
        await machine.run(`tar -czf "$1.tar.gz" -C "$1" .`, sides.prod);
        ({ windowMilliseconds: window } = await promote(machine, sides, id, false));
        const held = await hold(machine.transport, sides.prod, id);
        const took = await timed(async () => {
          const back = await swapBack({ runJob: held.runJob, prod: held.prod, id });
          if (back.outcome !== "exact") throw new Error(`the way back was ${back.outcome}`);
        });
        await held.letGo();
        return took;
      },
      async theirs(round) {
        sides ??= makeAllDiffer(round);
        return machine.time(`tar -xzf "$1.tar.gz" -C "$1"`, sides.prod);
      },
    },
    {
      work: `PROD neither old nor new while all of ${name} is swapped`,
      peer: "-",
      goal: 0.3,
      unit: "s",
      rounds: 1,
      ours: async () => window / 1000,
    },
  ];
}

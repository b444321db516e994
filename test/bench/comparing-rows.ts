// What a plan costs: the first comparison, one in which nothing moved, and one in which some files did.

import { memoryOfAMap, type ReadableMemory } from "../comparing.ts";
import { type Row, timed } from "./measure.ts";
import { compare, type Machine } from "./target.ts";
import { type Sides, type TreeName, touchSome } from "./trees.ts";

const readingAll = "rsync -rlptcn --delete";
const bySizeAndTime = "rsync -rlptn --delete";

export function comparingRows(
  machine: Machine,
  name: TreeName,
  sides: Sides,
  goals: { readonly first: number; readonly unchanged?: number; readonly some?: number },
): readonly Row[] {
  const peer = (command: string) => () =>
    machine.time(`${command} "$1/" "$2/" >/dev/null`, sides.preprod, sides.prod);
  let known: ReadableMemory | undefined;
  /** What was changed a moment ago is read again, so the comparison before the measured one waits until nothing is young. */
  const settled = async (): Promise<ReadableMemory> => {
    if (known === undefined) {
      known = memoryOfAMap();
      await new Promise((resolve) => setTimeout(resolve, 2500));
      await compare(machine, sides, known);
    }
    return known;
  };
  const rows: Row[] = [
    {
      work: `first diff, ${name}`,
      peer: readingAll,
      goal: goals.first,
      ours: () => timed(() => compare(machine, sides)),
      theirs: peer(readingAll),
    },
  ];
  if (goals.unchanged !== undefined) {
    rows.push({
      work: `diff, nothing changed, ${name}`,
      peer: bySizeAndTime,
      goal: goals.unchanged,
      async ours() {
        const memory = await settled();
        return timed(() => compare(machine, sides, memory));
      },
      theirs: peer(bySizeAndTime),
    });
  }
  if (goals.some !== undefined) {
    rows.push({
      work: `diff, 1 % changed, ${name}`,
      peer: readingAll,
      goal: goals.some,
      async ours(round) {
        const memory = await settled();
        touchSome(sides.preprod, name, round);
        return timed(() => compare(machine, sides, memory));
      },
      theirs: peer(readingAll),
    });
  }
  return rows;
}

// How rows are measured: ours and the peer's in turn, in one run, the median of each, and the ratio against its goal.

export type Row = {
  readonly work: string;
  readonly peer: string;
  /** Ours to the peer's; without a peer the number itself, in `unit`. At most this. */
  readonly goal: number;
  readonly unit?: string;
  /** Milliseconds that count, or the number that is told in `unit`. */
  readonly ours: (round: number) => Promise<number>;
  readonly theirs?: (round: number) => Promise<number>;
  readonly rounds?: number;
};

export type Measured = {
  readonly work: string;
  readonly peer: string;
  readonly goal: number;
  readonly unit: string;
  readonly ours: number;
  readonly theirs: number | undefined;
  readonly ratio: number;
  readonly reached: boolean;
};

export async function measure(row: Row, rounds: number): Promise<Measured> {
  const ours: number[] = [];
  const theirs: number[] = [];
  for (let round = 0; round < (row.rounds ?? rounds); round += 1) {
    // Who goes first changes, for the second one finds warmer caches.
    const turns = [
      async () => ours.push(await row.ours(round)),
      async () => row.theirs !== undefined && theirs.push(await row.theirs(round)),
    ];
    for (const turn of round % 2 === 0 ? turns : turns.toReversed()) await turn();
  }
  const [own, other] = [median(ours), row.theirs === undefined ? undefined : median(theirs)];
  const ratio = other === undefined ? own : own / other;
  const { work, peer, goal, unit = "" } = row;
  return { work, peer, goal, unit, ours: own, theirs: other, ratio, reached: ratio <= goal };
}

/** Milliseconds that `work` took. */
export async function timed(work: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await work();
  return performance.now() - began;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  const [low, high] = [sorted[Math.ceil(sorted.length / 2) - 1] ?? 0, sorted[middle] ?? 0];
  return (low + high) / 2;
}

export function tableLine({ work, peer, goal, unit, ours, theirs, ratio, reached }: Measured): string {
  const time = (value: number): string =>
    unit === "" ? `${(value / 1000).toFixed(2)} s` : `${value.toFixed(2)} ${unit}`;
  const cells = [
    work,
    time(ours),
    peer,
    theirs === undefined ? "-" : time(theirs),
    ratio.toFixed(2),
    `<= ${goal}`,
  ];
  return `| ${[...cells, reached ? "yes" : "**no**"].join(" | ")} |`;
}

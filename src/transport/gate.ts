// How many things may happen at once, with room for a smaller number when the other side takes fewer.

export type Gate = {
  readonly through: <Result>(work: () => Promise<Result>) => Promise<Result>;
  /** How many are inside. */
  readonly inside: () => number;
  /** From now on let at most this many in, and at least one. */
  readonly narrow: (most: number) => void;
};

export function createGate(most: number): Gate {
  let limit = most;
  let inside = 0;
  const waiting: (() => void)[] = [];

  function letIn(): void {
    while (inside < limit && waiting.length > 0) {
      inside += 1;
      waiting.shift()?.();
    }
  }

  return {
    inside: () => inside,
    narrow(wanted) {
      limit = Math.max(1, Math.min(limit, wanted));
    },
    async through(work) {
      await new Promise<void>((resolve) => {
        waiting.push(resolve);
        letIn();
      });
      try {
        return await work();
      } finally {
        inside -= 1;
        letIn();
      }
    },
  };
}

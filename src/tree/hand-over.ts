// One chunk at a time from a pusher to a puller: the slower one sets the pace, and nothing is kept.

/** What a push ends with when nobody takes any more. */
export class NobodyTakes extends Error {}

export type HandOver = {
  /** Rejects with `NobodyTakes` once the puller is gone. */
  readonly push: (chunk: Uint8Array) => Promise<void>;
  readonly end: () => void;
  /** The puller is gone. */
  readonly stop: () => void;
  readonly chunks: AsyncIterable<Uint8Array>;
};

export function handOver(): HandOver {
  let waiting: { chunk: Uint8Array; taken: PromiseWithResolvers<void> } | undefined;
  let wake: () => void = () => {};
  let ended = false;
  let stopped = false;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    while (true) {
      if (waiting !== undefined) {
        const { chunk, taken } = waiting;
        waiting = undefined;
        try {
          yield chunk;
        } finally {
          taken.resolve();
        }
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  return {
    push(chunk) {
      if (stopped) return Promise.reject(new NobodyTakes());
      const taken = Promise.withResolvers<void>();
      waiting = { chunk, taken };
      wake();
      return taken.promise;
    },
    end() {
      ended = true;
      wake();
    },
    stop() {
      stopped = true;
      ended = true;
      waiting?.taken.reject(new NobodyTakes());
      waiting = undefined;
      wake();
    },
    chunks: chunks(),
  };
}

// Time that several steps of one work share.

export type Deadline = {
  /** What `within` throws when time is up. */
  readonly passed: Error;
  readonly within: <Result>(work: Promise<Result>, late?: (result: Result) => void) => Promise<Result>;
  readonly remaining: () => number;
  readonly cancel: () => void;
};

export function createDeadline(milliseconds: number): Deadline {
  const passed = new Error("time is up");
  const end = performance.now() + milliseconds;
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {});
  const timer = setTimeout(() => over.reject(passed), milliseconds);
  return {
    passed,
    async within(work, late) {
      try {
        return await Promise.race([work, over.promise]);
      } catch (error) {
        if (error === passed) work.then(late, () => {});
        throw error;
      }
    },
    remaining: () => end - performance.now(),
    cancel: () => clearTimeout(timer),
  };
}

// What goes on beside a running step: looking for a request to stop, and recording its progress.

import type { Store } from "../store/store.ts";
import type { Facts, StepRecord } from "./promotions.ts";

export type WatchOptions = {
  readonly store: Store;
  readonly onError: (error: unknown, promotionId: string) => void;
  /** How often a running step looks for a request to stop, and how often its progress is recorded. */
  readonly pollMilliseconds?: number;
};

export function watchStop(
  promotionId: string,
  { store, pollMilliseconds = 500, onError }: WatchOptions,
): { requested: () => boolean; end: () => void } {
  let requested = false;
  const look = async (): Promise<void> => {
    try {
      requested ||= (await store.promotion(promotionId))?.stopRequestedBy !== undefined;
    } catch (error) {
      onError(error, promotionId);
    }
  };
  const timer = setInterval(() => void look(), pollMilliseconds);
  return { requested: () => requested, end: () => clearInterval(timer) };
}

type RunningStep = Pick<StepRecord, "name" | "startedAt" | "finishedAt"> & { readonly status: "running" };

/** Progress is recorded now and then, what a step needs again at once; both add to what was recorded before. */
export function noteProgress(
  promotionId: string,
  step: RunningStep,
  known: Facts,
  { store, pollMilliseconds = 500, onError }: WatchOptions,
): { report: (facts: Facts) => void; keep: (facts: Facts) => Promise<void>; end: () => Promise<void> } {
  let facts = known;
  let noted = false;
  let writing: Promise<void> = Promise.resolve();
  const write = (): Promise<void> => {
    noted = false;
    const latest = facts;
    writing = writing.catch(() => {}).then(() => store.setStep(promotionId, { ...step, facts: latest }));
    return writing;
  };
  const timer = setInterval(() => {
    if (noted) write().catch((error: unknown) => onError(error, promotionId));
  }, pollMilliseconds);
  return {
    report(more) {
      facts = { ...facts, ...more };
      noted = true;
    },
    keep(more) {
      facts = { ...facts, ...more };
      return write();
    },
    async end() {
      clearInterval(timer);
      await writing.catch(() => {});
    },
  };
}

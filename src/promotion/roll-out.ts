// What a story is told with: durable steps, on all hosts of PROD or on each, and which hosts they have touched so far.

import type { StepOutcome } from "./ports.ts";
import type { Ending, HostStep, Impact, StepName } from "./promotions.ts";
import { type Batch, stepOn } from "./step-names.ts";

/** Each call is a durable step: a finished one is not run again after a crash, an interrupted one is run again. */
export type Story = {
  readonly perform: (step: StepName) => Promise<StepOutcome>;
  /** Records the ending, lets go of PROD and returns the ending; the last thing a story does. */
  readonly conclude: (ending: Ending) => Promise<Ending>;
  readonly impact: () => Promise<Impact>;
  /** Whether the new version is tried out beside PROD first; what was decided when the promotion began. */
  readonly rehearses: boolean;
  /** PROD's hosts in the order of the roll-out; what was decided when the promotion began. */
  readonly batches: readonly Batch[];
  /** The exact next commands for a person who has to look at PROD. */
  readonly commands: readonly string[];
};

export type Failed = Extract<StepOutcome, { ok: false }>;
export type Trouble = { readonly step: StepName; readonly failure: Failed };

/** A host whose PROD may not be what it was. `lost`: nobody could look what it is. */
export type Touched = {
  readonly host: string | undefined;
  readonly batch: Batch;
  readonly restarted: boolean;
  readonly lost: boolean;
};

export type HostResult = {
  readonly host: string | undefined;
  readonly step: StepName;
  readonly failure: Failed | undefined;
};

/** One step on each of these hosts, side by side; resolves when all of them have ended. */
export function together(story: Story, kind: HostStep, hosts: Batch): Promise<readonly HostResult[]> {
  return Promise.all(
    hosts.map(async (host) => {
      const step = stepOn(kind, host);
      const outcome = await story.perform(step);
      return { host, step, failure: outcome.ok ? undefined : outcome };
    }),
  );
}

/** Which hosts are touched once these results are known too. */
export function touchedBy(
  touched: readonly Touched[],
  kind: "swap" | "restart" | "health",
  batch: Batch,
  results: readonly HostResult[],
): readonly Touched[] {
  const isLost = (failure: Failed | undefined): boolean => failure?.wrote === "unknown";
  if (kind === "swap") {
    const swapped = results.filter(({ failure }) => failure?.wrote !== "nothing");
    return [
      ...touched,
      ...swapped.map(({ host, failure }) => ({ host, batch, restarted: false, lost: isLost(failure) })),
    ];
  }
  return touched.map((one) => {
    const result = results.find(({ host }) => host === one.host);
    return result === undefined ? one : { ...one, restarted: true, lost: isLost(result.failure) };
  });
}

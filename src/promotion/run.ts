// Carries out a promotion's story durably, from its first step to its recorded ending.

import { isFailure } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { impactOf } from "./impact-of.ts";
import { performStep, recordOf, type StepOptions } from "./perform-step.ts";
import type { Targets } from "./ports.ts";
import { promote, rollBack, type Story } from "./promotion.ts";
import type { Ending, PromotionRecord } from "./promotions.ts";
import { batchesOf } from "./step-names.ts";

/** Runs `work` once per name and run: a result that was recorded is returned again instead. */
export type Step = <T>(
  name: string,
  work: (run: { readonly signal: AbortSignal }) => Promise<T>,
) => Promise<T>;

export type RunOptions = StepOptions & {
  readonly openTargets: (record: PromotionRecord) => Promise<Targets>;
  readonly commands: (record: PromotionRecord) => readonly string[];
};

export async function runPromotion(promotionId: string, step: Step, options: RunOptions): Promise<Ending> {
  const { store } = options;
  const record = await recordOf(store, promotionId);
  let opened: Promise<Targets> | undefined;
  const targets = (): Promise<Targets> => {
    opened ??= options.openTargets(record);
    return opened;
  };
  const story: Story = {
    perform: (name) => step(name, ({ signal }) => performStep(promotionId, name, targets, options, signal)),
    conclude: (ending) =>
      step("conclude", ({ signal }) => conclude(promotionId, ending, targets, options, signal)),
    impact: async () => impactOf(await recordOf(store, promotionId)),
    commands: options.commands(record),
    batches: batchesOf(record.steps),
    rehearses: record.steps.some(({ name }) => name === "rehearse"),
  };
  return record.kind === "rollback" ? rollBack(story) : promote(story);
}

async function conclude(
  promotionId: string,
  ending: Ending,
  targets: () => Promise<Targets>,
  options: RunOptions,
  signal: AbortSignal,
): Promise<Ending> {
  const { store } = options;
  const at = options.now().toISOString();
  try {
    await (await targets()).letGo({ keepClaim: ending.outcome === "parked" });
  } catch (error) {
    if (isFailure(error, "job-fenced")) throw error;
    // The ending stands whether or not the host can be reached to clear up; the next promotion clears what is left.
    options.onError(error, promotionId);
  }
  signal.throwIfAborted();
  await endPromotion(store, promotionId, ending, at);
  return ending;
}

/** Records an ending with everything that hangs on it; safe to repeat. */
export async function endPromotion(
  store: Store,
  promotionId: string,
  ending: Ending,
  at: string,
): Promise<void> {
  const record = await recordOf(store, promotionId);
  if (ending.outcome === "refused" && record.planId !== undefined && ending.because.code === "stale") {
    await store.movePlan(record.planId, "approved", "stale", at, ending.moved);
  }
  const ended = {
    at,
    kind: "ended",
    step: undefined,
    facts: { outcome: ending.outcome },
    excerpt: [],
  } as const;
  const first = await store.endPromotion(promotionId, ending, at);
  await store.addEvent(promotionId, ended, "ended");
  if (first) {
    const details = { app: record.app, promotion: promotionId, outcome: ending.outcome };
    await store.audit({
      at,
      who: record.approvedBy.join(",") || record.requester,
      what: "promotion-ended",
      details,
    });
  }
}

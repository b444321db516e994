// Carries out a promotion's story durably, from its first step to its recorded ending.

import { isFailure } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { performStep, recordOf, type StepOptions } from "./perform-step.ts";
import type { Target } from "./ports.ts";
import { promote, rollBack, type Story } from "./promotion.ts";
import type { Ending, Facts, Impact, PromotionRecord, StepRecord } from "./promotions.ts";

/** Runs `work` once per name and run: a result that was recorded is returned again instead. */
export type Step = <T>(
  name: string,
  work: (run: { readonly signal: AbortSignal }) => Promise<T>,
) => Promise<T>;

export type RunOptions = StepOptions & {
  readonly openTarget: (record: PromotionRecord) => Promise<Target>;
  readonly commands: (record: PromotionRecord) => readonly string[];
};

export async function runPromotion(promotionId: string, step: Step, options: RunOptions): Promise<Ending> {
  const { store } = options;
  const record = await recordOf(store, promotionId);
  let opened: Promise<Target> | undefined;
  const target = (): Promise<Target> => {
    opened ??= options.openTarget(record);
    return opened;
  };
  const story: Story = {
    perform: (name) => step(name, ({ signal }) => performStep(promotionId, name, target, options, signal)),
    conclude: (ending) =>
      step("conclude", ({ signal }) => conclude(promotionId, ending, target, options, signal)),
    impact: async () => impactOf(await recordOf(store, promotionId)),
    commands: options.commands(record),
    rehearses: record.steps.some(({ name }) => name === "rehearse"),
  };
  return record.kind === "rollback" ? rollBack(story) : promote(story);
}

async function conclude(
  promotionId: string,
  ending: Ending,
  target: () => Promise<Target>,
  options: RunOptions,
  signal: AbortSignal,
): Promise<Ending> {
  const { store } = options;
  const at = options.now().toISOString();
  try {
    await (await target()).letGo({ keepClaim: ending.outcome === "parked" });
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

function impactOf(record: PromotionRecord): Impact {
  const facts = Object.assign({}, ...record.steps.map((step) => step.facts)) as Facts;
  const number = (key: string): number => Number(facts[key] ?? 0);
  const numbers = (...keys: readonly (keyof Impact & string)[]): Partial<Impact> =>
    Object.fromEntries(keys.flatMap((key) => (typeof facts[key] === "number" ? [[key, facts[key]]] : [])));
  const restart = record.steps.find((step) => step.name === "restart");
  const health = record.steps.find((step) => step.name === "health");
  // While hooks run the app serves: the old version before the restart, the new one once it is healthy.
  const hooks = (step: StepRecord | undefined): number => 1000 * Number(step?.facts["hookSeconds"] ?? 0);
  const from = restart?.startedAt === undefined ? undefined : Date.parse(restart.startedAt) + hooks(restart);
  const to = health?.finishedAt === undefined ? undefined : Date.parse(health.finishedAt) - hooks(health);
  return {
    filesChanged: number("filesChanged"),
    bytesBefore: number("bytesBefore"),
    bytesAfter: number("bytesAfter"),
    linesAdded: number("linesAdded"),
    linesRemoved: number("linesRemoved"),
    healthBefore: String(facts.healthBefore ?? ""),
    healthAfter: String(facts.healthAfter ?? ""),
    downtimeSeconds:
      from === undefined || to === undefined ? 0 : Math.max(0, Math.round((to - from) / 100) / 10),
    swapMilliseconds: number("swapMilliseconds"),
    ...numbers("filesBefore", "filesAfter", "logErrorsBefore", "logErrorsAfter"),
    answersBefore: String(facts["answersBefore"] ?? ""),
    answersAfter: String(facts["answersAfter"] ?? ""),
  };
}

// One step of a promotion: recorded before and after, told once, stopped when a person asks, tried again after a crash.

import { isFailure, type PasserelleError } from "../errors.ts";
import type { NewEvent, Store } from "../store/store.ts";
import { failed, type Progress, type StepOutcome, type Targets } from "./ports.ts";
import type { Facts, Failure, PromotionRecord, StepKind, StepName } from "./promotions.ts";
import { kindOf } from "./step-names.ts";
import { noteProgress, type WatchOptions, watchStop } from "./watch-step.ts";

export type StepOptions = WatchOptions & {
  /** Whether what was decided at the click still holds, asked under the lock before the first write: why not, or undefined. */
  readonly reconsider: (record: PromotionRecord) => Promise<Failure | undefined>;
  readonly now: () => Date;
  readonly mask: (text: string) => string;
};

/** A step that was cut off this often is not tried again: something in it kills us. */
const mostAttempts = 5;
const beforeFirstWrite: ReadonlySet<StepKind> = new Set(["lock", "verify", "back-up", "stage", "rehearse"]);
/** Between these a request to stop is obeyed; a swap or a restart is let finish first. */
const stoppable: ReadonlySet<StepKind> = new Set([
  "verify",
  "back-up",
  "stage",
  "rehearse",
  "swap",
  "restart",
  "health",
]);

export async function performStep(
  promotionId: string,
  name: StepName,
  targets: () => Promise<Targets>,
  options: StepOptions,
  signal: AbortSignal,
): Promise<StepOutcome> {
  const { store } = options;
  const isStoppable = stoppable.has(kindOf(name));
  const record = await recordOf(store, promotionId);
  const before = record.steps.find((step) => step.name === name);
  const attempt = Number(before?.facts.attempt ?? 0) + 1;
  const startedAt = before?.startedAt ?? options.now().toISOString();
  const running = { name, status: "running", startedAt, finishedAt: undefined } as const;
  const known = { ...before?.facts, attempt };
  await store.setStep(promotionId, { ...running, facts: known });
  await tell(
    promotionId,
    { kind: "step-started", step: name, facts: {}, excerpt: [] },
    options,
    `started:${name}`,
  );

  const watch = watchStop(promotionId, options);
  const noted = noteProgress(promotionId, running, known, options);
  const progress: Progress = {
    report: noted.report,
    keep: noted.keep,
    log: (lines) => tell(promotionId, { kind: "log", step: name, facts: {}, excerpt: lines }, options),
    note: (facts, excerpt, key) =>
      tell(
        promotionId,
        { kind: "note", step: name, facts: maskedFacts(facts, options.mask), excerpt },
        options,
        `note:${key}`,
      ),
    shouldStop: () => isStoppable && watch.requested(),
  };
  let outcome: StepOutcome;
  try {
    if (attempt > mostAttempts)
      outcome = failed(wroteBy(name, "gave-up"), {
        code: "step-crashed",
        details: { attempts: mostAttempts },
      });
    else if (isStoppable && record.stopRequestedBy !== undefined)
      outcome = failed(wroteBy(name, "not-begun"), {
        code: "stopped",
        details: { by: record.stopRequestedBy },
      });
    else
      outcome =
        (name === "verify" ? await reconsider(record, options) : undefined) ??
        (await attemptStep(name, targets, progress, promotionId, options));
  } finally {
    watch.end();
    await noted.end();
  }

  // Another process has taken the run over: it tells what came of the step.
  signal.throwIfAborted();
  const finishedAt = options.now().toISOString();
  const status = outcome.ok ? "done" : "failed";
  await store.setStep(promotionId, {
    name,
    status,
    startedAt,
    finishedAt,
    facts: { ...outcome.facts, attempt },
  });
  const facts = outcome.ok ? outcome.facts : { ...outcome.facts, ...reasonOf(outcome.because, options.mask) };
  await tell(
    promotionId,
    { kind: outcome.ok ? "step-done" : "step-failed", step: name, facts, excerpt: outcome.excerpt },
    options,
    `ended:${name}`,
  );
  return shortened(outcome, options.mask);
}

const mostPaths = 200;

/** What a step returns is recorded by the engine, which takes no large results; of very many paths the first ones say enough. */
function shortened(outcome: StepOutcome, mask: (text: string) => string): StepOutcome {
  if (outcome.ok) return outcome;
  const { code, details } = outcome.because;
  const short = Object.entries(details).map(([key, value]) => [key, shortValue(value, mask)]);
  return {
    ...outcome,
    moved: outcome.moved.slice(0, mostPaths),
    because: { code, details: Object.fromEntries(short) },
  };
}

function shortValue(value: unknown, mask: (text: string) => string): unknown {
  if (typeof value === "string") return mask(value).slice(0, 4000);
  return Array.isArray(value) ? value.slice(0, mostPaths) : value;
}

const sentenceFacts = [
  ...["reason", "why", "what", "url", "exitCode", "seconds", "onHost"],
  ...["file", "unit", "container", "root"],
];

/** What the sentence of a failure is made of, before an ending has all of it. */
function reasonOf({ code, details }: Failure, mask: (text: string) => string): Facts {
  const told = sentenceFacts.flatMap((name) => {
    const value = details[name];
    return typeof value === "string" || typeof value === "number" ? [[name, value] as const] : [];
  });
  return { code, ...maskedFacts(Object.fromEntries(told), mask) };
}

function maskedFacts(facts: Facts, mask: (text: string) => string): Facts {
  const masked = Object.entries(facts).map(([key, value]) => [
    key,
    typeof value === "string" ? mask(value).slice(0, 500) : value,
  ]);
  return Object.fromEntries(masked);
}

async function attemptStep(
  name: StepName,
  targets: () => Promise<Targets>,
  progress: Progress,
  promotionId: string,
  options: StepOptions,
): Promise<StepOutcome> {
  try {
    const outcome = await (await targets()).perform(name, progress);
    if (outcome.ok || outcome.because.code !== "stopped") return outcome;
    const by = (await options.store.promotion(promotionId))?.stopRequestedBy;
    return { ...outcome, because: { code: "stopped", details: { by } } };
  } catch (error) {
    // A newer owner of this promotion exists: it tells the rest, and nothing of ours may be recorded.
    if (isFailure(error, "job-fenced")) throw error;
    if (!isFailure(error)) options.onError(error, promotionId);
    return failed(wroteBy(name, "threw"), failureOf(error));
  }
}

async function reconsider(record: PromotionRecord, options: StepOptions): Promise<StepOutcome | undefined> {
  const because = await options.reconsider(record);
  return because && failed("nothing", because);
}

/** What a step that did not say so itself has done to PROD. */
function wroteBy(
  name: StepName,
  how: "not-begun" | "threw" | "gave-up",
): "nothing" | "something" | "unknown" {
  if (beforeFirstWrite.has(kindOf(name))) return "nothing";
  if (how === "not-begun") return kindOf(name) === "swap" ? "nothing" : "something";
  return "unknown";
}

async function tell(
  promotionId: string,
  event: Omit<NewEvent, "at">,
  options: StepOptions,
  once?: string,
): Promise<void> {
  const excerpt = event.excerpt.map(options.mask);
  await options.store.addEvent(promotionId, { ...event, excerpt, at: options.now().toISOString() }, once);
}

function failureOf(error: unknown): { code: string; details: Readonly<Record<string, unknown>> } {
  if (isFailure(error)) return { code: (error as PasserelleError).code, details: error.details };
  return { code: "internal", details: {} };
}

export async function recordOf(store: Store, promotionId: string): Promise<PromotionRecord> {
  const record = await store.promotion(promotionId);
  if (record === undefined) throw new Error(`promotion ${promotionId} is not in the store`);
  return record;
}

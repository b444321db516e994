// Carries out a promotion's story durably: each step recorded before and after, told once, resumed after a crash.

import { isFailure, type PasserelleError } from "../errors.ts";
import type { NewEvent, Store } from "../store/store.ts";
import { failed, type Progress, type StepOutcome, type Target } from "./ports.ts";
import { promote, rollBack, type Story } from "./promotion.ts";
import type { Ending, Facts, Failure, Impact, PromotionRecord, StepName, StepRecord } from "./promotions.ts";

/** Runs `work` once per name and run: a result that was recorded is returned again instead. */
export type Step = <T>(name: string, work: () => Promise<T>) => Promise<T>;

export type RunOptions = {
  readonly store: Store;
  readonly openTarget: (record: PromotionRecord) => Promise<Target>;
  readonly commands: (record: PromotionRecord) => readonly string[];
  /** Whether what was decided at the click still holds, asked under the lock before the first write: why not, or undefined. */
  readonly reconsider: (record: PromotionRecord) => Promise<Failure | undefined>;
  readonly now: () => Date;
  readonly mask: (text: string) => string;
  readonly onError: (error: unknown, promotionId: string) => void;
  /** How often a running step looks for a request to stop, and how often its progress is recorded. */
  readonly pollMilliseconds?: number;
};

/** A step that was cut off this often is not tried again: something in it kills us. */
const mostAttempts = 5;
const beforeFirstWrite: ReadonlySet<StepName> = new Set(["lock", "verify", "back-up", "stage"]);
/** Between these a request to stop is obeyed; a swap or a restart is let finish first. */
const stoppable: ReadonlySet<StepName> = new Set(["verify", "back-up", "stage", "swap", "restart", "health"]);

export async function runPromotion(promotionId: string, step: Step, options: RunOptions): Promise<Ending> {
  const { store } = options;
  const record = await recordOf(store, promotionId);
  let opened: Promise<Target> | undefined;
  const target = (): Promise<Target> => {
    opened ??= options.openTarget(record);
    return opened;
  };
  const story: Story = {
    perform: (name) => step(name, () => performOnce(promotionId, name, target, options)),
    conclude: (ending) => step("conclude", () => conclude(promotionId, ending, target, options)),
    impact: async () => impactOf(await recordOf(store, promotionId)),
    commands: options.commands(record),
  };
  return record.kind === "rollback" ? rollBack(story) : promote(story);
}

async function performOnce(
  promotionId: string,
  name: StepName,
  target: () => Promise<Target>,
  options: RunOptions,
): Promise<StepOutcome> {
  const { store } = options;
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
    shouldStop: () => stoppable.has(name) && watch.requested(),
  };
  let outcome: StepOutcome;
  try {
    if (attempt > mostAttempts)
      outcome = failed(wroteBy(name, "gave-up"), {
        code: "step-crashed",
        details: { attempts: mostAttempts },
      });
    else if (stoppable.has(name) && record.stopRequestedBy !== undefined)
      outcome = failed(wroteBy(name, "not-begun"), {
        code: "stopped",
        details: { by: record.stopRequestedBy },
      });
    else
      outcome =
        (name === "verify" ? await reconsider(record, options) : undefined) ??
        (await attemptStep(name, target, progress, promotionId, options));
  } finally {
    watch.end();
    await noted.end();
  }

  const finishedAt = options.now().toISOString();
  const status = outcome.ok ? "done" : "failed";
  await store.setStep(promotionId, {
    name,
    status,
    startedAt,
    finishedAt,
    facts: { ...outcome.facts, attempt },
  });
  const facts = outcome.ok ? outcome.facts : { ...outcome.facts, code: outcome.because.code };
  await tell(
    promotionId,
    { kind: outcome.ok ? "step-done" : "step-failed", step: name, facts, excerpt: outcome.excerpt },
    options,
    `ended:${name}`,
  );
  return outcome;
}

async function attemptStep(
  name: StepName,
  target: () => Promise<Target>,
  progress: Progress,
  promotionId: string,
  options: RunOptions,
): Promise<StepOutcome> {
  try {
    const outcome = await (await target())[name](progress);
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

async function reconsider(record: PromotionRecord, options: RunOptions): Promise<StepOutcome | undefined> {
  const because = await options.reconsider(record);
  return because && failed("nothing", because);
}

/** What a step that did not say so itself has done to PROD. */
function wroteBy(
  name: StepName,
  how: "not-begun" | "threw" | "gave-up",
): "nothing" | "something" | "unknown" {
  if (beforeFirstWrite.has(name)) return "nothing";
  if (how === "not-begun") return name === "swap" ? "nothing" : "something";
  return "unknown";
}

async function conclude(
  promotionId: string,
  ending: Ending,
  target: () => Promise<Target>,
  options: RunOptions,
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

async function tell(
  promotionId: string,
  event: Omit<NewEvent, "at">,
  options: RunOptions,
  once?: string,
): Promise<void> {
  const excerpt = event.excerpt.map(options.mask);
  await options.store.addEvent(promotionId, { ...event, excerpt, at: options.now().toISOString() }, once);
}

function watchStop(
  promotionId: string,
  { store, pollMilliseconds = 500, onError }: RunOptions,
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
function noteProgress(
  promotionId: string,
  step: RunningStep,
  known: Facts,
  { store, pollMilliseconds = 500, onError }: RunOptions,
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

function failureOf(error: unknown): { code: string; details: Readonly<Record<string, unknown>> } {
  if (isFailure(error)) return { code: (error as PasserelleError).code, details: error.details };
  return { code: "internal", details: {} };
}

async function recordOf(store: Store, promotionId: string): Promise<PromotionRecord> {
  const record = await store.promotion(promotionId);
  if (record === undefined) throw new Error(`promotion ${promotionId} is not in the store`);
  return record;
}

function impactOf(record: PromotionRecord): Impact {
  const facts = Object.assign({}, ...record.steps.map((step) => step.facts)) as Facts;
  const number = (key: string): number => Number(facts[key] ?? 0);
  const restart = record.steps.find((step) => step.name === "restart");
  const health = record.steps.find((step) => step.name === "health");
  const from = restart?.startedAt === undefined ? undefined : Date.parse(restart.startedAt);
  const to = health?.finishedAt === undefined ? undefined : Date.parse(health.finishedAt);
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
  };
}

// The bot's own rows: plans, decisions, promotions, their events, locks, messages, remembered trees, audit.

import type {
  Decision,
  Ending,
  Facts,
  Lock,
  PlanRecord,
  PlanStatus,
  PromotionEvent,
  PromotionRecord,
  StepName,
  StepRecord,
} from "../promotion/promotions.ts";
import type { Plan } from "../tree/plan.ts";

/**
 * Every method is one transaction; what it says it did is durable when it returns.
 * Times are ISO 8601 UTC strings handed in by the caller (one clock: the caller's).
 */
export interface Store {
  // Plans and decisions
  addPlan(plan: Plan, channel: string | undefined): Promise<void>;
  /** In one transaction: the open plan becomes `replaced`, and `by` is added in its place. False, and nothing added, when it is not open. */
  replacePlan(id: string, by: Plan): Promise<boolean>;
  plan(id: string): Promise<PlanRecord | undefined>;
  planChannel(id: string): Promise<string | undefined>;
  openPlans(app: string): Promise<readonly Plan[]>;
  /**
   * Compare-and-set: moves a plan from `from` to `to` and says whether this call did it. Moving to `approved` also needs
   * `expiresAt` to be after `at`.
   */
  movePlan(
    id: string,
    from: PlanStatus,
    to: PlanStatus,
    at: string,
    moved?: readonly string[],
  ): Promise<boolean>;
  /** False when this person already has a decision on this plan, or the plan is not open. */
  addDecision(planId: string, decision: Decision): Promise<boolean>;
  /**
   * In one transaction: the plan goes `open` -> `approved` (not expired at `at`), the promotion row is made, and the app has no
   * other running promotion. Exactly one of any number of concurrent calls gets `started`.
   */
  startPromotion(
    planId: string,
    promotion: NewPromotion,
    at: string,
  ): Promise<"started" | "not-open" | "expired" | { readonly running: string }>;
  /** The same for a rollback, which no plan belongs to. */
  startRollback(promotion: NewPromotion): Promise<"started" | { readonly running: string }>;

  // Promotions
  promotion(id: string): Promise<PromotionRecord | undefined>;
  running(app: string): Promise<PromotionRecord | undefined>;
  /** All apps, oldest first: what recovery looks at. */
  allRunning(): Promise<readonly PromotionRecord[]>;
  history(app: string, limit: number, before: string | undefined): Promise<readonly PromotionRecord[]>;
  setStep(promotionId: string, step: StepRecord): Promise<void>;
  /** Idempotent: only the first ending counts; false afterwards. */
  endPromotion(promotionId: string, ending: Ending, at: string): Promise<boolean>;
  requestStop(promotionId: string, by: string): Promise<boolean>;
  /** Gives the event the next sequence number. With `once`, an event of that key is recorded a single time (steps run again after a crash). */
  addEvent(promotionId: string, event: NewEvent, once?: string): Promise<PromotionEvent | undefined>;
  events(promotionId: string, afterSequence: number): Promise<readonly PromotionEvent[]>;

  // Locks set by people
  lock(app: string, at: string): Promise<Lock | undefined>;
  setLock(lock: Lock): Promise<void>;
  removeLock(app: string): Promise<boolean>;

  // What the Slack room remembers about its messages; the store does not look inside
  message(key: string): Promise<MessageRecord | undefined>;
  setMessage(key: string, record: MessageRecord): Promise<void>;
  /** Keys of messages not yet marked settled. */
  unsettledMessages(): Promise<readonly string[]>;

  // Remembered hashes and last promoted trees, by key; JSON
  remember(key: string, value: string): Promise<void>;
  recall(key: string): Promise<string | undefined>;

  /** Whether nobody, in any process, has asked this of `id` during the last day before `at`. Exactly one of any number of calls gets true. */
  firstTime(id: string, at: string): Promise<boolean>;

  /**
   * Takes or prolongs a lease until `seconds` after `at`, and says who had it before. Undefined while somebody else has it: until it
   * is released or has run out.
   */
  lease(wish: {
    readonly name: string;
    readonly holder: string;
    readonly at: string;
    readonly seconds: number;
  }): Promise<{ readonly before: string | undefined } | undefined>;
  releaseLease(lease: { readonly name: string; readonly holder: string }): Promise<void>;
  /** Nobody will want it again. */
  endLease(name: string): Promise<void>;

  // Audit: append-only
  audit(entry: {
    readonly at: string;
    readonly who: string;
    readonly what: string;
    readonly details: Facts;
  }): Promise<void>;
  auditTrail(limit: number): Promise<readonly { at: string; who: string; what: string; details: Facts }[]>;

  /**
   * Removes what ended before `before`, a few hundred at a time, and says how much: plans that were not carried out, promotions
   * with their plans and events. Never what runs or waits, what `keep` names, the newest `keepNewest` promotions, or the audit.
   */
  forget(what: {
    readonly app: string;
    readonly before: string;
    readonly keep: readonly string[];
    readonly keepNewest: number;
  }): Promise<{ readonly plans: number; readonly promotions: number }>;

  /** Ids of plans and promotions changed after a cursor, for telling what another process did. Cursors are opaque, increasing. */
  changesSince(
    cursor: number,
  ): Promise<{ cursor: number; changes: readonly { kind: "plan" | "promotion"; id: string }[] }>;
  close(): Promise<void>;
}

export type NewPromotion = Pick<
  PromotionRecord,
  "id" | "app" | "kind" | "planId" | "restorePointId" | "requester" | "approvedBy" | "reason" | "startedAt"
> & { readonly steps: readonly StepName[] };

export type NewEvent = Omit<PromotionEvent, "promotionId" | "sequence">;

export type MessageRecord = {
  readonly channel: string;
  readonly ts: string;
  /** Highest event sequence already told in the thread. */
  readonly toldSequence: number;
  /** Nothing more is to be said there. */
  readonly settled: boolean;
  /** Hash of what it shows now. */
  readonly shown: string;
};

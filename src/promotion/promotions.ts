// What Slack, the terminal and the demo ask: one object for proposing, deciding, promoting, rolling back and telling.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { Verification } from "../backup/verify-restore-point.ts";
import type { HealthReport } from "../health/health.ts";
import type { Drift, Plan } from "../tree/plan.ts";
import type { ChangedImages } from "./changed-images.ts";
import type { FoundDrift } from "./found-drift.ts";
import type { Impact } from "./impact.ts";
import type { StepName } from "./steps.ts";

export type { Impact } from "./impact.ts";
export { type HostStep, promotionSteps, rollbackSteps, type StepKind, type StepName } from "./steps.ts";

/** Who acts. `id` is a Slack user id, or `terminal:<login>`. */
export type Person = { readonly id: string; readonly via: "slack" | "terminal" };

/** Whether a person belongs to the approvers of an app, asked at the click and again before the first write. */
export interface Membership {
  /** User ids among `approvers` after expanding groups; deactivated people, guests and bots left out. Throws when Slack cannot be asked. */
  approvers(approvers: readonly string[]): Promise<ReadonlySet<string>>;
}

export interface Promotions {
  readonly apps: readonly string[];
  propose(request: ProposeRequest): Promise<Proposal>;
  /** Plans anew with other groups, in the place of an open plan: same requester, and the older plan can be decided no more. */
  regroup(request: RegroupRequest): Promise<Regrouped>;
  decide(request: DecideRequest): Promise<Decided>;
  /** Breaks the glass from a terminal: records the decision of the person there and starts, under the same rules but approval. */
  promoteNow(request: PromoteNowRequest): Promise<Decided>;
  rollBack(request: RollBackRequest): Promise<RollBackStarted>;
  /** Asks a running promotion to stop and go back; false when nothing of that id runs. */
  stop(promotionId: string, by: Person): Promise<boolean>;
  lock(app: string, by: Person, reason: string, seconds: number | undefined): Promise<Lock>;
  unlock(app: string, by: Person): Promise<boolean>;
  plan(planId: string): Promise<PlanRecord | undefined>;
  /** Unified diff of a plan's text files, read from both sides now; secrets masked. */
  patch(planId: string): Promise<string>;
  /** What was changed by hand in PROD since the last promotion, read now; nothing is recorded. */
  drift(app: string): Promise<readonly Drift[]>;
  /** Unified diff for PREPROD's root that brings drift back there; what holds a secret is left out. */
  driftPatch(app: string, drift: readonly Drift[]): Promise<string>;
  /** What the watch found, by the id it told. */
  foundDrift(id: string): Promise<FoundDrift | undefined>;
  /** The images that a plan changes, read from both sides now. */
  images(planId: string): Promise<ChangedImages>;
  promotion(promotionId: string): Promise<PromotionRecord | undefined>;
  /** Everything a promotion recorded, in order. */
  events(promotionId: string, afterSequence?: number): Promise<readonly PromotionEvent[]>;
  /** The whole log as text: steps, output of commands, health attempts; secrets masked. */
  log(promotionId: string): Promise<string>;
  status(app: string): Promise<Status>;
  history(app: string, options?: { limit?: number; before?: string }): Promise<readonly PromotionRecord[]>;
  restorePoints(app: string): Promise<readonly RestorePoint[]>;
  /** Where a rollback goes when nobody names a point. */
  nextRestorePoint(app: string): Promise<RestorePoint | undefined>;
  verify(app: string): Promise<readonly Verified[]>;
  /** Waits for the ending of a promotion; for the terminal. */
  waitFor(promotionId: string, onEvent?: (event: PromotionEvent) => void): Promise<PromotionRecord>;
  /** Called with the id of each plan or promotion whose record or events changed, also by another process. Returns the unsubscribe. */
  onChange(
    listener: (change: { readonly kind: "plan" | "promotion"; readonly id: string }) => void,
  ): () => void;
}

export type ProposeRequest = {
  readonly app: string;
  readonly by: Person;
  readonly groups?: readonly string[];
  /** Re-reads every file instead of trusting remembered hashes. */
  readonly fresh?: boolean;
};

export type Proposal =
  | { readonly outcome: "planned"; readonly plan: Plan }
  | { readonly outcome: "in-sync"; readonly plan: Plan };

export type RegroupRequest = {
  readonly planId: string;
  readonly groups: readonly string[];
  readonly by: Person;
};

/** Only the requester answers for what goes along: an approver who adds to a plan would approve their own addition. */
export type Regrouped =
  | { readonly outcome: "planned" | "unchanged" | "not-requester"; readonly plan: Plan }
  | {
      readonly outcome: "refused";
      readonly refusal: Extract<Refusal, { why: "unknown-plan" | "already-decided" | "expired" }>;
    };

export type DecideRequest = {
  readonly planId: string;
  readonly by: Person;
  readonly verdict: "approve" | "reject";
  readonly reason?: string;
  /** An approval says so when the person was shown which hand edits of PROD it overwrites; without it such a plan is refused. */
  readonly acknowledgesDrift?: boolean;
  /** Where the click came from; a plan is decided only in the channel it was posted in. */
  readonly channel?: string;
};

/** Every answer to a click. Only `started`, `counted` and `rejected` changed anything. */
export type Decided =
  | { readonly outcome: "started"; readonly promotionId: string; readonly plan: Plan }
  | {
      readonly outcome: "counted";
      readonly plan: Plan;
      readonly approvals: number;
      readonly required: number;
    }
  | { readonly outcome: "rejected"; readonly plan: Plan }
  | { readonly outcome: "refused"; readonly refusal: Refusal; readonly plan: Plan | undefined };

export type Refusal =
  | { readonly why: "unknown-plan" }
  | { readonly why: "not-an-approver"; readonly approvers: readonly string[] }
  | { readonly why: "own-request" }
  | { readonly why: "already-counted" }
  | {
      readonly why: "already-decided";
      readonly status: PlanStatus;
      readonly by: string | undefined;
      readonly at: string | undefined;
    }
  | { readonly why: "expired"; readonly at: string }
  | { readonly why: "blocked"; readonly checks: readonly string[] }
  /** It would overwrite, remove or undo what somebody changed in PROD by hand, and nobody said that it may. */
  | { readonly why: "drift"; readonly paths: readonly string[] }
  | { readonly why: "wrong-channel" }
  | { readonly why: "nothing-to-do" }
  | { readonly why: "locked"; readonly lock: Lock }
  | { readonly why: "running"; readonly promotionId: string }
  | { readonly why: "membership-unknown" };

export type PromoteNowRequest = {
  readonly app: string;
  readonly by: Person;
  /** The digest or id that `diff` printed. */
  readonly plan: string;
  readonly reason?: string;
  readonly acknowledgesDrift?: boolean;
};

export type RollBackRequest = {
  readonly app: string;
  readonly by: Person;
  /** Default: the last good restore point that PROD is not already at. */
  readonly to?: string;
  readonly reason?: string;
};

export type RollBackStarted =
  | { readonly outcome: "started"; readonly promotionId: string; readonly to: RestorePoint }
  /** A promotion was running: it was told to stop and go back, which is the rollback. */
  | { readonly outcome: "stopping"; readonly promotionId: string }
  | {
      readonly outcome: "refused";
      readonly why: "no-restore-point" | "not-an-approver" | "running";
      readonly promotionId?: string;
    };

export type PlanStatus = "open" | "approved" | "rejected" | "expired" | "stale" | "replaced";

export type PlanRecord = {
  readonly plan: Plan;
  readonly status: PlanStatus;
  readonly decisions: readonly Decision[];
  /** Present when it was approved and started. */
  readonly promotionId: string | undefined;
  /** Why it is stale: the paths that moved. */
  readonly moved: readonly string[];
  /** The plan that took its place in its message. */
  readonly replacedBy?: string;
};

export type Decision = {
  readonly by: string;
  readonly verdict: "approve" | "reject";
  readonly at: string;
  readonly reason: string | undefined;
  readonly via: Person["via"];
  /** It was given knowing that hand edits of PROD are overwritten. */
  readonly acknowledgedDrift?: boolean;
};

export type Lock = {
  readonly app: string;
  readonly by: string;
  readonly reason: string;
  readonly since: string;
  readonly until: string | undefined;
};

export type PromotionStatus = "running" | "done" | "rolled-back" | "refused" | "parked";

export type PromotionRecord = {
  /** `pr_…` for a promotion, `rb_…` for a rollback. */
  readonly id: string;
  readonly app: string;
  readonly kind: "promotion" | "rollback";
  readonly planId: string | undefined;
  /** For a rollback: where to. */
  readonly restorePointId: string | undefined;
  readonly requester: string;
  readonly approvedBy: readonly string[];
  readonly reason: string | undefined;
  readonly status: PromotionStatus;
  readonly steps: readonly StepRecord[];
  readonly stopRequestedBy: string | undefined;
  readonly startedAt: string;
  readonly finishedAt: string | undefined;
  readonly ending: Ending | undefined;
};

export type StepRecord = {
  readonly name: StepName;
  readonly status: "waiting" | "running" | "done" | "failed" | "skipped";
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
  /** Facts for the checklist line: `214 MB in 6 s`, `12 files`; made by texts from `facts`. */
  readonly facts: Facts;
};

export type Facts = Readonly<Record<string, string | number | boolean>>;

/** How it ended. `unknown` is never an ending. */
export type Ending =
  | { readonly outcome: "done"; readonly impact: Impact }
  /** Something after the first write failed, or a person stopped it: PROD is as it was, checked path by path. */
  | {
      readonly outcome: "rolled-back";
      readonly failedStep: StepName;
      readonly because: Failure;
      /** `unrestarted`: it answers healthily, but its restart failed. */
      readonly health: HealthReport["outcome"] | "unrestarted" | "unknown";
    }
  /** Nothing was written. */
  | { readonly outcome: "refused"; readonly because: Failure; readonly moved: readonly string[] }
  /** PROD needs a person: the lock is kept, `commands` are the exact next ones to type. */
  | {
      readonly outcome: "parked";
      readonly failedStep: StepName;
      readonly because: Failure;
      readonly commands: readonly string[];
      /** Where PROD has several hosts: what each of them is now, as far as is known. */
      readonly hosts?: readonly HostState[];
    };

/** `before`: as it was before this promotion or rollback; `after`: what that was to bring. */
export type HostState = { readonly host: string; readonly is: "before" | "after" | "unknown" };

/** Why, as a code with facts: `texts` makes the sentence. `stopped`, `stale`, `unhealthy` and every code of `errors.ts`. */
export type Failure = { readonly code: string; readonly details: Readonly<Record<string, unknown>> };

export type PromotionEvent = {
  readonly promotionId: string;
  /** 1, 2, 3, ... without gaps. */
  readonly sequence: number;
  readonly at: string;
  readonly kind: "step-started" | "step-progress" | "step-done" | "step-failed" | "log" | "note" | "ended";
  readonly step: StepName | undefined;
  readonly facts: Facts;
  /** Lines of output, capped and masked. */
  readonly excerpt: readonly string[];
};

export type Status = {
  readonly app: string;
  readonly running: PromotionRecord | undefined;
  readonly waiting: readonly Plan[];
  readonly lock: Lock | undefined;
  readonly last: PromotionRecord | undefined;
  readonly preprodHealth: "healthy" | "unhealthy" | "unknown";
  /** Of several hosts the worst. */
  readonly prodHealth: "healthy" | "unhealthy" | "unknown";
  /** Where PROD has several. */
  readonly hosts?: readonly HostHealth[];
};

export type HostHealth = {
  readonly host: string;
  readonly health: "healthy" | "unhealthy" | "unknown";
};

export type Verified = Verification & {
  readonly restorePoint: RestorePoint;
  /** Where PROD has several. */
  readonly host?: string;
};

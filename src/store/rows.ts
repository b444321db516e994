// The tables of the bot's database and the columns of each: the only vocabulary in which the store speaks to SQL.

import type { ColumnType, Generated } from "kysely";

/** Fixed when a row is added. */
type Fixed<T> = ColumnType<T, T, never>;

export type Rows = {
  schema_version: { version: number };
  plans: PlanRow;
  decisions: DecisionRow;
  promotions: PromotionRow;
  promotion_steps: StepRow;
  promotion_events: EventRow;
  locks: LockRow;
  messages: MessageRow;
  memories: { key: Fixed<string>; value: string };
  audit_trail: AuditRow;
  change_counter: { id: Fixed<1>; value: number };
  changes: ChangeRow;
};

export type PlanRow = {
  ordinal: Generated<number>;
  id: Fixed<string>;
  app: Fixed<string>;
  channel: Fixed<string | null>;
  status: string;
  /** Milliseconds since 1970: two ISO texts of one instant may differ, numbers cannot. */
  expires_ms: Fixed<number>;
  /** JSON: paths; of a plan that another one replaced in its message, that one's id. */
  moved: string;
  /** JSON: the whole plan. */
  body: Fixed<string>;
};

export type DecisionRow = {
  ordinal: Generated<number>;
  plan_id: Fixed<string>;
  person: Fixed<string>;
  verdict: Fixed<string>;
  decided_at: Fixed<string>;
  reason: Fixed<string | null>;
  via: Fixed<string>;
  /** 0 or 1. */
  acknowledged_drift: Fixed<number>;
};

export type PromotionRow = {
  ordinal: Generated<number>;
  id: Fixed<string>;
  app: Fixed<string>;
  kind: Fixed<string>;
  plan_id: Fixed<string | null>;
  restore_point_id: Fixed<string | null>;
  requester: Fixed<string>;
  /** JSON: user ids. */
  approved_by: Fixed<string>;
  reason: Fixed<string | null>;
  status: string;
  stop_requested_by: string | null;
  started_at: Fixed<string>;
  finished_at: string | null;
  /** JSON: an ending. */
  ending: string | null;
  /** Sequence number of the promotion's latest event. */
  last_sequence: number;
};

export type StepRow = {
  promotion_id: Fixed<string>;
  position: Fixed<number>;
  name: Fixed<string>;
  status: string;
  started_at: string | null;
  finished_at: string | null;
  /** JSON: facts. */
  facts: string;
};

export type EventRow = {
  promotion_id: Fixed<string>;
  sequence: Fixed<number>;
  at: Fixed<string>;
  kind: Fixed<string>;
  step: Fixed<string | null>;
  /** JSON: facts. */
  facts: Fixed<string>;
  /** JSON: lines. */
  excerpt: Fixed<string>;
  once_key: Fixed<string | null>;
};

export type LockRow = {
  app: Fixed<string>;
  person: string;
  reason: string;
  since: string;
  until: string | null;
};

export type MessageRow = {
  key: Fixed<string>;
  channel: string;
  ts: string;
  told_sequence: number;
  /** 0 or 1: SQLite has no booleans. */
  settled: number;
  shown: string;
};

export type AuditRow = {
  ordinal: Generated<number>;
  at: Fixed<string>;
  who: Fixed<string>;
  what: Fixed<string>;
  /** JSON: facts. */
  details: Fixed<string>;
};

export type ChangeRow = {
  id: Fixed<number>;
  /** `plan`, `promotion`, or `other` for what nobody follows. */
  kind: Fixed<string>;
  subject: Fixed<string>;
  /** Made by the caller of the transaction: finding it says that the transaction was committed. */
  receipt: Fixed<string>;
};

// Who may decide what: the approval rules as pure functions over facts that were gathered before.

import type { ApprovalConfig } from "../config/config.ts";
import { overwrittenDrift } from "../tree/drift.ts";
import type { Decision, Lock, Person, PlanRecord, Refusal } from "./promotions.ts";

export type DecisionFacts = {
  readonly record: PlanRecord;
  readonly by: Person;
  readonly approval: ApprovalConfig;
  /** The approvers of the app after expanding groups, as Slack knows them now; undefined when Slack could not be asked. */
  readonly approvers: ReadonlySet<string> | undefined;
  readonly now: string;
  readonly lock: Lock | undefined;
  readonly running: string | undefined;
  readonly acknowledgesDrift?: boolean;
};

/** Why this click changes nothing; undefined when it may be counted. The order is what helps the person most: state, then right. */
export function refuseApproval(facts: DecisionFacts): Refusal | undefined {
  const { record, by, approval, approvers, now, lock, running } = facts;
  const closed = refuseClosed(record, now);
  if (closed) return closed;
  const blocking = record.plan.checks.filter((check) => check.level === "block").map((check) => check.id);
  if (blocking.length > 0) return { why: "blocked", checks: blocking };
  if (by.via === "slack") {
    if (approvers === undefined) return { why: "membership-unknown" };
    if (!approvers.has(by.id)) return { why: "not-an-approver", approvers: approval.approvers };
    if (!approval.byRequester && by.id === record.plan.requester) return { why: "own-request" };
  }
  if (record.decisions.some((decision) => decision.by === by.id)) return { why: "already-counted" };
  const overwritten = overwrittenDrift(record.plan).map(({ path }) => path);
  if (overwritten.length > 0 && facts.acknowledgesDrift !== true) return { why: "drift", paths: overwritten };
  if (lock) return { why: "locked", lock };
  if (running !== undefined) return { why: "running", promotionId: running };
  return undefined;
}

/** Rejecting is open to approvers and to the person who asked; it needs no free target. */
export function refuseRejection({
  record,
  by,
  approval,
  approvers,
  now,
}: DecisionFacts): Refusal | undefined {
  const closed = refuseClosed(record, now);
  if (closed) return closed;
  if (by.via === "terminal" || by.id === record.plan.requester) return undefined;
  if (approvers === undefined) return { why: "membership-unknown" };
  return approvers.has(by.id) ? undefined : { why: "not-an-approver", approvers: approval.approvers };
}

/**
 * The approvals that count: distinct people who may approve now, never the requester unless the config says so. A person at a
 * terminal broke the glass with access to the bot's own files: their decision counts as all that is required.
 */
export function countApprovals(
  record: Pick<PlanRecord, "plan" | "decisions">,
  approval: ApprovalConfig,
  approvers: ReadonlySet<string>,
): { readonly approvals: number; readonly enough: boolean } {
  const given = record.decisions.filter((decision) => decision.verdict === "approve");
  const atTerminal = given.some((decision) => decision.via === "terminal");
  const people = new Set(
    given.filter((decision) => mayCount(decision, record, approval, approvers)).map(({ by }) => by),
  );
  return { approvals: people.size, enough: atTerminal || people.size >= approval.required };
}

function mayCount(
  decision: Decision,
  record: Pick<PlanRecord, "plan">,
  approval: ApprovalConfig,
  approvers: ReadonlySet<string>,
): boolean {
  if (decision.via === "terminal") return true;
  return approvers.has(decision.by) && (approval.byRequester || decision.by !== record.plan.requester);
}

function refuseClosed(record: PlanRecord, now: string): Refusal | undefined {
  if (record.status === "expired" || (record.status === "open" && record.plan.expiresAt <= now)) {
    return { why: "expired", at: record.plan.expiresAt };
  }
  if (record.status === "open") return undefined;
  const last = record.decisions.at(-1);
  return { why: "already-decided", status: record.status, by: last?.by, at: last?.at };
}

// Planning anew with other groups in the place of a plan that is still open.

import type { Plan } from "../tree/plan.ts";
import type { Desk } from "./desk.ts";
import type { PlanRecord, Regrouped, RegroupRequest } from "./promotions.ts";
import { auditProposal, draftPlan } from "./propose.ts";

export async function regroup(desk: Desk, { planId, groups, by }: RegroupRequest): Promise<Regrouped> {
  const record = await latestInMessage(desk, planId);
  if (record === undefined) return { outcome: "refused", refusal: { why: "unknown-plan" } };
  const { plan } = record;
  if (by.id !== plan.requester) return { outcome: "not-requester", plan };
  if (record.status !== "open") return refuseClosed(record);
  if (plan.expiresAt <= desk.at()) {
    return { outcome: "refused", refusal: { why: "expired", at: plan.expiresAt } };
  }
  if (sameNames(plan.groups, groups)) return { outcome: "unchanged", plan };
  const draft = await draftPlan(desk, { app: plan.app, requester: plan.requester, groups, fresh: false });
  const next: Plan = { ...draft, shownIn: plan.shownIn ?? plan.id };
  // Decided while both sides were read: what was approved stays what it was.
  if (!(await desk.store.replacePlan(plan.id, next))) {
    const now = await desk.store.plan(plan.id);
    return refuseClosed(now ?? record);
  }
  await auditProposal(desk, by, next);
  return { outcome: "planned", plan: next };
}

/** A click on a plan that was just replaced means the one that took its place. */
async function latestInMessage(desk: Desk, planId: string): Promise<PlanRecord | undefined> {
  let record = await desk.store.plan(planId);
  while (record?.replacedBy !== undefined) record = await desk.store.plan(record.replacedBy);
  return record;
}

function refuseClosed({ status, decisions }: PlanRecord): Regrouped {
  const last = decisions.at(-1);
  return {
    outcome: "refused",
    refusal: { why: "already-decided", status, by: last?.by, at: last?.at },
  };
}

function sameNames(left: readonly string[], right: readonly string[]): boolean {
  return [...new Set(left)].sort().join("\0") === [...new Set(right)].sort().join("\0");
}

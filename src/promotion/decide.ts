// Decisions on plans: counted once each, checked against the rules, and the last one needed starts the promotion.

import type { AppConfig } from "../config/config.ts";
import { overwrittenDrift } from "../tree/drift.ts";
import type { Plan } from "../tree/plan.ts";
import type { Desk } from "./desk.ts";
import { countApprovals, type DecisionFacts, refuseApproval, refuseRejection } from "./policy.ts";
import type { Decided, DecideRequest, Decision, Person, PromoteNowRequest } from "./promotions.ts";
import { promotionStepsOf } from "./steps-of.ts";

export async function decide(desk: Desk, request: DecideRequest): Promise<Decided> {
  const { planId, by, verdict, reason, channel, acknowledgesDrift = false } = request;
  const known = await factsFor(desk, planId, by);
  const facts = known && { ...known, acknowledgesDrift };
  if (facts === undefined) return { outcome: "refused", refusal: { why: "unknown-plan" }, plan: undefined };
  const { plan } = facts.record;
  const app = desk.appOf(plan.app);
  const refusal =
    channel !== undefined && channel !== (await desk.store.planChannel(planId)) && channel !== app.channel
      ? ({ why: "wrong-channel" } as const)
      : verdict === "approve"
        ? refuseApproval(facts)
        : refuseRejection(facts);
  if (refusal) {
    if (refusal.why === "expired") await desk.store.movePlan(planId, "open", "expired", facts.now);
    const details = { app: app.name, plan: planId, verdict, why: refusal.why };
    await desk.store.audit({ at: facts.now, who: by.id, what: "decision-refused", details });
    return { outcome: "refused", refusal, plan };
  }
  const overwritten = verdict === "approve" ? overwrittenDrift(plan).length : 0;
  const decision: Decision = {
    by: by.id,
    verdict,
    at: facts.now,
    reason,
    via: by.via,
    ...(overwritten > 0 && { acknowledgedDrift: true }),
  };
  if (!(await desk.store.addDecision(planId, decision))) return refuseLate(desk, planId, by, plan);
  await desk.store.audit({
    at: facts.now,
    who: by.id,
    what: verdict,
    details: {
      app: app.name,
      plan: planId,
      digest: plan.digest,
      ...(overwritten > 0 && { overwrites: overwritten }),
    },
  });
  if (verdict === "reject") {
    const rejected = await desk.store.movePlan(planId, "open", "rejected", facts.now);
    return rejected ? { outcome: "rejected", plan } : refuseLate(desk, planId, by, plan);
  }
  return startIfApproved(desk, app, planId, by, facts.approvers ?? new Set(), reason);
}

/** Breaks the glass: the plan that `diff` printed, by id or digest, decided at a terminal. */
export async function promoteNow(
  desk: Desk,
  { app: name, by, plan: wanted, reason, acknowledgesDrift = false }: PromoteNowRequest,
): Promise<Decided> {
  desk.appOf(name);
  const open = await desk.store.openPlans(name);
  const plan =
    open.find((candidate) => candidate.id === wanted) ??
    open.findLast((candidate) => candidate.digest === wanted);
  const known = plan ?? (await desk.store.plan(wanted))?.plan;
  if (known === undefined || known.app !== name)
    return { outcome: "refused", refusal: { why: "unknown-plan" }, plan: undefined };
  return decide(desk, {
    planId: known.id,
    by,
    verdict: "approve",
    acknowledgesDrift,
    ...(reason !== undefined && { reason }),
  });
}

/** The quorum and the start are looked at again from the store, so that any number of last clicks start one promotion. */
async function startIfApproved(
  desk: Desk,
  app: AppConfig,
  planId: string,
  by: Person,
  approvers: ReadonlySet<string>,
  reason?: string,
): Promise<Decided> {
  const record = await desk.store.plan(planId);
  if (record === undefined) return { outcome: "refused", refusal: { why: "unknown-plan" }, plan: undefined };
  const { plan } = record;
  const { approvals, enough } = countApprovals(record, app.approval, approvers);
  if (!enough) return { outcome: "counted", plan, approvals, required: app.approval.required };
  const promotionId = `pr_${desk.newId()}`;
  const approvedBy = record.decisions
    .filter(({ verdict }) => verdict === "approve")
    .map((decision) => decision.by);
  const started = await desk.store.startPromotion(
    planId,
    {
      id: promotionId,
      app: app.name,
      kind: "promotion",
      planId,
      restorePointId: undefined,
      requester: plan.requester,
      approvedBy,
      reason,
      startedAt: desk.at(),
      steps: promotionStepsOf(app),
    },
    desk.at(),
  );
  if (started === "started") {
    await desk.start(promotionId);
    return { outcome: "started", promotionId, plan };
  }
  if (started === "expired")
    return { outcome: "refused", refusal: { why: "expired", at: plan.expiresAt }, plan };
  if (started === "not-open") return refuseLate(desk, planId, by, plan);
  return { outcome: "refused", refusal: { why: "running", promotionId: started.running }, plan };
}

/** A click that Slack brought a moment ago is not lost because Slack is away for seconds now. */
const slackPatienceMilliseconds = 30_000;

async function factsFor(desk: Desk, planId: string, by: Person): Promise<DecisionFacts | undefined> {
  const record = await desk.store.plan(planId);
  const app = record && desk.config.apps.get(record.plan.app);
  if (record === undefined || app === undefined) return undefined;
  const approvers =
    by.via === "terminal" ? new Set<string>() : await desk.membersOf(app, slackPatienceMilliseconds);
  const running = await desk.store.running(app.name);
  return {
    record,
    by,
    approval: app.approval,
    approvers,
    now: desk.at(),
    lock: await desk.lockOf(app),
    running: running?.id,
  };
}

/** Somebody was faster between our look and our write. */
async function refuseLate(desk: Desk, planId: string, by: Person, plan: Plan): Promise<Decided> {
  const record = await desk.store.plan(planId);
  const mine = record?.status === "open" && record.decisions.some((decision) => decision.by === by.id);
  if (mine) return { outcome: "refused", refusal: { why: "already-counted" }, plan };
  const last = record?.decisions.find((decision) => decision.by !== by.id) ?? record?.decisions.at(-1);
  const status = record?.status ?? "replaced";
  return {
    outcome: "refused",
    refusal: { why: "already-decided", status, by: last?.by, at: last?.at },
    plan,
  };
}

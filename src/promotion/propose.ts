// Making a plan: both sides are read, what would change is stored and can be decided.

import { PasserelleError } from "../errors.ts";
import type { CheckResult, Plan } from "../tree/plan.ts";
import { askedInSlack } from "./asked-in-slack.ts";
import type { Desk } from "./desk.ts";
import type { Person, Proposal, ProposeRequest } from "./promotions.ts";

export async function propose(
  desk: Desk,
  { app: name, by, groups = [], fresh = false }: ProposeRequest,
): Promise<Proposal> {
  const plan = await draftPlan(desk, { app: name, requester: by.id, groups, fresh });
  if (plan.changes.length === 0) return { outcome: "in-sync", plan };
  await desk.store.addPlan(plan, by.via === "slack" ? desk.appOf(name).channel : undefined);
  if (by.via === "slack") {
    const older = (await desk.store.openPlans(name)).filter(
      (open) => askedInSlack(open) && open.id !== plan.id && open.createdAt <= plan.createdAt,
    );
    for (const { id } of older) await desk.store.movePlan(id, "open", "replaced", desk.at());
  }
  await auditProposal(desk, by, plan);
  return { outcome: "planned", plan };
}

/** A plan of both sides as they are now; not yet stored. */
export async function draftPlan(
  desk: Desk,
  wish: {
    readonly app: string;
    readonly requester: string;
    readonly groups: readonly string[];
    readonly fresh: boolean;
  },
): Promise<Plan> {
  const { app: name, requester, groups, fresh } = wish;
  const app = desk.appOf(name);
  const known = new Set(app.paths.flatMap((rule) => (rule.group === undefined ? [] : [rule.group])));
  const unknown = groups.filter((group) => !known.has(group));
  if (unknown.length > 0)
    throw new PasserelleError("group-unknown", { app: name, groups: unknown, known: [...known] });
  const body = await desk.workbench.plan(app, { groups, fresh, tryOut: true });
  const made = desk.now();
  return {
    ...body,
    checks: body.checks.map((check) => maskedCheck(check, desk.mask)),
    id: `pl_${desk.newId()}`,
    requester,
    createdAt: made.toISOString(),
    expiresAt: new Date(made.getTime() + app.approval.expiresSeconds * 1000).toISOString(),
  };
}

/** What commands print is shown to people and kept. */
function maskedCheck(check: CheckResult, mask: (text: string) => string): CheckResult {
  const { findings, message } = check;
  if (findings === undefined) return { ...check, message: mask(message) };
  return {
    ...check,
    message: mask(message),
    findings: findings.map((finding) => ({
      ...finding,
      message: mask(finding.message),
      facts: Object.fromEntries(
        Object.entries(finding.facts).map(([name, fact]) => [
          name,
          typeof fact === "string" ? mask(fact) : fact,
        ]),
      ),
    })),
  };
}

export async function auditProposal(desk: Desk, by: Person, plan: Plan): Promise<void> {
  await desk.store.audit({
    at: desk.at(),
    who: by.id,
    what: "plan-proposed",
    details: { app: plan.app, plan: plan.id, digest: plan.digest },
  });
}

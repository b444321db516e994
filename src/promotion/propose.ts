// Making a plan: both sides are read, what would change is stored and can be decided.

import { PasserelleError } from "../errors.ts";
import type { Plan } from "../tree/plan.ts";
import type { Desk } from "./desk.ts";
import type { Proposal, ProposeRequest } from "./promotions.ts";

export async function propose(
  desk: Desk,
  { app: name, by, groups = [], fresh = false }: ProposeRequest,
): Promise<Proposal> {
  const app = desk.appOf(name);
  const known = new Set(app.paths.flatMap((rule) => (rule.group === undefined ? [] : [rule.group])));
  const unknown = groups.filter((group) => !known.has(group));
  if (unknown.length > 0)
    throw new PasserelleError("group-unknown", { app: name, groups: unknown, known: [...known] });
  const body = await desk.workbench.plan(app, { groups, fresh });
  const made = desk.now();
  const plan: Plan = {
    ...body,
    id: `pl_${desk.newId()}`,
    requester: by.id,
    createdAt: made.toISOString(),
    expiresAt: new Date(made.getTime() + app.approval.expiresSeconds * 1000).toISOString(),
  };
  if (plan.changes.length === 0) return { outcome: "in-sync", plan };
  await desk.store.addPlan(plan, by.via === "slack" ? app.channel : undefined);
  if (by.via === "slack") {
    const older = (await desk.store.openPlans(name)).filter(
      (open) => open.id !== plan.id && open.createdAt <= plan.createdAt,
    );
    for (const { id } of older) await desk.store.movePlan(id, "open", "replaced", desk.at());
  }
  await desk.store.audit({
    at: desk.at(),
    who: by.id,
    what: "plan-proposed",
    details: { app: name, plan: plan.id, digest: plan.digest },
  });
  return { outcome: "planned", plan };
}

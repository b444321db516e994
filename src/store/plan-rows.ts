// Plans and the decisions of people on them, as rows.

import type { Kysely, Selectable } from "kysely";
import type { Decision, PlanRecord, PlanStatus } from "../promotion/promotions.ts";
import type { Plan } from "../tree/plan.ts";
import type { DecisionRow, Rows } from "./rows.ts";
import type { Store } from "./store.ts";
import { absent, fromJson, present } from "./text.ts";
import type { Transactions } from "./transactions.ts";

export type PlanRows = Pick<
  Store,
  "addPlan" | "replacePlan" | "plan" | "planChannel" | "openPlans" | "movePlan" | "addDecision"
>;

export function planRows({ read, write }: Transactions): PlanRows {
  return {
    addPlan: (plan, channel) =>
      write(async (db, changed) => {
        await insertPlan(db, plan, channel);
        changed("plan", plan.id);
      }),

    replacePlan: (id, by) =>
      write(async (db, changed) => {
        if (!(await holdPlan(db, id, "open"))) return false;
        const old = db.selectFrom("plans").select("channel").where("id", "=", id);
        const { channel } = await old.executeTakeFirstOrThrow();
        const replaced = { status: "replaced" satisfies PlanStatus, moved: JSON.stringify([by.id]) };
        await db.updateTable("plans").set(replaced).where("id", "=", id).execute();
        await insertPlan(db, by, present(channel));
        changed("plan", id);
        changed("plan", by.id);
        return true;
      }),

    plan: (id) => read((db) => planRecord(db, id)),

    planChannel: (id) =>
      read(async (db) => {
        const row = await db.selectFrom("plans").select("channel").where("id", "=", id).executeTakeFirst();
        return present(row?.channel ?? null);
      }),

    openPlans: (app) =>
      read(async (db) => {
        const open = db
          .selectFrom("plans")
          .select("body")
          .where("app", "=", app)
          .where("status", "=", "open");
        const rows = await open.orderBy("ordinal").execute();
        return rows.map(({ body }) => fromJson<Plan>(body));
      }),

    movePlan: (id, from, to, at, moved) =>
      write(async (db, changed) => {
        let move = db
          .updateTable("plans")
          .set(moved === undefined ? { status: to } : { status: to, moved: JSON.stringify(moved) })
          .where("id", "=", id)
          .where("status", "=", from);
        if (to === "approved") move = move.where("expires_ms", ">", milliseconds(at));
        const { numUpdatedRows } = await move.executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return false;
        changed("plan", id);
        return true;
      }),

    addDecision: (planId, decision) =>
      write(async (db, changed) => {
        if (!(await holdPlan(db, planId, "open"))) return false;
        const { numInsertedOrUpdatedRows } = await db
          .insertInto("decisions")
          .values({
            plan_id: planId,
            person: decision.by,
            verdict: decision.verdict,
            decided_at: decision.at,
            reason: absent(decision.reason),
            via: decision.via,
            acknowledged_drift: decision.acknowledgedDrift === true ? 1 : 0,
          })
          .onConflict((conflict) => conflict.columns(["plan_id", "person"]).doNothing())
          .executeTakeFirstOrThrow();
        if (numInsertedOrUpdatedRows === 0n) return false;
        changed("plan", planId);
        return true;
      }),
  };
}

async function insertPlan(db: Kysely<Rows>, plan: Plan, channel: string | undefined): Promise<void> {
  await db
    .insertInto("plans")
    .values({
      id: plan.id,
      app: plan.app,
      channel: absent(channel),
      status: "open" satisfies PlanStatus,
      expires_ms: milliseconds(plan.expiresAt),
      moved: "[]",
      body: JSON.stringify(plan),
    })
    .execute();
}

/** Whether a plan has this status; then nobody else can move it until the transaction ends. */
export async function holdPlan(db: Kysely<Rows>, id: string, status: PlanStatus): Promise<boolean> {
  const held = db.updateTable("plans").set({ status }).where("id", "=", id).where("status", "=", status);
  return (await held.executeTakeFirstOrThrow()).numUpdatedRows > 0n;
}

export function milliseconds(at: string): number {
  const time = Date.parse(at);
  if (Number.isNaN(time)) throw new Error(`${at} is not a time`);
  return time;
}

async function planRecord(db: Kysely<Rows>, id: string): Promise<PlanRecord | undefined> {
  const row = await db
    .selectFrom("plans")
    .leftJoin("promotions", "promotions.plan_id", "plans.id")
    .select(["plans.body", "plans.status", "plans.moved", "promotions.id as promotion_id"])
    .where("plans.id", "=", id)
    .executeTakeFirst();
  if (row === undefined) return undefined;
  const decisions = await db
    .selectFrom("decisions")
    .selectAll()
    .where("plan_id", "=", id)
    .orderBy("ordinal")
    .execute();
  const moved = fromJson<readonly string[]>(row.moved);
  const replacedBy = row.status === "replaced" ? moved[0] : undefined;
  return {
    plan: fromJson<Plan>(row.body),
    status: row.status as PlanStatus,
    decisions: decisions.map(decisionOf),
    promotionId: present(row.promotion_id),
    moved: replacedBy === undefined ? moved : [],
    ...(replacedBy !== undefined && { replacedBy }),
  };
}

function decisionOf(row: Selectable<DecisionRow>): Decision {
  return {
    by: row.person,
    verdict: row.verdict as Decision["verdict"],
    at: row.decided_at,
    reason: present(row.reason),
    via: row.via as Decision["via"],
    ...(row.acknowledged_drift === 1 && { acknowledgedDrift: true }),
  };
}

// Promotions and rollbacks with their steps, as rows: at most one of them runs per app, and each ends once.

import { type Kysely, type Selectable, sql } from "kysely";
import type {
  Ending,
  Facts,
  PromotionRecord,
  PromotionStatus,
  StepName,
  StepRecord,
} from "../promotion/promotions.ts";
import { holdPlan, milliseconds } from "./plan-rows.ts";
import type { PromotionRow, Rows, StepRow } from "./rows.ts";
import type { NewPromotion, Store } from "./store.ts";
import { absent, fromJson, present } from "./text.ts";
import type { Transactions } from "./transactions.ts";

export type PromotionRows = Pick<
  Store,
  | "startPromotion"
  | "startRollback"
  | "promotion"
  | "running"
  | "allRunning"
  | "history"
  | "setStep"
  | "endPromotion"
  | "requestStop"
>;

export function promotionRows({ read, write }: Transactions): PromotionRows {
  return {
    startPromotion: (planId, promotion, at) =>
      write(async (db, changed) => {
        if (!(await holdPlan(db, planId, "open"))) return "not-open";
        const approved = await db
          .updateTable("plans")
          .set({ status: "approved" })
          .where("id", "=", planId)
          .where("expires_ms", ">", milliseconds(at))
          .executeTakeFirstOrThrow();
        if (approved.numUpdatedRows === 0n) return "expired";
        const started = await start(db, { ...promotion, planId });
        if (started !== "started") {
          await db.updateTable("plans").set({ status: "open" }).where("id", "=", planId).execute();
          return started;
        }
        changed("plan", planId);
        changed("promotion", promotion.id);
        return "started";
      }),

    startRollback: (promotion) =>
      write(async (db, changed) => {
        const started = await start(db, promotion);
        if (started === "started") changed("promotion", promotion.id);
        return started;
      }),

    promotion: (id) =>
      read(async (db) => {
        const rows = await db.selectFrom("promotions").selectAll().where("id", "=", id).execute();
        return (await withSteps(db, rows))[0];
      }),

    running: (app) => read((db) => runningIn(db, app)),

    allRunning: () =>
      read(async (db) => {
        const running = db.selectFrom("promotions").selectAll().where("status", "=", "running");
        return withSteps(db, await running.orderBy("ordinal").execute());
      }),

    history: (app, limit, before) =>
      read(async (db) => {
        let rows = db.selectFrom("promotions").selectAll().where("app", "=", app);
        if (before !== undefined) {
          const known = db.selectFrom("promotions").select("ordinal").where("id", "=", before);
          const ordinal = (await known.executeTakeFirst())?.ordinal;
          rows =
            ordinal === undefined
              ? rows.where("started_at", "<", before)
              : rows.where("ordinal", "<", ordinal);
        }
        return withSteps(db, await rows.orderBy("ordinal", "desc").limit(limit).execute());
      }),

    setStep: (promotionId, step) =>
      write(async (db, changed) => {
        const state = {
          status: step.status,
          started_at: absent(step.startedAt),
          finished_at: absent(step.finishedAt),
          facts: JSON.stringify(step.facts),
        };
        const updated = await db
          .updateTable("promotion_steps")
          .set(state)
          .where("promotion_id", "=", promotionId)
          .where("name", "=", step.name)
          .executeTakeFirstOrThrow();
        // The way back is not among the steps a promotion begins with: its steps are added when they happen.
        if (updated.numUpdatedRows === 0n) {
          await holdPromotion(db, promotionId);
          const { position } = await db
            .selectFrom("promotion_steps")
            .select((row) => row.fn.countAll<number>().as("position"))
            .where("promotion_id", "=", promotionId)
            .executeTakeFirstOrThrow();
          const row = { promotion_id: promotionId, position, name: step.name, ...state };
          await db
            .insertInto("promotion_steps")
            .values(row)
            .onConflict((conflict) => conflict.columns(["promotion_id", "name"]).doUpdateSet(state))
            .execute();
        }
        changed("promotion", promotionId);
      }),

    endPromotion: (promotionId, ending, at) =>
      write(async (db, changed) => {
        const status: PromotionStatus = ending.outcome;
        const { numUpdatedRows } = await db
          .updateTable("promotions")
          .set({ status, finished_at: at, ending: JSON.stringify(ending) })
          .where("id", "=", promotionId)
          .where("status", "=", "running")
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return false;
        changed("promotion", promotionId);
        return true;
      }),

    requestStop: (promotionId, by) =>
      write(async (db, changed) => {
        const { numUpdatedRows } = await db
          .updateTable("promotions")
          .set({ stop_requested_by: by })
          .where("id", "=", promotionId)
          .where("status", "=", "running")
          .where("stop_requested_by", "is", null)
          .executeTakeFirstOrThrow();
        if (numUpdatedRows === 0n) return false;
        changed("promotion", promotionId);
        return true;
      }),
  };
}

/** Throws when there is no such promotion; otherwise nobody else can add to it until the transaction ends. */
export async function holdPromotion(
  db: Kysely<Rows>,
  id: string,
): Promise<{ readonly lastSequence: number }> {
  const row = await db
    .updateTable("promotions")
    .set((promotion) => ({ last_sequence: promotion.ref("last_sequence") }))
    .where("id", "=", id)
    .returning("last_sequence")
    .executeTakeFirst();
  if (row === undefined) throw new Error(`promotion ${id} is not in the store`);
  return { lastSequence: row.last_sequence };
}

async function start(
  db: Kysely<Rows>,
  promotion: NewPromotion,
): Promise<"started" | { readonly running: string }> {
  for (;;) {
    const { numInsertedOrUpdatedRows } = await db
      .insertInto("promotions")
      .values({
        id: promotion.id,
        app: promotion.app,
        kind: promotion.kind,
        plan_id: absent(promotion.planId),
        restore_point_id: absent(promotion.restorePointId),
        requester: promotion.requester,
        approved_by: JSON.stringify(promotion.approvedBy),
        reason: absent(promotion.reason),
        status: "running" satisfies PromotionStatus,
        stop_requested_by: null,
        started_at: promotion.startedAt,
        finished_at: null,
        ending: null,
        last_sequence: 0,
      })
      // Only the index of running promotions: any other conflict is a bug and has to be loud.
      .onConflict((conflict) => conflict.column("app").where(sql<boolean>`status = 'running'`).doNothing())
      .executeTakeFirstOrThrow();
    if (numInsertedOrUpdatedRows !== 0n) break;
    const running = db.selectFrom("promotions").select("id").where("app", "=", promotion.app);
    const other = await running.where("status", "=", "running").executeTakeFirst();
    if (other !== undefined) return { running: other.id };
    // It ended between the two queries: the way is free now.
  }
  const steps = promotion.steps.map((name, position) => ({
    promotion_id: promotion.id,
    position,
    name,
    status: "waiting",
    started_at: null,
    finished_at: null,
    facts: "{}",
  }));
  if (steps.length > 0) await db.insertInto("promotion_steps").values(steps).execute();
  return "started";
}

async function runningIn(db: Kysely<Rows>, app: string): Promise<PromotionRecord | undefined> {
  const rows = db.selectFrom("promotions").selectAll().where("app", "=", app).where("status", "=", "running");
  return (await withSteps(db, await rows.execute()))[0];
}

async function withSteps(
  db: Kysely<Rows>,
  promotions: readonly Selectable<PromotionRow>[],
): Promise<readonly PromotionRecord[]> {
  if (promotions.length === 0) return [];
  const ids = promotions.map(({ id }) => id);
  const steps = await db
    .selectFrom("promotion_steps")
    .selectAll()
    .where("promotion_id", "in", ids)
    .orderBy("position")
    .orderBy("name")
    .execute();
  const byPromotion = Map.groupBy(steps, (step) => step.promotion_id);
  return promotions.map((row) => promotionOf(row, byPromotion.get(row.id) ?? []));
}

function promotionOf(row: Selectable<PromotionRow>, steps: readonly Selectable<StepRow>[]): PromotionRecord {
  return {
    id: row.id,
    app: row.app,
    kind: row.kind as PromotionRecord["kind"],
    planId: present(row.plan_id),
    restorePointId: present(row.restore_point_id),
    requester: row.requester,
    approvedBy: fromJson<readonly string[]>(row.approved_by),
    reason: present(row.reason),
    status: row.status as PromotionStatus,
    steps: steps.map(stepOf),
    stopRequestedBy: present(row.stop_requested_by),
    startedAt: row.started_at,
    finishedAt: present(row.finished_at),
    ending: row.ending === null ? undefined : fromJson<Ending>(row.ending),
  };
}

function stepOf(row: Selectable<StepRow>): StepRecord {
  return {
    name: row.name as StepName,
    status: row.status as StepRecord["status"],
    startedAt: present(row.started_at),
    finishedAt: present(row.finished_at),
    facts: fromJson<Facts>(row.facts),
  };
}

// Forgets what is long over: plans, decisions, promotions with their logs, and what was remembered for them.

import type { Kysely } from "kysely";
import type { PlanStatus } from "../promotion/promotions.ts";
import { milliseconds } from "./plan-rows.ts";
import type { Rows } from "./rows.ts";
import type { Store } from "./store.ts";
import type { Transactions } from "./transactions.ts";

/** At a time, so that nobody waits long for the rest. */
const most = 200;
const over: readonly PlanStatus[] = ["rejected", "expired", "stale", "replaced"];

export function forgetRows({ write }: Transactions): Pick<Store, "forget"> {
  return {
    forget: ({ app, before, keep, keepNewest }) =>
      write(async (db, changed) => {
        const promotions = await oldPromotions(db, { app, before, keep, keepNewest });
        const ids = promotions.map(({ id }) => id);
        await deletePromotions(db, ids);
        const carriedOut = promotions.flatMap(({ plan_id }) => (plan_id === null ? [] : [plan_id]));
        const plans = [...carriedOut, ...(await oldPlans(db, app, before))];
        await deletePlans(db, plans);
        await deleteMessages(db, [...ids.map((id) => `promotion:${id}`), ...plans.map((id) => `plan:${id}`)]);
        if (ids.length + plans.length > 0) changed("other", app);
        return { plans: plans.length, promotions: ids.length };
      }),
  };
}

async function oldPromotions(
  db: Kysely<Rows>,
  { app, before, keep, keepNewest }: Parameters<Store["forget"]>[0],
): Promise<readonly { readonly id: string; readonly plan_id: string | null }[]> {
  const newest = await db
    .selectFrom("promotions")
    .select("ordinal")
    .where("app", "=", app)
    .orderBy("ordinal", "desc")
    .offset(keepNewest)
    .limit(1)
    .executeTakeFirst();
  if (newest === undefined) return [];
  const running = await db
    .selectFrom("promotions")
    .select("restore_point_id")
    .where("status", "=", "running")
    .execute();
  const pinned = new Set([...keep, ...running.map(({ restore_point_id }) => restore_point_id ?? "")]);
  const rows = await db
    .selectFrom("promotions")
    .select(["id", "plan_id", "finished_at"])
    .where("app", "=", app)
    .where("status", "!=", "running")
    .where("ordinal", "<=", newest.ordinal)
    .orderBy("ordinal")
    .limit(most + pinned.size)
    .execute();
  const limit = milliseconds(before);
  return rows.filter(
    ({ id, finished_at }) => finished_at !== null && milliseconds(finished_at) < limit && !pinned.has(id),
  );
}

/** Of those that were never carried out; what still waits is nobody's to forget. */
async function oldPlans(db: Kysely<Rows>, app: string, before: string): Promise<readonly string[]> {
  const rows = await db
    .selectFrom("plans")
    .leftJoin("promotions", "promotions.plan_id", "plans.id")
    .select("plans.id as id")
    .where("plans.app", "=", app)
    .where("plans.status", "in", [...over])
    .where("plans.expires_ms", "<", milliseconds(before))
    .where("promotions.id", "is", null)
    .orderBy("plans.ordinal")
    .limit(most)
    .execute();
  return rows.map(({ id }) => id);
}

async function deletePromotions(db: Kysely<Rows>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.deleteFrom("promotion_events").where("promotion_id", "in", ids).execute();
  await db.deleteFrom("promotion_steps").where("promotion_id", "in", ids).execute();
  await db.deleteFrom("promotions").where("id", "in", ids).execute();
}

async function deletePlans(db: Kysely<Rows>, ids: readonly string[]): Promise<void> {
  if (ids.length === 0) return;
  await db.deleteFrom("decisions").where("plan_id", "in", ids).execute();
  await db.deleteFrom("plans").where("id", "in", ids).execute();
  const patches = ids.map((id) => `patch:${id}`);
  await db.deleteFrom("memories").where("key", "in", patches).execute();
}

/** One that is not settled has still something to tell. */
async function deleteMessages(db: Kysely<Rows>, keys: readonly string[]): Promise<void> {
  if (keys.length === 0) return;
  await db.deleteFrom("messages").where("key", "in", keys).where("settled", "=", 1).execute();
  const leases = keys.map((key) => `lease:telling:${key}`);
  await db.deleteFrom("memories").where("key", "in", leases).execute();
}

// What happened in each promotion, in order without gaps, and who changed what since when.

import type { Kysely, Selectable } from "kysely";
import type { Facts, PromotionEvent, StepName } from "../promotion/promotions.ts";
import { holdPromotion } from "./promotion-rows.ts";
import type { EventRow, Rows } from "./rows.ts";
import type { Store } from "./store.ts";
import { absent, fromJson, present } from "./text.ts";
import type { Transactions } from "./transactions.ts";

export type EventRows = Pick<Store, "addEvent" | "events" | "changesSince">;

export function eventRows({ read, write }: Transactions): EventRows {
  return {
    addEvent: (promotionId, event, once) =>
      write(async (db, changed) => {
        const sequence = (await holdPromotion(db, promotionId)).lastSequence + 1;
        if (once !== undefined && (await isTold(db, promotionId, once))) return undefined;
        const row = {
          promotion_id: promotionId,
          sequence,
          at: event.at,
          kind: event.kind,
          step: absent(event.step),
          facts: JSON.stringify(event.facts),
          excerpt: JSON.stringify(event.excerpt),
          once_key: absent(once),
        };
        await db.insertInto("promotion_events").values(row).execute();
        await db
          .updateTable("promotions")
          .set({ last_sequence: sequence })
          .where("id", "=", promotionId)
          .execute();
        changed("promotion", promotionId);
        return eventOf(row);
      }),

    events: (promotionId, afterSequence) =>
      read(async (db) => {
        const rows = await db
          .selectFrom("promotion_events")
          .selectAll()
          .where("promotion_id", "=", promotionId)
          .where("sequence", ">", afterSequence)
          .orderBy("sequence")
          .execute();
        return rows.map(eventOf);
      }),

    changesSince: (cursor) =>
      read(async (db) => {
        const { value } = await db.selectFrom("change_counter").select("value").executeTakeFirstOrThrow();
        if (value === cursor) return { cursor, changes: [] };
        // A cursor from the future: the database was replaced by an older copy, so anything may have changed.
        const after = cursor > value ? 0 : cursor;
        const changes = db.selectFrom("changes").select(["kind", "subject"]).where("id", ">", after);
        const rows = await changes.where("kind", "!=", "other").orderBy("id").execute();
        const latest = new Map(rows.map((row) => [`${row.kind} ${row.subject}`, row]));
        const named = [...latest.values()].map(({ kind, subject }) => ({
          kind: kind === "plan" ? ("plan" as const) : ("promotion" as const),
          id: subject,
        }));
        return { cursor: value, changes: named };
      }),
  };
}

async function isTold(db: Kysely<Rows>, promotionId: string, once: string): Promise<boolean> {
  const told = await db
    .selectFrom("promotion_events")
    .select("sequence")
    .where("promotion_id", "=", promotionId)
    .where("once_key", "=", once)
    .executeTakeFirst();
  return told !== undefined;
}

function eventOf(row: Selectable<EventRow>): PromotionEvent {
  return {
    promotionId: row.promotion_id,
    sequence: row.sequence,
    at: row.at,
    kind: row.kind as PromotionEvent["kind"],
    step: present(row.step) as StepName | undefined,
    facts: fromJson<Facts>(row.facts),
    excerpt: fromJson<readonly string[]>(row.excerpt),
  };
}

// The small things the bot remembers: locks set by people, its Slack messages, values by key, the audit trail.

import type { Kysely } from "kysely";
import type { Facts } from "../promotion/promotions.ts";
import { milliseconds } from "./plan-rows.ts";
import type { Rows } from "./rows.ts";
import type { Store } from "./store.ts";
import { absent, fromJson, present } from "./text.ts";
import type { Transactions } from "./transactions.ts";

export type MemoryRows = Pick<
  Store,
  | "lock"
  | "setLock"
  | "removeLock"
  | "message"
  | "setMessage"
  | "unsettledMessages"
  | "remember"
  | "recall"
  | "firstTime"
  | "lease"
  | "releaseLease"
  | "endLease"
  | "audit"
  | "auditTrail"
>;

const seen = "seen:";
const leased = "lease:";
type Lease = { readonly holder: string; readonly until: number };
const seenMilliseconds = 24 * 60 * 60 * 1000;

/** Of one form, so that comparing the texts compares the times. */
const isoTime = (at: number): string => new Date(at).toISOString();

export function memoryRows({ read, write }: Transactions): MemoryRows {
  return {
    lock: (app, at) =>
      read(async (db) => {
        const row = await db.selectFrom("locks").selectAll().where("app", "=", app).executeTakeFirst();
        if (row === undefined) return undefined;
        if (row.until !== null && milliseconds(row.until) <= milliseconds(at)) return undefined;
        const { person, reason, since } = row;
        return { app, by: person, reason, since, until: present(row.until) };
      }),

    setLock: ({ app, by, reason, since, until }) =>
      write(async (db, changed) => {
        const lock = { person: by, reason, since, until: absent(until) };
        await db
          .insertInto("locks")
          .values({ app, ...lock })
          .onConflict((conflict) => conflict.column("app").doUpdateSet(lock))
          .execute();
        changed("other", app);
      }),

    removeLock: (app) =>
      write(async (db, changed) => {
        const removed = await db.deleteFrom("locks").where("app", "=", app).executeTakeFirstOrThrow();
        if (removed.numDeletedRows === 0n) return false;
        changed("other", app);
        return true;
      }),

    message: (key) =>
      read(async (db) => {
        const row = await db.selectFrom("messages").selectAll().where("key", "=", key).executeTakeFirst();
        if (row === undefined) return undefined;
        const { channel, ts, told_sequence: toldSequence, settled, shown } = row;
        return { channel, ts, toldSequence, settled: settled === 1, shown };
      }),

    setMessage: (key, { channel, ts, toldSequence, settled, shown }) =>
      write(async (db, changed) => {
        const message = { channel, ts, told_sequence: toldSequence, settled: settled ? 1 : 0, shown };
        await db
          .insertInto("messages")
          .values({ key, ...message })
          .onConflict((conflict) => conflict.column("key").doUpdateSet(message))
          .execute();
        changed("other", key);
      }),

    unsettledMessages: () =>
      read(async (db) => {
        const rows = await db.selectFrom("messages").select("key").where("settled", "=", 0).execute();
        return rows.map(({ key }) => key).sort();
      }),

    remember: (key, value) =>
      write(async (db, changed) => {
        await db
          .insertInto("memories")
          .values({ key, value })
          .onConflict((conflict) => conflict.column("key").doUpdateSet({ value }))
          .execute();
        changed("other", key);
      }),

    recall: (key) =>
      read(async (db) => {
        const row = await db.selectFrom("memories").select("value").where("key", "=", key).executeTakeFirst();
        return row?.value;
      }),

    firstTime: (id, at) =>
      write(async (db, changed) => {
        const key = `${seen}${id}`;
        const { numInsertedOrUpdatedRows } = await db
          .insertInto("memories")
          .values({ key, value: isoTime(milliseconds(at)) })
          .onConflict((conflict) => conflict.column("key").doNothing())
          .executeTakeFirst();
        if (numInsertedOrUpdatedRows === 0n) return false;
        const old = isoTime(milliseconds(at) - seenMilliseconds);
        await db.deleteFrom("memories").where("key", "like", `${seen}%`).where("value", "<", old).execute();
        changed("other", key);
        return true;
      }),

    lease: ({ name, holder, at, seconds }) =>
      write(async (db, changed) => {
        const key = `${leased}${name}`;
        const wanted = JSON.stringify({ holder, until: milliseconds(at) + seconds * 1000 } satisfies Lease);
        const added = await db
          .insertInto("memories")
          .values({ key, value: wanted })
          .onConflict((conflict) => conflict.column("key").doNothing())
          .executeTakeFirst();
        if ((added.numInsertedOrUpdatedRows ?? 0n) > 0n) {
          changed("other", key);
          return { before: undefined };
        }
        const held = await heldLease(db, key);
        if (held === undefined) return undefined;
        if (held.lease.holder !== holder && held.lease.until > milliseconds(at)) return undefined;
        if (!(await replaceLease(db, key, held.value, wanted))) return undefined;
        changed("other", key);
        return { before: held.lease.holder };
      }),

    releaseLease: ({ name, holder }) =>
      write(async (db, changed) => {
        const key = `${leased}${name}`;
        const held = await heldLease(db, key);
        if (held === undefined || held.lease.holder !== holder) return;
        const free = JSON.stringify({ holder, until: 0 } satisfies Lease);
        if (await replaceLease(db, key, held.value, free)) changed("other", key);
      }),

    endLease: (name) =>
      write(async (db, changed) => {
        const key = `${leased}${name}`;
        await db.deleteFrom("memories").where("key", "=", key).execute();
        changed("other", key);
      }),

    audit: ({ at, who, what, details }) =>
      write(async (db, changed) => {
        await db
          .insertInto("audit_trail")
          .values({ at, who, what, details: JSON.stringify(details) })
          .execute();
        changed("other", what);
      }),

    auditTrail: (limit) =>
      read(async (db) => {
        const rows = await db
          .selectFrom("audit_trail")
          .selectAll()
          .orderBy("ordinal", "desc")
          .limit(limit)
          .execute();
        return rows.map(({ at, who, what, details }) => ({
          at,
          who,
          what,
          details: fromJson<Facts>(details),
        }));
      }),
  };
}

async function heldLease(
  db: Kysely<Rows>,
  key: string,
): Promise<{ readonly value: string; readonly lease: Lease } | undefined> {
  const row = await db.selectFrom("memories").select("value").where("key", "=", key).executeTakeFirst();
  return row && { value: row.value, lease: fromJson<Lease>(row.value) };
}

/** By what was read: whoever else takes it over at this moment makes this change nothing. */
async function replaceLease(db: Kysely<Rows>, key: string, read: string, value: string): Promise<boolean> {
  const { numUpdatedRows } = await db
    .updateTable("memories")
    .set({ value })
    .where("key", "=", key)
    .where("value", "=", read)
    .executeTakeFirstOrThrow();
  return numUpdatedRows > 0n;
}

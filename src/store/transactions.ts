// Runs the store's transactions: all or nothing, known to be committed, and each change numbered for those who follow.

import { randomUUID } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { type Kysely, sql } from "kysely";
import { isFailure } from "../errors.ts";
import { asFailure, CommitUnknown, lostRace, type Unusable } from "./database-failure.ts";
import type { Rows } from "./rows.ts";

/** `other` is what nobody follows: locks, messages, memories, audit. */
export type ChangeKind = "plan" | "promotion" | "other";
export type Changed = (kind: ChangeKind, subject: string) => void;

export type Transactions = {
  /** Sees one state of the database from its first to its last query. */
  read<T>(body: (db: Kysely<Rows>) => Promise<T>): Promise<T>;
  /**
   * `body` may run several times, but only one run of it is ever committed. Every run that writes has to say what it
   * changed, and `write` returns only when that is on disk.
   */
  write<T>(body: (db: Kysely<Rows>, changed: Changed) => Promise<T>): Promise<T>;
};

/** How many changes are kept for those who follow; a follower that sleeps through more of them misses some. */
const keptChanges = 10_000;

export function createTransactions(db: Kysely<Rows>, options: Patience): Transactions {
  return {
    read: (body) =>
      patiently(options, () =>
        db.transaction().setAccessMode("read only").setIsolationLevel("repeatable read").execute(body),
      ),
    async write(body) {
      const receipt = randomUUID();
      let unsure: { readonly result: unknown } | undefined;
      return patiently(options, async () => {
        if (unsure !== undefined) {
          const { result } = unsure;
          if (await wasCommitted(db, receipt)) return result as Awaited<ReturnType<typeof body>>;
          unsure = undefined;
        }
        let result: Awaited<ReturnType<typeof body>> | undefined;
        let wrote = false;
        try {
          return await db.transaction().execute(async (transaction) => {
            const changes: { kind: ChangeKind; subject: string }[] = [];
            result = await body(transaction, (kind, subject) => changes.push({ kind, subject }));
            wrote = changes.length > 0;
            if (wrote) await number(transaction, changes, receipt);
            return result;
          });
        } catch (error) {
          if (error instanceof CommitUnknown && wrote) unsure = { result };
          throw error;
        }
      });
    },
  };
}

/**
 * Numbers come from one row that stays locked until the commit, not from a sequence: so they become visible in their own
 * order, and a follower that has seen 7 will never find a 6 later. It is the last lock of every transaction.
 */
async function number(
  transaction: Kysely<Rows>,
  changes: readonly { readonly kind: ChangeKind; readonly subject: string }[],
  receipt: string,
): Promise<void> {
  const { value } = await transaction
    .updateTable("change_counter")
    .set({ value: sql<number>`value + ${sql.lit(changes.length)}` })
    .returning("value")
    .executeTakeFirstOrThrow();
  const first = value - changes.length + 1;
  const rows = changes.map((change, index) => ({ id: first + index, ...change, receipt }));
  await transaction.insertInto("changes").values(rows).execute();
  if (Math.floor(value / 1000) > Math.floor((first - 1) / 1000)) {
    await transaction
      .deleteFrom("changes")
      .where("id", "<=", value - keptChanges)
      .execute();
  }
}

/** Waits for the lost connection's transaction when the server still works on it: that one holds the counter's row. */
function wasCommitted(db: Kysely<Rows>, receipt: string): Promise<boolean> {
  return db.transaction().execute(async (transaction) => {
    await transaction.updateTable("change_counter").set({ value: sql<number>`value` }).execute();
    const found = transaction.selectFrom("changes").select("id").where("receipt", "=", receipt);
    return (await found.executeTakeFirst()) !== undefined;
  });
}

/** A database that cannot be had for one of these reasons is asked again until the time has passed. */
export type Patience = {
  readonly where: string;
  readonly reasons: readonly Unusable[];
  readonly seconds: number;
};

export async function patiently<T>(
  { where, reasons, seconds }: Patience,
  attempt: () => Promise<T>,
): Promise<T> {
  const deadline = performance.now() + seconds * 1000;
  for (let tries = 1; ; tries += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (lostRace(error)) continue;
      const failure = asFailure(error, where);
      const mayPass = isFailure(failure) && reasons.some((reason) => reason === failure.details["reason"]);
      if (!mayPass || performance.now() >= deadline) throw failure;
      await sleep(
        Math.random() * Math.min(50 * 2 ** Math.min(tries, 5), Math.max(1, deadline - performance.now())),
      );
    }
  }
}

// Opens the bot's database, whichever of the two it is, with the schema this version knows.

import { join } from "node:path";
import { Kysely } from "kysely";
import { makeDataDir, makeForOwnerOnly } from "./data-dir.ts";
import { unusable } from "./database-failure.ts";
import { eventRows } from "./event-rows.ts";
import { memoryRows } from "./memory-rows.ts";
import { migrate } from "./migrations.ts";
import { nodeSqliteDialect, openSqlite } from "./node-sqlite-dialect.ts";
import { planRows } from "./plan-rows.ts";
import { promotionRows } from "./promotion-rows.ts";
import type { Rows } from "./rows.ts";
import type { Store } from "./store.ts";
import { createTransactions, type Patience, patiently } from "./transactions.ts";

export type StoreOptions = {
  readonly dataDir: string;
  /** PostgreSQL when it is given, else `<dataDir>/passerelle.db`. */
  readonly databaseUrl: string | undefined;
  readonly role: "bot" | "terminal";
};

export async function openStore({ dataDir, role }: StoreOptions): Promise<Store> {
  return openSqliteStore(dataDir, role);
}

function openSqliteStore(dataDir: string, role: StoreOptions["role"]): Promise<Store> {
  makeDataDir(dataDir);
  const where = join(dataDir, "passerelle.db");
  makeForOwnerOnly(where);
  const patience: Patience = { where, reasons: ["busy"], seconds: 15 };
  return patiently(patience, async () => {
    const database = openSqlite(where);
    const db = new Kysely<Rows>({ dialect: nodeSqliteDialect(database) });
    try {
      if (role === "bot") {
        // A broken page may not be met for weeks, and then in the middle of a promotion.
        const found = database.prepare("PRAGMA quick_check(1)").get()?.["quick_check"];
        if (found !== "ok") throw unusable(where, "corrupt", String(found));
      }
      await db.transaction().execute((transaction) => migrate(transaction, { engine: "sqlite", where }));
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return storeOn(db, patience);
  });
}

function storeOn(db: Kysely<Rows>, patience: Patience): Store {
  const transactions = createTransactions(db, patience);
  return {
    ...planRows(transactions),
    ...promotionRows(transactions),
    ...eventRows(transactions),
    ...memoryRows(transactions),
    close: () => db.destroy(),
  };
}

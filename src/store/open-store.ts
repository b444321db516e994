// Opens the bot's database, whichever of the two it is, with the schema this version knows.

import { join } from "node:path";
import { Kysely } from "kysely";
import { dataDirHeld, makeDataDir, makeForOwnerOnly } from "./data-dir.ts";
import { unusable } from "./database-failure.ts";
import { eventRows } from "./event-rows.ts";
import { forgetRows } from "./forget-rows.ts";
import { memoryRows } from "./memory-rows.ts";
import { migrate } from "./migrations.ts";
import { nodeSqliteDialect, openSqlite } from "./node-sqlite-dialect.ts";
import { planRows } from "./plan-rows.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import { promotionRows } from "./promotion-rows.ts";
import type { Rows } from "./rows.ts";
import type { Store } from "./store.ts";
import { createTransactions, type Patience, patiently } from "./transactions.ts";

export type StoreOptions = {
  readonly dataDir: string;
  /** PostgreSQL when it is given, else `<dataDir>/passerelle.db`. */
  readonly databaseUrl: string | undefined;
  readonly role: "bot" | "terminal";
  /** How long each call waits for a server that cannot be reached; by default long for a bot, short for a terminal. */
  readonly patienceSeconds?: number;
};

export async function openStore(options: StoreOptions): Promise<Store> {
  return options.databaseUrl === undefined
    ? openSqliteStore(options)
    : openPostgresStore(options, options.databaseUrl);
}

async function openSqliteStore({ dataDir, role }: StoreOptions): Promise<Store> {
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
      // An older bot that runs now would not understand what a newer terminal makes of its tables.
      const mayUpgrade = async () => role === "bot" || (await dataDirHeld(dataDir)) === undefined;
      const schema = { engine: "sqlite", where, mayUpgrade } as const;
      await db.transaction().execute((transaction) => migrate(transaction, schema));
    } catch (error) {
      await db.destroy();
      throw error;
    }
    return storeOn(db, patience);
  });
}

async function openPostgresStore(
  { role, patienceSeconds }: StoreOptions,
  databaseUrl: string,
): Promise<Store> {
  const where = withoutPassword(databaseUrl);
  const patience = { where, reasons: ["unreachable", "busy"] } as const;
  const db = new Kysely<Rows>({ dialect: postgresDialect(databaseUrl) }).withSchema("passerelle");
  const seconds = patienceSeconds ?? (role === "bot" ? 150 : 10);
  try {
    const schema = { engine: "postgres", where, mayUpgrade: async () => role === "bot" } as const;
    await patiently({ ...patience, seconds: Math.min(seconds, 30) }, () =>
      db.transaction().execute((transaction) => migrate(transaction, schema)),
    );
  } catch (error) {
    await db.destroy();
    throw error;
  }
  return storeOn(db, { ...patience, seconds });
}

function withoutPassword(databaseUrl: string): string {
  try {
    const url = new URL(databaseUrl);
    const user = url.username === "" ? "" : `${url.username}@`;
    return `${url.protocol}//${user}${url.host}${url.pathname}`;
  } catch {
    throw unusable(
      "DATABASE_URL",
      "refused",
      "it is not a URL such as postgresql://user:password@host:5432/name",
    );
  }
}

function storeOn(db: Kysely<Rows>, patience: Patience): Store {
  const transactions = createTransactions(db, patience);
  return {
    ...planRows(transactions),
    ...promotionRows(transactions),
    ...eventRows(transactions),
    ...memoryRows(transactions),
    ...forgetRows(transactions),
    close: () => db.destroy(),
  };
}

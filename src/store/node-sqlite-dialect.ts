// Lets the query builder speak to Node's own SQLite: one connection, one transaction at a time, everything on disk at commit.

import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  type QueryResult,
  SqliteAdapter,
  SqliteIntrospector,
  SqliteQueryCompiler,
  type TransactionSettings,
} from "kysely";
import { refuseLossyText } from "./text.ts";

/** SQLite waits with the whole process standing still, so only this long; the transactions wait longer without. */
const busyMilliseconds = 100;

export function openSqlite(file: string): DatabaseSync {
  const database = new DatabaseSync(file, { timeout: busyMilliseconds, enableForeignKeyConstraints: true });
  try {
    // Write-ahead logging lets readers work beside a writer; FULL makes a commit survive a power cut.
    database.exec("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;");
  } catch (error) {
    database.close();
    throw error;
  }
  return database;
}

export function nodeSqliteDialect(database: DatabaseSync): Dialect {
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => nodeSqliteDriver(database, turnAt(database)),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}

/**
 * All connections of this process to one file take turns: a transaction pauses between its queries, and another one that
 * waited for its lock meanwhile would keep it from ever going on.
 */
const turns = new Map<string, Turn>();

function turnAt(database: DatabaseSync): Turn {
  const file = database.location() ?? "";
  const turn = turns.get(file) ?? createTurn();
  turns.set(file, turn);
  return turn;
}

function nodeSqliteDriver(database: DatabaseSync, turn: Turn): Driver {
  const connection: DatabaseConnection = {
    executeQuery: async <R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> => {
      refuseLossyText(parameters);
      const values = parameters as SQLInputValue[];
      const statement = database.prepare(sql);
      if (statement.columns().length > 0) return { rows: statement.all(...values) as R[] };
      const { changes, lastInsertRowid } = statement.run(...values);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    },
    streamQuery: () => {
      throw new Error("the store reads whole results");
    },
  };
  return {
    init: async () => {},
    acquireConnection: async () => {
      await turn.take();
      return connection;
    },
    // A transaction that reads first and writes later could not wait for another writer: it would fail at once. So
    // every writing one takes the write lock when it begins.
    beginTransaction: async (_connection, { accessMode }: TransactionSettings) =>
      database.exec(accessMode === "read only" ? "BEGIN" : "BEGIN IMMEDIATE"),
    commitTransaction: async () => database.exec("COMMIT"),
    rollbackTransaction: async () => {
      // SQLite rolls back by itself when the disk is full or broken.
      if (database.isTransaction) database.exec("ROLLBACK");
    },
    releaseConnection: async () => turn.give(),
    destroy: async () => {
      await turn.take();
      if (database.isOpen) database.close();
      turn.give();
    },
  };
}

type Turn = { readonly take: () => Promise<void>; readonly give: () => void };

function createTurn(): Turn {
  const waiting: (() => void)[] = [];
  let taken = false;
  return {
    take: async () => {
      if (taken) await new Promise<void>((resolve) => waiting.push(resolve));
      taken = true;
    },
    give: () => {
      const next = waiting.shift();
      if (next === undefined) taken = false;
      else next();
    },
  };
}

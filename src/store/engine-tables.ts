// What the bot asks of the workflow engine's own tables, past the engine: it forgets ids after a day and waits for dead owners.

import { DatabaseSync } from "node:sqlite";
import postgres, { type Sql } from "postgres";

/** A run that has not ended. */
export type UnfinishedRun = {
  readonly row: string;
  /** The id it was started with. */
  readonly id: string | null;
  readonly name: string;
  readonly version: string | null;
};

export type EngineTables = {
  /** The engine's word for how the run with this id stands; undefined when there never was one. */
  status(id: string): Promise<string | undefined>;
  unfinished(): Promise<readonly UnfinishedRun[]>;
  close(): Promise<void>;
};

export type SqliteEngineTables = EngineTables & {
  /**
   * Takes every unfinished run from whoever had it, so that it can be claimed now instead of when its lease is over. Only
   * for the one process that holds the data directory: then every owner is dead, or will find that it owns nothing.
   */
  release(): Promise<void>;
  /** Ends a run that no code of ours can go on with. */
  fail(row: string, reason: string): Promise<void>;
};

const unfinished = "('pending', 'running', 'sleeping')";

export function openSqliteEngineTables(file: string): SqliteEngineTables {
  const database = new DatabaseSync(file, { timeout: 5000 });
  return {
    status: async (id) => {
      const found = database.prepare(
        "SELECT status FROM workflow_runs WHERE idempotency_key = ? ORDER BY created_at LIMIT 1",
      );
      const status = found.get(id)?.["status"];
      return typeof status === "string" ? status : undefined;
    },
    unfinished: async () => {
      const found = database.prepare(
        `SELECT id AS row, idempotency_key AS id, workflow_name AS name, version FROM workflow_runs
         WHERE status IN ${unfinished} ORDER BY created_at`,
      );
      return found.all() as UnfinishedRun[];
    },
    // The time is far in the past because the clock may be set back before the run is claimed.
    release: async () =>
      database.exec(
        `UPDATE workflow_runs SET worker_id = NULL, available_at = '1970-01-01T00:00:00.000Z'
         WHERE status IN ${unfinished}`,
      ),
    fail: async (row, reason) => {
      const end = database.prepare(
        `UPDATE workflow_runs SET status = 'failed', worker_id = NULL, available_at = NULL, error = ?, finished_at = ?
         WHERE id = ? AND status IN ${unfinished}`,
      );
      end.run(JSON.stringify({ message: reason }), new Date().toISOString(), row);
    },
    close: async () => {
      if (database.isOpen) database.close();
    },
  };
}

export type PostgresEngineTables = EngineTables & {
  /** For the engine: it wants columns in camel case. */
  readonly pool: Sql;
  /** Runs `work` while no other process does. */
  alone(work: () => Promise<void>): Promise<void>;
};

export function openPostgresEngineTables(databaseUrl: string): PostgresEngineTables {
  const pool = postgres(databaseUrl, {
    max: 5,
    max_lifetime: null,
    connect_timeout: 10,
    backoff: () => 0.2,
    onnotice: () => {},
    transform: { column: { from: postgres.toCamel } },
    connection: {
      application_name: "passerelle steps",
      statement_timeout: 60_000,
      idle_in_transaction_session_timeout: 30_000,
    },
  });
  return {
    pool,
    status: async (id) => {
      const rows = await pool<{ status: string }[]>`
        SELECT status FROM openworkflow.workflow_runs WHERE idempotency_key = ${id} ORDER BY created_at LIMIT 1`;
      return rows[0]?.status;
    },
    unfinished: async () => {
      const rows = await pool<UnfinishedRun[]>`
        SELECT id AS row, idempotency_key AS id, workflow_name AS name, version FROM openworkflow.workflow_runs
        WHERE status IN ('pending', 'running', 'sleeping') ORDER BY created_at`;
      return [...rows];
    },
    alone: (work) =>
      pool.begin(async (transaction) => {
        await transaction`SELECT pg_advisory_xact_lock(7273102)`;
        await work();
      }) as Promise<void>,
    close: () => pool.end({ timeout: 5 }),
  };
}

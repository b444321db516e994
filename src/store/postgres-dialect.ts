// Lets the query builder speak to PostgreSQL: a few connections, and never a query of one transaction on another session.

import {
  type CompiledQuery,
  type DatabaseConnection,
  type Dialect,
  type Driver,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
  type QueryResult,
  type TransactionSettings,
} from "kysely";
import postgres, { type Sql } from "postgres";
import { CommitUnknown, connectionIsLost } from "./database-failure.ts";
import { refuseLossyText } from "./text.ts";

const connections = 5;

/** A network that swallows packets would keep a query for a quarter of an hour: after this it is a lost connection. */
const silenceSeconds = 30;

export function postgresDialect(databaseUrl: string, options: { silenceSeconds?: number } = {}): Dialect {
  return {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => postgresDriver(databaseUrl, options.silenceSeconds ?? silenceSeconds),
    createIntrospector: (db) => new PostgresIntrospector(db),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  };
}

function postgresDriver(databaseUrl: string, seconds: number): Driver {
  const all = Array.from({ length: connections }, () => new Session(databaseUrl, seconds));
  const idle = [...all];
  const waiting: ((session: Session) => void)[] = [];
  const sessionOf = (connection: DatabaseConnection): Session => {
    if (!(connection instanceof Session)) throw new Error("a connection of another driver");
    return connection;
  };
  return {
    init: async () => {},
    acquireConnection: () => {
      const session = idle.pop();
      return session === undefined
        ? new Promise((resolve) => waiting.push(resolve))
        : Promise.resolve(session);
    },
    beginTransaction: (connection, settings) => sessionOf(connection).begin(settings),
    commitTransaction: (connection) => sessionOf(connection).commit(),
    rollbackTransaction: (connection) => sessionOf(connection).rollBack(),
    releaseConnection: async (connection) => {
      const next = waiting.shift();
      if (next === undefined) idle.push(sessionOf(connection));
      else next(sessionOf(connection));
    },
    destroy: async () => {
      await Promise.all(all.map((session) => session.end()));
    },
  };
}

/**
 * One connection. The client underneath connects again by itself when it was cut off, and would run the rest of a
 * transaction there, each query committed alone: so a transaction remembers on which connection it began.
 */
class Session implements DatabaseConnection {
  readonly #open: () => Sql;
  readonly #seconds: number;
  #client: Sql;
  #timesClosed = 0;
  #begunAfter: number | undefined;

  constructor(databaseUrl: string, seconds: number) {
    this.#seconds = seconds;
    this.#open = () =>
      postgres(databaseUrl, {
        max: 1,
        max_lifetime: null,
        connect_timeout: 10,
        backoff: () => 0.2,
        fetch_types: false,
        onnotice: () => {},
        onclose: () => {
          this.#timesClosed += 1;
        },
        types: { bigint: { to: 20, from: [20], serialize: String, parse: Number } },
        connection: {
          application_name: "passerelle",
          statement_timeout: seconds * 700,
          // A process that was stopped in the middle of a transaction must not stop everyone else.
          idle_in_transaction_session_timeout: 30_000,
        },
      });
    this.#client = this.#open();
  }

  async begin({ isolationLevel, accessMode }: TransactionSettings): Promise<void> {
    this.#begunAfter = undefined;
    const isolation = isolationLevel === undefined ? "" : ` isolation level ${isolationLevel}`;
    await this.#run(`start transaction${isolation} ${accessMode ?? "read write"}`, []);
    this.#begunAfter = this.#timesClosed;
  }

  async commit(): Promise<void> {
    this.#refuseIfCutOff();
    try {
      await this.#run("commit", []);
    } catch (error) {
      throw connectionIsLost(error) ? new CommitUnknown(error) : error;
    }
    this.#begunAfter = undefined;
  }

  async rollBack(): Promise<void> {
    const cutOff = this.#begunAfter !== this.#timesClosed;
    this.#begunAfter = undefined;
    if (cutOff) return;
    try {
      await this.#run("rollback", []);
    } catch {
      // The server rolls back what a closed connection leaves open.
      await this.#client.end({ timeout: 0 });
      this.#client = this.#open();
    }
  }

  executeQuery<R>({ sql, parameters }: CompiledQuery): Promise<QueryResult<R>> {
    this.#refuseIfCutOff();
    refuseLossyText(parameters);
    return this.#run(sql, parameters);
  }

  streamQuery(): never {
    throw new Error("the store reads whole results");
  }

  end(): Promise<void> {
    return this.#client.end({ timeout: 5 });
  }

  async #run<R>(sql: string, parameters: readonly unknown[]): Promise<QueryResult<R>> {
    const client = this.#client;
    const timer = setTimeout(() => {
      this.#timesClosed += 1;
      this.#client = this.#open();
      void client.end({ timeout: 0 });
    }, this.#seconds * 1000);
    try {
      const result = await client.unsafe(sql, parameters as never[]);
      return { rows: [...result] as R[], numAffectedRows: BigInt(result.count ?? 0) };
    } finally {
      clearTimeout(timer);
    }
  }

  #refuseIfCutOff(): void {
    if (this.#begunAfter === undefined || this.#begunAfter === this.#timesClosed) return;
    throw Object.assign(new Error("the connection was lost"), { code: "CONNECTION_CLOSED" });
  }
}

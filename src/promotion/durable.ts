// Carries stories on through any end of a process: the only file that knows the workflow engine.

import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { OpenWorkflow } from "openworkflow";
import type { Backend } from "openworkflow/internal";
import { BackendPostgres } from "openworkflow/postgres";
import { BackendSqlite } from "openworkflow/sqlite";
import { makeDataDir, makeForOwnerOnly } from "../store/data-dir.ts";
import {
  openPostgresEngineTables,
  openSqliteEngineTables,
  type PostgresEngineTables,
  type SqliteEngineTables,
} from "../store/engine-tables.ts";
import { patiently } from "../store/transactions.ts";
import { atOnce, createLeases, type Log } from "./durable-leases.ts";
import { createSteps, type Step } from "./durable-steps.ts";

export interface Durable {
  /** Before `start`. The function that comes back starts a run, once per id for ever, and returns before it does anything. */
  define<Input, Output>(
    name: string,
    version: string,
    story: (input: Input, step: Step) => Promise<Output>,
  ): (id: string, input: Input) => Promise<void>;
  /** Begins to carry out runs, those of dead processes too. Without it runs are only handed over to whoever does. */
  start(): Promise<void>;
  /** Begins no step any more, waits for those that run, but not for ever; what is cut off is resumed by the next process. */
  stop(): Promise<void>;
  /** `failed` when the story threw: nothing will go on with the run. */
  state(id: string): Promise<"unknown" | "running" | "completed" | "failed">;
  /** Runs that have not ended and that this build has no story for. */
  strangers(): Promise<readonly { readonly id: string; readonly name: string; readonly version: string }[]>;
}

export type DurableOptions = {
  readonly dataDir: string;
  /** PostgreSQL when it is given, else `<dataDir>/workflows.db`. */
  readonly databaseUrl: string | undefined;
  /** This process holds the data directory. Not asked on PostgreSQL, where other bots may be alive. */
  readonly exclusive: boolean;
  /** How many runs at a time; more than there are apps, so that a rollback never waits for another app. */
  readonly concurrency?: number;
  readonly logger: Log;
  /** Over what an unexpected error says, before it is recorded. */
  readonly mask?: (text: string) => string;
  /** How long a run stays with a process that gives no sign of life. */
  readonly leaseSeconds?: number;
  /** How long `stop` waits for running steps. */
  readonly graceSeconds?: number;
};

const pollMilliseconds = 500;
const once = { maximumAttempts: 1 } as const;

export async function openDurable(options: DurableOptions): Promise<Durable> {
  const { logger, mask = (text) => text, concurrency = 32, graceSeconds = 30, leaseSeconds = 30 } = options;
  const { engine, tables, where, close } = await openEngine(options);
  const leases = createLeases(engine, { leaseSeconds, logger });
  const client = new OpenWorkflow({ backend: leases.backend });
  const defined = new Set<string>();
  let worker: ReturnType<typeof client.newWorker> | undefined;
  let working: Promise<void> = Promise.resolve();
  let heartbeat: NodeJS.Timeout | undefined;
  let stopping = false;
  let nudged = false;
  let wake = (): void => {};

  const nudge = (): void => {
    nudged = true;
    wake();
  };
  const work = async (): Promise<void> => {
    while (!stopping) {
      nudged = false;
      leases.newRound();
      const claimed = (await worker?.tick()) ?? 0;
      if (claimed > 0 || nudged || stopping) continue;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, pollMilliseconds);
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  };
  const patience = { where, reasons: ["busy", "unreachable"], seconds: 10 } as const;
  const asked = <T>(question: () => Promise<T>): Promise<T> => patiently(patience, question);
  const strangers = async () =>
    (await tables.unfinished()).filter((run) => !defined.has(`${run.name} ${run.version}`));

  return {
    define(name, version, story) {
      if (worker !== undefined) throw new Error("a story is defined before the work starts");
      defined.add(`${name} ${version}`);
      const workflow = client.defineWorkflow({ name, version, retryPolicy: once }, async (given) => {
        const { input, step, run } = given as typeof given & { readonly input: string };
        const hold = leases.holdOn(run.id);
        const { data } = await leases.backend.listStepAttempts({ workflowRunId: run.id, limit: 1000 });
        const steps = createSteps({
          recorded: data,
          record: (key, perform) => step.run({ name: key, retryPolicy: once }, perform),
          signal: hold.signal,
          stopping: () => stopping,
          interrupt: hold.interrupt,
          mask,
        });
        const telling = async () => story(JSON.parse(input), steps);
        const told = telling().then(
          () => ({ error: undefined }),
          (error: unknown) => ({ error: error ?? new Error("the story threw nothing") }),
        );
        const ended = await Promise.race([told, hold.interrupted]);
        if (typeof ended === "string") throw new Error(`interrupted: ${ended}`);
        if (ended.error === undefined) return;
        logger.error({ err: ended.error, run: name, input }, "a story failed: nothing goes on with it");
        // What the error says may be secret, and the engine records what is thrown here.
        throw new Error("the story failed; the log says how");
      });
      return async (id, input) => {
        await asked(async () => {
          // The engine knows an id for a day only.
          if ((await tables.status(id)) !== undefined) return;
          await workflow.run(JSON.stringify(input), { idempotencyKey: id, availableAt: atOnce });
        });
        nudge();
      };
    },

    async start() {
      if (worker !== undefined) return;
      worker = client.newWorker({ concurrency });
      if (options.exclusive && "release" in tables) {
        // Nobody else can be there to go on with them, and waiting for ever would look like running.
        for (const run of await strangers()) await tables.fail(run.row, "this build has no such story");
        await tables.release();
      }
      working = work();
      heartbeat = setInterval(() => void leases.extend(), (leaseSeconds * 1000) / 6);
    },

    async stop() {
      if (stopping) return;
      stopping = true;
      wake();
      const quiet = async (): Promise<void> => {
        await working;
        await worker?.stop();
      };
      await atMost(graceSeconds, quiet());
      leases.close();
      await atMost(1, quiet());
      clearInterval(heartbeat);
      await close();
    },

    async state(id) {
      const status = await asked(() => tables.status(id));
      if (status === undefined) return "unknown";
      if (status === "completed" || status === "succeeded") return "completed";
      return status === "failed" || status === "canceled" ? "failed" : "running";
    },

    async strangers() {
      const runs = await asked(strangers);
      return runs.map(({ id, name, version }) => ({ id: id ?? "", name, version: version ?? "" }));
    },
  };
}

async function atMost(seconds: number, work: Promise<void>): Promise<void> {
  const timer = new AbortController();
  const over = sleep(seconds * 1000, undefined, { signal: timer.signal }).catch(() => {});
  await Promise.race([work, over]);
  timer.abort();
}

type OpenEngine = {
  readonly engine: Backend;
  readonly tables: SqliteEngineTables | PostgresEngineTables;
  readonly where: string;
  readonly close: () => Promise<void>;
};

async function openEngine({ dataDir, databaseUrl }: DurableOptions): Promise<OpenEngine> {
  if (databaseUrl !== undefined) {
    const where = "DATABASE_URL";
    const tables = openPostgresEngineTables(databaseUrl);
    const migrate = async (): Promise<void> =>
      (await unwrapped(() => BackendPostgres.connect(databaseUrl))).stop();
    try {
      const patience = { where, reasons: ["busy", "unreachable"], seconds: 30 } as const;
      await patiently(patience, () => tables.alone(migrate));
    } catch (error) {
      await tables.close();
      throw error;
    }
    return { engine: BackendPostgres.fromPool(tables.pool), tables, where, close: tables.close };
  }
  makeDataDir(dataDir);
  const file = join(dataDir, "workflows.db");
  makeForOwnerOnly(file);
  return patiently({ where: file, reasons: ["busy"], seconds: 15 }, async () => {
    const engine = await unwrapped(() => BackendSqlite.connect(file));
    // The engine sets no timeout on its connection, and would meet a busy database at once.
    engine["db"].exec("PRAGMA busy_timeout = 1000; PRAGMA synchronous = FULL;");
    const tables = openSqliteEngineTables(file);
    const close = async (): Promise<void> => {
      await tables.close();
      await engine.stop();
    };
    return { engine, tables, where: file, close };
  });
}

/** What the database said: the engine wraps it in a guess of its own. */
async function unwrapped<T>(connect: () => T | Promise<T>): Promise<T> {
  try {
    return await connect();
  } catch (error) {
    throw error instanceof Error && error.cause !== undefined ? error.cause : error;
  }
}

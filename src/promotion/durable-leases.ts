// Whose a run is, and a database that is asked until it answers: what stands between the workflow engine and its tables.

import { setTimeout as sleep } from "node:timers/promises";
import type { Interruption } from "./durable-steps.ts";

export type Log = {
  warn(details: object, message: string): void;
  error(details: object, message: string): void;
};

/** Not the present: the clock may be set back before the run is claimed. */
export const atOnce = new Date(0);

type Run = { readonly id: string; readonly idempotencyKey: string | null };
type Owner = { readonly workflowRunId: string; readonly workerId: string };
type Question = (params: never) => Promise<unknown>;

/** What is used of the engine's database. */
export type LeasedEngine = {
  claimWorkflowRun(params: { workerId: string; leaseDurationMs: number }): Promise<Run | null>;
  extendWorkflowRunLease(params: Owner & { leaseDurationMs: number }): Promise<unknown>;
  sleepWorkflowRun(params: Owner & { availableAt: Date }): Promise<unknown>;
  listStepAttempts: Question;
  createStepAttempt: Question;
  completeStepAttempt: Question;
  completeWorkflowRun: Question;
  failWorkflowRun: Question;
};

/** This process' hold on a run it carries out. */
export type Hold = {
  readonly signal: AbortSignal;
  readonly interrupted: Promise<Interruption>;
  readonly interrupt: (why: Interruption, cause?: unknown) => void;
};

export type Leases<Engine> = {
  /** For the engine to work with. */
  readonly backend: Engine;
  holdOn(runId: string): Hold;
  /** Before each round of claims: one that finds nothing ends the round. */
  newRound(): void;
  /** Tells the database that what is held here is still carried out here. */
  extend(): Promise<void>;
  close(): void;
};

/**
 * The engine takes every error of its database for a failure of the step or of the run. Here nothing is a failure but what
 * the story says: the database is asked until it answers, and a run that is no longer ours is interrupted.
 */
export function createLeases<Engine extends LeasedEngine>(
  engine: Engine,
  { leaseSeconds, logger }: { readonly leaseSeconds: number; readonly logger: Log },
): Leases<Engine> {
  const leaseDurationMs = leaseSeconds * 1000;
  const held = new Map<string, Held>();
  let claiming: Promise<Run | null> = Promise.resolve(null);
  let nothingLeft = false;
  let closed = false;
  let away = false;

  const answered = <T>(answer: T): T => {
    away = false;
    return answer;
  };
  /** Said once while it lasts, not at each of the many questions. */
  const unanswered = (error: unknown): void => {
    if (!away && !closed)
      logger.warn({ err: error }, "the database of the steps does not answer; steps wait for it");
    away = true;
  };

  const insist = async (runId: string, ask: () => Promise<unknown>): Promise<unknown> => {
    for (let tries = 0; ; tries += 1) {
      if (closed) throw new Error("the engine is closed");
      try {
        return answered(await ask());
      } catch (error) {
        if (isRefusal(error)) {
          held.get(runId)?.interrupt("lost", error);
          throw error;
        }
        unanswered(error);
        await sleep(Math.min(50 * 2 ** tries, 2000));
      }
    }
  };

  // By the wall clock, which the leases in SQLite are written by: when it jumps, they must follow before anyone claims.
  const extend = async (): Promise<void> => {
    const due = ({ extendedAt }: Held): boolean => Math.abs(Date.now() - extendedAt) >= leaseDurationMs / 6;
    const extendOne = async (each: Held): Promise<void> => {
      try {
        const { workerId, run } = each;
        await engine.extendWorkflowRunLease({ workflowRunId: run.id, workerId, leaseDurationMs });
        each.extendedAt = Date.now();
      } catch (error) {
        if (isRefusal(error)) each.interrupt("lost", error);
        else unanswered(error);
      }
    };
    await Promise.all([...held.values()].filter(due).map(extendOne));
  };

  const claim = async (workerId: string): Promise<Run | null> => {
    if (closed || nothingLeft) return null;
    try {
      // After a long pause our own leases are over too, and we would claim what we are carrying out.
      await extend();
      const run = answered(await engine.claimWorkflowRun({ workerId, leaseDurationMs }));
      if (run === null) nothingLeft = true;
      else {
        held.get(run.id)?.interrupt("lost");
        held.set(run.id, createHeld(run, workerId, logger));
      }
      return run;
    } catch (error) {
      nothingLeft = true;
      unanswered(error);
      return null;
    }
  };

  /** Never rejects for a run of ours: the engine could only print it. */
  const end = async (
    owner: Owner,
    record: (why: Interruption | undefined) => Promise<unknown>,
  ): Promise<unknown> => {
    const ours = held.get(owner.workflowRunId);
    if (ours === undefined) return record(undefined);
    try {
      if (ours.why() === "lost" || ours.why() === "closed") return ours.run;
      await record(ours.why());
    } catch (error) {
      logger.warn(
        { err: error, run: ours.run.idempotencyKey },
        "the end of a run was not recorded: it is resumed later",
      );
    } finally {
      if (held.get(owner.workflowRunId) === ours) held.delete(owner.workflowRunId);
    }
    return ours.run;
  };

  const ask = (method: Question, params: Owner): Promise<unknown> =>
    insist(params.workflowRunId, () => method.call(engine, params as never));
  const own: Readonly<Record<string, (params: Owner) => Promise<unknown>>> = {
    claimWorkflowRun: ({ workerId }) => {
      claiming = claiming.then(() => claim(workerId));
      return claiming;
    },
    extendWorkflowRunLease: () => extend(),
    listStepAttempts: (params) => ask(engine.listStepAttempts, params),
    createStepAttempt: (params) => ask(engine.createStepAttempt, params),
    completeStepAttempt: (params) => ask(engine.completeStepAttempt, params),
    // A failure of the work is a result like any other. The engine would forget a failed step, and do it again on replay.
    failStepAttempt: () => Promise.reject(new Error("a step was interrupted")),
    completeWorkflowRun: (params) => end(params, () => ask(engine.completeWorkflowRun, params)),
    failWorkflowRun: (params) =>
      end(params, (why) => {
        if (why === undefined) return ask(engine.failWorkflowRun, params);
        const { workflowRunId, workerId } = params;
        const giveBack = (): Promise<unknown> =>
          engine.sleepWorkflowRun({ workflowRunId, workerId, availableAt: atOnce });
        if (why === "stopping") return giveBack();
        // Waits while the run is still held: a time in a row would be wrong once the clock is set back.
        return sleep(5000).then(() => insist(workflowRunId, giveBack));
      }),
  };

  return {
    backend: new Proxy(engine, {
      get(target, name) {
        const method: unknown = Reflect.get(own, name) ?? Reflect.get(target, name);
        return typeof method === "function" ? method.bind(target) : method;
      },
    }),
    holdOn: (runId) => {
      const ours = held.get(runId);
      if (ours === undefined) throw new Error(`run ${runId} is not held`);
      return ours;
    },
    newRound: () => {
      nothingLeft = false;
    },
    extend,
    close: () => {
      closed = true;
      for (const each of held.values()) each.interrupt("closed");
    },
  };
}

type Held = Hold & {
  readonly run: Run;
  readonly workerId: string;
  readonly why: () => Interruption | undefined;
  extendedAt: number;
};

function createHeld(run: Run, workerId: string, logger: Log): Held {
  const { promise: interrupted, resolve } = Promise.withResolvers<Interruption>();
  const abort = new AbortController();
  let why: Interruption | undefined;
  return {
    run,
    workerId,
    extendedAt: Date.now(),
    signal: abort.signal,
    interrupted,
    why: () => why,
    interrupt: (reason, cause) => {
      if (why !== undefined) return;
      why = reason;
      if (reason !== "stopping")
        logger.warn({ err: cause, run: run.idempotencyKey, reason }, "a run is left alone");
      abort.abort(reason);
      resolve(reason);
    },
  };
}

/** The engine's own word for a run that is another owner's by now: a row was not found where it has to be. */
function isRefusal(error: unknown): boolean {
  return error instanceof Error && !("code" in error) && error.message.startsWith("Failed to ");
}

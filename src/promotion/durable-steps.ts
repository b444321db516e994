// The steps of one run as its story sees them: each recorded once, whatever happens to the process around it.

import { isFailure, PasserelleError } from "../errors.ts";
import { EngineError } from "./engine-error.ts";

export type StepRun = {
  /** 1, or more when earlier attempts of this step were cut off. */
  readonly attempt: number;
  /** Aborted when this process may no longer go on with the run. */
  readonly signal: AbortSignal;
};

/**
 * Runs `work` and records what it returned or threw; where that is recorded already, it is returned or thrown again and
 * `work` is not called. Work that was cut off is called again: it must first find out what it did the last time.
 *
 * What comes back has been through JSON, the first time too. Steps may run side by side if they are begun in the same
 * order each time, as `Promise.all([step(…), step(…)])` does: a failure is then told only when all of them have ended.
 *
 * A run that must not go on here, because the process stops, another one has taken it over, or its database is away,
 * simply never hears from its step again; whoever resumes it replays the story.
 */
export type Step = <T>(name: string, work: (run: StepRun) => Promise<T>) => Promise<T>;

/** A step of an earlier process, as the engine recorded it. */
export type RecordedStep = { readonly stepName: string; readonly status: string };

/** Why a run does not go on here. */
export type Interruption = "stopping" | "database" | "lost" | "closed";

export type StepsOptions = {
  readonly recorded: readonly RecordedStep[];
  /** Runs `work` under a name that is unique in the run unless its result is recorded; rejects when that cannot be had. */
  readonly record: (name: string, work: () => Promise<string>) => Promise<string>;
  readonly signal: AbortSignal;
  readonly stopping: () => boolean;
  readonly interrupt: (why: Interruption, cause?: unknown) => void;
  readonly mask: (text: string) => string;
};

const mostBytes = 64 * 1024;

export function createSteps(options: StepsOptions): Step {
  const { recorded, record, signal, stopping, interrupt } = options;
  const asked = new Map(recorded.map(({ stepName }) => [Number.parseInt(stepName, 10), stepName]));
  const running = new Set<Promise<unknown>>();
  let count = 0;

  const suspend = async (why: Interruption, cause?: unknown): Promise<never> => {
    await Promise.allSettled(running);
    interrupt(why, cause);
    return new Promise(() => {});
  };

  return async <T>(name: string, work: (run: StepRun) => Promise<T>): Promise<T> => {
    count += 1;
    // The engine looks results up by name alone, so the place in the story is made a part of the name.
    const key = `${count} ${name}`;
    const before = asked.get(count);
    if (before !== undefined && before !== key) {
      const said = `this run recorded step ${before}, where the code now asks for ${key}`;
      await Promise.allSettled(running);
      throw new EngineError("history-mismatch", said);
    }
    if (stopping()) return suspend("stopping");

    const cutOff = recorded.filter(({ stepName, status }) => stepName === key && status === "running");
    let trouble: { readonly error: unknown } | undefined;
    const recording = record(key, async () => {
      const written = await outcomeOf(() => work({ attempt: cutOff.length + 1, signal }), options).catch(
        (error: unknown) => {
          trouble = { error };
          throw error;
        },
      );
      // Whoever took this run over asks the target what happened; what we saw may be older.
      if (signal.aborted) throw new Error("the run went on elsewhere");
      return written;
    });
    running.add(recording);
    let written: string;
    try {
      written = await recording;
    } catch (error) {
      running.delete(recording);
      const permanent = trouble?.error ?? limitReached(error);
      if (!(permanent instanceof EngineError)) return await suspend("database", permanent ?? error);
      await Promise.allSettled(running);
      throw permanent;
    }
    running.delete(recording);
    const outcome = JSON.parse(written) as Outcome<T>;
    if (!("failure" in outcome)) return outcome.value;
    await Promise.allSettled(running);
    throw thrownAgain(outcome.failure);
  };
}

type Outcome<T> = { readonly value: T } | { readonly failure: RecordedFailure };

type RecordedFailure =
  | { readonly code: PasserelleError["code"]; readonly details: PasserelleError["details"] }
  | { readonly name: string; readonly message: string };

async function outcomeOf(work: () => Promise<unknown>, { mask }: StepsOptions): Promise<string> {
  let written: string;
  try {
    written = JSON.stringify({ value: await work() });
  } catch (error) {
    // Our own database is no part of the target: the step has not failed, it cannot be told yet.
    if (error instanceof EngineError || isFailure(error, "database-unusable")) throw error;
    written = JSON.stringify({ failure: recordable(error, mask) });
  }
  const bytes = Buffer.byteLength(written);
  if (bytes <= mostBytes) return written;
  throw new EngineError("result-too-large", `a step returned ${bytes} bytes, more than ${mostBytes}`);
}

function recordable(error: unknown, mask: (text: string) => string): RecordedFailure {
  if (isFailure(error)) return { code: error.code, details: error.details };
  const text = (value: string): string => mask(value).slice(0, 4000);
  return error instanceof Error
    ? { name: error.name, message: text(error.message) }
    : { name: "Error", message: text(String(error)) };
}

function thrownAgain(failure: RecordedFailure): Error {
  if ("code" in failure) return new PasserelleError(failure.code, failure.details);
  const error = new Error(failure.message);
  error.name = failure.name;
  return error;
}

function limitReached(error: unknown): EngineError | undefined {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "STEP_LIMIT_EXCEEDED")
    return undefined;
  return new EngineError("step-limit", error.message, { cause: error });
}

// PROD as a story sees it, on however many hosts: a step of one host goes there, a step of all of them to each.

import { isFailure, PasserelleError } from "../errors.ts";
import { joinFacts, joinProgress } from "./host-facts.ts";
import { done, failed, type Progress, type StepOutcome, type Target, type Targets } from "./ports.ts";
import type { Facts, StepKind } from "./promotions.ts";
import { hostOf, kindOf } from "./step-names.ts";

export type HostTarget = { readonly host: string; readonly target: Target };

type Failed = Extract<StepOutcome, { ok: false }>;

/** So many hosts get PREPROD's content, or read their PROD, at a time: the others wait. */
const mostAtATime = 4;

export function oneTarget(target: Target): Targets {
  return {
    perform: (step, progress) => target[kindOf(step)](progress),
    letGo: (options) => target.letGo(options),
  };
}

/** `hosts` in the order in which the configuration names them. */
export function severalTargets(hosts: readonly HostTarget[]): Targets {
  const byName = hosts.toSorted((left, right) => (left.host < right.host ? -1 : 1));
  return {
    async perform(step, progress) {
      const [host, kind] = [hostOf(step), kindOf(step)];
      if (host === undefined)
        return kind === "lock" ? lockAll(byName, progress) : onAll(hosts, kind, progress);
      const found = hosts.find((one) => one.host === host);
      if (found === undefined) throw new Error(`PROD has no host ${host} any more`);
      const outcome = await found.target[kind](progressOf(host, progress));
      if (outcome.ok) return outcome;
      if (outcome.wrote === "nothing") return naming(host, outcome);
      // The way back begins with hosts that can be reached.
      const isLost = outcome.wrote === "something" && !(await canBeReached(found.target));
      return isLost ? { ...outcome, wrote: "unknown" } : outcome;
    },
    async letGo(options) {
      const results = await Promise.allSettled(byName.map(({ target }) => target.letGo(options)));
      const failure = results.find((result) => result.status === "rejected");
      if (failure !== undefined) throw failure.reason;
    },
  };
}

async function canBeReached(target: Target): Promise<boolean> {
  try {
    await target.isHeld();
    return true;
  } catch (error) {
    if (isFailure(error)) return false;
    throw error;
  }
}

/** In one order, whoever asks: of two promotions that both want them all, the first host decides. */
async function lockAll(hosts: readonly HostTarget[], progress: Progress): Promise<StepOutcome> {
  const facts = [];
  for (const { host, target } of hosts) {
    const outcome = await named(host, () => target.lock(progress));
    if (!outcome.ok) return naming(host, outcome);
    facts.push({ host, facts: outcome.facts });
  }
  for (const { host, target } of hosts) {
    if (await named(host, () => target.isHeld())) continue;
    return failed("nothing", { code: "hosts-overlap", details: { host } });
  }
  return done({ ...joinFacts(facts), hosts: hosts.length });
}

async function onAll(hosts: readonly HostTarget[], kind: StepKind, progress: Progress): Promise<StepOutcome> {
  const outcomes = new Map<string, StepOutcome>();
  const latest = new Map<string, Facts>();
  const thrown: unknown[] = [];
  const hasFailed = (): boolean => thrown.length > 0 || [...outcomes.values()].some(({ ok }) => !ok);
  const tell = (): void => progress.report(joinProgress(latest, { ready: outcomes.size, of: hosts.length }));
  const waiting = [...hosts];
  const work = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      // Nothing is written unless all of them are ready.
      if (hasFailed()) return;
      const { host, target } = next;
      const own: Progress = {
        ...progressOf(host, progress),
        report: (facts) => {
          latest.set(host, { ...latest.get(host), ...facts });
          tell();
        },
        shouldStop: () => progress.shouldStop() || hasFailed(),
      };
      try {
        outcomes.set(host, await named(host, () => target[kind](own)));
        tell();
      } catch (error) {
        thrown.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(mostAtATime, hosts.length) }, work));
  if (thrown.length > 0) throw thrown.find((error) => isFailure(error, "job-fenced")) ?? thrown[0];
  const each = hosts.flatMap(({ host }) => {
    const outcome = outcomes.get(host);
    return outcome === undefined ? [] : [{ host, outcome }];
  });
  const facts = {
    ...joinFacts(each.map(({ host, outcome }) => ({ host, facts: outcome.facts }))),
    hosts: hosts.length,
  };
  const failure = failureOf(each);
  return failure === undefined ? done(facts) : { ...failure, facts };
}

/** The others were stopped because of the first one: theirs is not the reason. */
function failureOf(
  each: readonly { readonly host: string; readonly outcome: StepOutcome }[],
): Failed | undefined {
  const failures = each.flatMap(({ host, outcome }) => (outcome.ok ? [] : [{ host, outcome }]));
  const [first] = failures;
  if (first === undefined) return undefined;
  const alike = failures.every(
    ({ outcome }) => JSON.stringify(outcome.because) === JSON.stringify(first.outcome.because),
  );
  if (alike && failures.length > 1) return first.outcome;
  const reason = failures.find(({ outcome }) => outcome.because.code !== "stopped") ?? first;
  const worst = failures.find(({ outcome }) => outcome.wrote === "unknown") ?? reason;
  return naming(reason.host, { ...reason.outcome, wrote: worst.outcome.wrote });
}

/** A sentence that has the host in it, or is about no host, needs no name before it. */
function naming(host: string, outcome: Failed): Failed {
  const { code, details } = outcome.because;
  if (code === "stopped" || details["host"] === host) return outcome;
  return { ...outcome, because: { code, details: { ...details, onHost: host } } };
}

/** The same for what is thrown. */
async function named<Result>(host: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isFailure(error, "job-fenced") || !isFailure(error) || error.details["host"] === host) throw error;
    throw new PasserelleError(error.code, { ...error.details, onHost: host }, { cause: error });
  }
}

function progressOf(host: string, progress: Progress): Progress {
  return {
    ...progress,
    log: (lines) => progress.log(lines.map((line) => `${host}: ${line}`)),
    note: (facts, excerpt, key) => progress.note(facts, excerpt, `${key}@${host}`),
  };
}

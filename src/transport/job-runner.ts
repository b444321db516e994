// Runs jobs on a target: starts or adopts, follows through lost connections, stops, and tells how they ended.

import { createHash } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";
import { isFailure, PasserelleError } from "../errors.ts";
import { encodeBytes } from "./bytes.ts";
import { capture } from "./capture.ts";
import type { JobHooks, JobResult, JobSpec, RunJob } from "./job.ts";
import { type JobReport, parseJobReport, wholeLines } from "./job-report.ts";
import { outputHalf, progressBytes, reportScript, startScript, stopScript } from "./job-scripts.ts";
import { withArguments } from "./run-protocol.ts";
import type { Transport } from "./transport.ts";

export type JobRunnerOptions = {
  readonly transport: Transport;
  /** As `prepareStateDir` gave it. */
  readonly stateDir: string;
  /** As `claim` gave it: with a newer one on the target nothing is started any more. */
  readonly token: number;
  /** Who claims the target: a promotion's id. */
  readonly owner: string;
  readonly pollSeconds?: number;
  /** How long a host may be out of reach before waiting for its job is given up. */
  readonly patienceSeconds?: number;
  /** How long another job may hold the target's lock before this one is given up. */
  readonly lockWaitSeconds?: number;
};

const jobId = /^[A-Za-z0-9][A-Za-z0-9_-]{0,127}$/;
const longestWaitSeconds = 30;

export function createJobRunner(options: JobRunnerOptions): RunJob {
  const { transport, stateDir, token, owner } = options;
  const pollSeconds = options.pollSeconds ?? 1;
  const patienceSeconds = options.patienceSeconds ?? 600;
  const lockWaitSeconds = options.lockWaitSeconds ?? 60;

  /** Repeats what may be repeated until the host answers. */
  async function patiently<Result>(attempt: () => Promise<Result>): Promise<Result> {
    const giveUpAt = performance.now() + patienceSeconds * 1000;
    for (let waitSeconds = 0.2; ; waitSeconds = Math.min(5, waitSeconds * 2)) {
      try {
        return await attempt();
      } catch (error) {
        if (!isFailure(error, "host-lost", "host-unreachable", "command-timeout")) throw error;
        if (performance.now() + waitSeconds * 1000 > giveUpAt) {
          const { host } = transport;
          throw new PasserelleError("host-lost", { host, what: "waiting for a job" }, { cause: error });
        }
        await sleep(waitSeconds * 1000);
      }
    }
  }

  async function ask(script: string, args: readonly string[], input?: Uint8Array): Promise<JobReport> {
    const { stdout } = await capture(transport, script, {
      what: "asking after a job",
      args,
      ...(input === undefined ? {} : { input }),
      // A slow line may need a second for each 100 KB of the input.
      timeoutSeconds: 30 + pollSeconds + Math.ceil((input?.length ?? 0) / 100_000),
      maxBytes: 4 * outputHalf + progressBytes + 4096,
    });
    return parseJobReport(stdout);
  }

  async function stop(spec: JobSpec): Promise<void> {
    await capture(transport, stopScript, {
      what: "stopping a job",
      args: [stateDir, spec.id],
      timeoutSeconds: 30,
    });
  }

  async function refuseHeld(spec: JobSpec): Promise<never> {
    throw new PasserelleError("target-held", {
      host: transport.host,
      path: `${stateDir}/lock`,
      owner,
      job: spec.id,
    });
  }

  return async (spec: JobSpec, hooks: JobHooks = {}): Promise<JobResult> => {
    if (!jobId.test(spec.id)) throw new TypeError(`not a job id: ${JSON.stringify(spec.id)}`);
    const script = encodeBytes(`${withArguments(spec.script, spec.args ?? [])}\n`);
    const input = spec.input ?? Buffer.alloc(0);
    const lines = wholeLines(hooks.onLine ?? (() => {}));
    const fixed = [stateDir, spec.id] as const;
    const wait = String(Math.min(pollSeconds, longestWaitSeconds));
    const start = (): Promise<JobReport> =>
      ask(
        startScript,
        [
          ...fixed,
          wait,
          String(lines.offset()),
          String(Math.max(1, Math.ceil(spec.timeoutSeconds))),
          spec.lock === "exclusive" ? "-x" : "-s",
          String(token),
          String(script.length),
          sha256(script),
          sha256(input),
          String(Math.min(lockWaitSeconds, longestWaitSeconds)),
        ],
        Buffer.concat([script, input]),
      );

    let stopAsked = false;
    let giveUpStartingAt = performance.now() + lockWaitSeconds * 1000;
    let report = await patiently(start);
    for (;;) {
      if (report.is === "ended" || report.is === "died") {
        lines.finish(report.stdout);
        return resultOf(report);
      }
      if (report.is === "running") {
        lines.push(report.progress);
        giveUpStartingAt = performance.now() + lockWaitSeconds * 1000;
      } else {
        if (report.highestToken === undefined) {
          throw new PasserelleError("state-dir-unusable", {
            host: transport.host,
            path: stateDir,
            reason: "token",
          });
        }
        if (report.highestToken > token) return fenced();
      }
      if (!stopAsked && hooks.shouldStop?.() === true) {
        await patiently(() => stop(spec));
        stopAsked = true;
      }
      if (report.is === "created" || report.is === "absent") {
        if (performance.now() > giveUpStartingAt) return refuseHeld(spec);
        report = await patiently(start);
      } else {
        report = await patiently(() => ask(reportScript, [...fixed, wait, String(lines.offset())]));
      }
    }
  };
}

function resultOf(report: Extract<JobReport, { is: "ended" | "died" }>): JobResult {
  const { stdout, stderr } = report;
  if (report.is === "died") return { outcome: "died", stdout, stderr };
  if (report.word === "exited") return { outcome: "exited", code: report.code, stdout, stderr };
  return { outcome: report.word, stdout, stderr };
}

function fenced(): JobResult {
  return { outcome: "fenced", stdout: Buffer.alloc(0), stderr: Buffer.alloc(0) };
}

function sha256(bytes: Uint8Array): string {
  return createHash("sha256").update(bytes).digest("hex");
}

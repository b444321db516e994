// Runs the rehearsed app and asks it until it is well, is given up, ends by itself or is to stop.

import type { AppConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { HealthReport } from "../health/health.ts";
import { excerptOf, findForbidden } from "../health/log-lines.ts";
import { waitUntilHealthy } from "../health/wait-until-healthy.ts";
import { encodeBytes } from "../transport/bytes.ts";
import type { JobResult, RunJob } from "../transport/job.ts";
import { lastLines, plainLines } from "../transport/plain-lines.ts";
import type { Change } from "../tree/plan.ts";
import type { Prod } from "../tree/swap.ts";
import { runScript } from "./run-script.ts";

export type RehearsalRequest = {
  readonly runJob: RunJob;
  readonly prod: Prod;
  /** The claim's: a newer one keeps us from ending what is not ours any more. */
  readonly token: number;
  readonly id: string;
  /** Each attempt begins anew, after it has ended what an earlier one left. */
  readonly attempt: number;
  readonly rehearse: NonNullable<AppConfig["rehearse"]>;
  readonly app: Pick<AppConfig, "ignore" | "backup" | "health">;
  readonly changes: readonly Change[];
  readonly now: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly shouldStop: () => boolean;
  readonly onAttempt: (seen: string) => void;
};

export type Watched =
  | { readonly outcome: "healthy"; readonly seen: string; readonly waitedSeconds: number }
  /** `reason` is one English sentence without its full stop; the excerpt is capped, not yet masked. */
  | { readonly outcome: "failed"; readonly reason: string; readonly excerpt: readonly string[] }
  | { readonly outcome: "stopped" };

const excerptLines = 20;
const defaultProbe = { timeoutSeconds: 10, contains: undefined };

export async function watchApp(request: RehearsalRequest & { readonly job: string }): Promise<Watched> {
  const { prod, app, rehearse, now, sleep, shouldStop, onAttempt } = request;
  const { contains, timeoutSeconds } = app.health.http[0] ?? defaultProbe;
  const probe = { url: rehearse.url, status: undefined, contains, timeoutSeconds };
  const running = startApp(request);
  const isOver = (): boolean => running.ended() || forbiddenIn(request, running.lines()).seen !== "";
  let report: HealthReport;
  let lines: readonly string[];
  let endedItself: boolean;
  try {
    report = await waitUntilHealthy({
      transport: prod.transport,
      health: { ...app.health, http: [probe], container: undefined, logs: undefined },
      since: { restart: "", log: "" },
      now,
      sleep: async (seconds) => void (await Promise.race([sleep(seconds), running.end])),
      shouldStop: () => shouldStop() || isOver(),
      onAttempt: ({ probes }) => onAttempt(probes.map(({ seen }) => seen).join(", ")),
    });
    // What it said until it answered is on its way to us.
    if (report.outcome === "healthy") await Promise.race([sleep(1.5), running.end]);
  } finally {
    // What it says while it is ended, as many do, is no fault.
    lines = running.lines();
    endedItself = running.ended();
    await running.stop();
  }
  const result = await running.end;
  if (shouldStop()) return { outcome: "stopped" };
  if (endedItself) lines = running.lines();
  const forbidden = forbiddenIn(request, lines);
  if (forbidden.seen !== "") {
    const first = (lines[forbidden.at[0] ?? 0] ?? "").trim().slice(0, 200);
    return {
      outcome: "failed",
      reason: `its output says: ${first}`,
      excerpt: excerptOf(lines, forbidden.at, 0),
    };
  }
  const excerpt = lastLines(encodeBytes(lines.join("\n")), excerptLines);
  if (endedItself) return { outcome: "failed", reason: howItEnded(result), excerpt };
  if (report.outcome === "healthy") {
    const seen = report.probes.map((one) => one.seen).join(", ");
    return { outcome: "healthy", seen, waitedSeconds: report.waitedSeconds };
  }
  return { outcome: "failed", reason: report.reason, excerpt };
}

type Running = {
  /** Lines of its output so far, as people read them. */
  readonly lines: () => readonly string[];
  readonly ended: () => boolean;
  /** Rejects with what `RunJob` throws. */
  readonly end: Promise<JobResult>;
  readonly stop: () => Promise<void>;
};

function startApp({
  runJob,
  prod,
  id,
  rehearse,
  app,
  job,
}: RehearsalRequest & { readonly job: string }): Running {
  const said: string[] = [];
  let [over, toStop] = [false, false];
  const end = runJob(
    {
      id: job,
      script: runScript,
      args: [prod.stateDir, id, rehearse.command],
      // With nobody left to end it, it ends by itself.
      timeoutSeconds: app.health.deadlineSeconds + 120,
      lock: "shared",
    },
    { onLine: (line) => said.push(line), shouldStop: () => toStop },
  )
    .then((result) => {
      if (result.outcome === "fenced") throw new PasserelleError("job-fenced", { job });
      return result;
    })
    .finally(() => {
      over = true;
    });
  end.catch(() => {});
  return {
    lines: () => plainLines(encodeBytes(said.join("\n"))),
    ended: () => over,
    end,
    stop: async () => {
      toStop = true;
      await end.catch(() => {});
    },
  };
}

function forbiddenIn({ app }: RehearsalRequest, lines: readonly string[]): ReturnType<typeof findForbidden> {
  return findForbidden(lines, app.health.logs?.forbid ?? []);
}

function howItEnded(result: JobResult): string {
  switch (result.outcome) {
    case "exited":
      return `its command ended with exit code ${result.code} instead of staying up`;
    case "timeout":
      return "its time was up";
    default:
      return "its command was killed";
  }
}

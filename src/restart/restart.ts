// Restarts an app on its host, as a job that outlives us, and tells how it went.

import type { RestartConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { JobResult, RunJob } from "../transport/job.ts";
import { lastLines } from "../transport/plain-lines.ts";
import type { Transport } from "../transport/transport.ts";
import { composeFailure } from "./compose-failure.ts";
import {
  type RestartFailureCode,
  type RestartFailureDetails,
  restartFailureCodes,
} from "./restart-failure.ts";
import { restartProbe, restartScript } from "./restart-script.ts";

export type RestartResult =
  | { readonly outcome: "restarted"; readonly mark: string }
  | {
      readonly outcome: "failed";
      readonly code: RestartFailureCode;
      readonly details: RestartFailureDetails;
      /** The last lines that the tools said; capped, not yet masked. */
      readonly excerpt: readonly string[];
      /** Absent when it failed before anything was restarted. */
      readonly mark: string | undefined;
    }
  /** `shouldStop` said so; whether the app was restarted is not known. */
  | { readonly outcome: "stopped" };

export type RestartOptions = {
  readonly runJob: RunJob;
  /** The job's id: the same id never restarts twice. */
  readonly id: string;
  readonly restart: RestartConfig;
  /** PROD's root on the host, absolute or `~/…`. */
  readonly root: string;
  readonly shouldStop?: () => boolean;
};

const excerptLines = 20;

/**
 * `mark` is the host's time just before the restart, in seconds with nine decimals, for reading the log since then.
 * Throws `job-fenced` when a newer claim holds the target, and `host-lost` when the host stays away.
 */
export async function restart(options: RestartOptions): Promise<RestartResult> {
  const { runJob, id, root, shouldStop } = options;
  const { timeoutSeconds } = options.restart;
  const { script, args } = restartScript(options.restart, root);
  const hooks = shouldStop === undefined ? {} : { shouldStop };
  const result = await runJob({ id, script, args, timeoutSeconds, lock: "exclusive" }, hooks);
  switch (result.outcome) {
    case "stopped":
      return { outcome: "stopped" };
    case "fenced":
      throw new PasserelleError("job-fenced", { job: id });
    case "died":
      return failedRestart(options, result, "died");
    case "timeout":
      return failedRestart(options, result, "timeout");
    case "exited": {
      const { mark, failed } = answerOf(result);
      if (result.code === 0 && mark !== undefined) return { outcome: "restarted", mark };
      return failedRestart(options, result, failed ?? "exit-code");
    }
  }
}

export type Readiness =
  | { readonly outcome: "ready" | "untold" }
  | {
      readonly outcome: "not-ready";
      readonly code: RestartFailureCode;
      readonly details: RestartFailureDetails;
    };

/** Whether the host has what the restart needs and lets the login do it. Restarts nothing; a command is `untold`. */
export async function restartReadiness(transport: Transport, restart: RestartConfig): Promise<Readiness> {
  const probe = restartProbe(restart);
  if (probe === undefined) return { outcome: "untold" };
  const result = await transport.run(probe.script, { args: probe.args, timeoutSeconds: 60 });
  if (result.outcome === "exited" && result.code === 0) return { outcome: "ready" };
  const { failed } = answerOf(result);
  const code = failed ?? (result.outcome === "exited" ? "exit-code" : "timeout");
  return { outcome: "not-ready", code, details: { ...subjectOf(restart, ""), seconds: 60 } };
}

function failedRestart(options: RestartOptions, result: JobResult, told: RestartFailureCode): RestartResult {
  const answer = answerOf(result);
  const seen =
    told === "exit-code" && options.restart.kind === "compose"
      ? composeFailure(result.stderr.toString())
      : undefined;
  const code = seen?.code ?? told;
  const exitCode = answer.exitCode ?? (result.outcome === "exited" ? result.code : undefined);
  const details = {
    ...subjectOf(options.restart, options.root),
    ...seen?.details,
    seconds: options.restart.timeoutSeconds,
    ...(code === "exit-code" && exitCode !== undefined ? { exitCode } : {}),
  };
  return {
    outcome: "failed",
    code,
    details,
    excerpt: lastLines(result.stderr, excerptLines),
    mark: answer.mark,
  };
}

function subjectOf(restart: RestartConfig, root: string): Readonly<Record<string, string>> {
  switch (restart.kind) {
    case "compose":
      return { file: restart.file, what: `docker compose ${restart.mode === "recreate" ? "up" : "restart"}` };
    case "systemd":
      return { unit: restart.unit, what: `systemctl restart ${restart.unit}` };
    case "command":
      return { root };
    case "none":
      return {};
  }
}

type Answer = {
  readonly mark: string | undefined;
  readonly failed: RestartFailureCode | undefined;
  readonly exitCode: number | undefined;
};

function answerOf({ stdout }: Pick<JobResult, "stdout">): Answer {
  const text = stdout.toString("latin1");
  const failed = /^failed ([a-z-]+)(?: (\d+))?$/m.exec(text);
  const code = restartFailureCodes.find((known) => known === failed?.[1]);
  return {
    mark: /^mark (\d+\.\d{9})$/m.exec(text)?.[1],
    failed: code,
    exitCode: failed?.[2] === undefined ? undefined : Number(failed[2]),
  };
}

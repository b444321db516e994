// Runs a hook in PROD's root, as a job that outlives us, and tells how it went.

import type { HookConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { JobResult, RunJob } from "../transport/job.ts";
import { lastLines } from "../transport/plain-lines.ts";
import { hookScript } from "./restart-script.ts";

export type HookResult =
  | { readonly outcome: "done" }
  | {
      readonly outcome: "failed";
      /** `what` is the command's name; `exitCode` or `seconds` how it failed, neither when it was killed; `reason` its last line. */
      readonly details: Readonly<Record<string, string | number>>;
      /** The last lines that it said; capped, not yet masked. */
      readonly excerpt: readonly string[];
    }
  /** `shouldStop` said so; what it did until then is not known. */
  | { readonly outcome: "stopped" };

export type HookOptions = {
  readonly runJob: RunJob;
  /** The job's id: the same id never runs twice. */
  readonly id: string;
  readonly hook: HookConfig;
  /** PROD's root on the host, absolute or `~/…`. */
  readonly root: string;
  readonly shouldStop?: () => boolean;
};

const excerptLines = 20;
const longestName = 80;

/** Throws `job-fenced` when a newer claim holds the target, and `host-lost` when the host stays away. */
export async function runHook({ runJob, id, hook, root, shouldStop }: HookOptions): Promise<HookResult> {
  const { timeoutSeconds } = hook;
  const hooks = shouldStop === undefined ? {} : { shouldStop };
  const result = await runJob(
    { id, script: hookScript, args: [root, hook.run], timeoutSeconds, lock: "exclusive" },
    hooks,
  );
  if (result.outcome === "fenced") throw new PasserelleError("job-fenced", { job: id });
  if (result.outcome === "stopped") return { outcome: "stopped" };
  if (result.outcome === "exited" && result.code === 0) return { outcome: "done" };
  const excerpt = lastLines(result.stderr, excerptLines);
  const reason = wasRootMissing(result) ? `there is no ${root}` : (excerpt.at(-1) ?? "");
  const details = { what: hookName(hook), ...howItFailed(hook, result), ...(reason !== "" && { reason }) };
  return { outcome: "failed", details, excerpt };
}

/** For people: the first line of its command. */
export function hookName({ run }: HookConfig): string {
  const [first = ""] = run.trim().split("\n");
  return first.length > longestName ? `${first.slice(0, longestName - 1)}…` : first;
}

function howItFailed(hook: HookConfig, result: JobResult): Readonly<Record<string, number>> {
  if (result.outcome === "timeout") return { seconds: hook.timeoutSeconds };
  if (result.outcome !== "exited") return {};
  const said = /^failed exit-code (\d+)$/m.exec(result.stdout.toString("latin1"));
  return { exitCode: said === null ? result.code : Number(said[1]) };
}

function wasRootMissing({ stdout }: JobResult): boolean {
  return /^failed root-missing$/m.test(stdout.toString("latin1"));
}

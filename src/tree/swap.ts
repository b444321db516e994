// Puts staged changes into PROD and takes them back: each file by rename, each run safe to repeat after any death of it.

import { isFailure, PasserelleError } from "../errors.ts";
import { capture } from "../transport/capture.ts";
import type { JobHooks, RunJob } from "../transport/job.ts";
import type { Transport } from "../transport/transport.ts";
import { assertId, bundle, type Report, readReport, runToReport, saysNoRoom, undotted } from "./lists.ts";
import type { Change } from "./plan.ts";
import { swapScript } from "./swap-forward-script.ts";
import { swapLists } from "./swap-lists.ts";
import { dropStagingScript, swapBackScript, swapInspectionScript } from "./swap-script.ts";

/** PROD as the jobs see it: its root and the state directory beside it, on one file system. */
export type Prod = { readonly transport: Transport; readonly root: string; readonly stateDir: string };

export type SwapResult =
  | {
      readonly outcome: "swapped";
      /** From before the first rename to after the last removal: how long PROD was neither old nor new. */
      readonly swapMilliseconds: number;
      /** Directories that were to go and stay, because something that no plan names is in them. */
      readonly stayed: readonly string[];
    }
  /** PROD is not what the plan says it was. Nothing was written. */
  | { readonly outcome: "moved"; readonly paths: readonly string[] }
  /** What was staged is gone or changed: stage again. Nothing was written. */
  | { readonly outcome: "unstaged"; readonly paths: readonly string[] }
  /** The undo set could not be made. Nothing was written. */
  | { readonly outcome: "unprepared"; readonly because: string; readonly noRoom: boolean }
  /** It failed on the way, and PROD is exactly as before, checked path by path. */
  | { readonly outcome: "undone"; readonly because: string; readonly paths: readonly string[] }
  /** It failed on the way and so did the way back: these paths are not as before. */
  | { readonly outcome: "mixed"; readonly because: string; readonly paths: readonly string[] };

export type SwapBackResult =
  /** PROD is byte for byte what it was before the swap, or the swap had written nothing. */
  | { readonly outcome: "exact" }
  /** Everything was tried, and these paths are not as before. */
  | { readonly outcome: "differs"; readonly because: string; readonly paths: readonly string[] }
  /** These members of the undo set cannot be used. Nothing was written: restore from the archive instead. */
  | { readonly outcome: "damaged"; readonly paths: readonly string[] };

/** `partial`: the journal is written; whether PROD is too has to be looked at. */
export type SwapState = "not-started" | "partial" | "committed" | "undone";

type Request = {
  readonly runJob: RunJob;
  readonly prod: Prod;
  readonly id: string;
  readonly hooks?: JobHooks;
  readonly timeoutSeconds?: number;
  /** Part of the job's id: a job that ended is never run again, so a deliberate further try needs another name. */
  readonly job?: string;
};

/** Throws `path-conflict` before anything is written when a path leads through a link, or is no file, link or directory. */
export async function swap(request: Request & { readonly changes: readonly Change[] }): Promise<SwapResult> {
  const { runJob, prod, id, hooks, timeoutSeconds = 900, job = "swap", changes } = request;
  assertId(id);
  const { host } = prod.transport;
  const spec = {
    id: `${id}-${job}`,
    script: swapScript,
    args: [prod.root, prod.stateDir, id],
    input: bundle(swapLists(changes)),
    timeoutSeconds,
    lock: "exclusive",
  } as const;
  const report = await reportOrLook(prod, id, () => runToReport(runJob, spec, host, hooks));
  const paths = report.all("path").map(undotted);
  switch (report.outcome) {
    case "swapped":
      return {
        outcome: "swapped",
        swapMilliseconds: report.number("milliseconds"),
        stayed: report.all("stayed").map(undotted),
      };
    case "moved":
    case "unstaged":
      return { outcome: report.outcome, paths };
    case "unprepared":
      return { outcome: "unprepared", because: report.stderr, noRoom: saysNoRoom(report.stderr) };
    case "undone":
    case "mixed":
      return {
        outcome: report.outcome,
        because: [...report.all("because"), report.stderr].join("\n").trim(),
        paths,
      };
    case "detour":
      throw new PasserelleError("path-conflict", { host, paths, reason: "a parent is not a directory" });
    case "other-file-system":
      throw new PasserelleError("state-dir-unusable", {
        host,
        path: prod.stateDir,
        reason: "not on PROD's file system",
      });
    default:
      throw new Error(`a swap reported ${JSON.stringify(report.outcome)}`);
  }
}

/** Ends exactly as before the swap, from wherever the swap was left, however often it is called. */
export async function swapBack(request: Request): Promise<SwapBackResult> {
  const { runJob, prod, id, hooks, timeoutSeconds = 900, job = "swap-back" } = request;
  assertId(id);
  const spec = {
    id: `${id}-${job}`,
    script: swapBackScript,
    args: [prod.root, prod.stateDir, id],
    timeoutSeconds,
    lock: "exclusive",
  } as const;
  const report = await reportOrLook(prod, id, () => runToReport(runJob, spec, prod.transport.host, hooks));
  const paths = report.all("path").map(undotted);
  switch (report.outcome) {
    case "exact":
    case "undone":
      return { outcome: "exact" };
    case "damaged":
      return { outcome: "damaged", paths };
    case "differs":
    case "mixed":
      return { outcome: "differs", because: report.stderr, paths };
    default:
      throw new Error(`a swap back reported ${JSON.stringify(report.outcome)}`);
  }
}

/**
 * A job that left no report may have been ended by what also keeps its directory from being written: a file system that went
 * read-only, a full disk. Reading still works, and tells more than that the job died.
 */
async function reportOrLook(prod: Prod, id: string, run: () => Promise<Report | "stopped">): Promise<Report> {
  try {
    const report = await run();
    if (report !== "stopped") return report;
  } catch (error) {
    if (!isFailure(error, "job-died", "command-timeout", "command-failed")) throw error;
    const report = await inspect(prod, id);
    if (report.outcome === "not-started") throw error;
    return report;
  }
  return inspect(prod, id);
}

async function inspect({ transport, root, stateDir }: Prod, id: string): Promise<Report> {
  const { stdout, stderr } = await capture(transport, swapInspectionScript, {
    what: "looking at a swap",
    args: [root, stateDir, id],
    timeoutSeconds: 300,
  });
  return readReport(stdout, stderr);
}

/** What the journal says; `differing` are the paths that are not as before the swap, as far as there was one. */
export async function inspectSwap(request: {
  readonly transport: Transport;
  readonly prod: Omit<Prod, "transport">;
  readonly id: string;
}): Promise<{ readonly state: SwapState; readonly differing: readonly string[] }> {
  assertId(request.id);
  const report = await inspect({ ...request.prod, transport: request.transport }, request.id);
  const states: Readonly<Record<string, SwapState>> = {
    "not-started": "not-started",
    mixed: "partial",
    swapped: "committed",
    undone: "undone",
  };
  return { state: states[report.outcome] ?? "not-started", differing: report.all("path").map(undotted) };
}

/**
 * To be called when a promotion or rollback has ended, whichever way. Until then the staged set stays: while PROD's new files
 * have a second link, taking them back frees nothing and is several times as fast. After an undone swap the undo set goes too.
 */
export async function dropStaging(request: Request): Promise<void> {
  const { runJob, prod, id, hooks, timeoutSeconds = 600, job = "drop-staging" } = request;
  assertId(id);
  await runToReport(
    runJob,
    {
      id: `${id}-${job}`,
      script: dropStagingScript,
      args: [prod.stateDir, id],
      timeoutSeconds,
      lock: "exclusive",
    },
    prod.transport.host,
    hooks,
  );
}

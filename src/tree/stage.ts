// Lays the content of a plan out beside PROD and checks it, before anything of PROD is touched.

import { PasserelleError } from "../errors.ts";
import type { JobHooks, RunJob } from "../transport/job.ts";
import type { Transport } from "../transport/transport.ts";
import { assertId, bundle, type Report, runToReport, undotted } from "./lists.ts";
import type { Change } from "./plan.ts";
import type { Transfer } from "./routes.ts";
import { placedOf, type StageNeeds, stageLists, stageNeeds } from "./stage-lists.ts";
import { stageScript } from "./stage-script.ts";
import { sendToProd } from "./stage-stream.ts";
import { watchStagedBytes } from "./staged-bytes.ts";
import type { Prod } from "./swap.ts";

export type StageRequest = {
  readonly runJob: RunJob;
  readonly prod: Prod;
  readonly preprod: { readonly transport: Transport; readonly root: string };
  /** Then no content passes through the bot. */
  readonly sameHost: boolean;
  readonly id: string;
  readonly changes: readonly Change[];
  /** Content made by rewrite rules, by PROD path. */
  readonly rewritten?: ReadonlyMap<string, Uint8Array>;
  readonly hooks?: JobHooks;
  readonly timeoutSeconds?: number;
  /** Bytes staged so far, now and then: exact where they pass through the bot, else an estimate. Not for small ones. */
  readonly onStaged?: (bytes: number) => void;
  /** How content goes from one host to another; `auto` when left out. */
  readonly transfer?: Transfer;
  /** How long a host may be out of reach while content is sent. */
  readonly patienceSeconds?: number;
  /** Part of the job's id: staging again after it ended needs another name. */
  readonly job?: string;
};

export type StageResult =
  | { readonly outcome: "staged"; readonly files: number; readonly bytes: number }
  /** PREPROD moved while it was copied, twice. Nothing is left of it. */
  | { readonly outcome: "mismatch"; readonly paths: readonly string[] }
  | ({ readonly outcome: "disk-full" } & Room)
  | { readonly outcome: "stopped" };

export type Room = {
  readonly bytesNeeded: number;
  readonly bytesFree: number;
  readonly inodesNeeded: number;
  readonly inodesFree: number;
};

/** What takes no longer than a look at it is not watched. */
const worthTelling = 64 * 1024 * 1024;

/** What a broken transfer has brought is gone on with; all else starts clean. Throws `path-conflict` when a path of PROD leads through a link. */
export async function stage(request: StageRequest): Promise<StageResult> {
  assertId(request.id);
  const { job = "stage" } = request;
  const first = await stageOnce(request, job);
  // A file that was written while it was copied is worth one more look, no more: then PREPROD is not what was approved.
  return first.outcome === "mismatch" ? stageOnce(request, `${job}-again`) : first;
}

async function stageOnce(request: StageRequest, job: string): Promise<StageResult> {
  const { runJob, prod, preprod, sameHost, id, changes, hooks, timeoutSeconds = 3600 } = request;
  const rewritten = request.rewritten ?? new Map<string, Uint8Array>();
  const placed = placedOf(changes);
  const needs = stageNeeds(placed);
  const input = bundle(stageLists(changes, rewritten));
  const onStaged = needs.bytes >= worthTelling ? request.onStaged : undefined;
  if (!sameHost) {
    const { transfer, patienceSeconds } = request;
    const { shouldStop } = hooks ?? {};
    const sent = await sendToProd({
      ...{ prod, preprod, id, changes, rewritten, needs, timeoutSeconds, onStaged },
      ...{ transfer, patienceSeconds, shouldStop },
    });
    if (sent === "stopped") return { outcome: "stopped" };
    if (sent !== undefined) return diskFull(sent, needs);
  }
  const watch =
    sameHost && onStaged !== undefined
      ? watchStagedBytes({
          transport: prod.transport,
          stateDir: prod.stateDir,
          directory: `${id}/tree`,
          report: onStaged,
        })
      : undefined;
  const report = await runToReport(
    runJob,
    {
      id: `${id}-${job}`,
      script: stageScript,
      args: [
        prod.root,
        prod.stateDir,
        id,
        sameHost ? preprod.root : `${prod.stateDir}/staging/${id}.from/content`,
        sameHost ? "copy" : "link",
        String(sameHost ? needs.bytes : 0),
        String(sameHost ? needs.inodes : 0),
      ],
      input,
      timeoutSeconds,
      lock: "shared",
    },
    prod.transport.host,
    hooks,
  ).finally(() => watch?.end());
  if (report === "stopped") return { outcome: "stopped" };
  return readStaged(
    report,
    needs,
    prod,
    placed.reduce((sum, { after }) => sum + (after.type === "file" ? after.size : 0), 0),
  );
}

function readStaged(report: Report, needs: StageNeeds, prod: Prod, bytes: number): StageResult {
  const paths = report.all("path").map(undotted);
  const { host } = prod.transport;
  switch (report.outcome) {
    case "staged":
      return { outcome: "staged", files: needs.files, bytes };
    case "mismatch":
      return { outcome: "mismatch", paths };
    case "no-room":
      return diskFull(report, needs);
    case "detour":
      throw new PasserelleError("path-conflict", { host, paths, reason: "a parent is not a directory" });
    case "other-file-system":
      throw new PasserelleError("state-dir-unusable", {
        host,
        path: prod.stateDir,
        reason: "not on PROD's file system",
      });
    default:
      throw new Error(`staging reported ${JSON.stringify(report.outcome)}`);
  }
}

function diskFull(report: Report, needs: StageNeeds): StageResult {
  return {
    outcome: "disk-full",
    bytesNeeded: needs.bytes,
    bytesFree: report.number("bytes-free"),
    inodesNeeded: needs.inodes,
    inodesFree: report.number("inodes-free"),
  };
}

// Makes a restore point before the first write of a promotion: an archive of PROD that has been read back and compared.

import type { BackupConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { JobHooks, RunJob } from "../transport/job.ts";
import { assertId, bundle, pathList, type Report, runToReport, undotted } from "../tree/lists.ts";
import type { Prod } from "../tree/swap.ts";
import { parentOf } from "../tree/swap-lists.ts";
import { createScript } from "./create-script.ts";
import { namedLines } from "./find-patterns.ts";
import { type ListedPoint, listRestorePoints, readArchiveFacts } from "./list-restore-points.ts";
import type { RestorePoint } from "./restore-point.ts";

export type CreateRequest = {
  readonly runJob: RunJob;
  readonly prod: Prod;
  readonly app: string;
  readonly id: string;
  readonly date: Date;
  readonly health: RestorePoint["health"];
  readonly backup: BackupConfig;
  /** Paths that are in the archive whatever `backup.exclude` says: what the promotion touches. */
  readonly include?: readonly string[];
  /**
   * Patterns of files that may change while they are read: a log that is written all the time would make every backup fail.
   * Their content in the archive may be half of one moment and half of another, so nothing that is promoted belongs here.
   */
  readonly tolerate?: readonly string[];
  readonly hooks?: JobHooks;
  readonly timeoutSeconds?: number;
  readonly job?: string;
};

export type CreateResult =
  | { readonly outcome: "made"; readonly point: ListedPoint }
  | { readonly outcome: "disk-full"; readonly bytesNeeded: number; readonly bytesFree: number }
  /** `paths` changed while they were read, twice; or `because` says what could not be written, read or proven. */
  | { readonly outcome: "invalid"; readonly because: string; readonly paths: readonly string[] }
  | { readonly outcome: "stopped" };

/** Asked again for an id whose restore point exists, it returns that one. Nothing is left behind of one that failed. */
export async function createRestorePoint(request: CreateRequest): Promise<CreateResult> {
  const {
    runJob,
    prod,
    app,
    id,
    date,
    health,
    backup,
    hooks,
    timeoutSeconds = 7200,
    job = "back-up",
  } = request;
  assertId(id);
  const include = request.include ?? [];
  const input = bundle(
    new Map([
      ["include", pathList(new Set(include.flatMap((path) => [path, ...ancestorsOf(path)])))],
      ["tolerate", Buffer.from(namedLines(request.tolerate ?? []))],
    ]),
  );
  const createdAt = date.toISOString();
  const known = await listRestorePoints(prod);
  const report = await runToReport(
    runJob,
    {
      id: `${id}-${job}`,
      script: createScript(backup.exclude),
      args: [
        prod.root,
        prod.stateDir,
        id,
        `backup_prod_${createdAt.slice(0, 19).replaceAll(/[-:]/g, "").replace("T", "_")}_${id}.tar`,
        backup.compression,
        String(hundredthsNeeded(known)),
        JSON.stringify({ id, app, createdAt, health }).slice(0, -1),
      ],
      input,
      timeoutSeconds,
      lock: "shared",
    },
    prod.transport.host,
    hooks,
  );
  return report === "stopped" ? { outcome: "stopped" } : read(report, id);
}

function read(report: Report, id: string): CreateResult {
  switch (report.outcome) {
    case "made": {
      const facts = readArchiveFacts(report.all("json").at(-1) ?? "");
      if (facts === undefined)
        throw new PasserelleError("backup-invalid", { id, reason: "its description cannot be read" });
      return { outcome: "made", point: { ...facts, undo: "none" } };
    }
    case "no-room":
      return {
        outcome: "disk-full",
        bytesNeeded: report.number("bytes-needed"),
        bytesFree: report.number("bytes-free"),
      };
    case "invalid":
      return {
        outcome: "invalid",
        because: [...report.all("because"), report.stderr].join("\n").trim(),
        paths: report.all("path").map(undotted),
      };
    default:
      throw new Error(`a backup reported ${JSON.stringify(report.outcome)}`);
  }
}

/** By the last archive of the same app, with a quarter to spare; all of the content where there is none. */
function hundredthsNeeded(points: readonly ListedPoint[]): number {
  const last = points.find(({ contentBytes, archiveBytes }) => contentBytes > 0 && archiveBytes > 0);
  if (last === undefined) return 100;
  return Math.min(100, Math.ceil((125 * last.archiveBytes) / last.contentBytes));
}

function ancestorsOf(path: string): string[] {
  const found: string[] = [];
  for (let at = parentOf(path); at !== "."; at = parentOf(at)) found.push(at);
  return found;
}

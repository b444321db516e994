// Stages what PROD was at a restore point, so that the same swap as ever puts it in place.

import { PasserelleError } from "../errors.ts";
import type { JobHooks, RunJob } from "../transport/job.ts";
import { assertId, bundle, pathList, recordList, runToReport, undotted } from "../tree/lists.ts";
import type { Change } from "../tree/plan.ts";
import type { Room } from "../tree/stage.ts";
import { placedOf, stageNeeds } from "../tree/stage-lists.ts";
import type { Prod } from "../tree/swap.ts";
import { swapLists } from "../tree/swap-lists.ts";
import type { ListedPoint } from "./list-restore-points.ts";
import type { RestoreTree } from "./restore-tree.ts";
import { stageRestoreScript } from "./stage-restore-script.ts";

export type StageRestoreRequest = {
  readonly runJob: RunJob;
  readonly prod: Prod;
  /** The rollback's own id. */
  readonly id: string;
  readonly restore: RestoreTree;
  /** Of `restoreChanges`. */
  readonly changes: readonly Change[];
  /** As listed: whose archives may stand in for what the undo sets have lost. */
  readonly points: readonly ListedPoint[];
  readonly hooks?: JobHooks;
  readonly timeoutSeconds?: number;
  readonly job?: string;
};

export type StageRestoreResult =
  | {
      readonly outcome: "staged";
      readonly files: number /** How many came out of an archive. */;
      readonly fromArchive: number;
    }
  /** Neither an undo set nor a sound archive has these any more. Nothing is left of the attempt. */
  | { readonly outcome: "unavailable"; readonly paths: readonly string[] }
  | ({ readonly outcome: "disk-full" } & Room)
  | { readonly outcome: "stopped" };

export async function stageRestore(request: StageRestoreRequest): Promise<StageRestoreResult> {
  const { runJob, prod, id, restore, changes, points, hooks, timeoutSeconds = 3600, job = "stage" } = request;
  assertId(id);
  const placed = placedOf(changes);
  const needs = stageNeeds(placed);
  const { host } = prod.transport;
  const report = await runToReport(
    runJob,
    {
      id: `${id}-${job}`,
      script: stageRestoreScript,
      args: [prod.root, prod.stateDir, id],
      input: bundle(restoreLists(restore, changes, points)),
      timeoutSeconds,
      lock: "shared",
    },
    host,
    hooks,
  );
  if (report === "stopped") return { outcome: "stopped" };
  const paths = report.all("path").map(undotted);
  switch (report.outcome) {
    case "staged":
      return { outcome: "staged", files: placed.length, fromArchive: report.number("from-archive") };
    case "unavailable":
      return { outcome: "unavailable", paths };
    case "no-room":
      return {
        outcome: "disk-full",
        bytesNeeded: needs.bytes,
        bytesFree: report.number("bytes-free"),
        inodesNeeded: needs.inodes,
        inodesFree: report.number("inodes-free"),
      };
    case "detour":
      throw new PasserelleError("path-conflict", { host, paths, reason: "a parent is not a directory" });
    default:
      throw new Error(`staging a restore point reported ${JSON.stringify(report.outcome)}`);
  }
}

function restoreLists(
  restore: RestoreTree,
  changes: readonly Change[],
  points: readonly ListedPoint[],
): ReadonlyMap<string, Uint8Array> {
  const lists = new Map<string, Uint8Array>();
  const shared = swapLists(changes);
  for (const name of ["ancestors", "placed", "placed-result", "after-hashes", "counts"]) {
    lists.set(name, shared.get(name) ?? Buffer.alloc(0));
  }
  const placed = placedOf(changes);
  lists.set("times", recordList(placed.map(({ path, after }) => `./${path}//${after.mtime}0`)));
  const undoIds = [
    ...new Set([
      ...restore.sources.values(),
      ...Array.from(restore.directories.values(), ({ undo }) => undo),
    ]),
  ];
  for (const undo of undoIds) {
    lists.set(
      `undo-${undo}`,
      pathList(placed.flatMap(({ path }) => (restore.sources.get(path) === undo ? [path] : []))),
    );
    lists.set(
      `directories-${undo}`,
      pathList(
        Array.from(restore.directories).flatMap(([path, { undo: source }]) =>
          source === undo ? [path] : [],
        ),
      ),
    );
  }
  lists.set(
    "directory-times",
    recordList(Array.from(restore.directories.values(), ({ attributes }) => attributes)),
  );
  const first = points.find(({ id }) => id === restore.pointId)?.sequence ?? 0;
  const archives = points.filter((point) => point.archive !== undefined && point.sequence >= first).reverse();
  archives.forEach(({ archive, archiveSha256, reading }, index) => {
    lists.set(
      `archive-${String(index).padStart(4, "0")}`,
      Buffer.from(
        `${archive} ${archiveSha256} ${reading?.compression} ${reading?.limit} ${reading?.attributes}\n`,
      ),
    );
  });
  return lists;
}

// The way back when an undo set is damaged: what it has lost comes out of the archive, and the usual swap puts all of it in place.

import type { JobHooks, RunJob } from "../transport/job.ts";
import { type Prod, type SwapResult, swap } from "../tree/swap.ts";
import { currentTree } from "./current-tree.ts";
import { listRestorePoints } from "./list-restore-points.ts";
import { restoreChanges, restoreTree } from "./restore-tree.ts";
import { type StageRestoreResult, stageRestore } from "./stage-restore.ts";

export type RestoreBeforeResult =
  /** PROD is as it was before that swap, checked path by path. */
  | { readonly outcome: "exact"; readonly fromArchive: number }
  | Exclude<StageRestoreResult, { outcome: "staged" }>
  | Exclude<SwapResult, { outcome: "swapped" }>;

/**
 * Takes PROD to what it was before the swap `id`, wherever that swap was left. To be called when `swapBack` said `damaged`.
 * It is a swap of its own, called `rb_<id>`, so that it can be repeated after a crash and itself be taken back.
 */
export async function restoreBefore(request: {
  readonly runJob: RunJob;
  readonly prod: Prod;
  readonly id: string;
  readonly hooks?: JobHooks;
  /** Part of the jobs' ids: after an attempt that ended without success, a further one needs another name. */
  readonly job?: string;
}): Promise<RestoreBeforeResult> {
  const { runJob, prod, id, hooks, job } = request;
  const own = `rb_${id}${job === undefined ? "" : `_${job}`}`;
  const points = await listRestorePoints(prod);
  const point = points.find((each) => each.id === id) ?? { id, sequence: Number.MAX_SAFE_INTEGER };
  const restore = await restoreTree(prod, point, [own]);
  const changes = restoreChanges(await currentTree(prod, restore), restore);
  const common = { runJob, prod, id: own, ...(hooks === undefined ? {} : { hooks }) };
  const staged = await stageRestore({ ...common, restore, changes, points });
  if (staged.outcome !== "staged") return staged;
  const swapped = await swap({ ...common, changes });
  return swapped.outcome === "swapped" ? { outcome: "exact", fromArchive: staged.fromArchive } : swapped;
}

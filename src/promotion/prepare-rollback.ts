// What precedes the swap of a rollback: PROD's state at the restore point is put together and laid out beside PROD.

import { currentTree } from "../backup/current-tree.ts";
import { type ListedPoint, listRestorePoints } from "../backup/list-restore-points.ts";
import { type RestoreTree, restoreChanges, restoreTree } from "../backup/restore-tree.ts";
import { type StageRestoreResult, stageRestore } from "../backup/stage-restore.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { Change } from "../tree/plan.ts";
import { changesKey } from "./find-drift.ts";
import type { Hold } from "./hold.ts";
import { done, failed, type Progress, type StepOutcome } from "./ports.ts";
import { stageOutcome } from "./step-outcomes.ts";
import type { Preparation, TargetOptions } from "./target.ts";

export function prepareRollback(
  options: TargetOptions & {
    readonly store: Store;
    /** One of several hosts. */
    readonly host: string | undefined;
  },
): Preparation {
  const { record, store, host } = options;
  const key = changesKey(record.id, host);
  // A roll-out that ended before it came to this host left it at the point.
  const atPoint: ReadonlySet<string> = new Set(host === undefined ? ["undone"] : ["undone", "none"]);

  /** Decided once: after a crash in the swap, PROD is already on its way and would say something else. */
  const decide = async ({ prod }: Hold): Promise<readonly Change[]> => {
    const known = await store.recall(key);
    if (known !== undefined) return JSON.parse(known) as readonly Change[];
    const { point } = await pointOf(prod, record.restorePointId);
    const restore = await restoreOf(prod, point, atPoint);
    const changes = restoreChanges(await currentTree(prod, restore), restore);
    await store.remember(key, JSON.stringify(changes));
    return changes;
  };

  return {
    async changes() {
      const known = await store.recall(key);
      if (known === undefined) throw new Error(`${record.id} swaps before it staged`);
      return JSON.parse(known) as readonly Change[];
    },
    verify: () => notPartOfRollback("verify"),
    "back-up": () => notPartOfRollback("back-up"),
    async stage(hold: Hold, { shouldStop }: Progress): Promise<StepOutcome> {
      const { runJob, prod } = hold;
      const { point, points } = await pointOf(prod, record.restorePointId);
      const changes = await decide(hold);
      const restore = await restoreOf(prod, point, atPoint);
      const result = await stageRestore({
        runJob,
        prod,
        id: record.id,
        restore,
        changes,
        points,
        hooks: { shouldStop },
      });
      return restoreOutcome(result, prod.transport.host, changes);
    },
  };
}

/** A promotion that undid itself left PROD at its own restore point: when nothing was promoted since, nothing is to change. */
async function restoreOf(
  prod: Hold["prod"],
  point: ListedPoint,
  atPoint: ReadonlySet<string>,
): Promise<RestoreTree> {
  try {
    return await restoreTree(prod, point);
  } catch (error) {
    if (!isFailure(error, "restore-point-unknown") || !atPoint.has(point.undo)) throw error;
    return {
      pointId: point.id,
      paths: new Set(),
      tree: new Map(),
      directories: new Map(),
      sources: new Map(),
    };
  }
}

async function pointOf(prod: Hold["prod"], id: string | undefined) {
  const points = await listRestorePoints(prod);
  const point = points.find((candidate) => candidate.id === id);
  if (point === undefined)
    throw new PasserelleError("restore-point-unknown", { id: id ?? "", host: prod.transport.host });
  return { point, points };
}

function restoreOutcome(result: StageRestoreResult, host: string, changes: readonly Change[]): StepOutcome {
  switch (result.outcome) {
    case "staged": {
      const size = (entry: Change["before"]): number => (entry?.type === "file" ? entry.size : 0);
      return done({
        files: result.files,
        fromArchive: result.fromArchive,
        filesChanged: changes.filter(({ before, after }) => (after ?? before)?.type !== "directory").length,
        bytesBefore: changes.reduce((sum, { before }) => sum + size(before), 0),
        bytesAfter: changes.reduce((sum, { after }) => sum + size(after), 0),
      });
    }
    case "unavailable":
      return failed(
        "nothing",
        { code: "restore-unavailable", details: { paths: result.paths } },
        { moved: result.paths },
      );
    case "disk-full":
      return stageOutcome(result, host);
    case "stopped":
      return stageOutcome(result, host);
  }
}

function notPartOfRollback(step: string): never {
  throw new Error(`a rollback has no step ${step}`);
}

// Removes old restore points, by their order and never by a clock, and never the last ones that are worth going back to.

import type { JobHooks, RunJob } from "../transport/job.ts";
import { assertId, bundle, recordList, runToReport } from "../tree/lists.ts";
import type { Prod } from "../tree/swap.ts";
import { prelude } from "../tree/target-shell.ts";
import { type ListedPoint, listRestorePoints } from "./list-restore-points.ts";

export type PruneChoice = {
  /** Ids whose archive goes, with staging and jobs. */
  readonly archives: readonly string[];
  /** Ids whose undo set goes. A younger one stays even without its archive: it tells what was promoted since an older point. */
  readonly undoSets: readonly string[];
  /** What is left of swaps that were undone before this goes as well. */
  readonly oldestKept: number;
};

/**
 * Kept are the newest `keep` points, the newest `keep` of those made while PROD was not unhealthy, and all that is pinned.
 * Pure. `points` newest first.
 */
export function choosePrunable(
  points: readonly ListedPoint[],
  keep: number,
  pinned: ReadonlySet<string>,
): PruneChoice {
  const least = Math.max(1, keep);
  const worthy = points.filter(({ undo, archive }) => archive !== undefined || undo === "kept");
  // A promotion that went back by itself, ten times in a row, must not push out the states worth returning to.
  const good = worthy.filter(
    ({ health, archive, undo }) => health === "healthy" && archive !== undefined && undo !== "undone",
  );
  const kept = new Set([...worthy.slice(0, least), ...good.slice(0, least)].map(({ id }) => id));
  const oldest = points.filter(({ id }) => kept.has(id) || pinned.has(id)).at(-1);
  const goes = points.filter(({ id, undo }) => !kept.has(id) && !pinned.has(id) && undo !== "partial");
  return {
    archives: goes.map(({ id }) => id),
    undoSets: goes
      .filter(({ sequence }) => oldest !== undefined && sequence < oldest.sequence)
      .map(({ id }) => id),
    oldestKept: oldest?.sequence ?? 0,
  };
}

const pruneScript = `${prelude}
cd -- "$(home "$1")" || exit 1
while IFS= read -r line && [ -n "$line" ]; do :; done
remove() {
  case $1 in
    archive)
      rm -f -- backups/backup_prod_*_"$2".tar*.json && rm -f -- backups/backup_prod_*_"$2".tar* &&
        wipe "staging/$2" && wipe "staging/$2.from" && rm -rf -- "backups/.work-$2" "backups/.partial-$2" "jobs/$2"-* ;;
    undo) wipe "undo/$2" ;;
  esac
  if [ $? -eq 0 ]; then report removed "$1 $2"; else report left "$1 $2"; fi
}
for undo in undo/*/; do
  [ "$(cat -- "\${undo}state" 2>/dev/null)" = undone ] && [ "$(cat -- "\${undo}sequence")" -lt "$2" ] && remove undo "$(basename -- "$undo")"
done
tr '\\0' '\\n' >.prune-$$
while read -r what id; do remove "$what" "$id"; done <.prune-$$
rm -f -- .prune-$$
report outcome pruned
`;

export type PruneResult = {
  readonly removed: readonly string[];
  /** What could not be removed whole, as `archive <id>` or `undo <id>`: something in it belongs to somebody else. */
  readonly left: readonly string[];
};

export async function pruneRestorePoints(request: {
  readonly runJob: RunJob;
  readonly prod: Prod;
  /** Of the promotion or rollback that is ending: names the job, and is never removed. */
  readonly id: string;
  readonly keep: number;
  /** Points that a running rollback, or anybody, still refers to. */
  readonly pinned?: readonly string[];
  readonly hooks?: JobHooks;
}): Promise<PruneResult> {
  const { runJob, prod, id, keep, pinned = [], hooks } = request;
  assertId(id);
  // What is left of a lost archive goes too, or `verify` would complain of it for ever.
  const points = await listRestorePoints(prod, { evenLost: true });
  const choice = choosePrunable(points, keep, new Set([...pinned, id]));
  const orders = [
    ...choice.archives.map((each) => `archive ${each}`),
    ...choice.undoSets.map((each) => `undo ${each}`),
  ];
  const report = await runToReport(
    runJob,
    {
      id: `${id}-prune`,
      script: pruneScript,
      args: [prod.stateDir, String(choice.oldestKept)],
      input: bundle(new Map([["orders", recordList(orders)]])),
      timeoutSeconds: 900,
      lock: "exclusive",
    },
    prod.transport.host,
    hooks,
  );
  if (report === "stopped") return { removed: [], left: [] };
  return { removed: report.all("removed"), left: report.all("left") };
}

// Which restore point a rollback goes to when nobody names one. Pure.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { PromotionRecord } from "./promotions.ts";

/**
 * The newest healthy point that PROD is not already at. After a rollback PROD is at that rollback's point, so the next
 * one goes further back; a promotion that wrote nothing, or undid itself, left PROD where it was and made no point worth
 * going to.
 *
 * `points` newest first; `history` newest first.
 */
export function nextRestorePoint(
  points: readonly RestorePoint[],
  history: readonly PromotionRecord[],
): RestorePoint | undefined {
  const moves = history.filter((record) => record.status === "done" || record.status === "parked");
  const last = moves[0];
  const from = last?.kind === "rollback" && last.status === "done" ? last.restorePointId : undefined;
  const unmoved = new Set(
    history
      .filter((record) => record.status === "rolled-back" || record.status === "refused")
      .map(({ id }) => id),
  );
  const older = from === undefined ? points : points.slice(points.findIndex(({ id }) => id === from) + 1);
  // A rollback's own point holds the state that was fled from: it has to be named to be gone to.
  return older.find(
    (point) =>
      point.lackedBy === undefined &&
      point.health !== "unhealthy" &&
      point.undo !== "undone" &&
      !unmoved.has(point.id) &&
      !point.id.startsWith("rb_"),
  );
}

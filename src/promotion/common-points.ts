// The restore points of several hosts of PROD as one list: a rollback takes all of them to the same one. Pure.

import type { ListedPoint } from "../backup/list-restore-points.ts";
import type { RestorePoint } from "../backup/restore-point.ts";

export type PointsOfHost = { readonly host: string; readonly points: readonly ListedPoint[] };

/** Newest first, as the first host that has a point counts it. */
export function commonPoints(each: readonly PointsOfHost[]): readonly RestorePoint[] {
  const [first, ...others] = each;
  if (first === undefined || others.length === 0) return first?.points ?? [];
  const known = new Set(first.points.map(({ id }) => id));
  const all = [...first.points];
  for (const { points } of others) {
    for (const point of points) {
      if (known.has(point.id)) continue;
      known.add(point.id);
      const next = all.findIndex(({ createdAt }) => createdAt < point.createdAt);
      all.splice(next < 0 ? all.length : next, 0, point);
    }
  }
  return all.map(({ id }) => joinPoint(id, each));
}

const health = ["unhealthy", "unknown", "healthy"] as const;

function joinPoint(id: string, each: readonly PointsOfHost[]): RestorePoint {
  const found = each.flatMap(({ points }) => points.find((point) => point.id === id) ?? []);
  const [first] = found;
  if (first === undefined) throw new Error(`no host has ${id}`);
  const lackedBy = each
    .filter(({ points }) => !points.some((point) => point.id === id))
    .map(({ host }) => host);
  return {
    id,
    app: first.app,
    createdAt: first.createdAt,
    archive: first.archive,
    archiveBytes: Math.max(...found.map(({ archiveBytes }) => archiveBytes)),
    archiveSha256: first.archiveSha256,
    files: Math.max(...found.map(({ files }) => files)),
    health: health.find((word) => found.some((point) => point.health === word)) ?? "unknown",
    undo: joinUndo(found.map(({ undo }) => undo)),
    ...(lackedBy.length > 0 && { lackedBy }),
  };
}

/** A host to which the promotion never came is, like one that was taken back, at its point. */
function joinUndo(each: readonly ListedPoint["undo"][]): ListedPoint["undo"] {
  const [first = "none"] = each;
  if (each.every((undo) => undo === first)) return first;
  return each.some((undo) => undo === "kept" || undo === "partial") ? "partial" : "undone";
}

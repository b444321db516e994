import { expect, test } from "vitest";
import type { RestorePoint } from "../backup/restore-point.ts";
import { nextRestorePoint } from "./choose-restore-point.ts";
import type { PromotionRecord } from "./promotions.ts";

const point = (id: string, health: RestorePoint["health"] = "healthy"): RestorePoint => ({
  id,
  app: "kitchen",
  createdAt: "",
  archive: "a.tar",
  archiveBytes: 1,
  archiveSha256: "",
  files: 1,
  health,
});

const ran = (id: string, status: PromotionRecord["status"], restorePointId?: string): PromotionRecord => ({
  id,
  app: "kitchen",
  kind: restorePointId === undefined ? "promotion" : "rollback",
  planId: undefined,
  restorePointId,
  requester: "U",
  approvedBy: [],
  reason: undefined,
  status,
  steps: [],
  stopRequestedBy: undefined,
  startedAt: "",
  finishedAt: undefined,
  ending: undefined,
});

const points = [point("pr_3"), point("pr_2"), point("pr_1")];

test("a rollback goes to the state before the newest promotion", () => {
  expect(nextRestorePoint(points, [ran("pr_3", "done"), ran("pr_2", "done")])?.id).toBe("pr_3");
});

test("after a rollback the next one goes one further back", () => {
  const history = [ran("rb_1", "done", "pr_3"), ran("pr_3", "done"), ran("pr_2", "done")];
  expect(nextRestorePoint([point("rb_1"), ...points], history)?.id).toBe("pr_2");
});

test("a promotion that undid itself is not a place to go back to", () => {
  expect(nextRestorePoint(points, [ran("pr_3", "rolled-back"), ran("pr_2", "done")])?.id).toBe("pr_2");
});

test("a parked promotion's own point is", () => {
  expect(nextRestorePoint(points, [ran("pr_3", "parked"), ran("pr_2", "done")])?.id).toBe("pr_3");
});

test("an unhealthy state is never picked", () => {
  expect(nextRestorePoint([point("pr_3", "unhealthy"), point("pr_2")], [ran("pr_3", "done")])?.id).toBe(
    "pr_2",
  );
});

test("where there is nothing to go back to there is no point", () => {
  expect(nextRestorePoint([], [])).toBeUndefined();
});

// Rolling back and stopping: the requests that must work when nothing else does.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { AppConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import { nextRestorePoint } from "./choose-restore-point.ts";
import type { Desk } from "./desk.ts";
import { type Person, type RollBackRequest, type RollBackStarted, rollbackSteps } from "./promotions.ts";

export async function rollBack(
  desk: Desk,
  { app: name, by, to, reason }: RollBackRequest,
): Promise<RollBackStarted> {
  const app = desk.appOf(name);
  if (by.via === "slack") {
    const approvers = await desk.membersOf(app);
    if (approvers === undefined || !approvers.has(by.id))
      return { outcome: "refused", why: "not-an-approver" };
  }
  const running = await desk.store.running(name);
  if (running !== undefined) {
    if (running.kind === "rollback") return { outcome: "refused", why: "running", promotionId: running.id };
    await stop(desk, running.id, by);
    return { outcome: "stopping", promotionId: running.id };
  }
  const points = await desk.workbench.restorePoints(app);
  const point =
    to === undefined
      ? nextRestorePoint(points, await desk.store.history(name, 100, undefined))
      : points.find(({ id }) => id === to);
  if (point === undefined) {
    if (to !== undefined)
      throw new PasserelleError("restore-point-unknown", {
        app: name,
        id: to,
        known: points.map(({ id }) => id),
      });
    return { outcome: "refused", why: "no-restore-point" };
  }
  return startRollback(desk, app, by, point, reason);
}

async function startRollback(
  desk: Desk,
  app: AppConfig,
  by: Person,
  to: RestorePoint,
  reason: string | undefined,
): Promise<RollBackStarted> {
  const id = `rb_${desk.newId()}`;
  const started = await desk.store.startRollback({
    id,
    app: app.name,
    kind: "rollback",
    planId: undefined,
    restorePointId: to.id,
    requester: by.id,
    approvedBy: [by.id],
    reason,
    startedAt: desk.at(),
    steps: rollbackSteps,
  });
  if (started !== "started") return { outcome: "refused", why: "running", promotionId: started.running };
  await desk.store.audit({
    at: desk.at(),
    who: by.id,
    what: "roll-back",
    details: { app: app.name, promotion: id, to: to.id },
  });
  await desk.start(id);
  return { outcome: "started", promotionId: id, to };
}

export async function stop(desk: Desk, promotionId: string, by: Person): Promise<boolean> {
  const record = await desk.store.promotion(promotionId);
  if (record === undefined || record.status !== "running") return false;
  const first = await desk.store.requestStop(promotionId, by.id);
  if (first)
    await desk.store.audit({
      at: desk.at(),
      who: by.id,
      what: "stop",
      details: { app: record.app, promotion: promotionId },
    });
  return true;
}

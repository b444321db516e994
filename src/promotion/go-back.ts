// Rolling back and stopping: the requests that must work when nothing else does.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { AppConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import { nextRestorePoint } from "./choose-restore-point.ts";
import type { Desk } from "./desk.ts";
import type { Person, RollBackRequest, RollBackStarted } from "./promotions.ts";
import { rollbackStepsOf } from "./steps-of.ts";

export async function rollBack(
  desk: Desk,
  { app: name, by, to, reason }: RollBackRequest,
): Promise<RollBackStarted> {
  const app = desk.appOf(name);
  if (!(await mayRollBack(desk, app, by))) return { outcome: "refused", why: "not-an-approver" };
  const running = await desk.store.running(name);
  if (running !== undefined) {
    if (running.kind === "rollback") return { outcome: "refused", why: "running", promotionId: running.id };
    await stop(desk, running.id, by);
    return { outcome: "stopping", promotionId: running.id };
  }
  const point =
    to === undefined ? await defaultRestorePoint(desk, app) : await namedRestorePoint(desk, app, to);
  if (point === undefined) return { outcome: "refused", why: "no-restore-point" };
  return startRollback(desk, app, by, point, reason);
}

export async function defaultRestorePoint(desk: Desk, app: AppConfig): Promise<RestorePoint | undefined> {
  const points = await desk.workbench.restorePoints(app);
  return nextRestorePoint(points, await desk.store.history(app.name, 100, undefined));
}

async function namedRestorePoint(desk: Desk, app: AppConfig, id: string): Promise<RestorePoint> {
  const points = await desk.workbench.restorePoints(app);
  const point = points.find((candidate) => candidate.id === id);
  if (point !== undefined && point.lackedBy === undefined) return point;
  throw new PasserelleError("restore-point-unknown", {
    app: app.name,
    id,
    known: points.filter(({ lackedBy }) => lackedBy === undefined).map((known) => known.id),
    ...(point?.lackedBy !== undefined && { host: point.lackedBy.join(", ") }),
  });
}

/** The approvers; where Slack cannot expand its groups, those whom the configuration names one by one. */
async function mayRollBack(desk: Desk, app: AppConfig, by: Person): Promise<boolean> {
  if (by.via === "terminal") return true;
  const approvers = await desk.membersOf(app);
  return approvers?.has(by.id) ?? app.approval.approvers.includes(by.id);
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
    steps: rollbackStepsOf(app),
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

// The one object that Slack, the terminal and the demo ask: proposing, deciding, starting, stopping, telling.

import { isFailure, PasserelleError } from "../errors.ts";
import { askedInSlack } from "./asked-in-slack.ts";
import { decide, promoteNow } from "./decide.ts";
import { type Desk, openDesk, type PromotionsOptions } from "./desk.ts";
import { followChanges } from "./follow-changes.ts";
import { recallFoundDrift } from "./found-drift.ts";
import { defaultRestorePoint, rollBack, stop } from "./go-back.ts";
import { describeLog } from "./promotion-log.ts";
import type { PromotionEvent, PromotionRecord, Promotions, Status } from "./promotions.ts";
import { propose } from "./propose.ts";
import { regroup } from "./regroup.ts";

export type RunningPromotions = Promotions & { close(): void };

export function createPromotions(options: PromotionsOptions): RunningPromotions {
  const desk = openDesk(options);
  const { appOf, at, now, store, workbench, mask } = desk;
  const changes = followChanges(desk);
  return {
    apps: [...desk.config.apps.keys()],
    propose: (request) => propose(desk, request),
    regroup: (request) => regroup(desk, request),
    decide: (request) => decide(desk, request),
    promoteNow: (request) => promoteNow(desk, request),
    rollBack: (request) => rollBack(desk, request),
    stop: (promotionId, by) => stop(desk, promotionId, by),
    async lock(app, by, reason, seconds) {
      appOf(app);
      const until =
        seconds === undefined ? undefined : new Date(now().getTime() + seconds * 1000).toISOString();
      const lock = { app, by: by.id, reason, since: at(), until };
      await store.setLock(lock);
      await store.audit({
        at: lock.since,
        who: by.id,
        what: "lock",
        details: { app, reason, until: until ?? "" },
      });
      return lock;
    },
    async unlock(app, by) {
      appOf(app);
      const removed = await store.removeLock(app);
      if (removed) await store.audit({ at: at(), who: by.id, what: "unlock", details: { app } });
      return removed;
    },
    plan: (planId) => store.plan(planId),
    async patch(planId) {
      const record = await store.plan(planId);
      if (record === undefined) throw new PasserelleError("plan-unknown", { id: planId });
      return mask(await workbench.patch(appOf(record.plan.app), record.plan));
    },
    async drift(name) {
      const { drift } = await workbench.plan(appOf(name), { groups: [], fresh: false });
      return drift;
    },
    driftPatch: (name, drift) => workbench.bringBack(appOf(name), drift, mask),
    foundDrift: (id) => recallFoundDrift(store, id),
    async images(planId) {
      const record = await store.plan(planId);
      if (record === undefined) throw new PasserelleError("plan-unknown", { id: planId });
      return workbench.images(appOf(record.plan.app), record.plan);
    },
    promotion: (promotionId) => store.promotion(promotionId),
    events: (promotionId, after = 0) => store.events(promotionId, after),
    async log(promotionId) {
      const record = await store.promotion(promotionId);
      if (record === undefined) throw new PasserelleError("promotion-unknown", { id: promotionId });
      return mask(describeLog(record, await store.events(promotionId, 0)));
    },
    status: (app) => status(desk, app),
    history: (app, { limit = 10, before } = {}) => store.history(appOf(app).name, limit, before),
    restorePoints: (app) => workbench.restorePoints(appOf(app)),
    nextRestorePoint: (app) => defaultRestorePoint(desk, appOf(app)),
    verify: (app) => workbench.verify(appOf(app)),
    waitFor: (promotionId, onEvent) => waitFor(desk, promotionId, onEvent),
    onChange: changes.subscribe,
    close: changes.end,
  };
}

async function status(desk: Desk, name: string): Promise<Status> {
  const app = desk.appOf(name);
  // What a terminal printed waits for nobody; `promote --plan` finds it all the same.
  const waiting = (await desk.store.openPlans(name)).filter(
    (plan) => askedInSlack(plan) && plan.expiresAt > desk.at(),
  );
  const unknown = (error: unknown): "unknown" => {
    if (!isFailure(error)) desk.onError(error);
    return "unknown";
  };
  const [running, lock, last, preprodHealth, hosts] = await Promise.all([
    desk.store.running(name),
    desk.lockOf(app),
    desk.store.history(name, 1, undefined),
    desk.workbench.preprodHealth(app).catch(unknown),
    desk.workbench.health(app).catch((error: unknown) => [{ host: "", health: unknown(error) }]),
  ]);
  const prodHealth = worst.find((word) => hosts.some(({ health }) => health === word)) ?? "unknown";
  const status = { app: name, running, waiting, lock, last: last[0], preprodHealth, prodHealth };
  return hosts.length > 1 ? { ...status, hosts } : status;
}

const worst = ["unhealthy", "unknown", "healthy"] as const;

async function waitFor(
  desk: Desk,
  promotionId: string,
  onEvent?: (event: PromotionEvent) => void,
): Promise<PromotionRecord> {
  let told = 0;
  for (;;) {
    const record = await desk.store.promotion(promotionId);
    if (record === undefined) throw new PasserelleError("promotion-unknown", { id: promotionId });
    for (const event of await desk.store.events(promotionId, told)) {
      told = event.sequence;
      onEvent?.(event);
    }
    if (record.status !== "running") return record;
    await new Promise((resolve) => setTimeout(resolve, desk.pollMilliseconds ?? 200));
  }
}

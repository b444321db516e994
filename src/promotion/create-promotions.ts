// The one object that Slack, the terminal and the demo ask: proposing, deciding, starting, stopping, telling.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { AppConfig, Config } from "../config/config.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import type { Plan } from "../tree/plan.ts";
import { nextRestorePoint } from "./choose-restore-point.ts";
import { countApprovals, type DecisionFacts, refuseApproval, refuseRejection } from "./policy.ts";
import { describeLog } from "./promotion-log.ts";
import {
  type Decided,
  type DecideRequest,
  type Membership,
  type Person,
  type PromoteNowRequest,
  type PromotionEvent,
  type PromotionRecord,
  type Promotions,
  type Proposal,
  type ProposeRequest,
  promotionSteps,
  type RollBackRequest,
  type RollBackStarted,
  rollbackSteps,
  type Status,
} from "./promotions.ts";
import type { Workbench } from "./workbench.ts";

export type PromotionsOptions = {
  readonly config: Config;
  readonly store: Store;
  readonly workbench: Workbench;
  readonly membership: Membership;
  /** Starts the durable run of a promotion row; idempotent by id. */
  readonly start: (promotionId: string) => Promise<void>;
  /** A freeze that is in force for an app at a time; undefined when none is. */
  readonly frozen?: (
    app: AppConfig,
    at: Date,
  ) => { readonly reason: string; readonly since: string; readonly until: string } | undefined;
  readonly now: () => Date;
  /** 10 characters or so, unguessable. */
  readonly newId: () => string;
  readonly mask: (text: string) => string;
  readonly onError: (error: unknown) => void;
  /** How often other processes' changes are looked for, and `waitFor` looks. */
  readonly pollMilliseconds?: number;
};

export type RunningPromotions = Promotions & { close(): void };

export function createPromotions(options: PromotionsOptions): RunningPromotions {
  const { config, store, workbench, membership, now, mask } = options;
  const at = (): string => now().toISOString();
  const changes = followChanges(options);

  const appOf = (name: string): AppConfig => {
    const app = config.apps.get(name);
    if (app === undefined)
      throw new PasserelleError("app-unknown", { app: name, apps: [...config.apps.keys()] });
    return app;
  };

  const lockOf = async (app: AppConfig): ReturnType<Store["lock"]> => {
    const lock = await store.lock(app.name, at());
    if (lock !== undefined) return lock;
    const freeze = options.frozen?.(app, now());
    return freeze && { app: app.name, by: "config", ...freeze };
  };

  async function propose({ app: name, by, groups = [], fresh = false }: ProposeRequest): Promise<Proposal> {
    const app = appOf(name);
    const known = new Set(app.paths.flatMap((rule) => (rule.group === undefined ? [] : [rule.group])));
    const unknown = groups.filter((group) => !known.has(group));
    if (unknown.length > 0)
      throw new PasserelleError("group-unknown", { app: name, groups: unknown, known: [...known] });
    const body = await workbench.plan(app, { groups, fresh });
    const made = now();
    const plan: Plan = {
      ...body,
      id: `pl_${options.newId()}`,
      requester: by.id,
      createdAt: made.toISOString(),
      expiresAt: new Date(made.getTime() + app.approval.expiresSeconds * 1000).toISOString(),
    };
    if (plan.changes.length === 0) return { outcome: "in-sync", plan };
    await store.addPlan(plan, by.via === "slack" ? app.channel : undefined);
    if (by.via === "slack") {
      const older = (await store.openPlans(name)).filter(
        (open) => open.id !== plan.id && open.createdAt <= plan.createdAt,
      );
      for (const { id } of older) await store.movePlan(id, "open", "replaced", at());
    }
    await store.audit({
      at: at(),
      who: by.id,
      what: "plan-proposed",
      details: { app: name, plan: plan.id, digest: plan.digest },
    });
    return { outcome: "planned", plan };
  }

  async function factsFor(planId: string, by: Person): Promise<DecisionFacts | undefined> {
    const record = await store.plan(planId);
    const app = record && config.apps.get(record.plan.app);
    if (record === undefined || app === undefined) return undefined;
    const approvers = by.via === "terminal" ? new Set<string>() : await membersOf(app);
    const running = await store.running(app.name);
    return {
      record,
      by,
      approval: app.approval,
      approvers,
      now: at(),
      lock: await lockOf(app),
      running: running?.id,
    };
  }

  async function membersOf(app: AppConfig): Promise<ReadonlySet<string> | undefined> {
    try {
      return await membership.approvers(app.approval.approvers);
    } catch (error) {
      options.onError(error);
      return undefined;
    }
  }

  async function decide(request: DecideRequest): Promise<Decided> {
    const { planId, by, verdict, reason, channel } = request;
    const facts = await factsFor(planId, by);
    if (facts === undefined) return { outcome: "refused", refusal: { why: "unknown-plan" }, plan: undefined };
    const { plan } = facts.record;
    const app = appOf(plan.app);
    const refusal =
      channel !== undefined && channel !== (await store.planChannel(planId)) && channel !== app.channel
        ? ({ why: "wrong-channel" } as const)
        : verdict === "approve"
          ? refuseApproval(facts)
          : refuseRejection(facts);
    if (refusal) {
      if (refusal.why === "expired") await store.movePlan(planId, "open", "expired", facts.now);
      const details = { app: app.name, plan: planId, verdict, why: refusal.why };
      await store.audit({ at: facts.now, who: by.id, what: "decision-refused", details });
      return { outcome: "refused", refusal, plan };
    }
    const decision = { by: by.id, verdict, at: facts.now, reason, via: by.via } as const;
    if (!(await store.addDecision(planId, decision))) return refuseLate(planId, by, plan);
    await store.audit({
      at: facts.now,
      who: by.id,
      what: verdict,
      details: { app: app.name, plan: planId, digest: plan.digest },
    });
    if (verdict === "reject") {
      const rejected = await store.movePlan(planId, "open", "rejected", facts.now);
      return rejected ? { outcome: "rejected", plan } : refuseLate(planId, by, plan);
    }
    return startIfApproved(app, planId, by, facts.approvers ?? new Set());
  }

  /** The quorum and the start are looked at again from the store, so that any number of last clicks start one promotion. */
  async function startIfApproved(
    app: AppConfig,
    planId: string,
    by: Person,
    approvers: ReadonlySet<string>,
    reason?: string,
  ): Promise<Decided> {
    const record = await store.plan(planId);
    if (record === undefined)
      return { outcome: "refused", refusal: { why: "unknown-plan" }, plan: undefined };
    const { plan } = record;
    const { approvals, enough } = countApprovals(record, app.approval, approvers);
    if (!enough) return { outcome: "counted", plan, approvals, required: app.approval.required };
    const promotionId = `pr_${options.newId()}`;
    const approvedBy = record.decisions
      .filter(({ verdict }) => verdict === "approve")
      .map((decision) => decision.by);
    const started = await store.startPromotion(
      planId,
      {
        id: promotionId,
        app: app.name,
        kind: "promotion",
        planId,
        restorePointId: undefined,
        requester: plan.requester,
        approvedBy,
        reason,
        startedAt: at(),
        steps: promotionSteps,
      },
      at(),
    );
    if (started === "started") {
      await options.start(promotionId);
      return { outcome: "started", promotionId, plan };
    }
    if (started === "expired")
      return { outcome: "refused", refusal: { why: "expired", at: plan.expiresAt }, plan };
    if (started === "not-open") return refuseLate(planId, by, plan);
    return { outcome: "refused", refusal: { why: "running", promotionId: started.running }, plan };
  }

  /** Somebody was faster between our look and our write. */
  async function refuseLate(planId: string, by: Person, plan: Plan): Promise<Decided> {
    const record = await store.plan(planId);
    const mine = record?.status === "open" && record.decisions.some((decision) => decision.by === by.id);
    if (mine) return { outcome: "refused", refusal: { why: "already-counted" }, plan };
    const last = record?.decisions.find((decision) => decision.by !== by.id) ?? record?.decisions.at(-1);
    const status = record?.status ?? "replaced";
    return {
      outcome: "refused",
      refusal: { why: "already-decided", status, by: last?.by, at: last?.at },
      plan,
    };
  }

  async function promoteNow({ app: name, by, plan: wanted, reason }: PromoteNowRequest): Promise<Decided> {
    const app = appOf(name);
    const open = await store.openPlans(name);
    const plan =
      open.find((candidate) => candidate.id === wanted) ??
      open.findLast((candidate) => candidate.digest === wanted);
    const known = plan ?? (await store.plan(wanted))?.plan;
    if (known === undefined || known.app !== name)
      return { outcome: "refused", refusal: { why: "unknown-plan" }, plan: undefined };
    return decideAtTerminal(app, known.id, by, reason);
  }

  async function decideAtTerminal(
    app: AppConfig,
    planId: string,
    by: Person,
    reason: string | undefined,
  ): Promise<Decided> {
    const facts = await factsFor(planId, by);
    const refusal = facts === undefined ? ({ why: "unknown-plan" } as const) : refuseApproval(facts);
    if (facts === undefined || refusal)
      return { outcome: "refused", refusal: refusal ?? { why: "unknown-plan" }, plan: facts?.record.plan };
    const { plan } = facts.record;
    const added = await store.addDecision(planId, {
      by: by.id,
      verdict: "approve",
      at: facts.now,
      reason,
      via: by.via,
    });
    if (!added) return refuseLate(planId, by, plan);
    await store.audit({
      at: facts.now,
      who: by.id,
      what: "approve-at-terminal",
      details: { app: app.name, plan: planId, digest: plan.digest },
    });
    return startIfApproved(app, planId, by, new Set(), reason);
  }

  async function rollBack({ app: name, by, to, reason }: RollBackRequest): Promise<RollBackStarted> {
    const app = appOf(name);
    if (by.via === "slack") {
      const approvers = await membersOf(app);
      if (approvers === undefined || !approvers.has(by.id))
        return { outcome: "refused", why: "not-an-approver" };
    }
    const running = await store.running(name);
    if (running !== undefined) {
      if (running.kind === "rollback") return { outcome: "refused", why: "running", promotionId: running.id };
      await stop(running.id, by);
      return { outcome: "stopping", promotionId: running.id };
    }
    const points = await workbench.restorePoints(app);
    const point =
      to === undefined
        ? nextRestorePoint(points, await store.history(name, 100, undefined))
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
    return startRollback(app, by, point, reason);
  }

  async function startRollback(
    app: AppConfig,
    by: Person,
    to: RestorePoint,
    reason: string | undefined,
  ): Promise<RollBackStarted> {
    const id = `rb_${options.newId()}`;
    const started = await store.startRollback({
      id,
      app: app.name,
      kind: "rollback",
      planId: undefined,
      restorePointId: to.id,
      requester: by.id,
      approvedBy: [by.id],
      reason,
      startedAt: at(),
      steps: rollbackSteps,
    });
    if (started !== "started") return { outcome: "refused", why: "running", promotionId: started.running };
    await store.audit({
      at: at(),
      who: by.id,
      what: "roll-back",
      details: { app: app.name, promotion: id, to: to.id },
    });
    await options.start(id);
    return { outcome: "started", promotionId: id, to };
  }

  async function stop(promotionId: string, by: Person): Promise<boolean> {
    const record = await store.promotion(promotionId);
    if (record === undefined || record.status !== "running") return false;
    const first = await store.requestStop(promotionId, by.id);
    if (first)
      await store.audit({
        at: at(),
        who: by.id,
        what: "stop",
        details: { app: record.app, promotion: promotionId },
      });
    return true;
  }

  async function status(name: string): Promise<Status> {
    const app = appOf(name);
    const waiting = (await store.openPlans(name)).filter((plan) => plan.expiresAt > at());
    const [running, lock, last, health] = await Promise.all([
      store.running(name),
      lockOf(app),
      store.history(name, 1, undefined),
      workbench.health(app).catch((error: unknown) => {
        if (!isFailure(error)) options.onError(error);
        return "unknown" as const;
      }),
    ]);
    return { app: name, running, waiting, lock, last: last[0], preprodHealth: "unknown", prodHealth: health };
  }

  async function waitFor(
    promotionId: string,
    onEvent?: (event: PromotionEvent) => void,
  ): Promise<PromotionRecord> {
    let told = 0;
    for (;;) {
      const record = await store.promotion(promotionId);
      if (record === undefined) throw new PasserelleError("promotion-unknown", { id: promotionId });
      for (const event of await store.events(promotionId, told)) {
        told = event.sequence;
        onEvent?.(event);
      }
      if (record.status !== "running") return record;
      await new Promise((resolve) => setTimeout(resolve, options.pollMilliseconds ?? 200));
    }
  }

  return {
    apps: [...config.apps.keys()],
    propose,
    decide,
    promoteNow,
    rollBack,
    stop,
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
    promotion: (promotionId) => store.promotion(promotionId),
    events: (promotionId, after = 0) => store.events(promotionId, after),
    async log(promotionId) {
      const record = await store.promotion(promotionId);
      if (record === undefined) throw new PasserelleError("promotion-unknown", { id: promotionId });
      return mask(describeLog(record, await store.events(promotionId, 0)));
    },
    status,
    history: (app, { limit = 10, before } = {}) => store.history(appOf(app).name, limit, before),
    restorePoints: (app) => workbench.restorePoints(appOf(app)),
    verify: (app) => workbench.verify(appOf(app)),
    waitFor,
    onChange: changes.subscribe,
    close: changes.end,
  };
}

type ChangeListener = Parameters<Promotions["onChange"]>[0];

/** One poll of the store's change list serves every listener, and sees what other processes did too. */
function followChanges({ store, pollMilliseconds = 200, onError }: PromotionsOptions): {
  subscribe: (listener: ChangeListener) => () => void;
  end: () => void;
} {
  const listeners = new Set<ChangeListener>();
  let cursor: number | undefined;
  let looking = false;
  const look = async (): Promise<void> => {
    if (looking || listeners.size === 0) return;
    looking = true;
    try {
      const found = await store.changesSince(cursor ?? 0);
      // What happened before the first listener came is found by it in the records themselves.
      if (cursor !== undefined) {
        for (const change of found.changes) for (const listener of listeners) listener(change);
      }
      cursor = found.cursor;
    } catch (error) {
      onError(error);
    } finally {
      looking = false;
    }
  };
  const timer = setInterval(() => void look(), pollMilliseconds);
  timer.unref();
  return {
    subscribe(listener) {
      listeners.add(listener);
      void look();
      return () => listeners.delete(listener);
    },
    end: () => clearInterval(timer),
  };
}

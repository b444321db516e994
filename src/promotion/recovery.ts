// What a bot does about the past when it starts, and about the clock while it runs.

import type { AppConfig, Config } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import { countApprovals } from "./policy.ts";
import type { Membership, PromotionRecord } from "./promotions.ts";
import { endPromotion } from "./run.ts";
import { promotionStepsOf } from "./steps-of.ts";

export type RecoveryOptions = {
  readonly config: Config;
  readonly store: Store;
  readonly membership: Membership;
  /** What the durable engine knows of a run; `unknown` when it was never handed over. */
  readonly state: (promotionId: string) => Promise<"unknown" | "running" | "completed" | "failed">;
  readonly start: (promotionId: string) => Promise<void>;
  readonly commands: (record: PromotionRecord) => readonly string[];
  readonly now: () => Date;
  readonly newId: () => string;
  readonly onError: (error: unknown) => void;
};

/**
 * Safe to call at any time and again: hands over promotions that were approved but never started, starts plans whose last
 * approval was recorded just before a crash, parks runs that the engine itself gave up, and lets old plans expire.
 */
export async function recover(options: RecoveryOptions): Promise<void> {
  const { store } = options;
  for (const record of await store.allRunning()) {
    const state = await options.state(record.id);
    if (state === "unknown") await options.start(record.id);
    if (state === "failed" || state === "completed") await parkLost(record, options);
  }
  for (const app of options.config.apps.values()) await settleOpenPlans(app, options);
}

/** The engine ended the run without our story recording how: PROD is left as it is, held, for a person to look at. */
async function parkLost(record: PromotionRecord, { store, now, commands }: RecoveryOptions): Promise<void> {
  const again = await store.promotion(record.id);
  if (again?.status !== "running") return;
  const current = record.steps.findLast(
    (step) => step.status === "running" || step.status === "failed" || step.status === "done",
  );
  const failedStep = current?.name ?? "lock";
  const because = { code: "engine-failed", details: {} };
  await endPromotion(
    store,
    record.id,
    { outcome: "parked", failedStep, because, commands: commands(record) },
    now().toISOString(),
  );
}

async function settleOpenPlans(app: AppConfig, options: RecoveryOptions): Promise<void> {
  const { store, membership, onError } = options;
  const at = options.now().toISOString();
  for (const plan of await store.openPlans(app.name)) {
    if (plan.expiresAt <= at) {
      await store.movePlan(plan.id, "open", "expired", at);
      continue;
    }
    const record = await store.plan(plan.id);
    if (record === undefined || record.status !== "open" || record.decisions.length === 0) continue;
    try {
      const approvers = await membership.approvers(app.approval.approvers);
      if (!countApprovals(record, app.approval, approvers).enough) continue;
    } catch (error) {
      onError(error);
      continue;
    }
    await startApproved(
      app,
      plan.id,
      plan.requester,
      record.decisions.map(({ by }) => by),
      options,
    );
  }
}

async function startApproved(
  app: AppConfig,
  planId: string,
  requester: string,
  approvedBy: readonly string[],
  { store, start, now, newId }: RecoveryOptions,
): Promise<void> {
  const at = now().toISOString();
  const id = `pr_${newId()}`;
  const base = {
    id,
    app: app.name,
    kind: "promotion",
    planId,
    restorePointId: undefined,
    requester,
    approvedBy,
  } as const;
  const promotion = { ...base, reason: undefined, startedAt: at, steps: promotionStepsOf(app) };
  if ((await store.startPromotion(planId, promotion, at)) === "started") await start(id);
}

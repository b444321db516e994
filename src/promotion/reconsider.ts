// Whether an approval still holds when the work is about to begin: people, locks and freezes may have changed since the click.

import { setTimeout as sleep } from "node:timers/promises";
import type { AppConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import { lockInForce } from "./lock-in-force.ts";
import { countApprovals } from "./policy.ts";
import type { Failure, Membership, PromotionRecord } from "./promotions.ts";

export type ReconsiderOptions = {
  readonly store: Store;
  readonly membership: Membership;
  readonly now: () => Date;
  /** How long Slack is asked again when it does not say who the approvers are. */
  readonly patienceMilliseconds?: number;
  readonly retryMilliseconds?: number;
};

/** Slack that is away for seconds must not undo an approval that it carried a moment ago. */
const patience = 30_000;

export async function reconsider(
  record: PromotionRecord,
  app: AppConfig,
  options: ReconsiderOptions,
): Promise<Failure | undefined> {
  const { patienceMilliseconds = patience, retryMilliseconds = 1000 } = options;
  const until = options.now().getTime() + patienceMilliseconds;
  for (;;) {
    const because = await reconsiderNow(record, app, options);
    if (because?.code !== "membership-unknown" || options.now().getTime() >= until) return because;
    await sleep(retryMilliseconds);
  }
}

async function reconsiderNow(
  record: PromotionRecord,
  app: AppConfig,
  options: ReconsiderOptions,
): Promise<Failure | undefined> {
  if (record.planId === undefined) return undefined;
  const plan = await options.store.plan(record.planId);
  if (plan === undefined) return { code: "plan-unknown", details: { id: record.planId } };
  const lock = await lockInForce(app, options.store, options.now());
  if (lock !== undefined)
    return { code: "locked", details: { by: lock.by, reason: lock.reason, until: lock.until } };
  if (plan.decisions.some(({ verdict, via }) => verdict === "approve" && via === "terminal"))
    return undefined;
  try {
    const approvers = await options.membership.approvers(app.approval.approvers);
    if (countApprovals(plan, app.approval, approvers).enough) return undefined;
    return { code: "approval-void", details: { required: app.approval.required } };
  } catch {
    // Nobody can say whether the approvers still are: without that nothing is written.
    return { code: "membership-unknown", details: {} };
  }
}

// Which of our messages tells about what: one per plan that was asked for in Slack, one per promotion that has no such plan.

import { askedInSlack } from "../promotion/asked-in-slack.ts";
import type { PromotionRecord } from "../promotion/promotions.ts";
import type { Plan } from "../tree/plan.ts";

export type MessageKey = `plan:${string}` | `promotion:${string}` | `drift:${string}`;

export function planKey(planId: string): MessageKey {
  return `plan:${planId}`;
}

/** A plan that replaced another one in its message is shown under the first one's key. */
export function keyOfPlan({ id, shownIn = id }: Pick<Plan, "id" | "shownIn">): MessageKey {
  return planKey(shownIn);
}

/** What the watch found, by its id. */
export function driftKey(id: string): MessageKey {
  return `drift:${id}`;
}

/** A promotion goes on in its plan's message; one that a terminal decided on its own plan, and every rollback, has its own. */
export function promotionKey(
  promotion: Pick<PromotionRecord, "id" | "planId">,
  plan: Plan | undefined,
): MessageKey {
  return promotion.planId !== undefined && plan !== undefined && askedInSlack(plan)
    ? keyOfPlan(plan)
    : `promotion:${promotion.id}`;
}

export function isMessageKey(key: string): key is MessageKey {
  return /^(?:plan|promotion|drift):/.test(key);
}

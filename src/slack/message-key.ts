// Which of our messages tells about what: one per plan that was asked for in Slack, one per promotion that has no such plan.

import type { PromotionRecord } from "../promotion/promotions.ts";
import type { Plan } from "../tree/plan.ts";

export type MessageKey = `plan:${string}` | `promotion:${string}`;

export function planKey(planId: string): MessageKey {
  return `plan:${planId}`;
}

/** A promotion goes on in its plan's message; one that a terminal decided on its own plan, and every rollback, has its own. */
export function promotionKey(
  promotion: Pick<PromotionRecord, "id" | "planId">,
  plan: Plan | undefined,
): MessageKey {
  return promotion.planId !== undefined && plan !== undefined && askedInSlack(plan)
    ? planKey(promotion.planId)
    : `promotion:${promotion.id}`;
}

export function askedInSlack(plan: Plan): boolean {
  return !plan.requester.startsWith("terminal:");
}

export function isMessageKey(key: string): key is MessageKey {
  return key.startsWith("plan:") || key.startsWith("promotion:");
}

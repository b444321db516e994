// Where in Slack a plan or promotion is shown, as a link.

import { isCallError } from "./clients.ts";
import { type MessageKey, promotionKey } from "./message-key.ts";
import type { Room } from "./room.ts";

/** Undefined when it was not posted or Slack does not say: a link is never worth a failure. */
export async function linkTo(room: Room, promotionId: string): Promise<string | undefined> {
  const promotion = await room.promotions.promotion(promotionId);
  if (promotion === undefined) return undefined;
  const plan = promotion.planId === undefined ? undefined : await room.promotions.plan(promotion.planId);
  return linkToMessage(room, promotionKey(promotion, plan?.plan));
}

export async function linkToMessage(room: Room, key: MessageKey): Promise<string | undefined> {
  const record = await room.store.message(key);
  if (record === undefined || record.ts === "") return undefined;
  try {
    const answer = await room.clients.interactive.chat.getPermalink({
      channel: record.channel,
      message_ts: record.ts,
    });
    return answer.permalink;
  } catch (error) {
    if (!isCallError(error)) throw error;
    return undefined;
  }
}

// Sends an event that nobody acknowledged again: at once, after a minute, after five, as Slack does.

import type { Delivery } from "./delivery.ts";
import type { Fields } from "./fields.ts";

export const slackRetrySeconds = [0, 60, 300] as const;

export type EventRetries = {
  begin(payload: Fields): void;
  stop(): void;
};

export function createEventRetries(
  seconds: readonly number[],
  send: (payload: Fields, attempt: number) => Promise<Delivery>,
): EventRetries {
  const timers = new Set<NodeJS.Timeout>();
  let stopped = false;
  const schedule = (payload: Fields, attempt: number): void => {
    const wait = seconds[attempt - 1];
    if (wait === undefined || stopped) return;
    const timer = setTimeout(async () => {
      timers.delete(timer);
      const { outcome } = await send(payload, attempt);
      if (outcome !== "acknowledged") schedule(payload, attempt + 1);
    }, wait * 1000);
    timer.unref();
    timers.add(timer);
  };
  return {
    begin: (payload) => schedule(payload, 1),
    stop: () => {
      stopped = true;
      for (const timer of timers) clearTimeout(timer);
    },
  };
}

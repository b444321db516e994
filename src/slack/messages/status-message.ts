// What runs now: both sides, what waits, the lock, the last promotion.

import type { Lock, PromotionRecord, Status } from "../../promotion/promotions.ts";
import { stepTitle } from "../../texts/texts.ts";
import { actions, button, context, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import type { Voice } from "./voice.ts";

export const lights = {
  healthy: ":large_green_circle:",
  unhealthy: ":red_circle:",
  unknown: ":white_circle:",
} as const;
const outcomes = {
  running: ":rocket:",
  done: ":white_check_mark:",
  "rolled-back": ":leftwards_arrow_with_hook:",
  refused: ":no_entry:",
  parked: ":rotating_light:",
} as const;

/** `shared`: everybody in the channel sees it, so it does not offer to show it to them. */
export function statusMessage(
  voice: Voice,
  status: Status,
  { connected, shared = false }: { readonly connected: boolean; readonly shared?: boolean },
): Message {
  const { texts, safe, code, person, when } = voice;
  const say = texts.conversation.status;
  const app = safe(status.app, 80);
  const hosts = (status.hosts ?? []).map(
    ({ host, health }) => `${lights[health]} ${safe(host, 40)}: ${say.healthWords[health]}`,
  );
  const sides = [
    `*PROD* ${lights[status.prodHealth]} ${say.healthWords[status.prodHealth]}`,
    `*PREPROD* ${lights[status.preprodHealth]} ${say.healthWords[status.preprodHealth]}`,
  ].join(" · ");
  const running = status.running === undefined ? say.nothingRunning : runningWords(voice, status.running);
  const waiting = status.waiting.length === 0 ? say.nothingWaiting : say.waiting(status.waiting.length);
  const lock = lockWords(voice, status.lock);
  const { last } = status;
  const lastWords =
    last === undefined
      ? say.never
      : `${say.last} ${outcomes[last.status]} ${code(last.id)} ${texts.conversation.history.outcomes[last.status]} ${when(last.finishedAt ?? last.startedAt)} · ${person(last.requester)}`;
  return message(say.sentence(app, [say.healthWords[status.prodHealth], running, waiting].join(", ")), [
    section(
      `*${app}* · ${sides}\n${hosts.length === 0 ? "" : `${hosts.join(" · ")}\n`}${[running, waiting, lock].join(" · ")}`,
    ),
    context(`${lastWords} · ${connected ? say.link.up : say.link.down}`),
    actions("status", [
      button(say.seeDiff, { action: "plan.refresh", value: `app:${status.app}` }),
      ...(shared ? [] : [button(say.share, { action: "status.share", value: `app:${status.app}` })]),
    ]),
  ]);
}

export function runningWords({ texts, code }: Voice, running: PromotionRecord): string {
  const current = running.steps.find((step) => step.status === "running");
  return texts.conversation.status.running(
    code(running.id),
    current === undefined ? "…" : stepTitle(texts, current.name),
  );
}

export function lockWords({ texts, person, safe, when }: Voice, lock: Lock | undefined): string {
  const say = texts.conversation;
  if (lock === undefined) return say.status.notLocked;
  const until = lock.until === undefined ? "" : `, ${say.status.lockedUntil(when(lock.until))}`;
  return `:lock: ${say.status.locked(person(lock.by), safe(lock.reason, 300))}${until}`;
}

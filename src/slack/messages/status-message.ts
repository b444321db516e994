// What runs now: both sides, what waits, the lock, the last promotion.

import type { Status } from "../../promotion/promotions.ts";
import { actions, button, context, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import type { Voice } from "./voice.ts";

const lights = {
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

export function statusMessage(
  voice: Voice,
  status: Status,
  { connected }: { readonly connected: boolean },
): Message {
  const { texts, safe, code, person, when } = voice;
  const say = texts.conversation.status;
  const app = safe(status.app, 80);
  const sides = [
    `*PROD* ${lights[status.prodHealth]} ${say.healthWords[status.prodHealth]}`,
    `*PREPROD* ${lights[status.preprodHealth]} ${say.healthWords[status.preprodHealth]}`,
  ].join(" · ");
  const current = status.running?.steps.find((step) => step.status === "running");
  const running =
    status.running === undefined
      ? say.nothingRunning
      : say.running(
          code(status.running.id),
          current === undefined ? "…" : texts.promotion.steps[current.name],
        );
  const waiting = status.waiting.length === 0 ? say.nothingWaiting : say.waiting(status.waiting.length);
  const lock =
    status.lock === undefined
      ? say.notLocked
      : `:lock: ${say.locked(person(status.lock.by), safe(status.lock.reason, 300))}${
          status.lock.until === undefined
            ? ""
            : ` (${texts.conversation.refusals.lockedUntil(when(status.lock.until))})`
        }`;
  const { last } = status;
  const lastWords =
    last === undefined
      ? say.never
      : `${say.last} ${outcomes[last.status]} ${code(last.id)} ${texts.conversation.history.outcomes[last.status]} ${when(last.finishedAt ?? last.startedAt)} · ${person(last.requester)}`;
  return message(say.sentence(app, [say.healthWords[status.prodHealth], running, waiting].join(", ")), [
    section(`*${app}* · ${sides}\n${[running, waiting, lock].join(" · ")}`),
    context(`${lastWords} · ${connected ? say.link.up : say.link.down}`),
    actions("status", [button(say.seeDiff, { action: "plan.refresh", value: `app:${status.app}` })]),
  ]);
}

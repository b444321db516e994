// A plan that nobody can decide any more: rejected, stale, expired or replaced, with the way to a new one.

import type { KnownBlock } from "@slack/types";
import type { PlanRecord } from "../../promotion/promotions.ts";
import { actions, button, context, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import { filesOf } from "./plan-message.ts";
import type { Voice } from "./voice.ts";

export function closedPlanMessage(voice: Voice, record: PlanRecord): Message {
  switch (record.status) {
    case "rejected":
      return rejectedMessage(voice, record);
    case "stale":
      return staleMessage(voice, record);
    case "replaced":
      return close(voice, record, { icon: ":fast_forward:", words: voice.texts.plan.replaced, again: false });
    default:
      return close(voice, record, {
        icon: ":hourglass:",
        words: voice.texts.plan.expired(voice.when(record.plan.expiresAt, "time")),
        again: true,
      });
  }
}

function rejectedMessage(voice: Voice, record: PlanRecord): Message {
  const { texts } = voice;
  const rejection = record.decisions.findLast((decision) => decision.verdict === "reject");
  const words = texts.plan.rejected(voice.person(rejection?.by ?? ""));
  const at = rejection === undefined ? "" : ` ${voice.when(rejection.at, "time")}`;
  const reason = rejection?.reason ? ` — “${voice.safe(rejection.reason, 300)}”` : "";
  return message(`${voice.safe(record.plan.app, 80)}: ${words}${reason}`, [
    section(`:no_entry: *${words}*${at}${reason}`, `end:${record.plan.id}`),
    origin(voice, record),
  ]);
}

function staleMessage(voice: Voice, record: PlanRecord): Message {
  const { texts } = voice;
  const moved = record.moved.slice(0, 8).map((path) => voice.code(path));
  const left = record.moved.length - moved.length;
  const names = left > 0 ? `${moved.join(", ")} ${texts.plan.moreNames(left)}` : moved.join(", ");
  const tried = record.decisions
    .filter((decision) => decision.verdict === "approve")
    .map((decision) => decision.by);
  return message(`${voice.safe(record.plan.app, 80)}: ${texts.plan.stale}`, [
    section(
      `:hourglass: *${texts.plan.stale}*${names === "" ? "" : `\n${texts.plan.staleWhy} ${names}`}`,
      `end:${record.plan.id}`,
    ),
    again(voice, record),
    origin(voice, record, tried.length > 0 ? texts.plan.staleBy(voice.people(tried)) : undefined),
  ]);
}

function close(
  voice: Voice,
  record: PlanRecord,
  ending: { readonly icon: string; readonly words: string; readonly again: boolean },
): Message {
  return message(`${voice.safe(record.plan.app, 80)}: ${ending.words}`, [
    section(`${ending.icon} *${ending.words}*`, `end:${record.plan.id}`),
    ending.again ? again(voice, record) : undefined,
    origin(voice, record),
  ]);
}

function again({ texts }: Voice, { plan }: PlanRecord): KnownBlock {
  return actions(`act:${plan.id}`, [
    button(texts.plan.newPlan, { action: "plan.refresh", value: plan.id, style: "primary" }),
  ]);
}

function origin(voice: Voice, { plan }: PlanRecord, more?: string): KnownBlock {
  const words = voice.texts.plan.untouched(voice.code(plan.id), filesOf(plan), voice.person(plan.requester));
  return context(more === undefined ? words : `${words} · ${more}`);
}

// The last promotions of an app, each with its thread, a page at a time.

import type { PromotionRecord } from "../../promotion/promotions.ts";
import { hostsOf } from "../../promotion/step-names.ts";
import { actions, button, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import type { Voice } from "./voice.ts";

export type HistoryRow = { readonly record: PromotionRecord; readonly link: string | undefined };

const icons = {
  running: ":rocket:",
  done: ":white_check_mark:",
  "rolled-back": ":leftwards_arrow_with_hook:",
  refused: ":no_entry:",
  parked: ":rotating_light:",
} as const;

/** `older` is the id after which the next page begins; absent on the last page. */
export function historyMessage(
  voice: Voice,
  app: string,
  rows: readonly HistoryRow[],
  older: string | undefined,
): Message {
  const say = voice.texts.conversation.history;
  const name = voice.safe(app, 80);
  if (rows.length === 0) return message(say.empty(name), [section(say.empty(name))]);
  const title = say.title(name);
  return message(title, [
    section(`*${title}*\n${rows.map((row) => rowWords(voice, row)).join("\n")}`),
    older === undefined
      ? undefined
      : actions("history", [button(say.older, { action: "history.older", value: older })]),
  ]);
}

/** One promotion in one line. */
export function rowWords(voice: Voice, { record, link }: HistoryRow): string {
  const { texts } = voice;
  const say = texts.conversation.history;
  const seconds =
    record.finishedAt === undefined
      ? undefined
      : (Date.parse(record.finishedAt) - Date.parse(record.startedAt)) / 1000;
  const approved = record.approvedBy.filter((id) => id !== record.requester);
  const files =
    record.ending?.outcome === "done" ? texts.promotion.facts.files(record.ending.impact.filesChanged) : "";
  const hosts = hostsOf(record.steps);
  return [
    `${icons[record.status]} ${voice.code(record.id)}`,
    voice.when(record.startedAt),
    record.kind === "rollback" ? say.rollback : "",
    say.outcomes[record.status],
    files,
    hosts.length === 0 ? "" : texts.promotion.onHosts(hosts.length),
    seconds === undefined ? "" : texts.measures.duration(seconds),
    approved.length === 0
      ? voice.person(record.requester)
      : `${voice.person(record.requester)} → ${voice.people(approved)}`,
    link === undefined ? "" : `<${link}|${say.thread}>`,
  ]
    .filter((part) => part !== "")
    .join(" · ");
}

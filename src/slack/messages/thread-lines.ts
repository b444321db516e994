// What the thread of a promotion tells, event by event; several short ones in a row share one reply.

import type { KnownBlock } from "@slack/types";
import type { PromotionEvent, PromotionRecord, StepName } from "../../promotion/promotions.ts";
import { kindOf } from "../../promotion/step-names.ts";
import { clipMrkdwn } from "../../texts/escape.ts";
import { stepTitle } from "../../texts/texts.ts";
import { type Message, preformatted, section } from "./blocks.ts";
import { message } from "./budget.ts";
import { factWords, secondsOf } from "./checklist.ts";
import { endingLine } from "./ended-message.ts";
import type { Voice } from "./voice.ts";

export type ThreadReply = {
  readonly message: Message;
  /** The last event it tells. */
  readonly sequence: number;
  /** Shown in the channel too. */
  readonly broadcast: boolean;
};

const longest = 10;

/** `events` in order. Events that need no words are told by the reply after them, or by `nothing` at the end. */
export function threadReplies(
  voice: Voice,
  record: PromotionRecord,
  events: readonly PromotionEvent[],
): { readonly replies: readonly ThreadReply[]; readonly lastSequence: number } {
  const replies: ThreadReply[] = [];
  let lines: string[] = [];
  let last = 0;
  const flush = (sequence: number, excerpt: readonly string[] = []): void => {
    if (lines.length === 0 && excerpt.length === 0) return;
    replies.push(reply(voice, record, lines, excerpt, sequence));
    lines = [];
  };
  for (const event of events) {
    if (event.kind === "ended") {
      flush(last);
      replies.push(endingReply(voice, record, event.sequence));
    } else {
      const line = eventLine(voice, record, event);
      if (line !== undefined) lines.push(line);
      const excerpt = worthTelling(event) ? event.excerpt : [];
      if (excerpt.length > 0 || lines.length >= longest) flush(event.sequence, excerpt);
    }
    last = event.sequence;
  }
  flush(last);
  return { replies, lastSequence: last };
}

function eventLine(voice: Voice, record: PromotionRecord, event: PromotionEvent): string | undefined {
  const { texts } = voice;
  const name = event.step === undefined ? "" : stepTitle(texts, event.step);
  switch (event.kind) {
    case "step-done":
      return stepWords(
        voice,
        record,
        event,
        isBack(event.step) ? ":leftwards_arrow_with_hook:" : ":white_check_mark:",
        name,
      );
    case "step-failed":
      return stepWords(voice, record, event, ":x:", `*${name}*`);
    case "note":
      return `:speech_balloon: ${noteWords(voice, event)}`;
    default:
      return undefined;
  }
}

function stepWords(
  voice: Voice,
  record: PromotionRecord,
  event: PromotionEvent,
  icon: string,
  title: string,
): string {
  const step = record.steps.find((candidate) => candidate.name === event.step);
  const seconds = step === undefined ? undefined : secondsOf(step, new Date(event.at));
  const code = event.facts.code;
  const why =
    typeof code === "string" ? failureWords(voice, record, event, code) : factWords(voice, event.facts);
  const parts = [why, seconds === undefined ? "" : voice.texts.measures.duration(seconds)].filter(
    (part) => part !== "",
  );
  return `${icon} ${title}${parts.length === 0 ? "" : ` — ${parts.join(" · ")}`}`;
}

/** The ending knows more about a failure than the event does. */
function failureWords(
  voice: Voice,
  { ending, stopRequestedBy }: PromotionRecord,
  event: PromotionEvent,
  code: string,
): string {
  if (ending !== undefined && ending.outcome !== "done" && ending.because.code === code) {
    return voice.failure(ending.because);
  }
  if (code === "stopped") return voice.failure({ code, details: { by: stopRequestedBy } });
  // Without facts its sentence would only say that it failed, which the mark says already.
  return "reason" in event.facts || code !== "unhealthy" ? voice.failure({ code, details: event.facts }) : "";
}

function noteWords(voice: Voice, { facts }: PromotionEvent): string {
  const notes: Readonly<Record<string, string>> = voice.texts.promotion.notes;
  const code = typeof facts.note === "string" ? facts.note : typeof facts.code === "string" ? facts.code : "";
  const words = Object.hasOwn(notes, code) ? (notes[code] ?? "") : voice.safe(code, 120);
  const by = typeof facts.by === "string" ? voice.person(facts.by) : "";
  const text = typeof facts.text === "string" ? voice.safe(facts.text, 300) : "";
  return [words, by, text, factWords(voice, { ...facts, attempt: 1 })]
    .filter((part) => part !== "")
    .join(" — ");
}

/** Output belongs in the thread where it explains something; what went well is in the log. */
function worthTelling(event: PromotionEvent): boolean {
  return event.excerpt.length > 0 && (event.kind === "step-failed" || event.kind === "note");
}

function isBack(step: StepName | undefined): boolean {
  return step !== undefined && kindOf(step).endsWith("-back");
}

function reply(
  voice: Voice,
  record: PromotionRecord,
  lines: readonly string[],
  excerpt: readonly string[],
  sequence: number,
): ThreadReply {
  const shown = lines.join("\n");
  const blocks: KnownBlock[] = [
    ...(shown === "" ? [] : [section(clipMrkdwn(shown, 2000))]),
    ...(excerpt.length === 0 ? [] : [preformatted(voice.output(excerpt))]),
  ];
  return {
    message: message(shown === "" ? voice.safe(record.app, 80) : shown, blocks),
    sequence,
    broadcast: false,
  };
}

/** The people who let it are mentioned here and nowhere before: this is what they wait for. */
function endingReply(voice: Voice, record: PromotionRecord, sequence: number): ThreadReply {
  const { ending } = record;
  if (ending === undefined) return reply(voice, record, [voice.code(record.id)], [], sequence);
  const line = endingLine(voice, record, ending);
  const people = [...new Set([record.requester, ...record.approvedBy])].map(voice.person).slice(0, 8);
  const why =
    ending.outcome === "rolled-back" && ending.because.code !== "stopped"
      ? `\n${voice.failure(ending.because)}`
      : "";
  const failed = ending.outcome === "rolled-back" || ending.outcome === "parked";
  return {
    message: message(`${voice.safe(record.app, 80)}: ${line.plain}`, [
      section(`${line.marked}${why}\n${people.join(" ")}`),
    ]),
    sequence,
    broadcast: failed && !(ending.outcome === "rolled-back" && ending.because.code === "stopped"),
  };
}

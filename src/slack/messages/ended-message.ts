// How a promotion or rollback ended: PROD's state first, then why, then the next move.

import type { Button, KnownBlock } from "@slack/types";
import type { Ending, Impact, PromotionRecord, StepName } from "../../promotion/promotions.ts";
import { stepTitle } from "../../texts/texts.ts";
import { actions, button, context, type Message, preformatted, section } from "./blocks.ts";
import { message } from "./budget.ts";
import { checklist } from "./checklist.ts";
import { areMany, hostLine, hostRows } from "./host-rows.ts";
import { whoLetIt } from "./running-message.ts";
import type { Voice } from "./voice.ts";

type Ended<Outcome extends Ending["outcome"]> = Extract<Ending, { outcome: Outcome }>;

/** `excerpt`: the lines of output that explain a failure. */
export function endedMessage(
  voice: Voice,
  record: PromotionRecord,
  ending: Ending,
  excerpt: readonly string[],
): Message {
  const headline = endingLine(voice, record, ending);
  const blocks = {
    done: () => doneBlocks(voice, record, ending as Ended<"done">),
    "rolled-back": () => brokenBlocks(voice, record, ending as Ended<"rolled-back">, excerpt),
    refused: () => refusedBlocks(voice, record, ending as Ended<"refused">),
    parked: () => parkedBlocks(voice, record, ending as Ended<"parked">, excerpt),
  }[ending.outcome]();
  return message(`${voice.safe(record.app, 80)}: ${headline.plain}`, [
    section(
      [headline.marked, took(voice, record, ending), whoLetIt(voice, record)]
        .filter((part) => part !== "")
        .join(" · "),
      `end:${record.id}`,
    ),
    ...blocks,
  ]);
}

/** The ending in one line: with marks for a message, without for a notification. */
export function endingLine(
  voice: Voice,
  record: PromotionRecord,
  ending: Ending,
): { readonly marked: string; readonly plain: string } {
  const say = voice.texts.promotion;
  const app = voice.safe(record.app, 80);
  const put = (icon: string, state: string, why = "") => ({
    marked: `${icon} *${state}*${why === "" ? "" : ` — ${why}`}`,
    plain: why === "" ? state : `${state} — ${why}`,
  });
  switch (ending.outcome) {
    case "done":
      return record.kind === "rollback"
        ? put(":leftwards_arrow_with_hook:", onHosts(voice, ending, say.rollbackDone(app)))
        : put(":white_check_mark:", onHosts(voice, ending, say.done(app)));
    case "rolled-back": {
      const needsALook = ending.health === "unhealthy" || ending.health === "unrestarted";
      const icon = needsALook ? ":rotating_light:" : ":leftwards_arrow_with_hook:";
      return put(icon, say.back[ending.health], whyBack(voice, record, ending));
    }
    case "refused":
      return put(":no_entry:", say.refused, voice.failure(ending.because));
    case "parked":
      return put(
        ":rotating_light:",
        say.parked(app),
        say.parkedAt(stepTitle(voice.texts, ending.failedStep)),
      );
  }
}

function onHosts({ texts }: Voice, { impact: { hosts = [] } }: Ended<"done">, sentence: string): string {
  return hosts.length === 0 ? sentence : `${sentence} ${texts.promotion.onHosts(hosts.length)}`;
}

/** The last block of output of a failed step, out of everything recorded. */
export function excerptOf(
  events: readonly {
    readonly kind: string;
    readonly excerpt: readonly string[];
    readonly step: StepName | undefined;
  }[],
): readonly string[] {
  return events.findLast((event) => event.kind === "step-failed" && event.excerpt.length > 0)?.excerpt ?? [];
}

function whyBack(
  voice: Voice,
  record: PromotionRecord,
  { because, failedStep }: Ended<"rolled-back">,
): string {
  const say = voice.texts.promotion;
  if (because.code === "stopped") {
    const by = typeof because.details.by === "string" ? because.details.by : (record.stopRequestedBy ?? "");
    return say.stoppedBy(voice.person(by));
  }
  const step = stepTitle(voice.texts, failedStep);
  return record.kind === "rollback" ? say.rollbackFailedAt(step) : say.failedAt(step);
}

function doneBlocks(
  voice: Voice,
  record: PromotionRecord,
  { impact }: Ended<"done">,
): readonly (KnownBlock | undefined)[] {
  const { texts } = voice;
  const say = texts.promotion;
  const facts = [
    impact.downtimeSeconds > 0 ? "" : say.noDowntime,
    impact.swapMilliseconds > 0 ? say.swappedIn(impact.swapMilliseconds) : "",
    // What it replaced can be returned to under its own id.
    say.restorePoint(voice.code(record.id)),
    ...origin(voice, record).slice(1),
  ].filter((part) => part !== "");
  return [
    impactTable(voice, impact),
    hostsAfter(voice, record),
    actions(`act:${record.id}`, [rollBackButton(voice, record.id), logButton(voice, record.id)]),
    context(facts.join(" · ")),
  ];
}

function hostsAfter(voice: Voice, { steps, kind }: PromotionRecord): KnownBlock | undefined {
  const rows = hostRows(steps);
  if (rows.length === 0) return undefined;
  const options = { over: true, rolledBack: kind === "rollback", brief: areMany(rows) };
  return section(rows.map((row) => hostLine(voice, row, { ...options, line: () => "" })).join("\n"));
}

function impactTable({ texts, plain }: Voice, impact: Impact): KnownBlock {
  const say = texts.promotion;
  const { bytes, duration, number } = texts.measures;
  const words: Readonly<Record<string, string>> = say.healthWords;
  const healthWords = (seen: string) => (Object.hasOwn(words, seen) ? words[seen] : plain(seen, 80)) || "—";
  const withAnswer = (health: string, answer: string | undefined) =>
    answer === undefined || answer === "" ? health : `${health}, ${plain(answer, 80)}`;
  const rows = [
    [say.check, say.before, say.after],
    ...(impact.filesBefore !== undefined && impact.filesAfter !== undefined
      ? [[say.files, number(impact.filesBefore), number(impact.filesAfter)]]
      : []),
    [say.size, bytes(impact.bytesBefore), bytes(impact.bytesAfter)],
    ...(impact.linesAdded + impact.linesRemoved > 0
      ? [[say.lines, `−${number(impact.linesRemoved)}`, `+${number(impact.linesAdded)}`]]
      : []),
    [
      say.health,
      withAnswer(healthWords(impact.healthBefore), impact.answersBefore),
      withAnswer(healthWords(impact.healthAfter), impact.answersAfter),
    ],
    ...(impact.logErrorsAfter === undefined
      ? []
      : [
          [
            say.logErrors,
            impact.logErrorsBefore === undefined ? "—" : say.lastLines(impact.logErrorsBefore),
            say.sinceRestart(impact.logErrorsAfter),
          ],
        ]),
    ...(impact.downtimeSeconds > 0 ? [[say.downtimeRow, "—", duration(impact.downtimeSeconds)]] : []),
  ];
  return {
    type: "table",
    rows: rows.map((row) => row.map((text) => ({ type: "raw_text" as const, text }))),
    column_settings: [{ align: "left" }, { align: "right" }, { align: "right" }],
  };
}

function brokenBlocks(
  voice: Voice,
  record: PromotionRecord,
  ending: Ended<"rolled-back">,
  excerpt: readonly string[],
): readonly (KnownBlock | undefined)[] {
  return [
    section(
      checklist(voice, record.steps, {
        now: new Date(0),
        failed: { step: ending.failedStep, because: ending.because },
      }),
    ),
    lines(voice, excerpt),
    actions(`act:${record.id}`, [...newPlanButton(voice, record), logButton(voice, record.id)]),
    context(origin(voice, record).join(" · ")),
  ];
}

function refusedBlocks(
  voice: Voice,
  record: PromotionRecord,
  ending: Ended<"refused">,
): readonly (KnownBlock | undefined)[] {
  const say = voice.texts.promotion;
  const shown = ending.moved.slice(0, 8).map((path) => voice.code(path));
  const left = ending.moved.length - shown.length;
  const names = left > 0 ? `${shown.join(", ")} ${voice.texts.plan.moreNames(left)}` : shown.join(", ");
  return [
    names === "" ? undefined : section(`${say.moved} ${names}`),
    actions(`act:${record.id}`, [...newPlanButton(voice, record), logButton(voice, record.id)]),
    context(origin(voice, record).join(" · ")),
  ];
}

function parkedBlocks(
  voice: Voice,
  record: PromotionRecord,
  ending: Ended<"parked">,
  excerpt: readonly string[],
): readonly (KnownBlock | undefined)[] {
  const say = voice.texts.promotion;
  const whole = wholeCommands(voice, ending.commands);
  return [
    section(voice.failure(ending.because)),
    hostStates(voice, record, ending),
    lines(voice, excerpt),
    section(whole === "" ? say.parkedNoCommands : say.parkedNext),
    whole === "" ? undefined : preformatted(whole),
    section(
      checklist(voice, record.steps, {
        now: new Date(0),
        failed: { step: ending.failedStep, because: ending.because },
      }),
    ),
    actions(`act:${record.id}`, [logButton(voice, record.id)]),
    context(origin(voice, record).join(" · ")),
  ];
}

/** Which host is what, before anything else is done: there may be a mix. */
function hostStates(
  voice: Voice,
  { kind }: PromotionRecord,
  { hosts = [] }: Ended<"parked">,
): KnownBlock | undefined {
  if (hosts.length === 0) return undefined;
  const say = voice.texts.promotion;
  const words = { ...say.hostStates, ...(kind === "rollback" && { after: say.hostStates.atPoint }) };
  const icons = { before: ":leftwards_arrow_with_hook:", after: ":white_check_mark:", unknown: ":question:" };
  const rows = hosts.map(({ host, is }) => `${icons[is]} ${voice.safe(host, 40)} — ${words[is]}`);
  return section(`*${say.hostStatesNow}*\n${rows.join("\n")}`);
}

/** To be typed as they are, so none is ever shortened: those that fit, in order. */
function wholeCommands(voice: Voice, commands: readonly string[]): string {
  let shown = "";
  for (const command of commands) {
    const next = voice.output([command], { lines: 100, characters: 1_000_000 });
    if (Buffer.byteLength(`${shown}\n${next}`) > 4000) break;
    shown = shown === "" ? next : `${shown}\n${next}`;
  }
  return shown;
}

function lines(voice: Voice, excerpt: readonly string[]): KnownBlock | undefined {
  return excerpt.length === 0
    ? undefined
    : preformatted(voice.output(excerpt, { lines: 10, characters: 1200 }));
}

function origin(voice: Voice, record: PromotionRecord): readonly string[] {
  return [
    voice.code(record.id),
    record.planId === undefined ? "" : voice.code(record.planId),
    record.restorePointId === undefined
      ? ""
      : voice.texts.promotion.toRestorePoint(voice.code(record.restorePointId)),
    record.reason ? voice.texts.promotion.reason(voice.safe(record.reason, 300)) : "",
  ].filter((part) => part !== "");
}

function took({ texts }: Voice, record: PromotionRecord, ending: Ending): string {
  if (record.finishedAt === undefined) return "";
  const seconds = Math.max(0, Date.parse(record.finishedAt) - Date.parse(record.startedAt)) / 1000;
  return ending.outcome === "done" && ending.impact.filesChanged > 0
    ? texts.promotion.doneIn(ending.impact.filesChanged, seconds)
    : texts.promotion.took(seconds);
}

function newPlanButton({ texts }: Voice, { planId }: PromotionRecord): readonly Button[] {
  return planId === undefined
    ? []
    : [button(texts.promotion.newPlan, { action: "plan.refresh", value: planId })];
}

function logButton({ texts }: Voice, id: string): Button {
  return button(texts.promotion.log, { action: "promotion.log", value: id });
}

function rollBackButton({ texts }: Voice, id: string): Button {
  return button(texts.promotion.rollBack, { action: "rollback.open", value: id, style: "danger" });
}

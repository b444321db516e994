// A promotion or rollback while it runs: who let it, where it is, and the button that stops it.

import type { PromotionRecord, StepRecord } from "../../promotion/promotions.ts";
import { hostOf } from "../../promotion/step-names.ts";
import { actions, button, confirm, context, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import { checklist } from "./checklist.ts";
import { hostRows } from "./host-rows.ts";
import type { Voice } from "./voice.ts";

export function runningMessage(voice: Voice, record: PromotionRecord, now: Date): Message {
  const { texts } = voice;
  const say = texts.promotion;
  const app = voice.safe(record.app, 80);
  const stopping = record.stopRequestedBy !== undefined;
  const rollback = record.kind === "rollback";
  const title = stopping ? say.stopping(app) : rollback ? say.rollingBack(app) : say.running(app);
  const icon = stopping ? ":octagonal_sign:" : rollback ? ":rewind:" : ":rocket:";
  const parts = [
    `${icon} *${title}*`,
    whoLetIt(voice, record),
    record.stopRequestedBy === undefined ? "" : say.stopAskedBy(voice.person(record.stopRequestedBy)),
    whereItIs(voice, record),
    elapsed(voice, record, now),
  ].filter((part) => part !== "");
  return message(sentence(voice, record, app), [
    section(parts.join(" · "), `run:${record.id}`),
    section(checklist(voice, record.steps, { now }), `list:${record.id}`),
    stopping || rollback ? undefined : actions(`act:${record.id}`, [stopButton(voice, record.id)]),
    context(
      [
        voice.code(record.id),
        record.restorePointId === undefined ? "" : say.toRestorePoint(voice.code(record.restorePointId)),
        record.reason ? say.reason(voice.safe(record.reason, 300)) : "",
        say.logInThread,
      ]
        .filter((part) => part !== "")
        .join(" · "),
    ),
  ]);
}

export function whoLetIt(voice: Voice, record: PromotionRecord): string {
  return record.kind === "rollback"
    ? voice.texts.promotion.askedBy(voice.person(record.requester))
    : voice.texts.promotion.approvedBy(voice.people(record.approvedBy));
}

function sentence(voice: Voice, record: PromotionRecord, app: string): string {
  const say = voice.texts.promotion;
  if (record.stopRequestedBy !== undefined)
    return say.stoppingSentence(app, voice.person(record.stopRequestedBy));
  return record.kind === "rollback"
    ? say.rollingBackSentence(app, voice.person(record.requester))
    : say.runningSentence(app, voice.people(record.approvedBy));
}

/** A host among several counts as one step. */
function whereItIs({ texts }: Voice, { steps }: PromotionRecord): string {
  const isDone = (step: StepRecord): boolean => step.status === "done" || step.status === "skipped";
  const common = steps.filter(({ name }) => hostOf(name) === undefined);
  const rows = hostRows(steps);
  const done =
    common.filter(isDone).length + rows.filter(({ steps: own }) => own.every((step) => isDone(step))).length;
  const of = common.length + rows.length;
  return of === 0 ? "" : texts.promotion.stepOf(Math.min(done + 1, of), of);
}

function elapsed({ texts }: Voice, { startedAt }: PromotionRecord, now: Date): string {
  const seconds = Math.floor((now.getTime() - Date.parse(startedAt)) / 1000);
  return seconds >= 1 ? texts.measures.duration(seconds) : "";
}

function stopButton({ texts }: Voice, id: string) {
  const say = texts.promotion;
  return button(say.stop, {
    action: "promotion.stop",
    value: id,
    style: "danger",
    confirm: confirm(
      { title: say.stopTitle, text: say.stopText, yes: say.stopYes, no: say.stopNo },
      "danger",
    ),
  });
}

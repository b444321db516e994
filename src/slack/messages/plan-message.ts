// A plan that waits for a decision: what would change, what to look at twice, and the buttons.

import type { KnownBlock } from "@slack/types";
import type { ApprovalConfig, RestartConfig } from "../../config/config.ts";
import type { Decision, PromotionRecord } from "../../promotion/promotions.ts";
import type { Plan } from "../../tree/plan.ts";
import { approveButton } from "./acknowledgement.ts";
import { actions, button, context, header, type Message, preformatted, section } from "./blocks.ts";
import { draft, withinBudget } from "./budget.ts";
import { driftPatchButton } from "./drift-message.ts";
import { fileList } from "./file-list.ts";
import { coverageLine, groupChoice, largeFiles } from "./plan-offers.ts";
import { planWarnings } from "./plan-warnings.ts";
import type { Voice } from "./voice.ts";

export type PlanView = {
  readonly plan: Plan;
  readonly decisions: readonly Decision[];
  readonly approval: ApprovalConfig;
  readonly restart: RestartConfig;
  readonly last: PromotionRecord | undefined;
};

/** Characters of a preformatted line that a phone shows without breaking it. */
const phoneWidth = 40;

export function planMessage(voice: Voice, view: PlanView): Message {
  return withinBudget((scale) => buildPlanMessage(voice, view, scale));
}

function buildPlanMessage(voice: Voice, view: PlanView, scale: number): Message {
  const { texts } = voice;
  const { plan } = view;
  const blocked = plan.checks.some((check) => check.level === "block");
  const empty = plan.changes.length === 0;
  const files = filesOf(plan);
  const rows = Math.ceil(24 * scale);
  const app = voice.safe(plan.app, 80);
  const requester = voice.person(plan.requester);
  const sentence = empty
    ? texts.plan.inSync(app)
    : blocked
      ? texts.plan.blockedSentence(app, files)
      : texts.plan.waiting(app, files, requester);
  return draft(sentence, [
    header(texts.plan.title(voice.plain(plan.app, 80))),
    section(
      [summaryLine(voice, plan), requestLine(voice, plan), factsLine(voice, view)].join("\n"),
      `sum:${plan.id}`,
    ),
    rows > 0 && !empty ? preformatted(fileList(voice, plan.changes, { rows, width: phoneWidth })) : undefined,
    ...(scale > 0.1 ? largeFiles(voice, plan, Math.ceil(3 * scale)) : []),
    ...planWarnings(voice, plan, scale),
    ...groupChoice(voice, plan),
    actions(`act:${plan.id}`, buttons(voice, view, { blocked, empty, files })),
    conditions(voice, view, blocked),
    ...coverage(voice, plan),
  ]);
}

/** Paths that change, for people: the summary counts them by kind, and modes count as changed. */
export function filesOf({ summary: { added, changed, removed }, changes }: Plan): number {
  const counted = added + changed + removed;
  return counted > 0 ? counted : changes.length;
}

export function summaryLine({ texts }: Voice, plan: Plan): string {
  const { summary } = plan;
  const kinds = [
    summary.changed > 0 ? texts.plan.changed(summary.changed) : "",
    summary.added > 0 ? texts.plan.added(summary.added) : "",
    summary.removed > 0 ? texts.plan.removed(summary.removed) : "",
  ].filter((part) => part !== "");
  const number = texts.measures.number;
  const counts = [
    summary.linesAdded > 0 ? `+${number(summary.linesAdded)}` : "",
    summary.linesRemoved > 0 ? `−${number(summary.linesRemoved)}` : "",
  ].filter((part) => part !== "");
  const lines = counts.length > 0 ? ` · ${counts.join(" ")} ${texts.plan.lines}` : "";
  return `*${texts.plan.summary(filesOf(plan))}*${kinds.length > 0 ? ` — ${kinds.join(", ")}` : ""}${lines}`;
}

/** What a restart touches, in a few words. */
export function restartWords(
  { texts, plain }: Pick<Voice, "texts" | "plain">,
  restart: RestartConfig,
): string {
  switch (restart.kind) {
    case "compose": {
      const what =
        restart.services.length > 0
          ? restart.services.join(", ")
          : (restart.file.split("/").at(-1) ?? restart.file);
      return plain(restart.mode === "recreate" ? `${what} (${texts.plan.recreates})` : what, 120);
    }
    case "systemd":
      return plain(restart.unit, 120);
    case "command":
      return texts.plan.restartsCommand;
    case "none":
      return texts.plan.restartsNothing;
  }
}

function requestLine({ texts, person, code, when }: Voice, plan: Plan): string {
  return texts.plan.requested(person(plan.requester), code(plan.id), when(plan.createdAt));
}

/** In one line, not in fields: those take two lines each on a phone. */
function factsLine(voice: Voice, { plan, restart, last }: PlanView): string {
  const { texts } = voice;
  const groups = plan.groups.map((group) => voice.code(group, 40)).slice(0, 5);
  const facts: readonly (readonly [string, string])[] = [
    [texts.plan.toWrite, texts.measures.bytes(plan.summary.bytes)],
    ...hostFacts(voice, plan),
    [texts.plan.restarts, voice.safe(restartWords(voice, restart))],
    ...(groups.length > 0 ? [[texts.plan.groups, groups.join(", ")] as const] : []),
    [texts.plan.lastPromotion, lastWords(voice, last)],
  ];
  return facts.map(([label, value]) => `*${label}* ${value}`).join(" · ");
}

function hostFacts(voice: Voice, { hosts = [] }: Plan): readonly (readonly [string, string])[] {
  if (hosts.length === 0) return [];
  const { plan } = voice.texts;
  const shown = hosts.slice(0, 6).map(({ name }) => voice.safe(name, 40));
  const left = hosts.length - shown.length;
  const names = left > 0 ? `${shown.join(", ")} ${plan.moreNames(left)}` : shown.join(", ");
  return [[plan.hosts, plan.hostList(hosts.length, names)]];
}

function lastWords({ texts, when }: Voice, last: PromotionRecord | undefined): string {
  if (last === undefined) return texts.plan.noPromotionYet;
  const icon = {
    running: ":rocket:",
    done: ":white_check_mark:",
    "rolled-back": ":leftwards_arrow_with_hook:",
    refused: ":no_entry:",
    parked: ":rotating_light:",
  }[last.status];
  return `${icon} ${texts.conversation.history.outcomes[last.status]} ${when(last.finishedAt ?? last.startedAt, "date")}`;
}

function buttons(
  voice: Voice,
  { plan, restart }: PlanView,
  { blocked, empty, files }: { blocked: boolean; empty: boolean; files: number },
) {
  const { texts } = voice;
  const approve = approveButton(voice, plan, { files, restarts: restartWords(voice, restart) });
  const again = button(texts.plan.newPlan, { action: "plan.refresh", value: plan.id, style: "primary" });
  const reject = button(texts.plan.reject, { action: "plan.reject", value: plan.id, style: "danger" });
  const diff = button(texts.plan.fullDiff, { action: "plan.full_diff", value: plan.id });
  if (empty) return [again];
  const back = plan.drift.length > 0 ? [driftPatchButton(voice, plan.id)] : [];
  return blocked ? [again, reject, diff, ...back] : [approve, reject, diff, ...back];
}

function coverage(voice: Voice, plan: Plan): readonly KnownBlock[] {
  const line = coverageLine(voice, plan);
  return line === "" ? [] : [context(line)];
}

function conditions(voice: Voice, { plan, approval, decisions }: PlanView, blocked: boolean): KnownBlock {
  const { texts } = voice;
  const given = decisions.filter((decision) => decision.verdict === "approve").map((decision) => decision.by);
  const parts = [
    given.length > 0
      ? texts.plan.counted(given.length, approval.required, voice.people(given))
      : texts.plan.needs(approval.required, voice.people(approval.approvers)),
    !approval.byRequester && approval.approvers.includes(plan.requester) ? texts.plan.notByRequester : "",
    texts.plan.expires(voice.when(plan.expiresAt, "time")),
    plan.hosts === undefined ? "" : texts.plan.hostsInTurn(plan.hosts.length, plan.batch ?? 1),
  ].filter((part) => part !== "");
  return context(blocked ? texts.plan.blockedNext : parts.join(" "));
}

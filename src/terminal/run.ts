// `passerelle promote` and `passerelle rollback`: the same promotions as from Slack, told line by line.

import type { Decided, PromotionEvent, PromotionRecord, RollBackStarted } from "../promotion/promotions.ts";
import { hostOf } from "../promotion/step-names.ts";
import { failureSentence, stepTitle } from "../texts/texts.ts";
import type { TerminalCommand } from "./arguments.ts";
import { chooseApp, exits, type TerminalContext } from "./context.ts";
import { describePlan } from "./diff.ts";

export async function promoteHere(
  command: Extract<TerminalCommand, { name: "promote" }>,
  context: TerminalContext,
): Promise<number> {
  const { promotions, screen, by } = context;
  const { terminal } = screen.texts;
  const app = chooseApp(promotions, command.app);
  let plan = command.plan;
  if (plan === undefined) {
    if (!screen.interactive) {
      screen.note(terminal.needsPlan);
      if (command.json) screen.json({ outcome: "refused", why: "needs-plan" });
      return exits.error;
    }
    screen.note(terminal.comparing(app));
    const proposal = await promotions.propose({ app, by, groups: command.groups });
    if (proposal.outcome === "in-sync") return nothingToDo(command.json, app, context);
    for (const line of describePlan(proposal.plan, screen.texts)) screen.note(line);
    if ((await screen.ask(terminal.confirm(proposal.plan.changes.length))).trim() !== "PROD") {
      screen.note(terminal.notConfirmed);
      return exits.refused;
    }
    plan = proposal.plan.id;
  }
  const { reason } = command;
  const promoteNow = (acknowledgesDrift: boolean): Promise<Decided> =>
    promotions.promoteNow({ app, by, plan, acknowledgesDrift, ...(reason !== undefined && { reason }) });
  let decided = await promoteNow(command.overwriteDrift);
  if (decided.outcome === "refused" && decided.refusal.why === "drift" && screen.interactive) {
    for (const path of decided.refusal.paths.slice(0, 20)) screen.note(`  ${path}`);
    if ((await screen.ask(screen.texts.drift.confirm(decided.refusal.paths.length))).trim() !== "OVERWRITE") {
      screen.note(terminal.notConfirmed);
      return exits.refused;
    }
    decided = await promoteNow(true);
  }
  if (decided.outcome === "started") {
    screen.note(terminal.breakingGlass);
    return follow(decided.promotionId, command.json, context);
  }
  return refused(decided, command.json, context);
}

export async function rollBackHere(
  command: Extract<TerminalCommand, { name: "rollback" }>,
  context: TerminalContext,
): Promise<number> {
  const { promotions, screen, by } = context;
  const app = chooseApp(promotions, command.app);
  if (!command.yes) {
    if (!screen.interactive) {
      screen.note(screen.texts.terminal.needsYes);
      if (command.json) screen.json({ outcome: "refused", why: "needs-yes" });
      return exits.refused;
    }
    const to = command.to ?? screen.texts.promotion.before;
    if ((await screen.ask(screen.texts.terminal.confirmRollback(to))).trim() !== "PROD") {
      screen.note(screen.texts.terminal.notConfirmed);
      return exits.refused;
    }
  }
  const { to, reason } = command;
  const started = await promotions.rollBack({
    app,
    by,
    ...(to !== undefined && { to }),
    ...(reason !== undefined && { reason }),
  });
  if (started.outcome === "refused") return rollbackRefused(started, command.json, context);
  const code = await follow(started.promotionId, command.json, context);
  // A running promotion that was stopped and went back is the rollback that was asked for.
  return started.outcome === "stopping" && code === exits.rolledBack ? exits.ok : code;
}

async function follow(
  promotionId: string,
  json: boolean,
  { promotions, screen }: TerminalContext,
): Promise<number> {
  const record = await promotions.waitFor(promotionId, (event) => tellEvent(event, screen));
  if (json) screen.json(record);
  else tellEnding(record, screen);
  switch (record.status) {
    case "done":
      return exits.ok;
    case "rolled-back":
      return exits.rolledBack;
    case "refused":
      return exits.refused;
    case "parked":
    case "running":
      return exits.parked;
  }
}

function tellEvent(event: PromotionEvent, { note, texts }: TerminalContext["screen"]): void {
  if (event.step === undefined) return;
  const step = stepTitle(texts, event.step);
  if (event.kind === "step-started") note(texts.terminal.stepStarted(step));
  if (event.kind === "step-done") note(texts.terminal.stepDone(step, ""));
  if (event.kind === "step-failed") {
    note(
      texts.terminal.stepFailed(
        step,
        failureSentence(texts, { code: String(event.facts["code"] ?? ""), details: event.facts }),
      ),
    );
    for (const line of event.excerpt) note(`    ${line}`);
  }
}

function tellEnding({ ending, app, kind }: PromotionRecord, { say, texts }: TerminalContext["screen"]): void {
  const { promotion, terminal } = texts;
  if (ending === undefined) return;
  switch (ending.outcome) {
    case "done":
      say(
        [
          kind === "rollback" ? promotion.rollbackDone(app) : promotion.done(app),
          ...(ending.impact.hosts === undefined ? [] : [promotion.onHosts(ending.impact.hosts.length)]),
        ].join(" "),
      );
      return;
    case "rolled-back":
      say(promotion.back[ending.health]);
      if (hostOf(ending.failedStep) !== undefined)
        say(promotion.failedAt(stepTitle(texts, ending.failedStep)));
      say(failureSentence(texts, ending.because));
      return;
    case "refused":
      say(promotion.refused);
      say(failureSentence(texts, ending.because));
      for (const path of ending.moved.slice(0, 20)) say(`  ${path}`);
      return;
    case "parked":
      say(promotion.parked(app));
      say(failureSentence(texts, ending.because));
      for (const { host, is } of ending.hosts ?? []) {
        const atPoint = kind === "rollback" && is === "after";
        say(`  ${promotion.ofHost(host, promotion.hostStates[atPoint ? "atPoint" : is])}`);
      }
      say(terminal.nextCommands);
      for (const command of ending.commands) say(`  ${command}`);
  }
}

function refused(
  decided: Exclude<Decided, { outcome: "started" }>,
  json: boolean,
  { screen }: TerminalContext,
): number {
  if (json) screen.json(decided);
  const { refusals } = screen.texts.conversation;
  if (decided.outcome !== "refused") return exits.refused;
  const { refusal } = decided;
  const words: Readonly<Record<typeof refusal.why, string>> = {
    "unknown-plan": refusals.unknownPlan,
    "not-an-approver": refusals.notAnApprover(""),
    "own-request": refusals.ownRequest,
    "already-counted": refusals.alreadyCounted,
    "already-decided": refusals.alreadyDecided(
      refusal.why === "already-decided" ? refusals.decided[refusal.status] : "",
    ),
    expired: refusals.expired(refusal.why === "expired" ? screen.texts.measures.moment(refusal.at) : ""),
    blocked: refusals.blocked(refusal.why === "blocked" ? refusal.checks.join(", ") : ""),
    drift: refusals.drift(refusal.why === "drift" ? refusal.paths.slice(0, 20).join(", ") : ""),
    "wrong-channel": refusals.wrongChannel,
    "nothing-to-do": refusals.nothingToDo,
    locked:
      refusal.why === "locked" ? refusals.locked(refusal.lock.app, refusal.lock.by, refusal.lock.reason) : "",
    running: refusals.running,
    "membership-unknown": refusals.membershipUnknown,
  };
  screen.note(words[refusal.why]);
  return refusal.why === "nothing-to-do" ? exits.nothingToDo : exits.refused;
}

function rollbackRefused(
  started: Extract<RollBackStarted, { outcome: "refused" }>,
  json: boolean,
  { screen }: TerminalContext,
): number {
  if (json) screen.json(started);
  const { refusals } = screen.texts.conversation;
  screen.note(started.why === "no-restore-point" ? refusals.noRestorePoint : refusals.running);
  return exits.refused;
}

function nothingToDo(json: boolean, app: string, { screen }: TerminalContext): number {
  if (json) screen.json({ outcome: "in-sync" });
  screen.say(screen.texts.plan.inSync(app));
  return exits.nothingToDo;
}

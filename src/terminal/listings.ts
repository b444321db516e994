// `status`, `history`, `restore-points`, `verify`, `lock` and `unlock` at a terminal.

import type { Verified } from "../promotion/promotions.ts";
import { hostsOf } from "../promotion/step-names.ts";
import { stepTitle, type Texts } from "../texts/texts.ts";
import type { TerminalCommand } from "./arguments.ts";
import { chooseApp, exits, type TerminalContext } from "./context.ts";

type Listing = Extract<TerminalCommand, { name: "status" | "history" | "restore-points" | "verify" }>;

export async function list(command: Listing, context: TerminalContext): Promise<number> {
  const app = chooseApp(context.promotions, command.app);
  switch (command.name) {
    case "status":
      return showStatus(app, command.json, context);
    case "history":
      return showHistory(app, command.json, context);
    case "restore-points":
      return showRestorePoints(app, command.json, context);
    case "verify":
      return verify(app, command.json, context);
  }
}

async function showStatus(
  app: string,
  json: boolean,
  { promotions, screen }: TerminalContext,
): Promise<number> {
  const status = await promotions.status(app);
  if (json) {
    screen.json(status);
    return exits.ok;
  }
  const words = screen.texts.conversation.status;
  const { running, waiting, lock, last, prodHealth } = status;
  screen.say(`PROD: ${words.healthWords[prodHealth]}`);
  for (const { host, health } of status.hosts ?? []) screen.say(`  ${host}: ${words.healthWords[health]}`);
  const step = running?.steps.findLast(({ status: state }) => state === "running")?.name;
  screen.say(
    running === undefined
      ? words.nothingRunning
      : words.running(running.id, step === undefined ? "" : stepTitle(screen.texts, step)),
  );
  screen.say(waiting.length === 0 ? words.nothingWaiting : words.waiting(waiting.length));
  screen.say(lock === undefined ? words.notLocked : words.locked(lock.by, lock.reason));
  screen.say(
    last === undefined
      ? words.never
      : `${words.last} ${last.id} ${screen.texts.conversation.history.outcomes[last.status]}`,
  );
  return exits.ok;
}

async function showHistory(
  app: string,
  json: boolean,
  { promotions, screen }: TerminalContext,
): Promise<number> {
  const records = await promotions.history(app, { limit: 20 });
  if (json) screen.json(records);
  const { history } = screen.texts.conversation;
  if (records.length === 0) screen.say(history.empty(app));
  for (const record of records) {
    const moment = screen.texts.measures.moment(record.startedAt);
    const hosts = hostsOf(record.steps);
    const where = hosts.length === 0 ? "" : `  ${hosts.join(", ")}`;
    screen.say(
      `${record.id}  ${moment}  ${history.outcomes[record.status]}  ${record.requester} -> ${record.approvedBy.join(", ")}${where}`,
    );
  }
  return exits.ok;
}

async function showRestorePoints(
  app: string,
  json: boolean,
  { promotions, screen }: TerminalContext,
): Promise<number> {
  const points = await promotions.restorePoints(app);
  if (json) screen.json(points);
  const { measures, terminal, conversation } = screen.texts;
  screen.say(points.length === 0 ? terminal.noRestorePoints(app) : terminal.restorePoints(app));
  for (const point of points) {
    const facts = conversation.rollback.optionFacts(
      point.files,
      point.archiveBytes,
      conversation.status.healthWords[point.health],
    );
    const lacked = point.lackedBy === undefined ? "" : `  ${terminal.lackedBy(point.lackedBy.join(", "))}`;
    screen.say(`${point.id}  ${measures.moment(point.createdAt)}  ${facts}${lacked}`);
  }
  return exits.ok;
}

async function verify(app: string, json: boolean, { promotions, screen }: TerminalContext): Promise<number> {
  const { terminal } = screen.texts;
  const results = (await promotions.verify(app)).map((one) => ({
    ...one,
    problem: problemOf(terminal, one),
  }));
  const bad = results.filter(({ good }) => !good).length;
  if (json) screen.json(results);
  for (const { host, restorePoint, good, problem } of results) {
    const said = good ? terminal.verified(restorePoint.id) : terminal.notVerified(restorePoint.id, problem);
    screen.say(host === undefined ? said : screen.texts.promotion.ofHost(host, said));
  }
  screen.say(bad === 0 ? terminal.allVerified(results.length) : terminal.someBad(bad));
  return bad === 0 ? exits.ok : exits.error;
}

/** What is not as it was made, and what can be done with what is left; empty when it is good. */
function problemOf(say: Texts["terminal"], { good, archive, archiveName, undo }: Verified): string {
  if (good) return "";
  const problem = say.archiveProblems[archive];
  if (archive === "none" || typeof problem === "string") return say.archiveProblems.none;
  return `${problem(archiveName)} ${say.undoLeft[undo]}`;
}

export async function setLock(
  command: Extract<TerminalCommand, { name: "lock" }>,
  context: TerminalContext,
): Promise<number> {
  const { promotions, screen, by } = context;
  const app = chooseApp(promotions, command.app);
  const lock = await promotions.lock(app, by, command.reason, command.seconds);
  const words = screen.texts.conversation.lock;
  screen.say(words.locked(app, by.id, lock.reason));
  screen.say(
    lock.until === undefined ? words.untilUnlocked : words.until(screen.texts.measures.moment(lock.until)),
  );
  return exits.ok;
}

export async function removeLock(
  command: Extract<TerminalCommand, { name: "unlock" }>,
  context: TerminalContext,
): Promise<number> {
  const { promotions, screen, by } = context;
  const app = chooseApp(promotions, command.app);
  const words = screen.texts.conversation.lock;
  screen.say((await promotions.unlock(app, by)) ? words.unlocked(app, by.id) : words.wasNotLocked(app));
  return exits.ok;
}

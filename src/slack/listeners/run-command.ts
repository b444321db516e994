// Does what a command says, whether typed after the slash or after a mention.

import { type Asker, reply } from "../answering.ts";
import type { Command, Problem } from "../command-text.ts";
import { linkTo } from "../links.ts";
import { promotionKey } from "../message-key.ts";
import type { Message } from "../messages/blocks.ts";
import { helpMessage } from "../messages/help-message.ts";
import { historyMessage } from "../messages/history-message.ts";
import {
  doctorMessage,
  lockedMessage,
  plainMessage,
  rollbackOffer,
  unlockedMessage,
} from "../messages/plain-message.ts";
import { statusMessage } from "../messages/status-message.ts";
import type { Room } from "../room.ts";
import { shareInThread } from "../thread-files.ts";
import { makePlan } from "./make-plan.ts";
import { openRollback } from "./open-rollback.ts";
import { whichApp } from "./which-app.ts";

/** What can be said before anything was looked up; undefined when the answer takes a moment. */
export function firstWords(room: Room, command: Command): Message | undefined {
  if (command.name === "help") return helpMessage(room.voice, { bot: `<@${room.botUserId}>` });
  if (command.name === "not-understood") {
    const problem = problemWords(room, command.problem);
    return helpMessage(room.voice, { bot: `<@${room.botUserId}>`, problem });
  }
  return undefined;
}

/** `triggerId`: from a slash command a dialog can be opened, from a mention it cannot. */
export async function runCommand(
  room: Room,
  command: Command,
  asker: Asker,
  triggerId: string | undefined,
): Promise<void> {
  const { voice, promotions } = room;
  if (command.name === "help" || command.name === "not-understood") return;
  if (command.name === "doctor") return runDoctor(room, command.app, asker);
  const meant = await whichApp(room, command.app, asker.channel);
  if ("refusal" in meant) return reply(room, asker, meant.refusal);
  const { app } = meant;
  const by = { id: asker.user, via: "slack" } as const;
  switch (command.name) {
    case "diff":
      await reply(room, asker, plainMessage(voice.texts.conversation.comparing(voice.safe(app.name, 80))));
      await makePlan(room, app, asker, command.groups);
      return;
    case "rollback":
      if (triggerId === undefined) return reply(room, asker, rollbackOffer(voice, app.name));
      return openRollback(room, app, asker, triggerId, undefined);
    case "status": {
      const status = await promotions.status(app.name);
      return reply(room, asker, statusMessage(voice, status, { connected: room.connected() }));
    }
    case "history":
      return tellHistory(room, app.name, asker, undefined);
    case "logs":
      return shareLastLog(room, app.name, asker);
    case "lock": {
      const lock = await promotions.lock(app.name, by, command.reason, command.seconds);
      return sayInChannel(room, asker, lockedMessage(voice, lock));
    }
    case "unlock":
      return unlock(room, app.name, asker);
  }
}

export async function unlock(room: Room, app: string, asker: Asker): Promise<void> {
  const by = { id: asker.user, via: "slack" } as const;
  const released = await room.promotions.unlock(app, by);
  if (released) return sayInChannel(room, asker, unlockedMessage(room.voice, app, by));
  const say = room.voice.texts.conversation.lock;
  return reply(room, asker, plainMessage(say.wasNotLocked(room.voice.safe(app, 80))));
}

/** Five at a time; `before` is the id that the last page ended with. */
export async function tellHistory(
  room: Room,
  app: string,
  asker: Asker,
  before: string | undefined,
): Promise<void> {
  const page = 5;
  const records = await room.promotions.history(app, {
    limit: page + 1,
    ...(before !== undefined && { before }),
  });
  const shown = records.slice(0, page);
  const links = await Promise.all(shown.map((record) => linkTo(room, record.id)));
  const rows = shown.map((record, index) => ({ record, link: links[index] }));
  const older = records.length > page ? shown.at(-1)?.id : undefined;
  await reply(room, asker, historyMessage(room.voice, app, rows, older));
}

async function shareLastLog(room: Room, app: string, asker: Asker): Promise<void> {
  const [last] = await room.promotions.history(app, { limit: 1 });
  const say = room.voice.texts.conversation;
  if (last === undefined) return reply(room, asker, plainMessage(say.logs.none(room.voice.safe(app, 80))));
  await reply(room, asker, plainMessage(say.fileComing));
  await shareLog(room, last.id, asker);
}

export async function shareLog(room: Room, promotionId: string, asker: Asker): Promise<void> {
  const promotion = await room.promotions.promotion(promotionId);
  const plan = promotion?.planId === undefined ? undefined : await room.promotions.plan(promotion.planId);
  const key =
    promotion === undefined ? (`promotion:${promotionId}` as const) : promotionKey(promotion, plan?.plan);
  const say = room.voice.texts.promotion;
  const { channel, threadTs } = asker;
  await shareInThread(
    room,
    key,
    { channel, threadTs },
    {
      name: `${promotionId}.log`,
      title: say.fileTitle(promotionId),
      text: await room.promotions.log(promotionId),
      snippetType: "text",
      keep: "end",
      cut: say.fileCut,
    },
  );
}

/** Of the apps of this channel, for what is said of hosts and directories is not for everybody. */
async function runDoctor(room: Room, named: string | undefined, asker: Asker): Promise<void> {
  const say = room.voice.texts.conversation.doctor;
  if (room.doctor === undefined) return reply(room, asker, plainMessage(say.terminalOnly));
  const here = named === undefined ? await room.channels.appsIn(asker.channel) : [];
  let apps = here.map(({ name }) => name);
  if (apps.length === 0) {
    const meant = await whichApp(room, named, asker.channel);
    if ("refusal" in meant) return reply(room, asker, meant.refusal);
    apps = [meant.app.name];
  }
  await reply(room, asker, plainMessage(say.looking));
  await reply(room, asker, doctorMessage(room.voice, await room.doctor(apps)));
}

/** Everybody in the channel has to see it; where the bot may not post, at least the person who asked does. */
export async function sayInChannel(room: Room, asker: Asker, message: Message): Promise<void> {
  try {
    await room.clients.post.chat.postMessage({
      channel: asker.channel,
      text: message.text,
      blocks: message.blocks,
      ...(asker.threadTs !== undefined && { thread_ts: asker.threadTs }),
    });
  } catch (error) {
    room.logger.warn({ err: error }, "the channel could not be told");
    await reply(room, asker, message);
  }
}

function problemWords({ voice }: Room, problem: Problem): string {
  const say = voice.texts.conversation.help;
  switch (problem.why) {
    case "unknown-word": {
      const unknown = say.unknown(voice.safe(problem.word, 60));
      return problem.suggestion === undefined
        ? unknown
        : `${unknown} ${say.suggestion(`\`/promote ${problem.suggestion}\``)}`;
    }
    case "unexpected-word":
      return say.unexpectedWord(voice.safe(problem.word, 60));
    case "not-a-duration":
      return say.durationWanted(voice.safe(problem.word, 60));
    case "no-group":
      return say.groupWanted;
    case "no-reason":
      return voice.texts.conversation.lock.needsReason;
  }
}

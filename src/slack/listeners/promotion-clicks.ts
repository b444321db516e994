// The clicks on what runs or ran: stop, log, unlock, older history, and links that only need an answer.

import type { App, BlockAction } from "@slack/bolt";
import { answering, reply } from "../answering.ts";
import { plainMessage } from "../messages/plain-message.ts";
import { statusMessage } from "../messages/status-message.ts";
import type { Room } from "../room.ts";
import { readClick } from "./payload.ts";
import { sayInChannel, shareLog, tellHistory, unlock } from "./run-command.ts";
import { appBehind, whichApp } from "./which-app.ts";

export function listenToPromotionClicks(app: App, room: Room): void {
  const say = room.voice.texts.conversation;

  app.action<BlockAction>("promotion.stop", async ({ ack, body }) => {
    await ack();
    const { asker, value } = readClick(body);
    await answering(room, asker, async () => {
      const behind = await appBehind(room, value);
      if (behind === undefined) return reply(room, asker, plainMessage(say.nothingToStop));
      const meant = await whichApp(room, behind.name, asker.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      const stopping = await room.promotions.stop(value, { id: asker.user, via: "slack" });
      await reply(room, asker, plainMessage(stopping ? say.stopAsked : say.nothingToStop));
    });
  });

  app.action<BlockAction>("promotion.log", async ({ ack, body }) => {
    await ack();
    const { asker, value, messageTs } = readClick(body);
    await answering(room, asker, async () => {
      await reply(room, asker, plainMessage(say.fileComing));
      await shareLog(room, value, { ...asker, threadTs: asker.threadTs ?? messageTs });
    });
  });

  app.action<BlockAction>("status.share", async ({ ack, body }) => {
    await ack();
    const { asker, value } = readClick(body);
    await answering(room, asker, async () => {
      const behind = await appBehind(room, value);
      const meant = await whichApp(room, behind?.name, asker.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      const status = await room.promotions.status(meant.app.name);
      const shown = { connected: room.connected(), shared: true };
      await sayInChannel(room, asker, statusMessage(room.voice, status, shown));
    });
  });

  app.action<BlockAction>("lock.release", async ({ ack, body }) => {
    await ack();
    const { asker, value } = readClick(body);
    await answering(room, asker, async () => {
      const behind = await appBehind(room, value);
      const meant = await whichApp(room, behind?.name, asker.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      await unlock(room, meant.app.name, asker);
    });
  });

  app.action<BlockAction>("history.older", async ({ ack, body }) => {
    await ack();
    const { asker, value } = readClick(body);
    await answering(room, asker, async () => {
      const behind = await appBehind(room, value);
      const meant = await whichApp(room, behind?.name, asker.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      await tellHistory(room, meant.app.name, asker, value);
    });
  });

  // A button that only opens a link still has to be answered, or Slack shows a warning beside it.
  app.action<BlockAction>("promotion.show", async ({ ack }) => {
    await ack();
  });
}

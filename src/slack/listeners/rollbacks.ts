// The way back: the button, the dialog with its typed word, and the answer.

import type { App, BlockAction } from "@slack/bolt";
import { answering, reply } from "../answering.ts";
import { linkTo } from "../links.ts";
import { plainMessage } from "../messages/plain-message.ts";
import { refusalMessage, rollBackRefusal } from "../messages/refusal-message.ts";
import type { Room } from "../room.ts";
import { openRollback } from "./open-rollback.ts";
import { inputText, readClick, readOrigin } from "./payload.ts";
import { appBehind, whichApp } from "./which-app.ts";

export function listenToRollbacks(app: App, room: Room): void {
  const say = room.voice.texts.conversation.rollback;

  app.action<BlockAction>("rollback.open", async ({ ack, body }) => {
    await ack();
    const { asker, value, triggerId } = readClick(body);
    await answering(room, asker, async () => {
      const behind = await appBehind(room, value);
      if (behind === undefined) {
        return reply(
          room,
          asker,
          refusalMessage(room.voice, { why: "unknown-plan" }, { app: undefined, again: undefined }),
        );
      }
      const meant = await whichApp(room, behind.name, asker.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      await openRollback(room, meant.app, asker, triggerId, value.startsWith("app:") ? undefined : value);
    });
  });

  app.view("rollback.submit", async ({ ack, body, view }) => {
    const errors = {
      ...(inputText(view, "bk") === "" && { bk: say.chooseOne }),
      ...(inputText(view, "word") !== "PROD" && { word: say.wrongWord }),
    };
    if (Object.keys(errors).length > 0) {
      await ack({ response_action: "errors", errors });
      return;
    }
    await ack();
    const origin = readOrigin(view.private_metadata);
    const asker = { user: body.user.id, channel: origin.channel, threadTs: origin.threadTs };
    await answering(room, asker, async () => {
      const meant = await whichApp(room, origin.about, origin.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      const reason = inputText(view, "why");
      const started = await room.promotions.rollBack({
        app: meant.app.name,
        by: { id: asker.user, via: "slack" },
        to: inputText(view, "bk"),
        ...(reason !== "" && { reason }),
      });
      const words = room.voice.texts.conversation;
      if (started.outcome === "stopping") return reply(room, asker, plainMessage(words.rollbackStopping));
      if (started.outcome === "refused") {
        const link = started.promotionId === undefined ? undefined : await linkTo(room, started.promotionId);
        return reply(room, asker, rollBackRefusal(room.voice, started, meant.app.approval.approvers, link));
      }
      room.teller.tell(`promotion:${started.promotionId}`);
      await reply(room, asker, plainMessage(words.rollbackStarted(room.voice.code(started.to.id))));
    });
  });

  app.view("rollback.info", async ({ ack }) => {
    await ack();
  });
}

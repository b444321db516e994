// The clicks that look at a plan: the full diff, and a new plan.

import type { App, BlockAction } from "@slack/bolt";
import { answering, reply } from "../answering.ts";
import { keyOfPlan } from "../message-key.ts";
import { plainMessage } from "../messages/plain-message.ts";
import { refusalMessage } from "../messages/refusal-message.ts";
import type { Room } from "../room.ts";
import { shareInThread } from "../thread-files.ts";
import { makePlan } from "./make-plan.ts";
import { readClick } from "./payload.ts";
import { appBehind, whichApp } from "./which-app.ts";

export function listenToPlanClicks(app: App, room: Room): void {
  const shared = new Set<string>();

  app.action<BlockAction>("plan.full_diff", async ({ ack, body }) => {
    await ack();
    const { asker, value, messageTs } = readClick(body);
    const say = room.voice.texts;
    await answering(room, asker, async () => {
      if (shared.has(value)) return reply(room, asker, plainMessage(say.conversation.fileAlready));
      shared.add(value);
      try {
        await reply(room, asker, plainMessage(say.conversation.fileComing));
        const record = await room.promotions.plan(value);
        await shareInThread(
          room,
          keyOfPlan(record?.plan ?? { id: value }),
          { channel: asker.channel, threadTs: messageTs },
          {
            name: `${value}.diff`,
            title: say.plan.fileTitle(value),
            text: await room.promotions.patch(value),
            snippetType: "diff",
            keep: "beginning",
            cut: say.plan.fileCut,
          },
        );
      } catch (error) {
        shared.delete(value);
        throw error;
      }
    });
  });

  app.action<BlockAction>("plan.refresh", async ({ ack, body }) => {
    await ack();
    const { asker, value } = readClick(body);
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
      const name = room.voice.safe(behind.name, 80);
      await reply(room, asker, plainMessage(room.voice.texts.conversation.comparing(name)));
      const before = value.startsWith("pl_") ? await room.promotions.plan(value) : undefined;
      await makePlan(room, meant.app, asker, before?.plan.groups ?? []);
    });
  });
}

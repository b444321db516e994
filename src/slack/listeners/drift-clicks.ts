// The click that asks for the diff that brings hand edits of PROD back into PREPROD.

import type { App, BlockAction } from "@slack/bolt";
import type { Drift } from "../../tree/plan.ts";
import { answering, reply } from "../answering.ts";
import { planKey } from "../message-key.ts";
import { plainMessage } from "../messages/plain-message.ts";
import { refusalMessage } from "../messages/refusal-message.ts";
import type { Room } from "../room.ts";
import { shareInThread } from "../thread-files.ts";
import { readClick } from "./payload.ts";
import { appBehind, whichApp } from "./which-app.ts";

export function listenToDriftClicks(app: App, room: Room): void {
  const coming = new Set<string>();

  app.action<BlockAction>("plan.drift_patch", async ({ ack, body }) => {
    await ack();
    const { asker, value, messageTs } = readClick(body);
    const { texts } = room.voice;
    await answering(room, asker, async () => {
      const behind = await appBehind(room, value);
      if (behind === undefined) {
        const nothing = { app: undefined, again: undefined };
        return reply(room, asker, refusalMessage(room.voice, { why: "unknown-plan" }, nothing));
      }
      const meant = await whichApp(room, behind.name, asker.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      if (coming.has(value)) return reply(room, asker, plainMessage(texts.conversation.fileComing));
      coming.add(value);
      try {
        const drift = await driftBehind(room, value, behind.name);
        const name = room.voice.safe(behind.name, 80);
        if (drift.length === 0) return await reply(room, asker, plainMessage(texts.drift.none(name)));
        await reply(room, asker, plainMessage(texts.conversation.fileComing));
        await shareInThread(
          room,
          planKey(value),
          { channel: asker.channel, threadTs: asker.threadTs ?? messageTs },
          {
            name: `bring-back-${behind.name}.diff`,
            title: texts.drift.patchTitle(behind.name),
            text: await room.promotions.driftPatch(behind.name, drift),
            snippetType: "diff",
            keep: "beginning",
            cut: texts.drift.patchCut,
          },
        );
      } finally {
        coming.delete(value);
      }
    });
  });
}

/** A plan's own, as it was shown; of an app what is there now. */
async function driftBehind(room: Room, value: string, app: string): Promise<readonly Drift[]> {
  const plan = value.startsWith("pl_") ? await room.promotions.plan(value) : undefined;
  return plan === undefined ? room.promotions.drift(app) : plan.plan.drift;
}

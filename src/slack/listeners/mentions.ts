// The same words after a mention of the bot: the only way in a thread, where slash commands do not work.

import type { App } from "@slack/bolt";
import { answering, reply } from "../answering.ts";
import { parseCommand, withoutMarkup } from "../command-text.ts";
import type { Room } from "../room.ts";
import { firstWords, runCommand } from "./run-command.ts";

export function listenToMentions(app: App, room: Room): void {
  app.event("app_mention", async ({ event }) => {
    if (event.user === undefined) return;
    const asker = { user: event.user, channel: event.channel, threadTs: event.thread_ts };
    const typed = withoutMarkup(
      event.text.replaceAll(new RegExp(`<@${room.botUserId}(\\|[^>]*)?>`, "g"), " "),
    );
    const command = parseCommand(typed, room.promotions.apps);
    await answering(room, asker, async () => {
      const words = firstWords(room, command);
      if (words !== undefined) await reply(room, asker, words);
      await runCommand(room, command, asker, undefined);
    });
  });
}

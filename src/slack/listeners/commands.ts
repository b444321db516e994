// `/promote …`: answered at once, done after.

import type { App } from "@slack/bolt";
import { answering } from "../answering.ts";
import { parseCommand, withoutMarkup } from "../command-text.ts";
import type { Room } from "../room.ts";
import { readCommand } from "./payload.ts";
import { firstWords, runCommand } from "./run-command.ts";

export function listenToCommands(app: App, room: Room): void {
  app.command("/promote", async ({ ack, body }) => {
    const { asker, text, triggerId } = readCommand(body);
    const command = parseCommand(withoutMarkup(text), room.promotions.apps);
    const words = firstWords(room, command);
    await ack(
      words === undefined
        ? undefined
        : { response_type: "ephemeral", text: words.text, blocks: words.blocks },
    );
    await answering(room, asker, () => runCommand(room, command, asker, triggerId));
  });
}

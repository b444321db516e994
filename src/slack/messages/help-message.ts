// What can be said to the bot, also after a word it does not know.

import { context, type Message, section } from "./blocks.ts";
import { message } from "./budget.ts";
import type { Voice } from "./voice.ts";

/** `problem` comes first when the words before made no sense. */
export function helpMessage(
  voice: Voice,
  { bot, problem }: { readonly bot: string; readonly problem?: string },
): Message {
  const say = voice.texts.conversation.help;
  const lines = say.lines.map(([command, does]) => `\`${command}\` ${does}`).join("\n");
  return message(problem ?? say.lines.map(([command]) => command).join(", "), [
    problem === undefined ? undefined : section(`:thinking_face: ${problem}`),
    section(`*${say.title}*\n${lines}`),
    context(say.thread(bot)),
  ]);
}

// A channel with its threads as people would read it aloud.

import { messagesFor, messageText, readerFor } from "./screen.ts";
import type { Channel, Message, State, User } from "./state.ts";
import { formatTime } from "./text/slack-date.ts";

export type TranscriptOptions = {
  /** Whose eyes: their names for times and dates, their ephemerals. Everyone's ephemerals are shown when left out. */
  readonly as?: User;
  readonly channels: readonly Channel[];
};

export function transcript(state: State, { as, channels }: TranscriptOptions): string {
  const reader = as ?? [...state.users.values()].find((user) => !user.bot);
  if (reader === undefined) return "";
  return channels
    .map((channel) => channelTranscript(state, channel, reader, as !== undefined))
    .filter((text) => text !== "")
    .join("\n\n");
}

function channelTranscript(state: State, channel: Channel, user: User, onlyTheirs: boolean): string {
  const hidden = onlyTheirs
    ? []
    : state.ephemerals.filter(({ onlyFor, channel: at }) => at === channel.id && onlyFor !== user.id);
  const all = [...messagesFor(state, user, [channel]), ...hidden].sort((a, b) => (a.ts < b.ts ? -1 : 1));
  if (all.length === 0) return "";
  const inThread = (parent: Message) =>
    all.filter((message) => message.threadTs === parent.ts && message.ts !== parent.ts);
  const lines = all
    .filter((message) => message.threadTs === undefined || message.broadcast)
    .flatMap((message) => [
      entry(state, message, user, ""),
      ...(message.threadTs === undefined
        ? inThread(message).map((reply) => entry(state, reply, user, "    "))
        : []),
    ]);
  const title = channel.kind === "im" ? `(direct messages: ${channel.name})` : `#${channel.name}`;
  return [title, ...lines].join("\n");
}

function entry(state: State, message: Message, user: User, indent: string): string {
  const reader = readerFor(state, user);
  const author = message.fromSlack ? "Slack" : (state.users.get(message.user)?.name ?? message.user);
  const alone =
    message.onlyFor === undefined
      ? ""
      : ` (only ${state.users.get(message.onlyFor)?.name ?? message.onlyFor} sees this)`;
  const sentToo = message.broadcast && indent === "" ? " (from a thread)" : "";
  const edited = message.editedTs === undefined ? "" : " (edited)";
  const head = `${formatTime(Number(message.ts) * 1000, reader)} ${author}${alone}${sentToo}${edited}`;
  const pad = `${indent}  `;
  const body = messageText(state, message, reader, user).replaceAll(/^/gm, pad);
  return `${indent}${head}\n${body}`;
}

// What one person can see right now: messages, threads, what is for them alone, the modal, their Home tab.

import { messageValues } from "./interactions.ts";
import type { Channel, Message, State, User, View } from "./state.ts";
import { mrkdwnText, type Reader } from "./text/reader.ts";
import { blocksText, type FormState, objectText } from "./text/render-text.ts";
import { blocksIn } from "./views.ts";

export function readerFor(state: State, user: User): Reader {
  return {
    locale: user.locale,
    timezone: user.timezone,
    now: state.now(),
    people: Object.fromEntries([...state.users.values()].map((one) => [one.id, one.name])),
    groups: Object.fromEntries([...state.groups.values()].map((one) => [one.id, one.handle])),
    channels: Object.fromEntries([...state.channels.values()].map((one) => [one.id, one.name])),
  };
}

/** Channels this person can look into: their own, and every public one. */
export function channelsFor(state: State, user: User): readonly Channel[] {
  return [...state.channels.values()].filter(
    (channel) => channel.kind === "public" || channel.members.has(user.id),
  );
}

/** Messages and ephemerals in one row, oldest first, replies included. */
export function messagesFor(
  state: State,
  user: User,
  channels: readonly Channel[] = channelsFor(state, user),
): readonly Message[] {
  const ids = new Set(channels.map((channel) => channel.id));
  const own = state.ephemerals.filter((message) => message.onlyFor === user.id && ids.has(message.channel));
  return [...channels.flatMap((channel) => channel.messages), ...own].sort((a, b) => (a.ts < b.ts ? -1 : 1));
}

/** Slack shows the blocks when there are any, and the text only when there are none. */
export function messageText(state: State, message: Message, reader: Reader, user?: User): string {
  const values = user === undefined ? undefined : messageValues(state, user, message);
  const form: FormState = {
    value: (blockId, actionId) => values?.get(blockId)?.get(actionId),
    error: () => undefined,
  };
  const body =
    message.blocks.length > 0 ? blocksText(message.blocks, reader, form) : mrkdwnText(message.text, reader);
  const attached = message.attachments.map((attachment) =>
    Array.isArray(attachment.blocks)
      ? blocksText(attachment.blocks, reader, form)
      : mrkdwnText(String(attachment.text ?? attachment.fallback ?? ""), reader),
  );
  const files = message.files.map((id) => `📄 ${state.files.get(id)?.title ?? id}`);
  return [body, ...attached, ...files].filter((text) => text !== "").join("\n");
}

export function viewText(view: View, reader: Reader): string {
  const form: FormState = {
    value: (blockId, actionId) => view.values.get(blockId)?.get(actionId),
    error: (blockId) => view.errors.get(blockId),
  };
  const { content } = view;
  const buttons = [content.close, content.submit]
    .map((label) => objectText(label, reader))
    .filter((label) => label !== "");
  const general = view.errors.get("");
  return [
    objectText(content.title, reader),
    blocksText(blocksIn(view), reader, form),
    ...(general === undefined ? [] : [`! ${general}`]),
    buttons.map((label) => `[${label}]`).join(" "),
  ]
    .filter((text) => text !== "")
    .join("\n");
}

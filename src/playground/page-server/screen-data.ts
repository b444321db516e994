// What the page draws for one person: channels, messages, the open thread, the modal, the Home tab.

import type { Fields } from "../fields.ts";
import { messageValues } from "../interactions.ts";
import { repliesTo } from "../messages.ts";
import { channelsFor, messagesFor, messageText, readerFor } from "../screen.ts";
import { type ShownPanel, type SidePanel, shownPanel } from "../side-panel.ts";
import type { Channel, Message, State, User, View } from "../state.ts";
import type { Reader } from "../text/reader.ts";
import { formatTime } from "../text/slack-date.ts";
import { stateValues, visibleModal } from "../views.ts";

export type ShownFile = {
  readonly id: string;
  readonly name: string;
  readonly title: string;
  readonly size: number;
  readonly preview: string;
};

export type ShownMessage = {
  readonly ts: string;
  readonly channel: string;
  readonly author: string;
  readonly kind: "person" | "bot" | "slack";
  readonly time: string;
  readonly text: string;
  /** The message in plain words, for screen readers that are told of it. */
  readonly spoken: string;
  readonly blocks: readonly Fields[];
  readonly attachments: readonly Fields[];
  readonly files: readonly ShownFile[];
  readonly reactions: readonly { readonly name: string; readonly count: number }[];
  readonly edited: boolean;
  readonly alone: boolean;
  readonly pinned: boolean;
  readonly fromThread: boolean;
  readonly tombstone: boolean;
  readonly threadTs: string | undefined;
  readonly replies: number;
  readonly values: Fields;
};

export type ShownView = {
  readonly id: string;
  readonly title: Fields | undefined;
  readonly submit: Fields | undefined;
  readonly close: Fields | undefined;
  readonly blocks: unknown;
  readonly values: Fields;
  readonly errors: Readonly<Record<string, string>>;
  readonly depth: number;
};

export type ShownChannel = {
  readonly id: string;
  readonly name: string;
  readonly kind: Channel["kind"];
  readonly topic: string;
  readonly archived: boolean;
  readonly member: boolean;
  readonly lastTs: string;
  /** Whether there is any message. */
  readonly said: boolean;
};

export type ScreenData = {
  readonly team: string;
  readonly bot: { readonly id: string; readonly name: string };
  readonly connected: boolean;
  readonly me: { readonly id: string; readonly name: string };
  readonly people: readonly {
    readonly id: string;
    readonly name: string;
    readonly realName: string;
    readonly locale: string;
  }[];
  readonly commands: readonly {
    readonly command: string;
    readonly description: string;
    readonly usageHint: string;
  }[];
  readonly reader: Reader;
  readonly channels: readonly ShownChannel[];
  readonly channel: string | undefined;
  readonly messages: readonly ShownMessage[];
  readonly thread: readonly ShownMessage[];
  readonly modal: ShownView | undefined;
  readonly home: ShownView | undefined;
  readonly panel: ShownPanel | undefined;
};

export type Looking = {
  readonly user: User;
  readonly channel: Channel | undefined;
  readonly threadTs: string | undefined;
};

export function screenData(
  state: State,
  connections: number,
  panel: SidePanel | undefined,
  { user, channel, threadTs }: Looking,
): ScreenData {
  const all = channel === undefined ? [] : messagesFor(state, user, [channel]);
  const show = (message: Message) => shownMessage(state, user, message);
  const modal = visibleModal(state, user.id);
  const home = state.homes.get(user.id);
  return {
    team: state.team.name,
    bot: { id: state.app.userId, name: state.app.name },
    connected: connections > 0,
    me: { id: user.id, name: user.name },
    people: [...state.users.values()]
      .filter((one) => !one.bot && !one.deactivated)
      .map(({ id, name, realName, locale }) => ({ id, name, realName, locale })),
    commands: state.app.commands,
    reader: readerFor(state, user),
    channels: channelsFor(state, user).map((one) => shownChannel(state, user, one)),
    channel: channel?.id,
    messages: all.filter((message) => message.threadTs === undefined || message.broadcast).map(show),
    thread:
      threadTs === undefined
        ? []
        : all.filter((message) => message.ts === threadTs || message.threadTs === threadTs).map(show),
    modal: modal === undefined ? undefined : shownView(state, modal),
    home: home === undefined ? undefined : shownView(state, home),
    panel: panel === undefined ? undefined : shownPanel(panel),
  };
}

function shownChannel(state: State, user: User, channel: Channel): ShownChannel {
  return {
    id: channel.id,
    name: channel.kind === "im" ? state.app.name : channel.name,
    kind: channel.kind,
    topic: channel.topic,
    archived: channel.archived,
    member: channel.members.has(user.id),
    lastTs: channel.messages.findLast((message) => message.user !== user.id)?.ts ?? "0",
    said: channel.messages.length > 0,
  };
}

function shownMessage(state: State, user: User, message: Message): ShownMessage {
  const reader = readerFor(state, user);
  const channel = state.channels.get(message.channel);
  const values = messageValues(state, user, message);
  const author = state.users.get(message.user);
  return {
    ts: message.ts,
    channel: message.channel,
    author: message.fromSlack ? "Slack" : (author?.name ?? message.user),
    kind: message.fromSlack ? "slack" : message.botId === undefined ? "person" : "bot",
    time: formatTime(Number(message.ts) * 1000, reader),
    text: message.text,
    spoken: messageText(state, message, reader, user),
    blocks: message.blocks,
    attachments: message.attachments,
    files: message.files.map((id) => shownFile(state, id)),
    reactions: [...message.reactions].map(([name, users]) => ({ name, count: users.length })),
    edited: message.editedTs !== undefined,
    alone: message.onlyFor !== undefined,
    pinned: channel?.pins.some((pin) => pin.ts === message.ts) ?? false,
    fromThread: message.broadcast,
    tombstone: message.tombstone,
    threadTs: message.threadTs,
    replies:
      channel === undefined || message.threadTs !== undefined ? 0 : repliesTo(channel, message.ts).length,
    values: Object.fromEntries([...values].map(([block, actions]) => [block, Object.fromEntries(actions)])),
  };
}

const previewLength = 2000;

function shownFile(state: State, id: string): ShownFile {
  const file = state.files.get(id);
  const preview = file?.bytes?.subarray(0, previewLength).toString() ?? "";
  return { id, name: file?.name ?? id, title: file?.title ?? id, size: file?.bytes?.length ?? 0, preview };
}

function shownView(state: State, view: View): ShownView {
  const { title, submit, close, blocks } = view.content as { readonly [name: string]: Fields | undefined };
  return {
    id: view.id,
    title,
    submit,
    close,
    blocks,
    values: stateValues(view),
    errors: Object.fromEntries(view.errors),
    depth: (state.modals.get(view.user) ?? []).length,
  };
}

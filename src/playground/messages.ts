// Messages as the workspace keeps them: posted, edited, taken away, in threads, for one person alone.

import { asText, type Fields, fieldsIn } from "./fields.ts";
import type { Block, Channel, Message, State } from "./state.ts";

export type NewMessage = {
  readonly channel: Channel;
  readonly user: string;
  readonly botId?: string | undefined;
  readonly text: string;
  readonly blocks?: readonly Block[];
  readonly attachments?: readonly Fields[];
  readonly threadTs?: string | undefined;
  readonly broadcast?: boolean;
  readonly metadata?: Fields | undefined;
  readonly files?: readonly string[];
  readonly onlyFor?: string;
  readonly fromSlack?: boolean;
};

export function addMessage(state: State, given: NewMessage): Message {
  const message: Message = {
    ts: state.nextTs(),
    channel: given.channel.id,
    user: given.user,
    botId: given.botId,
    text: given.text,
    blocks: given.blocks ?? [],
    attachments: given.attachments ?? [],
    threadTs: given.threadTs,
    broadcast: given.broadcast ?? false,
    metadata: given.metadata,
    editedTs: undefined,
    tombstone: false,
    files: given.files ?? [],
    reactions: new Map(),
    onlyFor: given.onlyFor,
    fromSlack: given.fromSlack ?? false,
  };
  if (message.onlyFor === undefined) given.channel.messages.push(message);
  else state.ephemerals.push(message);
  tell(state, message, "");
  return message;
}

/** What Slack itself tells one person, such as that a command failed. */
export function addNotice(
  state: State,
  channel: Channel,
  userId: string,
  text: string,
  threadTs?: string,
): Message {
  return addMessage(state, { channel, user: "USLACKBOT", text, onlyFor: userId, fromSlack: true, threadTs });
}

export type Edit = {
  readonly text?: string | undefined;
  readonly blocks?: readonly Block[] | undefined;
  readonly attachments?: readonly Fields[] | undefined;
  readonly metadata?: Fields | undefined;
  readonly broadcast?: boolean | undefined;
};

/** Follows chat.update: text without blocks takes the old blocks away, and only such an edit is marked as one. */
export function editMessage(state: State, message: Message, edit: Edit): void {
  if (edit.text !== undefined) message.text = edit.text;
  if (edit.blocks !== undefined) message.blocks = edit.blocks;
  else if (edit.text !== undefined) message.blocks = [];
  if (edit.attachments !== undefined) message.attachments = edit.attachments;
  if (edit.metadata !== undefined)
    message.metadata = Object.keys(edit.metadata).length === 0 ? undefined : edit.metadata;
  if (edit.broadcast !== undefined) message.broadcast = edit.broadcast;
  if (edit.blocks === undefined || edit.blocks.length === 0) message.editedTs = state.nextTs();
  tell(state, message, "-changed");
}

export function removeMessage(state: State, message: Message): void {
  if (message.onlyFor !== undefined) {
    state.ephemerals.splice(state.ephemerals.indexOf(message), 1);
    tell(state, message, "-deleted");
    return;
  }
  const channel = state.channels.get(message.channel);
  if (channel === undefined) return;
  if (repliesTo(channel, message.ts).length > 0) {
    message.tombstone = true;
    message.text = "This message was deleted.";
    message.blocks = [];
    message.attachments = [];
    message.metadata = undefined;
  } else {
    channel.messages.splice(channel.messages.indexOf(message), 1);
  }
  tell(state, message, "-deleted");
}

/** A reload forgets what only this person saw, as Slack does. */
export function forgetEphemerals(state: State, userId: string): void {
  for (const message of state.ephemerals.filter(({ onlyFor }) => onlyFor === userId))
    removeMessage(state, message);
}

export function messageAt(channel: Channel, ts: string): Message | undefined {
  return channel.messages.find((message) => message.ts === ts);
}

export function repliesTo(channel: Channel, ts: string): readonly Message[] {
  return channel.messages.filter((message) => message.threadTs === ts && message.ts !== ts);
}

/** What stands in the channel itself: parents, and the replies that were sent there too. */
export function topLevel(channel: Channel): readonly Message[] {
  return channel.messages.filter((message) => message.threadTs === undefined || message.broadcast);
}

/** The message as the Web API and the payloads of interactions give it. */
export function messageFields(state: State, message: Message, withMetadata = false): Fields {
  const channel = state.channels.get(message.channel);
  const replies =
    channel === undefined || message.threadTs !== undefined ? [] : repliesTo(channel, message.ts);
  const last = replies.at(-1);
  const repliers = [...new Set(replies.map(({ user }) => user))];
  return {
    type: "message",
    ...(message.tombstone ? { subtype: "tombstone", hidden: true } : {}),
    ...(message.broadcast && message.threadTs !== undefined ? { subtype: "thread_broadcast" } : {}),
    user: message.user,
    text: message.text,
    ts: message.ts,
    team: state.team.id,
    ...(message.botId === undefined
      ? {}
      : { bot_id: message.botId, app_id: state.app.id, bot_profile: botProfile(state) }),
    ...(message.blocks.length > 0 ? { blocks: message.blocks } : {}),
    ...(message.attachments.length > 0 ? { attachments: message.attachments } : {}),
    ...(message.editedTs === undefined ? {} : { edited: { user: message.user, ts: message.editedTs } }),
    ...(message.files.length > 0
      ? { files: message.files.map((id) => ({ id, ...fileBrief(state, id) })) }
      : {}),
    ...(message.reactions.size > 0
      ? { reactions: [...message.reactions].map(([name, users]) => ({ name, users, count: users.length })) }
      : {}),
    ...(message.threadTs === undefined
      ? {}
      : { thread_ts: message.threadTs, ...parentOf(channel, message.threadTs) }),
    ...(last === undefined
      ? {}
      : {
          thread_ts: message.ts,
          reply_count: replies.length,
          reply_users_count: repliers.length,
          reply_users: repliers,
          latest_reply: last.ts,
          is_locked: false,
          subscribed: false,
        }),
    ...(withMetadata && message.metadata !== undefined ? { metadata: message.metadata } : {}),
  };
}

function parentOf(channel: Channel | undefined, ts: string): Fields {
  const parent = channel === undefined ? undefined : messageAt(channel, ts);
  return parent === undefined ? {} : { parent_user_id: parent.user };
}

export function botProfile(state: State): Fields {
  return {
    id: state.app.botId,
    app_id: state.app.id,
    name: state.app.name,
    team_id: state.team.id,
    deleted: false,
  };
}

function fileBrief(state: State, id: string): Fields {
  const file = state.files.get(id);
  return file === undefined ? {} : { name: file.name, title: file.title, size: file.length };
}

function tell(state: State, message: Message, what: "" | "-changed" | "-deleted"): void {
  const place = { channel: message.channel, ts: message.ts, threadTs: message.threadTs };
  if (message.onlyFor === undefined) state.news.tell({ type: `message${what}`, ...place });
  else state.news.tell({ type: `ephemeral${what}`, user: message.onlyFor, ...place });
}

/** Every element of the blocks that a person can act on, with the block it stands in. */
export function elementsIn(
  blocks: readonly unknown[],
): readonly { readonly block: Fields; readonly element: Fields }[] {
  return fieldsIn(blocks).flatMap((block) => {
    const own = [
      ...(block.type === "rich_text" ? [] : fieldsIn(block.elements)),
      ...fieldsIn([block.accessory, block.element]),
      ...fieldsIn(block.actions),
    ];
    const nested = [...fieldsIn(block.child_blocks), ...own.filter((element) => element.type === "card")];
    const acting = own.filter((element) => asText(element.action_id) !== undefined);
    return [...acting.map((element) => ({ block, element })), ...elementsIn(nested)];
  });
}

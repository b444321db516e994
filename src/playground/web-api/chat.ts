// chat.*: posting, editing and removing messages.

import { addMessage, editMessage, messageAt, messageFields, removeMessage, repliesTo } from "../messages.ts";
import { Refusal } from "../refusal.ts";
import { type Channel, directChannel, type Message } from "../state.ts";
import {
  type Call,
  flagged,
  type Methods,
  needChannel,
  needMessage,
  needText,
  optionalText,
  visibleToBot,
} from "./call.ts";
import { messageContent, messageMetadata } from "./content.ts";

const updateTextLimit = 4000;
const ephemeralByteLimit = 4000;

export const chatMethods: Methods = {
  "chat.postMessage": { token: "bot", scope: "chat:write", run: postMessage },
  "chat.update": { token: "bot", scope: "chat:write", run: updateMessage },
  "chat.delete": { token: "bot", scope: "chat:write", run: deleteMessage },
  "chat.postEphemeral": { token: "bot", scope: "chat:write", run: postEphemeral },
  "chat.getPermalink": { token: "bot", run: getPermalink },
};

function postMessage(call: Call) {
  const channel = postingChannel(call);
  const { text, blocks, attachments } = messageContent(call);
  const metadata = messageMetadata(call);
  const threadTs = optionalText(call, "thread_ts");
  if (threadTs !== undefined) needParent(channel, threadTs);
  const message = addMessage(call.state, {
    channel,
    user: call.state.app.userId,
    botId: call.state.app.botId,
    text: text ?? "",
    blocks: blocks ?? [],
    attachments: attachments ?? [],
    threadTs,
    broadcast: threadTs !== undefined && flagged(call, "reply_broadcast"),
    metadata,
  });
  return { channel: channel.id, ts: message.ts, message: messageFields(call.state, message, true) };
}

/** postMessage alone also takes channel names, and a person's id for the conversation with them. */
function postingChannel(call: Call): Channel {
  const { state } = call;
  const given = needText(call, "channel");
  const user = state.users.get(given);
  if (user !== undefined && !user.bot) return directChannel(state, user.id);
  const bare = given.replace(/^#/, "");
  const channel = state.channels.get(given) ?? [...state.channels.values()].find(({ name }) => name === bare);
  if (channel === undefined || !visibleToBot(call, channel)) throw new Refusal("channel_not_found");
  if (channel.archived) throw new Refusal("is_archived");
  if (!channel.members.has(state.app.userId) && !state.app.scopes.has("chat:write.public"))
    throw new Refusal("not_in_channel");
  return channel;
}

/** A thread hangs on a message of the channel itself; a reply cannot have replies. */
function needParent(channel: Channel, ts: string): Message {
  const parent = messageAt(channel, ts);
  if (parent === undefined) throw new Refusal("thread_not_found");
  if (parent.threadTs !== undefined) throw new Refusal("cannot_reply_to_message");
  return parent;
}

function ownMessage(call: Call, channel: Channel, refusal: string): Message {
  const message = needMessage(channel, needText(call, "ts"));
  if (message.botId !== call.state.app.botId) throw new Refusal(refusal);
  return message;
}

function updateMessage(call: Call) {
  const channel = needChannel(call);
  const message = ownMessage(call, channel, "cant_update_message");
  if (channel.archived) throw new Refusal("is_inactive");
  const { text, blocks, attachments } = messageContent(call);
  if (text !== undefined && text.length > updateTextLimit) throw new Refusal("msg_too_long");
  const broadcast = flagged(call, "reply_broadcast");
  if (broadcast && message.threadTs === undefined) throw new Refusal("cant_broadcast_message");
  editMessage(call.state, message, {
    text,
    blocks,
    attachments,
    metadata: messageMetadata(call),
    broadcast: broadcast || undefined,
  });
  return {
    channel: channel.id,
    ts: message.ts,
    text: message.text,
    message: messageFields(call.state, message, true),
  };
}

function deleteMessage(call: Call) {
  const channel = needChannel(call);
  const message = ownMessage(call, channel, "cant_delete_message");
  removeMessage(call.state, message);
  return { channel: channel.id, ts: message.ts };
}

function postEphemeral(call: Call) {
  const { state } = call;
  const channel = needChannel(call);
  const userId = needText(call, "user");
  if (channel.archived) throw new Refusal("is_archived");
  if (!channel.members.has(state.app.userId) && !state.app.scopes.has("chat:write.public"))
    throw new Refusal("not_in_channel");
  const user = state.users.get(userId);
  if (user === undefined || user.deactivated || !channel.members.has(userId))
    throw new Refusal("user_not_in_channel");
  const { text, blocks, attachments } = messageContent(call);
  if (Buffer.byteLength(text ?? "") > ephemeralByteLimit) throw new Refusal("msg_too_long");
  const threadTs = optionalText(call, "thread_ts");
  // Slack answers ok and shows nothing when the thread has no reply yet.
  if (threadTs !== undefined && repliesTo(channel, threadTs).length === 0)
    return { message_ts: state.nextTs() };
  const message = addMessage(state, {
    channel,
    user: state.app.userId,
    botId: state.app.botId,
    text: text ?? "",
    blocks: blocks ?? [],
    attachments: attachments ?? [],
    threadTs,
    onlyFor: userId,
  });
  return { message_ts: message.ts };
}

function getPermalink(call: Call) {
  const channel = needChannel(call);
  const message = needMessage(channel, needText(call, "message_ts"));
  const inThread = message.threadTs === undefined ? "" : `?thread_ts=${message.threadTs}&cid=${channel.id}`;
  const place = `archives/${channel.id}/p${message.ts.replace(".", "")}${inThread}`;
  return { channel: channel.id, permalink: `${call.state.origin}/${place}` };
}

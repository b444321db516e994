// conversations.*: what channels there are, who is in them, what was said there.

import { asFields, type Fields } from "../fields.ts";
import { messageAt, messageFields, repliesTo, topLevel } from "../messages.ts";
import { Refusal } from "../refusal.ts";
import { type Channel, directChannel, type Message, type State } from "../state.ts";
import {
  type Call,
  flagged,
  type Methods,
  missing,
  needChannel,
  needChannelScope,
  needMembership,
  needScope,
  needText,
  optionalText,
  page,
  visibleToBot,
} from "./call.ts";

export const conversationMethods: Methods = {
  "conversations.info": { token: "bot", run: info },
  "conversations.list": { token: "bot", run: list },
  "conversations.history": { token: "bot", run: history },
  "conversations.replies": { token: "bot", run: replies },
  "conversations.members": { token: "bot", run: members },
  "conversations.open": { token: "bot", scope: "im:write", run: open },
  "conversations.join": { token: "bot", scope: "channels:join", run: join },
};

function info(call: Call) {
  const channel = needChannel(call);
  needChannelScope(call, channel, "read");
  const extra = flagged(call, "include_num_members") ? { num_members: channel.members.size } : {};
  return { channel: { ...channelFields(call.state, channel), ...extra } };
}

const kindOf: Readonly<Record<string, Channel["kind"]>> = {
  public_channel: "public",
  private_channel: "private",
  im: "im",
};
const scopeOf = { public: "channels:read", private: "groups:read", im: "im:read" } as const;

function list(call: Call) {
  const types = (optionalText(call, "types") ?? "public_channel").split(",").map((type) => type.trim());
  const kinds = types.flatMap((type) => {
    const kind = kindOf[type];
    if (kind === undefined && type !== "mpim") throw new Refusal("invalid_types");
    return kind ?? [];
  });
  for (const kind of kinds) needScope(call, scopeOf[kind]);
  const found = [...call.state.channels.values()]
    .filter((channel) => kinds.includes(channel.kind) && visibleToBot(call, channel))
    .filter((channel) => !(channel.archived && flagged(call, "exclude_archived")));
  const { items, next } = page(call, found, 100, 1000);
  return {
    channels: items.map((channel) => ({
      ...channelFields(call.state, channel),
      num_members: channel.members.size,
    })),
    response_metadata: { next_cursor: next },
  };
}

function history(call: Call) {
  const channel = needChannel(call);
  needChannelScope(call, channel, "history");
  needMembership(call, channel);
  const within = topLevel(channel)
    .filter((message) => inRange(call, message))
    .toReversed();
  const { items, next } = page(call, within, 100, 999);
  return {
    messages: items.map((message) =>
      messageFields(call.state, message, flagged(call, "include_all_metadata")),
    ),
    has_more: next !== "",
    pin_count: channel.pins.length,
    ...(next === "" ? {} : { response_metadata: { next_cursor: next } }),
  };
}

function replies(call: Call) {
  const channel = needChannel(call);
  needChannelScope(call, channel, "history");
  needMembership(call, channel);
  const ts = needText(call, "ts");
  const asked = messageAt(channel, ts);
  if (asked === undefined) throw new Refusal("thread_not_found");
  const parent = asked.threadTs === undefined ? asked : (messageAt(channel, asked.threadTs) ?? asked);
  const within = repliesTo(channel, parent.ts).filter((message) => inRange(call, message));
  const { items, next } = page(call, [parent, ...within], 1000, 1000);
  return {
    messages: items.map((message) =>
      messageFields(call.state, message, flagged(call, "include_all_metadata")),
    ),
    has_more: next !== "",
    ...(next === "" ? {} : { response_metadata: { next_cursor: next } }),
  };
}

function inRange(call: Call, message: Message): boolean {
  const oldest = Number(optionalText(call, "oldest") ?? 0);
  const latest = Number(optionalText(call, "latest") ?? Number.POSITIVE_INFINITY);
  const at = Number(message.ts);
  return flagged(call, "inclusive") ? at >= oldest && at <= latest : at > oldest && at < latest;
}

function members(call: Call) {
  const channel = needChannel(call);
  needChannelScope(call, channel, "read");
  const { items, next } = page(call, [...channel.members], 100, 1000);
  return { members: items, response_metadata: { next_cursor: next } };
}

function open(call: Call) {
  const users = optionalText(call, "users");
  if (users === undefined) throw missing("users");
  const ids = users.split(",");
  const user = call.state.users.get(ids[0] ?? "");
  if (user === undefined) throw new Refusal("user_not_found");
  if (user.deactivated) throw new Refusal("user_disabled");
  if (ids.length > 1) throw new Refusal("method_not_supported_for_channel_type");
  const channel = directChannel(call.state, user.id);
  return { channel: flagged(call, "return_im") ? channelFields(call.state, channel) : { id: channel.id } };
}

function join(call: Call) {
  const channel = needChannel(call);
  if (channel.kind !== "public") throw new Refusal("method_not_supported_for_channel_type");
  if (channel.archived) throw new Refusal("is_archived");
  const already = channel.members.has(call.state.app.userId);
  channel.members.add(call.state.app.userId);
  call.state.news.tell({ type: "members", channel: channel.id });
  return {
    channel: channelFields(call.state, channel),
    ...(already ? { warning: "already_in_channel" } : {}),
  };
}

export function channelFields(state: State, channel: Channel): Fields {
  if (channel.kind === "im") {
    const user = [...channel.members].find((id) => id !== state.app.userId);
    return {
      id: channel.id,
      created: channel.created,
      is_im: true,
      is_archived: false,
      user,
      is_user_deleted: false,
    };
  }
  return {
    id: channel.id,
    name: channel.name,
    name_normalized: channel.name,
    is_channel: channel.kind === "public",
    is_group: channel.kind === "private",
    is_im: false,
    is_mpim: false,
    is_private: channel.kind === "private",
    is_archived: channel.archived,
    is_general: false,
    is_shared: false,
    is_ext_shared: false,
    is_org_shared: false,
    is_member: channel.members.has(state.app.userId),
    created: channel.created,
    creator: [...channel.members][0] ?? "",
    context_team_id: state.team.id,
    topic: { value: channel.topic, creator: "", last_set: 0 },
    purpose: asFields({ value: "", creator: "", last_set: 0 }),
  };
}

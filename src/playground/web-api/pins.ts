// pins.* and reactions.add: what is attached to a message afterwards.

import { messageFields } from "../messages.ts";
import { Refusal } from "../refusal.ts";
import { type Call, type Methods, needChannel, needMembership, needMessage, needText } from "./call.ts";

export const pinMethods: Methods = {
  "pins.add": { token: "bot", scope: "pins:write", run: add },
  "pins.remove": { token: "bot", scope: "pins:write", run: remove },
  "pins.list": { token: "bot", scope: "pins:read", run: list },
  "reactions.add": { token: "bot", scope: "reactions:write", run: react },
};

function pinned(call: Call) {
  const channel = needChannel(call);
  needMembership(call, channel);
  return { channel, message: needMessage(channel, needText(call, "timestamp")) };
}

function add(call: Call) {
  const { channel, message } = pinned(call);
  if (channel.pins.some((pin) => pin.ts === message.ts)) throw new Refusal("already_pinned");
  if (channel.archived) throw new Refusal("is_archived");
  channel.pins.push({ ts: message.ts, by: call.state.app.userId, at: Math.floor(call.state.now() / 1000) });
  call.state.news.tell({ type: "pin", channel: channel.id, ts: message.ts });
  return {};
}

function remove(call: Call) {
  const { channel, message } = pinned(call);
  const index = channel.pins.findIndex((pin) => pin.ts === message.ts);
  if (index === -1) throw new Refusal("no_pin");
  channel.pins.splice(index, 1);
  call.state.news.tell({ type: "pin", channel: channel.id, ts: message.ts });
  return {};
}

function list(call: Call) {
  const channel = needChannel(call);
  needMembership(call, channel);
  return {
    items: channel.pins.flatMap((pin) => {
      const message = channel.messages.find(({ ts }) => ts === pin.ts);
      if (message === undefined) return [];
      const item = messageFields(call.state, message);
      return [{ type: "message", channel: channel.id, created: pin.at, created_by: pin.by, message: item }];
    }),
  };
}

function react(call: Call) {
  const { channel, message } = pinned(call);
  const name = needText(call, "name").replaceAll(":", "");
  if (!/^[a-z0-9_+'-]+$/.test(name)) throw new Refusal("invalid_name");
  const users = message.reactions.get(name) ?? [];
  if (users.includes(call.state.app.userId)) throw new Refusal("already_reacted");
  message.reactions.set(name, [...users, call.state.app.userId]);
  call.state.news.tell({ type: "reaction", channel: channel.id, ts: message.ts });
  return {};
}

// One request to the Web API, and how methods read their arguments, which arrive as form strings or as JSON.

import { asFields, asList, asText, type Fields, parseJson } from "../fields.ts";
import { messageAt } from "../messages.ts";
import { Refusal, refuseArguments } from "../refusal.ts";
import type { Channel, Message, State } from "../state.ts";
import type { Triggers } from "../triggers.ts";

export type Call = {
  readonly state: State;
  readonly triggers: Triggers;
  readonly args: Fields;
  /** A single-use address for a Socket Mode connection. */
  readonly newTicket: () => string;
};

export type Method = {
  readonly token: "bot" | "app" | "either";
  /** Checked before the method runs; what depends on the channel is checked inside with `needScope`. */
  readonly scope?: string;
  run(call: Call): Fields;
};

export type Methods = Readonly<Record<string, Method>>;

export function missing(...names: readonly string[]): Refusal {
  return refuseArguments(
    "invalid_arguments",
    names.map((name) => ({ message: `missing required field: ${name}` })),
  );
}

export function optionalText(call: Call, name: string): string | undefined {
  const given = call.args[name];
  if (given === undefined || given === null || given === "") return undefined;
  if (typeof given === "number" || typeof given === "boolean") return String(given);
  return asText(given);
}

export function needText(call: Call, name: string): string {
  const found = optionalText(call, name);
  if (found === undefined) throw missing(name);
  return found;
}

export function flagged(call: Call, name: string): boolean {
  const given = call.args[name];
  return given === true || given === "true" || given === "1";
}

export function counted(call: Call, name: string): number | undefined {
  const found = optionalText(call, name);
  return found === undefined || !/^\d+$/.test(found) ? undefined : Number(found);
}

/** An argument that is JSON inside a form, or itself inside a JSON body; `malformed` names the refusal. */
export function jsonArgument(call: Call, name: string, malformed: string): unknown {
  const given = call.args[name];
  if (given === undefined || given === null || given === "") return undefined;
  if (typeof given !== "string") return given;
  const parsed = parseJson(given);
  if (parsed === undefined) throw new Refusal(malformed);
  return parsed;
}

export function jsonList(call: Call, name: string, malformed: string): readonly unknown[] | undefined {
  const found = jsonArgument(call, name, malformed);
  if (found === undefined) return undefined;
  const items = asList(found);
  if (items === undefined) throw new Refusal(malformed);
  return items;
}

export function jsonFields(call: Call, name: string, malformed: string): Fields | undefined {
  const found = jsonArgument(call, name, malformed);
  if (found === undefined) return undefined;
  const object = asFields(found);
  if (object === undefined) throw new Refusal(malformed);
  return object;
}

export function needScope(call: Call, scope: string): void {
  const { scopes } = call.state.app;
  if (!scopes.has(scope))
    throw new Refusal("missing_scope", { needed: scope, provided: [...scopes].join(",") });
}

/** A channel the bot may know of: a private one it is not in does not exist for it. */
export function needChannel(call: Call, name = "channel"): Channel {
  const id = needText(call, name);
  const channel = call.state.channels.get(id);
  if (channel === undefined || !visibleToBot(call, channel)) throw new Refusal("channel_not_found");
  return channel;
}

export function visibleToBot(call: Call, channel: Channel): boolean {
  return channel.kind === "public" || channel.members.has(call.state.app.userId);
}

export function needMembership(call: Call, channel: Channel): void {
  if (!channel.members.has(call.state.app.userId)) throw new Refusal("not_in_channel");
}

export function needMessage(channel: Channel, ts: string): Message {
  const message = messageAt(channel, ts);
  if (message === undefined || message.tombstone) throw new Refusal("message_not_found");
  return message;
}

/** The scope that reading this kind of channel takes: `channels:read`, `groups:history`, … */
export function needChannelScope(call: Call, channel: Channel, what: "read" | "history"): void {
  const family = { public: "channels", private: "groups", im: "im" }[channel.kind];
  needScope(call, `${family}:${what}`);
}

/** One page of a list, in the form of Slack's cursors. */
export function page<T>(
  call: Call,
  items: readonly T[],
  usual: number,
  most: number,
): { readonly items: readonly T[]; readonly next: string } {
  const limit = Math.min(counted(call, "limit") ?? usual, most) || usual;
  const cursor = optionalText(call, "cursor");
  const start =
    cursor === undefined
      ? 0
      : Number(
          Buffer.from(cursor, "base64url")
            .toString()
            .replace(/^from:/, ""),
        );
  if (!Number.isInteger(start) || start < 0) throw new Refusal("invalid_cursor");
  const end = start + limit;
  return {
    items: items.slice(start, end),
    next: end < items.length ? Buffer.from(`from:${end}`).toString("base64url") : "",
  };
}

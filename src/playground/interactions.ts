// What happens when a person types, presses, chooses, submits: what the app gets, and what the person sees if it fails.

import { composed } from "./composer.ts";
import type { AppLink, Delivery } from "./delivery.ts";
import { asText, type Fields } from "./fields.ts";
import { addMessage, addNotice, elementsIn } from "./messages.ts";
import {
  actionFields,
  commandPayload,
  directMessageEvent,
  eventPayload,
  homeOpenedEvent,
  mentionEvent,
  messageActionPayload,
  viewActionPayload,
} from "./payloads.ts";
import { Refusal } from "./refusal.ts";
import type { ResponseUrls } from "./response-url.ts";
import { type Channel, directChannel, type Message, type State, type User, type View } from "./state.ts";
import type { Triggers } from "./triggers.ts";
import { initialState, showErrors } from "./views.ts";

/** The workspace together with the line to the app. */
export type Desk = {
  readonly state: State;
  readonly triggers: Triggers;
  readonly responseUrls: ResponseUrls;
  readonly link: AppLink;
};

/** How an act ended for the person: the app took it, or Slack told them why not. */
export type Outcome = { readonly ok: true } | { readonly ok: false; readonly error: string };

export const done: Outcome = { ok: true };

export function failed(delivery: Delivery): string | undefined {
  if (delivery.outcome === "acknowledged") return undefined;
  return delivery.outcome === "timeout" ? "operation_timeout" : "dispatch_failed";
}

export const connectionTrouble = "We had some trouble connecting. Try again?";

/** A line that begins with `/` is a command, anything else a message. */
export async function typeLine(
  desk: Desk,
  user: User,
  channel: Channel,
  line: string,
  threadTs?: string,
): Promise<Outcome> {
  const command = /^(\/[^\s]+)\s*([\s\S]*)$/.exec(line.trim());
  if (command === null) {
    await say(desk, user, channel, line, threadTs);
    return done;
  }
  return giveCommand(desk, user, channel, command[1] ?? "", command[2] ?? "", threadTs);
}

async function giveCommand(
  desk: Desk,
  user: User,
  channel: Channel,
  command: string,
  text: string,
  threadTs: string | undefined,
): Promise<Outcome> {
  const { state } = desk;
  const refuse = (error: string, sentence: string): Outcome => {
    addNotice(state, channel, user.id, sentence, threadTs);
    return { ok: false, error };
  };
  const known = state.app.commands.find((one) => one.command === command);
  if (known === undefined) return refuse("unknown_command", `${command} is not a valid command.`);
  if (threadTs !== undefined)
    return refuse("not_in_thread", `${command} is not supported in threads. Sorry!`);
  const payload = commandPayload(state, {
    user,
    channel,
    command,
    text: known.escape ? composed(state, text, { labelled: true }) : text,
    responseUrl: desk.responseUrls.issue({ userId: user.id, channel }),
    triggerId: desk.triggers.issue(user.id),
  });
  const delivery = await desk.link.deliver("slash_commands", payload);
  const error = failed(delivery);
  if (error !== undefined) return refuse(error, `${command} failed with the error "${error}"`);
  const answer = delivery.outcome === "acknowledged" ? delivery.payload : {};
  if (asText(answer.text) === undefined && answer.blocks === undefined) return done;
  try {
    desk.responseUrls.answer({ userId: user.id, channel }, answer);
    return done;
  } catch (problem) {
    if (!(problem instanceof Refusal)) throw problem;
    return refuse(problem.code, `${command} failed with the error "${problem.code}"`);
  }
}

/** Posts as the person; the app hears of it when it is mentioned where it is a member, or spoken to directly. */
export async function say(
  desk: Desk,
  user: User,
  channel: Channel,
  typed: string,
  threadTs?: string,
): Promise<Message> {
  const { state } = desk;
  const message = addMessage(state, { channel, user: user.id, text: composed(state, typed), threadTs });
  const mentioned = message.text.includes(`<@${state.app.userId}>`);
  const present = channel.members.has(state.app.userId);
  if (present && mentioned && channel.kind !== "im" && state.app.events.has("app_mention")) {
    await desk.link.deliver("events_api", eventPayload(state, mentionEvent(state, message)));
  }
  if (channel.kind === "im" && state.app.events.has("message.im")) {
    await desk.link.deliver("events_api", eventPayload(state, directMessageEvent(state, message)));
  }
  return message;
}

export async function openHome(desk: Desk, user: User): Promise<void> {
  const { state } = desk;
  if (!state.app.events.has("app_home_opened")) return;
  const event = homeOpenedEvent(state, user, directChannel(state, user.id), state.homes.get(user.id));
  await desk.link.deliver("events_api", eventPayload(state, event));
}

/** `chosen` is what the element adds to its action, such as `selected_option`; a button adds nothing. */
export async function actInMessage(
  desk: Desk,
  user: User,
  message: Message,
  at: { readonly block: Fields; readonly element: Fields },
  chosen: Fields = {},
): Promise<Outcome> {
  const { state } = desk;
  const channel = state.channels.get(message.channel);
  if (channel === undefined) return { ok: false, error: "channel_not_found" };
  const blockId = asText(at.block.block_id) ?? "";
  const values = messageValues(state, user, message);
  if (Object.keys(chosen).length > 0) remember(values, blockId, at.element, chosen);
  const payload = messageActionPayload(state, {
    user,
    channel,
    message,
    action: actionFields(state, blockId, at.element, chosen),
    values: Object.fromEntries([...values].map(([block, actions]) => [block, Object.fromEntries(actions)])),
    responseUrl: desk.responseUrls.issue({ userId: user.id, channel, original: message }),
    triggerId: desk.triggers.issue(user.id),
  });
  const error = failed(await desk.link.deliver("interactive", payload));
  if (error === undefined) return done;
  addNotice(state, channel, user.id, `This app did not respond (${error}). Try again?`, message.threadTs);
  return { ok: false, error };
}

export async function actInView(
  desk: Desk,
  user: User,
  view: View,
  at: { readonly block: Fields; readonly element: Fields },
  chosen: Fields = {},
): Promise<Outcome> {
  const { state } = desk;
  const blockId = asText(at.block.block_id) ?? "";
  if (Object.keys(chosen).length > 0) remember(view.values, blockId, at.element, chosen);
  const action = actionFields(state, blockId, at.element, chosen);
  const payload = viewActionPayload(state, { user, view, action, triggerId: desk.triggers.issue(user.id) });
  const error = failed(await desk.link.deliver("interactive", payload));
  if (error === undefined) return done;
  showErrors(state, view, new Map([["", connectionTrouble]]));
  return { ok: false, error };
}

/** Puts a value into a form without telling the app, as inputs without `dispatch_action` do. */
export function fillIn(
  state: State,
  view: View,
  at: { readonly block: Fields; readonly element: Fields },
  chosen: Fields,
): void {
  remember(view.values, asText(at.block.block_id) ?? "", at.element, chosen);
  showErrors(state, view, new Map([...view.errors].filter(([blockId]) => blockId !== at.block.block_id)));
}

export function messageValues(state: State, user: User, message: Message): View["values"] {
  const key = `${user.id} ${message.ts}`;
  const known = state.choices.get(key) ?? new Map<string, Map<string, Fields>>();
  for (const { block, element } of elementsIn(message.blocks)) {
    const initial = initialState(element);
    const blockId = asText(block.block_id) ?? "";
    const actionId = asText(element.action_id) ?? "";
    if (initial !== undefined && known.get(blockId)?.get(actionId) === undefined) {
      known.set(blockId, (known.get(blockId) ?? new Map<string, Fields>()).set(actionId, initial));
    }
  }
  state.choices.set(key, known);
  return known;
}

function remember(values: View["values"], blockId: string, element: Fields, chosen: Fields): void {
  if (initialState(element) === undefined) return;
  const ofBlock = values.get(blockId) ?? new Map<string, Fields>();
  values.set(blockId, ofBlock.set(asText(element.action_id) ?? "", { type: element.type, ...chosen }));
}

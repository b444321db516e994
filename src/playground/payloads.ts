// What Slack sends to apps when people do something, field by field.

import { randomBytes } from "node:crypto";
import { composedBlocks } from "./composer.ts";
import type { Fields } from "./fields.ts";
import { messageFields } from "./messages.ts";
import type { Channel, Message, State, User, View } from "./state.ts";
import { viewFields } from "./views.ts";

/** The old verification token; apps must not rely on it, payloads still carry it. */
const verificationToken = "playground-verification-token";

function person(state: State, user: User): Fields {
  return { id: user.id, username: user.name, name: user.name, team_id: state.team.id };
}

function common(state: State): Fields {
  return {
    team: { id: state.team.id, domain: state.team.domain },
    enterprise: null,
    is_enterprise_install: false,
    api_app_id: state.app.id,
    token: verificationToken,
  };
}

function channelName(channel: Channel): string {
  return { public: channel.name, private: "privategroup", im: "directmessage" }[channel.kind];
}

export function commandPayload(
  state: State,
  given: {
    user: User;
    channel: Channel;
    command: string;
    text: string;
    responseUrl: string;
    triggerId: string;
  },
): Fields {
  return {
    token: verificationToken,
    team_id: state.team.id,
    team_domain: state.team.domain,
    channel_id: given.channel.id,
    channel_name: channelName(given.channel),
    user_id: given.user.id,
    user_name: given.user.name,
    command: given.command,
    text: given.text,
    api_app_id: state.app.id,
    is_enterprise_install: "false",
    response_url: given.responseUrl,
    trigger_id: given.triggerId,
  };
}

export function messageActionPayload(
  state: State,
  given: {
    user: User;
    channel: Channel;
    message: Message;
    action: Fields;
    values: Fields;
    responseUrl: string;
    triggerId: string;
  },
): Fields {
  const { message, channel } = given;
  const ephemeral = message.onlyFor !== undefined;
  return {
    type: "block_actions",
    user: person(state, given.user),
    ...common(state),
    container: {
      type: "message",
      message_ts: message.ts,
      channel_id: channel.id,
      is_ephemeral: ephemeral,
      ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    },
    trigger_id: given.triggerId,
    channel: { id: channel.id, name: channelName(channel) },
    // Slack keeps no copy of an ephemeral message, so apps do not get one back either.
    ...(ephemeral ? {} : { message: messageFields(state, message, true) }),
    state: { values: given.values },
    response_url: given.responseUrl,
    actions: [given.action],
  };
}

export function viewActionPayload(
  state: State,
  given: { user: User; view: View; action: Fields; triggerId: string },
): Fields {
  return {
    type: "block_actions",
    user: person(state, given.user),
    ...common(state),
    container: { type: "view", view_id: given.view.id },
    trigger_id: given.triggerId,
    view: viewFields(state, given.view),
    actions: [given.action],
  };
}

export function viewSubmissionPayload(
  state: State,
  given: { user: User; view: View; triggerId: string },
): Fields {
  return {
    type: "view_submission",
    user: person(state, given.user),
    ...common(state),
    trigger_id: given.triggerId,
    view: viewFields(state, given.view),
    response_urls: [],
  };
}

export function viewClosedPayload(state: State, given: { user: User; view: View; cleared: boolean }): Fields {
  return {
    type: "view_closed",
    user: person(state, given.user),
    ...common(state),
    view: viewFields(state, given.view),
    is_cleared: given.cleared,
  };
}

export function eventPayload(state: State, event: Fields): Fields {
  return {
    token: verificationToken,
    team_id: state.team.id,
    api_app_id: state.app.id,
    event,
    type: "event_callback",
    event_id: `Ev${randomBytes(5).toString("hex").toUpperCase()}`,
    event_time: Math.floor(state.now() / 1000),
    authorizations: [
      {
        enterprise_id: null,
        team_id: state.team.id,
        user_id: state.app.userId,
        is_bot: true,
        is_enterprise_install: false,
      },
    ],
    is_ext_shared_channel: false,
    event_context: randomBytes(12).toString("base64url"),
  };
}

export function mentionEvent(state: State, message: Message): Fields {
  return {
    type: "app_mention",
    user: message.user,
    text: message.text,
    ts: message.ts,
    client_msg_id: `${message.ts}-client`,
    team: state.team.id,
    blocks: [composedBlocks(message.text)],
    ...(message.threadTs === undefined ? {} : { thread_ts: message.threadTs }),
    channel: message.channel,
    event_ts: message.ts,
  };
}

export function directMessageEvent(state: State, message: Message): Fields {
  return { ...mentionEvent(state, message), type: "message", channel_type: "im" };
}

export function homeOpenedEvent(state: State, user: User, channel: Channel, view: View | undefined): Fields {
  return {
    type: "app_home_opened",
    user: user.id,
    channel: channel.id,
    tab: "home",
    event_ts: state.nextTs(),
    ...(view === undefined ? {} : { view: viewFields(state, view) }),
  };
}

/** `action` of block_actions: the element as the app made it, with what was chosen. */
export function actionFields(state: State, blockId: string, element: Fields, chosen: Fields): Fields {
  const { options: _options, option_groups: _groups, accessibility_label: _label, ...kept } = element;
  return { ...kept, ...chosen, block_id: blockId, action_ts: state.nextTs() };
}

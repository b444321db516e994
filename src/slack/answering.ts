// Answers one person: at once, for them alone, and whatever went wrong in words.

import { isFailure } from "../errors.ts";
import { callFailure, isCallError, slackFailure } from "./clients.ts";
import type { Message } from "./messages/blocks.ts";
import { failureMessage, plainMessage, unexpectedMessage } from "./messages/plain-message.ts";
import type { Room } from "./room.ts";

/** Who asked, and the ways to reach them. */
export type Asker = {
  readonly user: string;
  readonly channel: string;
  /** Where the conversation is a thread. */
  readonly threadTs?: string | undefined;
  /** How to answer where no channel is open, as in the Home tab. */
  readonly show?: (message: Message) => Promise<void>;
  /** Slack's own way to answer a command or click: works even where the bot may not post. */
  readonly responseUrl?: string | undefined;
};

/** Only they see it. Never throws: an answer that cannot be given changes nothing. */
export async function reply(room: Room, asker: Asker, message: Message): Promise<void> {
  if (asker.show !== undefined) return asker.show(message);
  if (asker.responseUrl !== undefined && asker.threadTs === undefined) {
    if (await respond(room, asker.responseUrl, message)) return;
  }
  try {
    await room.clients.interactive.chat.postEphemeral({
      channel: asker.channel,
      user: asker.user,
      text: message.text,
      blocks: message.blocks,
      ...(asker.threadTs !== undefined && { thread_ts: asker.threadTs }),
    });
  } catch (error) {
    const failure = callFailure(error);
    const reason = failure.kind === "refused" ? failure.error : failure.kind;
    room.logger.warn({ reason, user: asker.user, channel: asker.channel }, "a person could not be answered");
  }
}

/** Runs what a person asked for; an error becomes the sentence they see, a bug becomes an id they can report. */
export async function answering(room: Room, asker: Asker, deed: () => Promise<void>): Promise<void> {
  try {
    await deed();
  } catch (error) {
    await reply(room, asker, problemMessage(room, error));
  }
}

export function problemMessage(room: Room, error: unknown): Message {
  if (isFailure(error)) return failureMessage(room.voice, error);
  if (isCallError(error)) {
    const failure = callFailure(error);
    room.logger.warn({ failure }, "Slack did not do what was asked of it");
    return failure.kind === "refused" && !aboutTheToken.has(failure.error)
      ? declinedMessage(room, failure.error)
      : failureMessage(room.voice, slackFailure(error, "SLACK_BOT_TOKEN"));
  }
  const id = `er_${room.newId()}`;
  room.logger.error({ err: error, id }, "unexpected failure while answering in Slack");
  return unexpectedMessage(room.voice, id);
}

/** Slack's own no to one call, with what a person can do about it. */
export function declinedMessage({ voice, botUserId }: Room, code: string): Message {
  const say = voice.texts.conversation;
  const outside = code === "not_in_channel" || code === "channel_not_found";
  if (outside) return plainMessage(`:warning: ${say.inviteBot(`<@${botUserId}>`)}`);
  const shut = mayNotPost.has(code);
  return plainMessage(
    `:warning: ${shut ? say.mayNotPost(voice.code(code, 60)) : say.slackDeclined(voice.code(code, 60))}`,
  );
}

const mayNotPost: ReadonlySet<string> = new Set([
  "restricted_action",
  "restricted_action_read_only_channel",
  "restricted_action_thread_only_channel",
  "restricted_action_non_threadable_channel",
  "is_archived",
]);

const aboutTheToken: ReadonlySet<string> = new Set([
  "invalid_auth",
  "not_authed",
  "account_inactive",
  "token_revoked",
  "token_expired",
  "missing_scope",
  "not_allowed_token_type",
]);

async function respond(room: Room, url: string, { text, blocks }: Message): Promise<boolean> {
  try {
    const answer = await fetch(url, {
      method: "POST",
      headers: { "content-type": "application/json; charset=utf-8" },
      body: JSON.stringify({ response_type: "ephemeral", replace_original: false, text, blocks }),
      signal: AbortSignal.timeout(4000),
    });
    await answer.body?.cancel();
    return answer.ok;
  } catch (error) {
    room.logger.debug(
      { reason: error instanceof Error ? error.message : String(error) },
      "response_url not reached",
    );
    return false;
  }
}

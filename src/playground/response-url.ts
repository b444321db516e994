// Response urls: five answers within thirty minutes to whoever gave the command or pressed the button.

import { randomBytes } from "node:crypto";
import { asList, asText, type Fields, fieldsIn } from "./fields.ts";
import { addMessage, editMessage, messageAt, removeMessage } from "./messages.ts";
import { Refusal } from "./refusal.ts";
import type { Block, Channel, Message, State } from "./state.ts";
import { acceptBlocks } from "./web-api/content.ts";

const useLimit = 5;
const lifetimeMinutes = 30;

export type ResponseUrls = {
  /** `original` is the message that held the button; a command has none. */
  issue(given: { readonly userId: string; readonly channel: Channel; readonly original?: Message }): string;
  /** What a POST to the address is answered with. */
  use(key: string, body: Fields | undefined): { readonly status: number; readonly body: Fields };
  /** The same words sent along with an acknowledgement instead. */
  answer(given: { readonly userId: string; readonly channel: Channel }, body: Fields): void;
};

type Issued = {
  readonly userId: string;
  readonly channel: Channel;
  readonly original: Message | undefined;
  readonly at: number;
  uses: number;
};

export function createResponseUrls(state: State): ResponseUrls {
  const issued = new Map<string, Issued>();
  return {
    issue: ({ userId, channel, original }) => {
      const key = randomBytes(18).toString("base64url");
      issued.set(key, { userId, channel, original, at: state.now(), uses: 0 });
      return `${state.origin}/response/${state.team.id}/${key}`;
    },
    use: (key, body) => {
      try {
        const url = issued.get(key);
        if (url === undefined) throw new Refusal("invalid_url");
        if (state.now() - url.at > lifetimeMinutes * 60_000) throw new Refusal("expired_url");
        if (url.uses >= useLimit) throw new Refusal("used_url");
        if (body === undefined) throw new Refusal("invalid_payload");
        respond(state, url, body);
        url.uses += 1;
        return { status: 200, body: { ok: true } };
      } catch (error) {
        if (!(error instanceof Refusal)) throw error;
        const gone = ["invalid_url", "expired_url", "used_url"].includes(error.code);
        return { status: gone ? 404 : 400, body: { ok: false, error: error.code, ...error.more } };
      }
    },
    answer: ({ userId, channel }, body) => {
      respond(state, { userId, channel, original: undefined }, body);
    },
  };
}

function respond(state: State, url: Pick<Issued, "userId" | "channel" | "original">, body: Fields): void {
  const { original, channel } = url;
  if (body.delete_original === true) {
    if (original !== undefined && stillThere(state, original)) removeMessage(state, original);
    return;
  }
  const content = responseContent(body);
  if (body.replace_original === true && original !== undefined && stillThere(state, original)) {
    editMessage(state, original, content);
    return;
  }
  const { userId: user, botId } = state.app;
  const threadTs = asText(body.thread_ts);
  const blocks = content.blocks ?? [];
  const message = {
    channel,
    user,
    botId,
    text: content.text ?? "",
    blocks,
    attachments: content.attachments ?? [],
    threadTs,
  };
  addMessage(state, body.response_type === "in_channel" ? message : { ...message, onlyFor: url.userId });
}

function responseContent(body: Fields): {
  text?: string;
  blocks?: readonly Block[];
  attachments?: readonly Fields[];
} {
  const text = asText(body.text);
  const blocks = asList(body.blocks);
  const attachments = asList(body.attachments);
  if (!text && !blocks?.length && !attachments?.length) throw new Refusal("no_text");
  return {
    ...(text === undefined ? {} : { text }),
    ...(blocks === undefined ? {} : { blocks: acceptBlocks(blocks, { summed: false }) }),
    ...(attachments === undefined ? {} : { attachments: fieldsIn(attachments) }),
  };
}

function stillThere(state: State, message: Message): boolean {
  if (message.onlyFor !== undefined) return state.ephemerals.includes(message);
  const channel = state.channels.get(message.channel);
  return channel !== undefined && messageAt(channel, message.ts) === message;
}

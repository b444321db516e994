// Puts messages into Slack so that a crash, a timeout or a limit never shows one twice, and finds out what became of an unsure one.

import type { KnownBlock } from "@slack/types";
import { clipMrkdwn, escapeMrkdwn } from "../texts/escape.ts";
import { type Clients, callFailure } from "./clients.ts";
import { type Message, md, section } from "./messages/blocks.ts";

export type Posting = {
  readonly post: (target: PostTarget, message: Message) => Promise<{ channel: string; ts: string }>;
  /** `gone` when somebody deleted it; `kept` when Slack lets nobody edit it any more. */
  readonly update: (
    at: { channel: string; ts: string },
    message: Message,
  ) => Promise<"updated" | "gone" | "kept">;
  /** The message of this key, if it was posted after all. */
  readonly findMessage: (key: string, channel: string, since: string) => Promise<string | undefined>;
  /** The highest sequence told in the thread of this key. */
  readonly findTold: (key: string, at: { channel: string; ts: string }) => Promise<number>;
};

export type PostTarget = {
  readonly channel: string;
  readonly key: string;
  readonly sequence: number;
  readonly threadTs?: string;
  readonly broadcast?: boolean;
};

const eventType = "passerelle";

export function createPosting(clients: Pick<Clients, "post" | "progress" | "lookup">): Posting {
  return {
    async post({ channel, key, sequence, threadTs, broadcast }, message) {
      const send = async (blocks: KnownBlock[]) => {
        const shared = {
          channel,
          text: message.text,
          blocks,
          unfurl_links: false,
          unfurl_media: false,
          // Anyone in the workspace can read it: ids only.
          metadata: { event_type: eventType, event_payload: { id: key, sequence } },
        };
        if (threadTs === undefined) return clients.post.chat.postMessage(shared);
        return broadcast === true
          ? clients.post.chat.postMessage({ ...shared, thread_ts: threadTs, reply_broadcast: true })
          : clients.post.chat.postMessage({ ...shared, thread_ts: threadTs });
      };
      const answer = await withPlainFallback(message, send);
      if (answer.ts === undefined) throw new Error("Slack posted a message without saying where");
      return { channel: answer.channel ?? channel, ts: answer.ts };
    },

    async update({ channel, ts }, message) {
      try {
        await withPlainFallback(message, (blocks) =>
          clients.progress.chat.update({ channel, ts, text: message.text, blocks }),
        );
        return "updated";
      } catch (error) {
        const failure = callFailure(error);
        if (failure.kind !== "refused") throw error;
        if (failure.error === "message_not_found") return "gone";
        if (uneditable.has(failure.error)) return "kept";
        throw error;
      }
    },

    async findMessage(key, channel, since) {
      // A little before: clocks differ.
      const oldest = String(Math.floor(Date.parse(since) / 1000) - 120);
      const found = await search(async (cursor) =>
        clients.lookup.conversations.history({
          channel,
          oldest,
          limit: 200,
          include_all_metadata: true,
          ...(cursor !== undefined && { cursor }),
        }),
      );
      return found.find((message) => markOf(message)?.id === key && markOf(message)?.sequence === 0)?.ts;
    },

    async findTold(key, { channel, ts }) {
      const found = await search(async (cursor) =>
        clients.lookup.conversations.replies({
          channel,
          ts,
          limit: 200,
          include_all_metadata: true,
          ...(cursor !== undefined && { cursor }),
        }),
      );
      return found.reduce((highest, message) => {
        const mark = markOf(message);
        return mark?.id === key ? Math.max(highest, mark.sequence) : highest;
      }, 0);
    },
  };
}

/** A block kind that this workspace does not take must not cost the message. */
async function withPlainFallback<Answer>(
  message: Message,
  send: (blocks: KnownBlock[]) => Promise<Answer>,
): Promise<Answer> {
  try {
    return await send(message.blocks);
  } catch (error) {
    const failure = callFailure(error);
    if (failure.kind !== "refused" || !badBlocks.has(failure.error)) throw error;
    const simple = message.blocks.map(withoutTable);
    try {
      return await send(simple);
    } catch (second) {
      const again = callFailure(second);
      if (again.kind !== "refused" || !badBlocks.has(again.error)) throw second;
      return send([section(message.text)]);
    }
  }
}

/** A table's rows as fields, two of them a row on a wide screen: what the columns are called is in each. */
function withoutTable(block: KnownBlock): KnownBlock {
  if (block.type !== "table") return block;
  const rows = block.rows.map((row) => row.map((cell) => (cell.type === "raw_text" ? cell.text : "")));
  const [[, ...columns] = [], ...lines] = rows;
  const fields = lines.map(([name = "", ...values]) => {
    const named = values.map((value, index) => `${columns[index] ?? ""}: ${value}`);
    return md(clipMrkdwn(`*${escapeMrkdwn(name)}*\n${escapeMrkdwn(named.join(" · "))}`, 2000));
  });
  return { type: "section", fields: fields.slice(0, 10) };
}

type Page = {
  readonly messages?: readonly Found[];
  readonly response_metadata?: { readonly next_cursor?: string };
};
type Found = { readonly ts?: string; readonly metadata?: unknown };

async function search(ask: (cursor: string | undefined) => Promise<Page>): Promise<readonly Found[]> {
  const found: Found[] = [];
  let cursor: string | undefined;
  try {
    for (let page = 0; page < 20; page += 1) {
      const answer = await ask(cursor);
      found.push(...(answer.messages ?? []));
      cursor = answer.response_metadata?.next_cursor || undefined;
      if (cursor === undefined) break;
    }
  } catch (error) {
    // Slack will not let us look: better told twice than never.
    if (callFailure(error).kind !== "refused") throw error;
  }
  return found;
}

function markOf({ metadata }: Found): { readonly id: string; readonly sequence: number } | undefined {
  if (!isRecord(metadata) || metadata.event_type !== eventType || !isRecord(metadata.event_payload))
    return undefined;
  const { id, sequence } = metadata.event_payload;
  return typeof id === "string" ? { id, sequence: Number(sequence) || 0 } : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

const uneditable: ReadonlySet<string> = new Set([
  "cant_update_message",
  "edit_window_closed",
  "streaming_state_conflict",
]);
const badBlocks: ReadonlySet<string> = new Set([
  "invalid_blocks",
  "invalid_blocks_format",
  "msg_blocks_too_long",
  "block_mismatch",
  "msg_too_long",
  "invalid_table_structure",
]);

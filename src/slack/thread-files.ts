// Puts a long text into a thread as a file: a full diff, a full log.

import { callFailure } from "./clients.ts";
import type { MessageKey } from "./message-key.ts";
import type { Room } from "./room.ts";

/** Slack takes a snippet of 1 MB. */
const mostBytes = 1_000_000;

export type ThreadFile = {
  readonly name: string;
  readonly title: string;
  readonly text: string;
  readonly snippetType: "diff" | "text";
  /** Which end matters when it is too long, and the line that says it was cut. */
  readonly keep: "beginning" | "end";
  readonly cut: string;
};

/** Into the thread of a message of ours, or the given thread when there is none. */
export async function shareInThread(
  room: Room,
  key: MessageKey,
  otherwise: { readonly channel: string; readonly threadTs: string | undefined },
  file: ThreadFile,
): Promise<void> {
  const record = await room.store.message(key);
  const channel = record?.channel ?? otherwise.channel;
  const threadTs = record !== undefined && record.ts !== "" ? record.ts : otherwise.threadTs;
  const content = within(room.mask(file.text), file);
  const upload = {
    channel_id: channel,
    filename: file.name,
    title: file.title,
    content: content === "" ? "\n" : content,
    snippet_type: file.snippetType,
  };
  try {
    if (threadTs === undefined) await room.clients.files.filesUploadV2(upload);
    else await room.clients.files.filesUploadV2({ ...upload, thread_ts: threadTs });
  } catch (error) {
    const failure = callFailure(error);
    room.logger.warn({ key, failure }, "a file could not be shared");
    throw error;
  }
}

function within(text: string, { keep, cut }: Pick<ThreadFile, "keep" | "cut">): string {
  const bytes = Buffer.from(text);
  if (bytes.length <= mostBytes) return text;
  const room = mostBytes - Buffer.byteLength(cut) - 2;
  return keep === "beginning"
    ? `${wholeLines(bytes.subarray(0, room).toString(), "end")}\n${cut}`
    : `${cut}\n${wholeLines(bytes.subarray(bytes.length - room).toString(), "beginning")}`;
}

/** A cut in the middle of a line, or of a character, is moved to the next line break. */
function wholeLines(text: string, side: "beginning" | "end"): string {
  const at = side === "end" ? text.lastIndexOf("\n") : text.indexOf("\n");
  if (at < 0) return text;
  return side === "end" ? text.slice(0, at) : text.slice(at + 1);
}

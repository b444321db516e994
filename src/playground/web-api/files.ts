// files.*: the three steps of an upload, and what is known of a file.

import { randomBytes } from "node:crypto";
import { asText, type Fields, fieldsIn } from "../fields.ts";
import { addMessage, messageAt } from "../messages.ts";
import { Refusal, refuseArguments } from "../refusal.ts";
import type { Channel, State, StoredFile } from "../state.ts";
import {
  type Call,
  counted,
  jsonList,
  type Methods,
  missing,
  needMembership,
  needText,
  optionalText,
  visibleToBot,
} from "./call.ts";
import { acceptBlocks } from "./content.ts";

const snippetLimit = 1024 * 1024;
const altTextLimit = 1000;

export const fileMethods: Methods = {
  "files.getUploadURLExternal": { token: "bot", scope: "files:write", run: getUploadUrl },
  "files.completeUploadExternal": { token: "bot", scope: "files:write", run: completeUpload },
  "files.info": { token: "bot", scope: "files:read", run: info },
};

function getUploadUrl(call: Call) {
  const { state } = call;
  const name = needText(call, "filename");
  const length = counted(call, "length");
  if (length === undefined) throw missing("length");
  if (length <= 0)
    throw refuseArguments("invalid_arguments", [{ message: "must be greater than 0", pointer: "/length" }]);
  const snippetType = optionalText(call, "snippet_type");
  if (snippetType !== undefined && length > snippetLimit) throw new Refusal("snippet_too_large");
  const altText = optionalText(call, "alt_txt") ?? "";
  if (altText.length > altTextLimit) throw new Refusal("alt_txt_too_large");
  const id = `F${randomBytes(5).toString("hex").toUpperCase()}`;
  const uploadKey = randomBytes(16).toString("hex");
  state.files.set(id, {
    id,
    name,
    title: name,
    user: state.app.userId,
    created: Math.floor(state.now() / 1000),
    length,
    snippetType,
    altText,
    uploadKey,
    bytes: undefined,
    complete: false,
    shares: [],
  });
  return { upload_url: `${state.origin}/upload/v1/${uploadKey}`, file_id: id };
}

function completeUpload(call: Call) {
  const { state } = call;
  const asked = fieldsIn(jsonList(call, "files", "invalid_arguments"));
  if (asked.length === 0) throw missing("files");
  const stored = asked.map((file) => {
    const found = state.files.get(asText(file.id) ?? "");
    if (found === undefined || found.bytes === undefined || found.complete)
      throw new Refusal("file_not_found");
    return { found, title: asText(file.title) ?? found.name };
  });
  const channels = (optionalText(call, "channel_id") ?? optionalText(call, "channels") ?? "")
    .split(",")
    .filter((id) => id !== "")
    .map((id) => sharingChannel(call, id));
  const threadTs = optionalText(call, "thread_ts");
  const comment = optionalText(call, "initial_comment") ?? "";
  const blocks = jsonList(call, "blocks", "invalid_blocks_format");
  const accepted = blocks === undefined ? [] : acceptBlocks(blocks);
  for (const channel of channels) {
    if (threadTs !== undefined && messageAt(channel, threadTs) === undefined)
      throw new Refusal("thread_not_found");
  }
  for (const { found, title } of stored) {
    found.title = title;
    found.complete = true;
  }
  // Slack answers first and shares a moment later, so nobody may count on the message being there already.
  setImmediate(() => {
    for (const channel of channels) {
      const files = stored.map(({ found }) => found.id);
      const { userId, botId } = state.app;
      const message = addMessage(state, {
        channel,
        user: userId,
        botId,
        text: comment,
        blocks: accepted,
        threadTs,
        files,
      });
      for (const { found } of stored) found.shares.push({ channel: channel.id, ts: message.ts, threadTs });
    }
    for (const { found } of stored) state.news.tell({ type: "file", file: found.id });
  });
  return { files: stored.map(({ found }) => fileFields(state, found)) };
}

/** Being allowed to write in public channels is not enough to share files there. */
function sharingChannel(call: Call, id: string): Channel {
  const channel = call.state.channels.get(id);
  if (channel === undefined || !visibleToBot(call, channel)) throw new Refusal("channel_not_found");
  if (channel.archived) throw new Refusal("is_archived");
  needMembership(call, channel);
  return channel;
}

function info(call: Call) {
  const file = call.state.files.get(needText(call, "file"));
  if (file === undefined || !file.complete) throw new Refusal("file_not_found");
  return { file: fileFields(call.state, file), comments: [], response_metadata: { next_cursor: "" } };
}

export function fileFields(state: State, file: StoredFile): Fields {
  const url = `${state.origin}/files-pri/${file.id}/${encodeURIComponent(file.name)}`;
  const shares = (kind: Channel["kind"]) =>
    Object.fromEntries(
      file.shares
        .filter((share) => state.channels.get(share.channel)?.kind === kind)
        .map((share) => [
          share.channel,
          [{ ts: share.ts, ...(share.threadTs === undefined ? {} : { thread_ts: share.threadTs }) }],
        ]),
    );
  return {
    id: file.id,
    created: file.created,
    timestamp: file.created,
    name: file.name,
    title: file.title,
    mimetype: "text/plain",
    filetype: file.snippetType ?? "text",
    mode: file.snippetType === undefined ? "hosted" : "snippet",
    user: file.user,
    user_team: state.team.id,
    size: file.bytes?.length ?? file.length,
    alt_txt: file.altText,
    is_external: false,
    is_public: Object.keys(shares("public")).length > 0,
    url_private: url,
    url_private_download: url,
    permalink: `${state.origin}/page/file/${file.id}`,
    shares: { public: shares("public"), private: shares("private") },
    channels: file.shares.map((share) => share.channel),
  };
}

import type { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientFor, smallSeed, startQuietly } from "../../test/playground/bolt.ts";
import type { Playground } from "./server.ts";

let playground: Playground;
let client: WebClient;

beforeAll(async () => {
  ({ playground, client } = await startQuietly({
    seed: {
      ...smallSeed,
      app: {
        name: "passerelle",
        scopes: [
          "chat:write",
          "channels:read",
          "channels:history",
          "files:write",
          "users:read",
          "usergroups:read",
          "pins:write",
        ],
      },
    },
  }));
});
afterAll(() => playground.stop());

const id = (name: string) =>
  [...playground.workspace.state.channels.values()].find((channel) => channel.name === name)?.id ?? "";
const userId = (name: string) => playground.workspace.person(name).id;
const blocksOf = (text: string) => [{ type: "section", text: { type: "mrkdwn", text } }];

async function refusal(
  call: Promise<unknown>,
): Promise<{ readonly error: string; readonly [name: string]: unknown }> {
  try {
    await call;
  } catch (error) {
    return (error as { data: { error: string } }).data;
  }
  throw new Error("The call was not refused.");
}

const code = async (call: Promise<unknown>) => (await refusal(call)).error;

describe("tokens and scopes", () => {
  test("no token, a wrong one and one of the wrong kind are told apart", async () => {
    const bare = await fetch(`${playground.apiUrl}auth.test`, { method: "POST" });
    expect(await bare.json()).toEqual({ ok: false, error: "not_authed" });
    expect(await code(clientFor(playground, "xoxb-wrong").auth.test())).toBe("invalid_auth");
    expect(await code(client.apps.connections.open())).toBe("not_allowed_token_type");
    expect(
      await code(
        clientFor(playground, playground.appToken).chat.postMessage({ channel: id("kitchen"), text: "a" }),
      ),
    ).toBe("not_allowed_token_type");
  });

  test("auth.test says who the bot is and which scopes it has", async () => {
    const answer = await client.auth.test();
    expect(answer).toMatchObject({
      user: "passerelle",
      user_id: "UPASSERELLE",
      bot_id: "BPASSERELLE",
      team: "Playground",
    });
    expect(answer.response_metadata?.scopes).toContain("chat:write");
  });

  test("a missing scope is named beside those there are", async () => {
    expect(await refusal(client.team.info())).toMatchObject({
      error: "missing_scope",
      needed: "team:read",
      provided: expect.stringContaining("chat:write"),
    });
  });

  test("an unknown method is unknown, not an HTTP error", async () => {
    expect(await refusal(client.apiCall("chat.postPoem"))).toMatchObject({
      error: "unknown_method",
      req_method: "chat.postPoem",
    });
  });
});

describe("chat.postMessage", () => {
  test.each([
    ["a channel nobody knows", "CNOWHERE", "channel_not_found"],
    ["a private channel without the bot", "attic", "channel_not_found"],
    ["a public channel without the bot, lacking chat:write.public", "lounge", "not_in_channel"],
    ["an archived channel", "museum", "is_archived"],
  ])("refuses %s", async (_what, channel, error) => {
    expect(await code(client.chat.postMessage({ channel, text: "a" }))).toBe(error);
  });

  test("needs a channel and something to say", async () => {
    expect(await refusal(client.apiCall("chat.postMessage", { text: "a" }))).toMatchObject({
      error: "invalid_arguments",
      response_metadata: { messages: ["[ERROR] missing required field: channel"] },
    });
    expect(await code(client.apiCall("chat.postMessage", { channel: id("kitchen") }))).toBe("no_text");
  });

  test("says where blocks are wrong", async () => {
    expect(
      await refusal(client.chat.postMessage({ channel: id("kitchen"), text: "a", blocks: blocksOf("") })),
    ).toMatchObject({
      error: "invalid_blocks",
      response_metadata: {
        messages: ["[ERROR] must be more than 0 characters [json-pointer:/blocks/0/text/text]"],
      },
    });
    expect(await code(client.apiCall("chat.postMessage", { channel: id("kitchen"), blocks: "[{" }))).toBe(
      "invalid_blocks_format",
    );
  });

  test("refuses blocks whose texts are too long together", async () => {
    const blocks = Array.from({ length: 5 }, () => blocksOf("x".repeat(2700))).flat();
    expect(await code(client.chat.postMessage({ channel: id("kitchen"), text: "a", blocks }))).toBe(
      "msg_blocks_too_long",
    );
  });

  test("refuses markdown_text beside text", async () => {
    const channel = id("kitchen");
    expect(await code(client.apiCall("chat.postMessage", { channel, text: "a", markdown_text: "b" }))).toBe(
      "markdown_text_conflict",
    );
    expect(
      await code(client.apiCall("chat.postMessage", { channel, markdown_text: "b".repeat(12_001) })),
    ).toBe("msg_too_long");
  });

  test("cuts a text at 40,000 characters", async () => {
    const { message } = await client.chat.postMessage({ channel: id("kitchen"), text: "y".repeat(40_001) });
    expect(message?.text).toHaveLength(40_000);
  });

  test("keeps metadata for those who ask for it", async () => {
    const metadata = { event_type: "plan", event_payload: { id: "pl_1" } };
    const { ts = "" } = await client.chat.postMessage({
      channel: id("kitchen"),
      text: "with metadata",
      metadata,
    });
    const plain = await client.conversations.history({ channel: id("kitchen"), limit: 1 });
    const full = await client.conversations.history({
      channel: id("kitchen"),
      limit: 1,
      include_all_metadata: true,
    });
    expect(plain.messages?.[0]).not.toHaveProperty("metadata");
    expect(full.messages?.[0]).toMatchObject({ ts, metadata });
    const broken = { channel: id("kitchen"), text: "a", metadata: JSON.stringify({ event_type: "plan" }) };
    expect(await code(client.apiCall("chat.postMessage", broken))).toBe("invalid_metadata_schema");
    expect(await code(client.apiCall("chat.postMessage", { ...broken, metadata: "{" }))).toBe(
      "invalid_metadata_format",
    );
  });

  test("replies hang on a parent, and some are sent to the channel too", async () => {
    const channel = id("kitchen");
    const { ts = "" } = await client.chat.postMessage({ channel, text: "parent" });
    const reply = await client.chat.postMessage({ channel, text: "reply", thread_ts: ts });
    await client.chat.postMessage({ channel, text: "both", thread_ts: ts, reply_broadcast: true });
    expect(await code(client.chat.postMessage({ channel, text: "a", thread_ts: reply.ts ?? "" }))).toBe(
      "cannot_reply_to_message",
    );
    expect(await code(client.chat.postMessage({ channel, text: "a", thread_ts: "1.000001" }))).toBe(
      "thread_not_found",
    );
    const { messages = [] } = await client.conversations.replies({ channel, ts });
    expect(messages.map(({ text }) => text)).toEqual(["parent", "reply", "both"]);
    expect(messages[0]).toMatchObject({ reply_count: 2, reply_users_count: 1, thread_ts: ts });
    const history = await client.conversations.history({ channel, limit: 2 });
    expect(history.messages?.map(({ text }) => text)).toEqual(["both", "parent"]);
  });
});

describe("chat.update and chat.delete", () => {
  const post = async (more: object = {}) => {
    const { ts = "" } = await client.chat.postMessage({
      channel: id("kitchen"),
      text: "first",
      blocks: blocksOf("first"),
      ...more,
    });
    return { channel: id("kitchen"), ts };
  };

  test("text alone takes the blocks away and is marked as an edit; blocks are not", async () => {
    const at = await post();
    expect(
      (await client.chat.update({ ...at, text: "second", blocks: blocksOf("second") })).message,
    ).not.toHaveProperty("edited");
    const { message } = await client.chat.update({ ...at, text: "third" });
    expect(message).not.toHaveProperty("blocks");
    expect(message).toHaveProperty("edited");
  });

  test("metadata stays unless it is given", async () => {
    const at = await post({ metadata: { event_type: "plan", event_payload: {} } });
    expect((await client.chat.update({ ...at, text: "b" })).message).toHaveProperty("metadata");
    const cleared = await client.apiCall("chat.update", { ...at, text: "b", metadata: "{}" });
    expect(cleared).not.toHaveProperty("message.metadata");
  });

  test("refuses what is not the bot's, not there, or too long", async () => {
    const theirs = await playground.workspace.person("ana").says("mine", { in: "#kitchen" });
    const at = await post();
    expect(await code(client.chat.update({ channel: id("kitchen"), ts: theirs.ts, text: "b" }))).toBe(
      "cant_update_message",
    );
    expect(await code(client.chat.update({ ...at, ts: "1.000001", text: "b" }))).toBe("message_not_found");
    expect(await code(client.chat.update({ ...at, text: "b".repeat(4001) }))).toBe("msg_too_long");
    expect(await code(client.chat.delete({ channel: id("kitchen"), ts: theirs.ts }))).toBe(
      "cant_delete_message",
    );
  });

  test("a deleted parent leaves its thread behind", async () => {
    const at = await post();
    await client.chat.postMessage({ channel: at.channel, text: "reply", thread_ts: at.ts });
    await client.chat.delete(at);
    const { messages } = await client.conversations.replies(at);
    expect(messages?.[0]).toMatchObject({ subtype: "tombstone", text: "This message was deleted." });
    expect(await code(client.chat.update({ ...at, text: "b" }))).toBe("message_not_found");
  });
});

describe("chat.postEphemeral", () => {
  const whisper = (more: object) =>
    client.chat.postEphemeral({ channel: id("kitchen"), user: userId("bo"), text: "psst", ...more });

  test("only members of the channel can be whispered to", async () => {
    expect(await code(whisper({ user: userId("dan") }))).toBe("user_not_in_channel");
    expect(await code(whisper({ user: userId("chloe") }))).toBe("user_not_in_channel");
    expect(await code(whisper({ text: "я".repeat(2001) }))).toBe("msg_too_long");
  });

  test("it is not in the history, and cannot be updated", async () => {
    const { message_ts: ts = "" } = await whisper({});
    expect(playground.workspace.person("bo").canSee("psst")).toBe(true);
    const { messages } = await client.conversations.history({ channel: id("kitchen") });
    expect(messages?.some(({ text }) => text === "psst")).toBe(false);
    expect(await code(client.chat.update({ channel: id("kitchen"), ts, text: "b" }))).toBe(
      "message_not_found",
    );
  });

  test("in a thread it shows only when the thread has begun", async () => {
    const { ts = "" } = await client.chat.postMessage({ channel: id("kitchen"), text: "lonely" });
    await whisper({ text: "too early", thread_ts: ts });
    expect(playground.workspace.person("bo").canSee("too early")).toBe(false);
    await client.chat.postMessage({ channel: id("kitchen"), text: "begun", thread_ts: ts });
    await whisper({ text: "in time", thread_ts: ts });
    expect(playground.workspace.person("bo").canSee("in time")).toBe(true);
  });
});

describe("channels, people and groups", () => {
  test("lists in pages, without what the bot may not know of", async () => {
    const first = await client.conversations.list({ limit: 1, exclude_archived: true });
    const second = await client.conversations.list({
      limit: 1,
      exclude_archived: true,
      cursor: first.response_metadata?.next_cursor ?? "",
    });
    expect([first, second].map(({ channels }) => channels?.[0]?.name)).toEqual(["kitchen", "lounge"]);
    expect(second.response_metadata?.next_cursor).toBe("");
    expect(await code(client.conversations.list({ types: "private_channel" }))).toBe("missing_scope");
  });

  test("info, members and history need what Slack needs", async () => {
    expect(await code(client.conversations.info({ channel: id("attic") }))).toBe("channel_not_found");
    expect(await code(client.conversations.info({ channel: id("cellar") }))).toBe("missing_scope");
    expect(await code(client.conversations.history({ channel: id("lounge") }))).toBe("not_in_channel");
    expect((await client.conversations.members({ channel: id("kitchen") })).members).toContain(userId("bo"));
    expect((await client.conversations.info({ channel: id("lounge") })).channel?.is_member).toBe(false);
  });

  test("people have their locale, zone and standing", async () => {
    const { user } = await client.users.info({ user: userId("ana"), include_locale: true });
    expect(user).toMatchObject({
      name: "ana",
      locale: "fr-FR",
      tz: "Europe/Paris",
      is_restricted: false,
      deleted: false,
    });
    expect((await client.users.info({ user: userId("chloe") })).user?.is_restricted).toBe(true);
    expect((await client.users.info({ user: userId("dan") })).user?.deleted).toBe(true);
    expect(await code(client.users.info({ user: "UNOBODY" }))).toBe("user_not_found");
  });

  test("groups have their members", async () => {
    const { usergroups = [] } = await client.usergroups.list({ include_users: true });
    expect(usergroups[0]).toMatchObject({ handle: "release", users: [userId("bo")] });
    expect((await client.usergroups.users.list({ usergroup: usergroups[0]?.id ?? "" })).users).toEqual([
      userId("bo"),
    ]);
    expect(await code(client.usergroups.users.list({ usergroup: "SNONE" }))).toBe("no_such_subteam");
  });
});

test("a permalink leads to the message, in its thread", async () => {
  const channel = id("kitchen");
  const { ts = "" } = await client.chat.postMessage({ channel, text: "parent" });
  const { ts: reply = "" } = await client.chat.postMessage({ channel, text: "reply", thread_ts: ts });
  const { permalink } = await client.chat.getPermalink({ channel, message_ts: reply });
  expect(permalink).toBe(
    `${playground.url}archives/${channel}/p${reply.replace(".", "")}?thread_ts=${ts}&cid=${channel}`,
  );
});

test("a message is pinned once, and can be unpinned once", async () => {
  const channel = id("kitchen");
  const { ts: timestamp = "" } = await client.chat.postMessage({ channel, text: "pin me" });
  await client.pins.add({ channel, timestamp });
  expect(await code(client.pins.add({ channel, timestamp }))).toBe("already_pinned");
  await client.pins.remove({ channel, timestamp });
  expect(await code(client.pins.remove({ channel, timestamp }))).toBe("no_pin");
});

describe("files", () => {
  test("filesUploadV2 of the real client ends as a file in a thread", async () => {
    const channel = id("kitchen");
    const { ts = "" } = await client.chat.postMessage({ channel, text: "see thread" });
    await client.filesUploadV2({
      channel_id: channel,
      thread_ts: ts,
      initial_comment: "The log",
      filename: "promotion.log",
      content: "line one\nline two",
      title: "Log",
    });
    await playground.workspace.person("ana").sees(/The log\n📄 Log/);
    const [file] = playground.workspace.state.files.values();
    expect(file?.bytes?.toString()).toBe("line one\nline two");
    expect(
      playground.workspace.messages("#kitchen").findLast(({ files }) => files.length > 0)?.threadTs,
    ).toBe(ts);
  });

  test("an upload needs a length, its bytes, and a channel the bot is in", async () => {
    expect(await refusal(client.files.getUploadURLExternal({ filename: "a.txt", length: 0 }))).toMatchObject({
      error: "invalid_arguments",
      response_metadata: { messages: ["[ERROR] must be greater than 0 [json-pointer:/length]"] },
    });
    const { upload_url: url = "", file_id: file = "" } = await client.files.getUploadURLExternal({
      filename: "a.txt",
      length: 3,
    });
    expect(await code(client.files.completeUploadExternal({ files: [{ id: file }] }))).toBe("file_not_found");
    expect((await fetch(url, { method: "POST", body: "four" })).status).toBe(400);
    expect((await fetch(url, { method: "POST", body: "abc" })).status).toBe(200);
    expect(
      await code(client.files.completeUploadExternal({ files: [{ id: file }], channel_id: id("lounge") })),
    ).toBe("not_in_channel");
    expect(
      (await client.files.completeUploadExternal({ files: [{ id: file }], channel_id: id("kitchen") })).ok,
    ).toBe(true);
    expect(
      await code(client.files.completeUploadExternal({ files: [{ id: file }], channel_id: id("kitchen") })),
    ).toBe("file_not_found");
  });
});

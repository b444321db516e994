import { request } from "node:http";
import type { WebClient } from "@slack/web-api";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { clientFor, smallSeed, startQuietly } from "../../test/playground/bolt.ts";
import { type Playground, startPlayground } from "./server.ts";

let playground: Playground;
let client: WebClient;

beforeAll(async () => {
  ({ playground, client } = await startQuietly());
});
afterAll(() => playground.stop());

const post = (text = "hello") => client.chat.postMessage({ channel: "#kitchen", text });
const texts = () => playground.workspace.messages("#kitchen").map(({ text }) => text);

test("it stays on this machine", async () => {
  await expect(startPlayground({ seed: smallSeed, host: "0.0.0.0" })).rejects.toThrow(
    "not a loopback address",
  );
});

test("a name that only points here is turned away", async () => {
  const { port } = new URL(playground.url);
  const status = await new Promise((resolve, reject) => {
    const asking = request(
      { host: "127.0.0.1", port, path: "/api/auth.test", headers: { host: `evil.example:${port}` } },
      (response) => {
        response.resume();
        resolve(response.statusCode);
      },
    );
    asking.on("error", reject);
    asking.end();
  });
  expect(status).toBe(403);
});

describe("arguments", () => {
  const call = (body: string, type: string, token = playground.botToken) =>
    fetch(`${playground.apiUrl}chat.postMessage`, {
      method: "POST",
      body,
      headers: { "content-type": type, authorization: `Bearer ${token}` },
    }).then((response) => response.json());

  test("come as JSON", async () => {
    const blocks = [{ type: "section", text: { type: "plain_text", text: "json" } }];
    expect(
      await call(
        JSON.stringify({ channel: "#kitchen", text: "json", blocks }),
        "application/json; charset=utf-8",
      ),
    ).toMatchObject({ ok: true });
    expect(await call("{", "application/json")).toEqual({ ok: false, error: "invalid_json" });
    expect(await call("[]", "application/json")).toEqual({ ok: false, error: "json_not_object" });
  });

  test("come as a form, with the token in it or not", async () => {
    const form = new URLSearchParams({ channel: "#kitchen", text: "form", token: playground.botToken });
    const response = await fetch(`${playground.apiUrl}chat.postMessage`, { method: "POST", body: form });
    expect(await response.json()).toMatchObject({ ok: true, message: { text: "form" } });
  });

  test("come as nothing else", async () => {
    expect(await call("text", "text/plain")).toEqual({ ok: false, error: "invalid_post_type" });
  });
});

describe("faults", () => {
  test("a rate limit says how long to wait, and passes", async () => {
    playground.faults.add("chat.postMessage", { status: 429, retryAfterSeconds: 7 });
    await expect(post()).rejects.toMatchObject({ code: "slack_webapi_rate_limited_error", retryAfter: 7 });
    expect((await post()).ok).toBe(true);
  });

  test("a server error before the deed leaves nothing, after it leaves the deed", async () => {
    playground.faults.add("chat.postMessage", { status: 500 });
    await expect(post("before")).rejects.toThrow();
    playground.faults.add("chat.postMessage", { status: 503, when: "after-store" });
    await expect(post("after")).rejects.toThrow();
    expect(texts()).not.toContain("before");
    expect(texts()).toContain("after");
  });

  test("an answer that never comes ends in a broken connection", async () => {
    playground.faults.add("*", { hangSeconds: 0.1, times: 1 });
    await expect(post()).rejects.toThrow();
  });

  test("an error of Slack's own, until it is taken back", async () => {
    const remove = playground.faults.add("auth.test", {
      error: "internal_error",
      times: Number.POSITIVE_INFINITY,
    });
    await expect(client.auth.test()).rejects.toMatchObject({ data: { error: "internal_error" } });
    await expect(client.auth.test()).rejects.toMatchObject({ data: { error: "internal_error" } });
    remove();
    expect((await client.auth.test()).ok).toBe(true);
  });
});

test("calls are kept to look at, without their tokens", async () => {
  await post("remembered");
  expect(playground.calls.at(-1)).toMatchObject({
    method: "chat.postMessage",
    args: { text: "remembered" },
    answer: { ok: true },
  });
  expect(JSON.stringify(playground.calls)).not.toContain(playground.botToken);
});

test("files are given to the bot alone", async () => {
  await clientFor(playground).filesUploadV2({
    channel_id: [...playground.workspace.state.channels.keys()][0] ?? "",
    filename: "a.txt",
    content: "secret",
  });
  const [file] = playground.workspace.state.files.values();
  const url = `${playground.url}files-pri/${file?.id}/a.txt`;
  expect((await fetch(url)).status).toBe(403);
  const given = await fetch(url, { headers: { authorization: `Bearer ${playground.botToken}` } });
  expect(await given.text()).toBe("secret");
});

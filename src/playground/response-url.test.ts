import { afterEach, beforeEach, expect, test } from "vitest";
import { type Running, startWithBolt } from "../../test/playground/bolt.ts";

let now: number;
let running: Running;
let urls: string[];

beforeEach(async () => {
  now = 1_795_332_000_000;
  urls = [];
  running = await startWithBolt(
    (app) => {
      app.command("/promote", async ({ ack, command }) => {
        urls.push(command.response_url);
        await ack();
      });
      app.action("go", async ({ ack, body }) => {
        if (body.type === "block_actions") urls.push(body.response_url);
        await ack();
      });
    },
    { now: () => now },
  );
});
afterEach(() => running.stop());

const answer = async (body: object, url = urls.at(-1) ?? "") => {
  const response = await fetch(url, {
    method: "POST",
    body: JSON.stringify(body),
    headers: { "content-type": "application/json" },
  });
  return { status: response.status, body: await response.json() };
};

const buttons = (text: string) => [
  { type: "section", text: { type: "mrkdwn", text } },
  {
    type: "actions",
    elements: [{ type: "button", action_id: "go", text: { type: "plain_text", text: "Go" } }],
  },
];

test("five answers, and no sixth", async () => {
  await running.playground.workspace.person("ana").types("/promote");
  for (let count = 0; count < 5; count += 1)
    expect(await answer({ text: `${count}` })).toMatchObject({ status: 200 });
  expect(await answer({ text: "sixth" })).toEqual({ status: 404, body: { ok: false, error: "used_url" } });
});

test("thirty minutes, and no longer", async () => {
  await running.playground.workspace.person("ana").types("/promote");
  now += 30 * 60_000;
  expect(await answer({ text: "just" })).toMatchObject({ status: 200 });
  now += 1;
  expect(await answer({ text: "late" })).toEqual({ status: 404, body: { ok: false, error: "expired_url" } });
});

test("answers are for one person unless they are for the channel", async () => {
  const { workspace } = running.playground;
  await workspace.person("ana").types("/promote");
  await answer({ text: "alone" });
  await answer({ text: "for all", response_type: "in_channel" });
  expect(workspace.person("ana").canSee("alone")).toBe(true);
  expect(workspace.person("bo").canSee("alone")).toBe(false);
  expect(workspace.person("bo").canSee("for all")).toBe(true);
});

test("an ephemeral message is replaced and taken away through its own button", async () => {
  const ana = running.playground.workspace.person("ana");
  await ana.types("/promote");
  await answer({ text: "first", blocks: buttons("first") });
  await ana.presses("Go");
  await answer({ text: "second", blocks: buttons("second"), replace_original: true });
  expect(ana.canSee("first")).toBe(false);
  expect(ana.canSee("second")).toBe(true);
  await answer({ delete_original: true });
  expect(ana.canSee("second")).toBe(false);
});

test("thread_ts puts the answer into a thread", async () => {
  const { workspace } = running.playground;
  const parent = await workspace.person("ana").says("parent");
  await workspace.person("ana").types("/promote");
  await answer({ text: "in thread", response_type: "in_channel", thread_ts: parent.ts });
  expect(workspace.messages("#kitchen").at(-1)).toMatchObject({ text: "in thread", threadTs: parent.ts });
});

test("wrong blocks and empty answers are refused, and long ones are not", async () => {
  await running.playground.workspace.person("ana").types("/promote");
  expect(await answer({})).toEqual({ status: 400, body: { ok: false, error: "no_text" } });
  expect(await answer({ blocks: [{ type: "alert" }] })).toMatchObject({
    status: 400,
    body: { error: "invalid_blocks" },
  });
  const section = { type: "section", text: { type: "mrkdwn", text: "x".repeat(2900) } };
  expect(await answer({ blocks: [section, section, section, section, section] })).toMatchObject({
    status: 200,
  });
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, startWithBolt } from "../../test/playground/bolt.ts";

let running: Running;
const actions: object[] = [];
const commands: string[] = [];

beforeAll(async () => {
  running = await startWithBolt((app) => {
    app.command("/promote", async ({ ack, command }) => {
      commands.push(command.text);
      await ack();
    });
    app.action(/.*/, async ({ ack, body }) => {
      actions.push(body);
      await ack();
    });
  });
});
afterAll(() => running.stop());

const post = (blocks: object[], more: object = {}) =>
  running.client.apiCall("chat.postMessage", {
    channel: "#kitchen",
    text: "a",
    blocks: JSON.stringify(blocks),
    ...more,
  });

const plain = (text: string) => ({ type: "plain_text", text });
const button = (text: string, more: object = {}) => ({
  type: "button",
  action_id: text,
  text: plain(text),
  ...more,
});
const menu = {
  type: "static_select",
  action_id: "point",
  placeholder: plain("Restore point"),
  options: ["Nov 22", "Nov 21"].map((text) => ({ text: plain(text), value: text })),
};
const boxes = {
  type: "checkboxes",
  action_id: "boxes",
  options: ["Fast", "Loud"].map((text) => ({ text: plain(text), value: text })),
};

describe("people", () => {
  test("write commands with references that the app can read", async () => {
    const { workspace } = running.playground;
    await workspace.person("ana").types("/promote lock @bo #kitchen a<b @nobody");
    const [channel] = workspace.state.channels.keys();
    expect(commands.at(-1)).toBe(
      `lock <@${workspace.person("bo").id}|bo> <#${channel}|kitchen> a&lt;b @nobody`,
    );
  });

  test("cannot use a command in a thread, and mistype others", async () => {
    const { workspace } = running.playground;
    const ana = workspace.person("ana");
    const parent = await ana.says("thread");
    expect(await ana.types("/promote status", { thread: parent })).toEqual({
      ok: false,
      error: "not_in_thread",
    });
    expect(await ana.types("/demote")).toEqual({ ok: false, error: "unknown_command" });
    await ana.sees("/demote is not a valid command.");
  });

  test("press the newest button of that name, or the one in the message they mean", async () => {
    const bo = running.playground.workspace.person("bo");
    await post([
      { type: "section", text: plain("older") },
      { type: "actions", elements: [button("Go", { value: "old" })] },
    ]);
    await post([
      { type: "section", text: plain("newer") },
      { type: "actions", elements: [button("Go", { value: "new" })] },
    ]);
    await bo.presses("Go");
    await bo.presses("Go", { message: /older/ });
    expect(actions.slice(-2)).toMatchObject([
      { actions: [{ value: "new" }] },
      { actions: [{ value: "old" }] },
    ]);
  });

  test("are told which buttons there are when theirs is not", async () => {
    const bo = running.playground.workspace.person("bo");
    await expect(bo.presses("Stop", { in: "#kitchen" })).rejects.toThrow(
      'bo sees no button Stop in #kitchen; there are these buttons, newest first: "Go"',
    );
    await expect(bo.presses("Go", { confirm: false })).rejects.toThrow(
      'The button "Go" asks for no confirmation.',
    );
  });

  test("send what Slack sends when they press", async () => {
    const { workspace } = running.playground;
    const ana = workspace.person("ana");
    const parent = await ana.says("parent");
    await post([{ type: "actions", block_id: "row", elements: [button("Ping", { value: "v" })] }], {
      thread_ts: parent.ts,
    });
    await ana.presses("Ping");
    const { ts, channel } = workspace.messages("#kitchen").at(-1) ?? {};
    expect(actions.at(-1)).toMatchObject({
      type: "block_actions",
      user: { id: ana.id, username: "ana", name: "ana", team_id: workspace.state.team.id },
      team: { id: workspace.state.team.id, domain: "playground" },
      container: {
        type: "message",
        message_ts: ts,
        channel_id: channel,
        is_ephemeral: false,
        thread_ts: parent.ts,
      },
      channel: { id: channel, name: "kitchen" },
      message: { ts, thread_ts: parent.ts, bot_id: "BPASSERELLE" },
      state: { values: {} },
      response_url: expect.stringContaining("/response/"),
      trigger_id: expect.any(String),
      actions: [
        {
          type: "button",
          action_id: "Ping",
          block_id: "row",
          value: "v",
          action_ts: expect.any(String),
          text: plain("Ping"),
        },
      ],
    });
  });

  test("choose in menus and tick boxes, and the app hears the state of them all", async () => {
    const bo = running.playground.workspace.person("bo");
    await post([{ type: "actions", block_id: "row", elements: [menu, boxes] }]);
    await bo.chooses("Restore point", /21/);
    await bo.chooses("boxes", ["Fast", "Loud"]);
    expect(actions.at(-1)).toMatchObject({
      actions: [{ action_id: "boxes", selected_options: [{ value: "Fast" }, { value: "Loud" }] }],
      state: {
        values: { row: { point: { selected_option: { value: "Nov 21" } }, boxes: { type: "checkboxes" } } },
      },
    });
    expect(bo.screen({ in: "#kitchen" })).toContain("[Nov 21 ▾] [x] Fast  [x] Loud");
    await expect(bo.chooses("Restore point", "Nov 1")).rejects.toThrow(
      'There is no option Nov 1; there are: "Nov 22", "Nov 21".',
    );
  });

  test("wait for what is to come, and say what they see instead when it does not", async () => {
    const ana = running.playground.workspace.person("ana");
    const waiting = ana.sees("coming soon");
    await running.client.chat.postMessage({ channel: "#kitchen", text: "coming soon" });
    expect(await waiting).toBe("coming soon");
    await expect(ana.sees("never", { timeoutSeconds: 0.05 })).rejects.toThrow(
      /ana does not see never[\s\S]*coming soon/,
    );
  });

  test("see only their own channels, and cannot write where they are not", async () => {
    const { workspace } = running.playground;
    await running.client.chat.postMessage({ channel: "#cellar", text: "below" });
    expect(workspace.person("ana").canSee("below")).toBe(true);
    expect(workspace.person("chloe").canSee("below")).toBe(false);
    await expect(workspace.person("chloe").says("hi", { in: "#kitchen" })).rejects.toThrow(
      "chloe is not in #kitchen.",
    );
    await expect(workspace.person("dan").says("hi")).rejects.toThrow("dan is deactivated");
  });

  test("can be followed event by event", async () => {
    const { workspace } = running.playground;
    const following = workspace.events[Symbol.asyncIterator]();
    const next = following.next();
    const message = await workspace.person("ana").says("follow me");
    expect((await next).value).toMatchObject({ type: "message", ts: message.ts });
    await following.return?.();
  });
});

test("a transcript shows threads indented and what only one person saw", async () => {
  const { workspace } = running.playground;
  const parent = await workspace.person("ana").says("Shall we?", { in: "#cellar" });
  await workspace.person("bo").says("We shall.", { in: "#cellar", thread: parent });
  await workspace.person("ana").types("/nonsense", { in: "#cellar" });
  expect(workspace.transcript({ in: "#cellar" }).replaceAll(/\d\d:\d\d/g, "00:00")).toBe(
    [
      "#cellar",
      "00:00 passerelle",
      "  below",
      "00:00 ana",
      "  Shall we?",
      "    00:00 bo",
      "      We shall.",
      "00:00 Slack (only ana sees this)",
      "  /nonsense is not a valid command.",
    ].join("\n"),
  );
});

import { afterEach, describe, expect, test } from "vitest";
import { type Running, startQuietly, startWithBolt } from "../../../test/playground/bolt.ts";

const modal = (title = "Roll back", more: object = {}) => ({
  type: "modal" as const,
  title: { type: "plain_text" as const, text: title },
  blocks: [{ type: "section", text: { type: "mrkdwn", text: "Well?" } }],
  ...more,
});

const code = (call: Promise<unknown>) =>
  call.then(
    () => "no refusal",
    (error: { data: { error: string } }) => error.data.error,
  );

let stopping: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const stop of stopping) await stop();
  stopping = [];
});

/** Every `/promote` leaves its trigger id in the returned list. */
async function withTriggers(
  now: () => number = Date.now,
): Promise<Running & { readonly triggers: string[]; readonly closed: unknown[] }> {
  const triggers: string[] = [];
  const closed: unknown[] = [];
  const running = await startWithBolt(
    (app) => {
      app.command("/promote", async ({ ack, command }) => {
        triggers.push(command.trigger_id);
        await ack();
      });
      app.view({ callback_id: "next", type: "view_submission" }, async ({ ack }) =>
        ack({ response_action: "push", view: modal("Second") }),
      );
      app.view({ callback_id: "turn", type: "view_submission" }, async ({ ack }) =>
        ack({ response_action: "update", view: modal("Turned") }),
      );
      app.view({ callback_id: "end", type: "view_submission" }, async ({ ack }) =>
        ack({ response_action: "clear" }),
      );
      app.view({ callback_id: "odd", type: "view_submission" }, async ({ ack }) =>
        ack({ response_action: "errors", errors: { nowhere: "?" } }),
      );
      app.view({ callback_id: "bye", type: "view_closed" }, async ({ ack, body }) => {
        closed.push({ id: body.view.callback_id, cleared: body.type === "view_closed" && body.is_cleared });
        await ack();
      });
    },
    { now },
  );
  stopping.push(running.stop);
  return { ...running, triggers, closed };
}

const submit = { submit: { type: "plain_text" as const, text: "Go" } };

describe("trigger ids", () => {
  test("open one modal within three seconds, and no second one", async () => {
    let now = 1_795_332_000_000;
    const { playground, client, triggers } = await withTriggers(() => now);
    const ana = playground.workspace.person("ana");
    await ana.types("/promote");
    await ana.types("/promote");
    const [first = "", second = ""] = triggers;
    now += 2900;
    expect((await client.views.open({ trigger_id: first, view: modal() })).view?.type).toBe("modal");
    expect(await code(client.views.open({ trigger_id: first, view: modal() }))).toBe("exchanged_trigger_id");
    now += 200;
    expect(await code(client.views.open({ trigger_id: second, view: modal() }))).toBe("expired_trigger_id");
    expect(await code(client.views.open({ trigger_id: "made.up", view: modal() }))).toBe(
      "invalid_trigger_id",
    );
  });
});

describe("modals", () => {
  test("stack three high, and no higher", async () => {
    const { playground, client, triggers } = await withTriggers();
    const ana = playground.workspace.person("ana");
    for (let count = 0; count < 4; count += 1) await ana.types("/promote");
    const [one = "", two = "", three = "", four = ""] = triggers;
    await client.views.open({ trigger_id: one, view: modal("One") });
    await client.views.push({ trigger_id: two, view: modal("Two") });
    const { view } = await client.views.push({ trigger_id: three, view: modal("Three") });
    expect(view?.root_view_id).not.toBe(view?.id);
    expect(await code(client.views.push({ trigger_id: four, view: modal("Four") }))).toBe(
      "push_limit_reached",
    );
    expect(ana.screen()).toContain("Three");
    await ana.cancels();
    expect(ana.screen()).toContain("Two");
    await ana.cancels({ all: true });
    expect(ana.canSee("Well?")).toBe(false);
  });

  test("follow what the app answers: push, update, clear", async () => {
    const { playground, client, triggers } = await withTriggers();
    const ana = playground.workspace.person("ana");
    for (const [callback_id, expected] of [
      ["next", "Second"],
      ["turn", "Turned"],
      ["end", ""],
    ] as const) {
      await ana.types("/promote");
      await client.views.open({
        trigger_id: triggers.at(-1) ?? "",
        view: modal("First", { ...submit, callback_id }),
      });
      expect(await ana.submits()).toEqual({ ok: true });
      if (expected === "") expect(ana.canSee("First")).toBe(false);
      else expect(ana.screen()).toContain(expected);
    }
  });

  test("say that something went wrong when the app answers nonsense", async () => {
    const { playground, client, triggers } = await withTriggers();
    const ana = playground.workspace.person("ana");
    await ana.types("/promote");
    await client.views.open({
      trigger_id: triggers[0] ?? "",
      view: modal("First", { ...submit, callback_id: "odd" }),
    });
    expect(await ana.submits()).toEqual({ ok: false, error: "invalid_errors" });
    await ana.sees("We had some trouble connecting. Try again?");
  });

  test("tell the app that they were closed when it asked for that", async () => {
    const { playground, client, triggers, closed } = await withTriggers();
    const ana = playground.workspace.person("ana");
    await ana.types("/promote");
    await client.views.open({
      trigger_id: triggers[0] ?? "",
      view: modal("First", { callback_id: "bye", notify_on_close: true }),
    });
    await ana.cancels();
    expect(closed).toEqual([{ id: "bye", cleared: false }]);
  });

  test("keep what was filled in when the app updates them, and refuse an old hash", async () => {
    const { playground, client, triggers } = await withTriggers();
    const ana = playground.workspace.person("ana");
    await ana.types("/promote");
    const blocks = [
      {
        type: "input",
        block_id: "why",
        label: { type: "plain_text", text: "Why?" },
        element: { type: "plain_text_input", action_id: "t" },
      },
    ];
    const { view } = await client.views.open({
      trigger_id: triggers[0] ?? "",
      view: modal("First", { ...submit, blocks }),
    });
    const first = { view_id: view?.id ?? "", hash: view?.hash ?? "" };
    await ana.fills({ "Why?": "because" });
    await client.views.update({ ...first, view: modal("Second", { ...submit, blocks }) });
    expect(ana.screen()).toContain("Why?: because");
    expect(await code(client.views.update({ ...first, view: modal("Third", { ...submit, blocks }) }))).toBe(
      "hash_conflict",
    );
    expect(await code(client.views.update({ view_id: "VNONE", view: modal() }))).toBe("not_found");
  });
});

describe("views refuse", () => {
  const text = (length: number) => ({ type: "plain_text", text: "x".repeat(length) });
  test.each([
    [
      "a title over 24",
      { title: text(25) },
      "must be less than 25 characters [json-pointer:/view/title/text]",
    ],
    [
      "a submit over 24",
      { submit: text(25) },
      "must be less than 25 characters [json-pointer:/view/submit/text]",
    ],
    [
      "private_metadata over 3,000",
      { private_metadata: "x".repeat(3001) },
      "must be less than 3001 characters [json-pointer:/view/private_metadata]",
    ],
    [
      "a callback_id over 255",
      { callback_id: "x".repeat(256) },
      "must be less than 256 characters [json-pointer:/view/callback_id]",
    ],
    [
      "fields that do not exist",
      { colour: "red" },
      "invalid additional property: colour [json-pointer:/view]",
    ],
    [
      "inputs without a submit button",
      { blocks: [{ type: "input", label: text(3), element: { type: "plain_text_input" } }] },
      "missing required field: submit [json-pointer:/view]",
    ],
    [
      "a table",
      { blocks: [{ type: "table", rows: [[{ type: "raw_text", text: "a" }]] }] },
      "unsupported type: table [json-pointer:/view/blocks/0/type]",
    ],
  ])("%s", async (_what, more, message) => {
    const { playground, client } = await startQuietly();
    stopping.push(playground.stop);
    const answer = await client.views
      .open({ trigger_id: "any", view: modal("A", more) })
      .catch((error: { data: object }) => error.data);
    expect(answer).toMatchObject({
      error: "invalid_arguments",
      response_metadata: { messages: [`[ERROR] ${message}`] },
    });
  });
});

test("Home is published for one person, and only as a home view", async () => {
  const { playground, client } = await startQuietly();
  stopping.push(playground.stop);
  const user_id = playground.workspace.person("ana").id;
  const home = { type: "home" as const, blocks: [] };
  const { view } = await client.views.publish({ user_id, view: home });
  expect((await client.views.publish({ user_id, view: home, hash: view?.hash ?? "" })).view?.id).toBe(
    view?.id,
  );
  expect(await code(client.views.publish({ user_id, view: home, hash: "1.old" }))).toBe("hash_conflict");
  expect(await code(client.apiCall("views.publish", { user_id, view: JSON.stringify(modal()) }))).toBe(
    "invalid_arguments",
  );
  expect(await code(client.views.publish({ user_id: "UNOBODY", view: home }))).toBe("user_not_found");
});

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Running, startWithBolt } from "../../test/playground/bolt.ts";

describe("a real Bolt app in the playground", () => {
  let running: Running;

  beforeAll(async () => {
    running = await startWithBolt((app) => {
      app.command("/promote", async ({ ack, command, client, respond }) => {
        await ack();
        if (command.text === "whisper") return void (await respond({ text: "just for you" }));
        await client.chat.postMessage({
          channel: command.channel_id,
          text: `Plan for ${command.text}`,
          blocks: [
            {
              type: "section",
              text: { type: "mrkdwn", text: `*Plan* for ${command.text} by <@${command.user_id}>` },
            },
            {
              type: "actions",
              elements: [
                {
                  type: "button",
                  action_id: "approve",
                  value: "p1",
                  style: "primary",
                  text: { type: "plain_text", text: "Approve & promote" },
                  confirm: {
                    title: { type: "plain_text", text: "Sure?" },
                    text: { type: "plain_text", text: "It goes live." },
                    confirm: { type: "plain_text", text: "Yes" },
                    deny: { type: "plain_text", text: "No" },
                  },
                },
                {
                  type: "button",
                  action_id: "reject",
                  value: "p1",
                  text: { type: "plain_text", text: "Reject" },
                },
              ],
            },
          ],
        });
      });
      app.action("approve", async ({ ack, body, client }) => {
        await ack();
        if (body.type !== "block_actions" || !body.message || !body.channel) return;
        await client.chat.update({
          channel: body.channel.id,
          ts: body.message.ts,
          text: `Approved by <@${body.user.id}>`,
        });
      });
      app.action("reject", async ({ ack, body, client }) => {
        await ack();
        if (body.type !== "block_actions") return;
        await client.views.open({
          trigger_id: body.trigger_id,
          view: {
            type: "modal",
            callback_id: "why",
            private_metadata: body.message?.ts ?? "",
            title: { type: "plain_text", text: "Reject" },
            submit: { type: "plain_text", text: "Send" },
            blocks: [
              {
                type: "input",
                block_id: "why",
                label: { type: "plain_text", text: "Why?" },
                element: { type: "plain_text_input", action_id: "t" },
              },
            ],
          },
        });
      });
      app.view("why", async ({ ack, view, body, client }) => {
        const why = view.state.values["why"]?.["t"]?.value ?? "";
        if (why === "no") return ack({ response_action: "errors", errors: { why: "Say more." } });
        await ack();
        await client.chat.postMessage({
          channel: "#kitchen",
          thread_ts: view.private_metadata,
          text: `<@${body.user.id}>: ${why}`,
        });
      });
      app.event("app_mention", async ({ event, say }) => {
        await say({ text: `You said ${event.text}`, thread_ts: event.thread_ts ?? event.ts });
      });
      app.event("app_home_opened", async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: {
            type: "home",
            blocks: [{ type: "header", text: { type: "plain_text", text: "All is well" } }],
          },
        });
      });
    });
  });
  afterAll(() => running.stop());

  test("a command posts, a second person approves, the message changes and keeps no button", async () => {
    const ana = running.playground.workspace.person("ana");
    const bo = running.playground.workspace.person("bo");
    expect(await ana.types("/promote kitchen", { in: "#kitchen" })).toEqual({ ok: true });
    await bo.sees("Plan for kitchen by @ana");
    const pressed = await bo.presses("Approve & promote");
    expect(pressed).toEqual({ ok: true, question: "Sure?: It goes live. [Yes] [No]" });
    await ana.sees("Approved by @bo");
    await expect(bo.presses("Approve & promote")).rejects.toThrow(
      "bo sees no button Approve & promote; there are",
    );
  });

  test("a declined confirmation reaches nobody", async () => {
    const { workspace, calls } = running.playground;
    await workspace.person("ana").types("/promote twice");
    await workspace.person("bo").sees("Plan for twice");
    const before = calls.length;
    await workspace.person("bo").presses("Approve & promote", { confirm: false });
    expect(calls.length).toBe(before);
  });

  test("a modal is filled in, complains, and is sent", async () => {
    const bo = running.playground.workspace.person("bo");
    await running.playground.workspace.person("ana").types("/promote modal");
    await bo.sees("Plan for modal");
    await bo.presses("Reject");
    await bo.sees("Why?");
    expect(await bo.submits()).toEqual({ ok: false, error: "incomplete" });
    await bo.fills({ "Why?": "no" });
    expect(await bo.presses("Send")).toEqual({ ok: false, error: "errors", question: undefined });
    await bo.sees("Say more.");
    await bo.fills({ "Why?": "not reviewed" });
    expect(await bo.submits()).toEqual({ ok: true });
    await bo.sees("@bo: not reviewed");
  });

  test("what a command answers with respond() is seen by one person alone, and lost on reload", async () => {
    const ana = running.playground.workspace.person("ana");
    await ana.types("/promote whisper");
    await ana.sees("just for you");
    expect(running.playground.workspace.person("bo").canSee("just for you")).toBe(false);
    ana.reloads();
    expect(ana.canSee("just for you")).toBe(false);
  });

  test("a mention in a thread is answered there", async () => {
    const ana = running.playground.workspace.person("ana");
    const parent = await ana.says("Shall we?", { in: "#kitchen" });
    await ana.says("@passerelle status", { in: "#kitchen", thread: parent });
    await ana.sees(/You said @passerelle status/);
    const reply = running.playground.workspace
      .messages("#kitchen")
      .findLast(({ text }) => text.startsWith("You said"));
    expect(reply?.threadTs).toBe(parent.ts);
  });

  test("Home opens with what the app publishes", async () => {
    const ana = running.playground.workspace.person("ana");
    await ana.opensHome();
    await ana.sees("All is well");
  });

  test("the transcript reads like the channel", () => {
    const transcript = running.playground.workspace.transcript({ as: "bo", in: "#kitchen" });
    expect(transcript).toMatch(/\d:\d\d.[AP]M passerelle \(edited\)\n {2}Approved by @bo/);
  });
});

import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { App, HTTPReceiver } from "@slack/bolt";
import { afterEach, expect, test } from "vitest";
import { silent, startQuietly } from "../../test/playground/bolt.ts";

let stopping: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const stop of stopping.reverse()) await stop();
  stopping = [];
});

/** Bolt behind HTTP, on a port that is known before the playground starts. */
async function start(signingSecret = "shared", listen: (app: App) => void = () => {}) {
  const receiver = new HTTPReceiver({ signingSecret: "shared", logger: silent, port: 0 });
  const app = new App({
    receiver,
    logger: silent,
    authorize: async () => ({ botId: "BPASSERELLE", botUserId: "UPASSERELLE" }),
  });
  listen(app);
  const server = (await app.start(0)) as Server;
  stopping.push(() => app.stop());
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/slack/events`;
  const { playground, client } = await startQuietly({ http: { url, signingSecret } });
  stopping.push(playground.stop);
  return { playground, client };
}

test("commands, mentions and buttons arrive signed, and answers come back", async () => {
  const heard: unknown[] = [];
  const { playground, client } = await start("shared", (app) => {
    app.command("/promote", async ({ ack, command }) => ack(`You said ${command.text}.`));
    app.event("app_mention", async ({ event }) => void heard.push(event.text));
    app.action("go", async ({ ack, action }) => {
      heard.push(action.type);
      await ack();
    });
  });
  const ana = playground.workspace.person("ana");
  expect(await ana.types("/promote status")).toEqual({ ok: true });
  await ana.sees("You said status.");
  await ana.says("@passerelle hello");
  await client.chat.postMessage({
    channel: "#kitchen",
    text: "Go?",
    blocks: [
      {
        type: "actions",
        elements: [{ type: "button", action_id: "go", text: { type: "plain_text", text: "Go" } }],
      },
    ],
  });
  expect(await ana.presses("Go")).toMatchObject({ ok: true });
  expect(heard).toEqual(["<@UPASSERELLE> hello", "button"]);
});

test("an app that does not know the secret refuses, and the person is told", async () => {
  const { playground } = await start("another");
  expect(await playground.workspace.person("ana").types("/promote")).toEqual({
    ok: false,
    error: "dispatch_failed",
  });
});

test("an event that is refused is sent again, with a count", async () => {
  const counts: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    counts.push(request.headers["x-slack-retry-num"]?.toString());
    request.resume();
    response.writeHead(counts.length < 3 ? 500 : 200).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  stopping.push(() => new Promise((resolve) => server.close(resolve)));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { playground } = await startQuietly({
    http: { url, signingSecret: "shared", eventRetrySeconds: [0, 0] },
  });
  stopping.push(playground.stop);
  await playground.workspace.person("ana").says("@passerelle hello");
  await expect.poll(() => counts).toEqual([undefined, "1", "2"]);
});

import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Stage, setStage } from "../../test/slack/stage.ts";
import type { SlackOptions } from "./app.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const secret = "8f742231b10e8888abcd99yyyzzz85a5";
const now = (): number => Math.floor(Date.now() / 1000);

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The bot over HTTP, with the playground sending what people do to it. */
async function startOverHttp(parts: Partial<SlackOptions> = {}): Promise<string> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  stage = await setStage({
    slack: "later",
    playground: { http: { url: `${url}/slack/events`, signingSecret: secret } },
  });
  const slack = { ...stage.environment.slack, appToken: undefined, signingSecret: secret, port };
  const environment = { ...stage.environment, slack, listenHost: "127.0.0.1" };
  await stage.startSlack({ environment, ...parts });
  return url;
}

type Sent = {
  readonly signedWith?: string;
  readonly at?: number;
  readonly type?: string;
  readonly body?: string;
};

const help = (more: Record<string, string> = {}): string =>
  new URLSearchParams({
    command: "/promote",
    text: "help",
    user_id: "U1",
    channel_id: "C0KITCHEN",
    team_id: "T1",
    response_url: "http://127.0.0.1:9/none",
    ...more,
  }).toString();

function send(
  url: string,
  { signedWith = secret, at = now(), type, body = help() }: Sent,
): Promise<Response> {
  const signature = createHmac("sha256", signedWith).update(`v0:${at}:${body}`).digest("hex");
  return fetch(`${url}/slack/events`, {
    method: "POST",
    headers: {
      "content-type": type ?? "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": String(at),
      "x-slack-signature": `v0=${signature}`,
    },
    body,
  });
}

test("a whole decision goes over HTTP: command, click, dialog, mention", async () => {
  await startOverHttp();
  const ana = stage.playground.workspace.person("ana");
  const bo = stage.playground.workspace.person("bo");
  expect(await ana.types("/promote diff kitchen")).toEqual({ ok: true });
  await bo.sees(/Promote kitchen: PREPROD/);
  expect(await bo.presses("Reject")).toMatchObject({ ok: true });
  await bo.fills({ "Why?": "too late in the day" });
  expect(await bo.submits()).toEqual({ ok: true });
  await ana.sees(/Rejected by @bo.*too late in the day/);
  await ana.types("/promote diff kitchen");
  await bo.sees(/Promote kitchen: PREPROD/);
  expect(await bo.presses("Approve & promote")).toMatchObject({ ok: true });
  await ana.sees(/Promoting kitchen to PROD/);
  expect(stage.started).toHaveLength(1);
  await ana.says("@passerelle help");
  await ana.sees(/\/promote rollback \[app\]/);
});

test("a command is answered at once, whatever is said about the form's letters", async () => {
  const url = await startOverHttp();
  const answer = await send(url, { type: "application/x-www-form-urlencoded; charset=utf-8" });
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("/promote rollback [app]");
});

test.each([
  ["signed with another secret", { signedWith: "another secret" }],
  ["older than five minutes", { at: now() - 330 }],
  ["from more than five minutes ahead", { at: now() + 330 }],
  ["from no time at all", { at: Number.NaN }],
])("what is %s is refused", async (_, sent) => {
  const url = await startOverHttp();
  expect((await send(url, sent)).status).toBe(401);
  expect((await send(url, {})).status).toBe(200);
});

test("what is not signed at all is refused, and so is anything but a post", async () => {
  const url = await startOverHttp();
  expect((await fetch(`${url}/slack/events`, { method: "POST", body: help() })).status).toBe(401);
  expect((await fetch(`${url}/slack/events`)).status).toBe(405);
  expect((await fetch(`${url}/`)).status).toBe(404);
});

test("a signed request that is sent again is refused, also after the bot was started anew", async () => {
  const url = await startOverHttp();
  const at = now();
  expect((await send(url, { at })).status).toBe(200);
  expect((await send(url, { at })).status).toBe(401);
  await stage.slack().stop();
  const port = Number(new URL(url).port);
  const slack = { ...stage.environment.slack, appToken: undefined, signingSecret: secret, port };
  await stage.startSlack({ environment: { ...stage.environment, slack, listenHost: "127.0.0.1" } });
  expect((await send(url, { at })).status).toBe(401);
  expect((await send(url, { at: at + 1 })).status).toBe(200);
});

test("one request that arrives many times at once is taken once", async () => {
  const url = await startOverHttp();
  const at = now();
  const answers = await Promise.all(Array.from({ length: 6 }, () => send(url, { at })));
  expect(answers.map(({ status }) => status).toSorted()).toEqual([200, 401, 401, 401, 401, 401]);
});

test("what Slack repeats, signed anew, is acknowledged and not done twice", async () => {
  const url = await startOverHttp();
  const body = help({ trigger_id: "1.2.3" });
  expect(await (await send(url, { body })).text()).not.toBe("");
  const again = await send(url, { body, at: now() - 1 });
  expect([again.status, await again.text()]).toEqual([200, ""]);
});

test("Slack's own questions about the address are answered", async () => {
  const url = await startOverHttp();
  const body = JSON.stringify({ type: "url_verification", challenge: "3eZbrw1aB" });
  const answer = await send(url, { type: "application/json", body });
  expect(await answer.json()).toEqual({ challenge: "3eZbrw1aB" });
  expect((await send(url, { body: "ssl_check=1&token=x" })).status).toBe(200);
});

test("what is signed and makes no sense is refused, and holds nothing up", async () => {
  const url = await startOverHttp();
  expect((await send(url, { type: "application/json", body: "{" })).status).toBe(400);
  expect((await send(url, { body: "payload=nonsense" })).status).toBe(400);
  const unknown = JSON.stringify({
    type: "block_actions",
    user: { id: "U1" },
    team: { id: "T1" },
    actions: [],
  });
  expect((await send(url, { body: new URLSearchParams({ payload: unknown }).toString() })).status).toBe(404);
  const large = await send(url, { body: `text=${"x".repeat(2_000_000)}` }).then(
    ({ status }) => status,
    () => "cut off",
  );
  expect([413, "cut off"]).toContain(large);
  expect((await send(url, {})).status).toBe(200);
});

test("the port says that the bot lives and whether it is ready, in both modes", async () => {
  const url = await startOverHttp();
  const look = async (base: string, path: string) => {
    const answer = await fetch(base + path);
    return [answer.status, await answer.text()];
  };
  expect(await look(url, "/healthz")).toEqual([200, "ok\n"]);
  expect(await look(url, "/readyz")).toEqual([200, "ok\n"]);
  const port = await freePort();
  const slack = { ...stage.environment.slack, port };
  await stage.startSlack({ environment: { ...stage.environment, slack, listenHost: "127.0.0.1" } });
  const other = `http://127.0.0.1:${port}`;
  expect(await look(other, "/readyz")).toEqual([200, "ok\n"]);
  expect((await send(other, {})).status).toBe(404);
});

test("while Slack cannot be reached the bot lives and is not ready, and becomes so by itself", async () => {
  const port = await freePort();
  stage = await setStage({ slack: "later" });
  const take = stage.playground.faults.add("auth.test", { status: 503, times: Number.POSITIVE_INFINITY });
  const slack = { ...stage.environment.slack, port };
  await stage.startSlack({
    environment: { ...stage.environment, slack, listenHost: "127.0.0.1" },
    reconnectMilliseconds: 100,
  });
  const ready = () => fetch(`http://127.0.0.1:${port}/readyz`);
  expect((await fetch(`http://127.0.0.1:${port}/healthz`)).status).toBe(200);
  const answer = await ready();
  expect([answer.status, await answer.text()]).toEqual([503, "not connected to Slack\n"]);
  take();
  await expect.poll(async () => (await ready()).status, { timeout: 20_000 }).toBe(200);
});

test("a port that is taken is said, and a refused token leaves it free again", async () => {
  const port = await freePort();
  stage = await setStage({ slack: "later" });
  const environment = {
    ...stage.environment,
    slack: { ...stage.environment.slack, port },
    listenHost: "127.0.0.1",
  };
  const wrong = { ...environment, slack: { ...environment.slack, botToken: "xoxb-wrong" } };
  await expect(stage.startSlack({ environment: wrong })).rejects.toMatchObject({ code: "slack-refused" });
  await stage.startSlack({ environment });
  await expect(stage.startSlack({ environment })).rejects.toMatchObject({
    code: "port-in-use",
    details: { port },
  });
});

test("a database that does not answer makes the bot unready, and nothing is taken that could be a replay", async () => {
  const port = await freePort();
  stage = await setStage({ slack: "later" });
  const away = async (): Promise<never> => {
    throw new Error("the database is away");
  };
  const slack = { ...stage.environment.slack, appToken: undefined, signingSecret: secret, port };
  await stage.startSlack({
    environment: { ...stage.environment, slack, listenHost: "127.0.0.1" },
    store: { ...stage.store, recall: away, firstTime: away },
  });
  const url = `http://127.0.0.1:${port}`;
  const answer = await fetch(`${url}/readyz`);
  expect([answer.status, await answer.text()]).toEqual([503, "the database does not answer\n"]);
  expect((await send(url, {})).status).toBe(503);
});

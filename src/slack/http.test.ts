import { createHmac } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, expect, test } from "vitest";
import { type Stage, setStage } from "../../test/slack/stage.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const secret = "8f742231b10e8888abcd99yyyzzz85a5";

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function startOverHttp(): Promise<(signedWith: string, at?: number) => Promise<Response>> {
  stage = await setStage({ slack: "later" });
  const port = await freePort();
  const slack = { ...stage.environment.slack, appToken: undefined, signingSecret: secret, port };
  await stage.startSlack({ environment: { ...stage.environment, slack } });
  return (signedWith, at = Math.floor(Date.now() / 1000)) => {
    const body = new URLSearchParams({
      command: "/promote",
      text: "help",
      user_id: "U1",
      channel_id: "C0KITCHEN",
      team_id: "T1",
      trigger_id: "1.2.3",
      response_url: "http://127.0.0.1:9/none",
    }).toString();
    const signature = createHmac("sha256", signedWith).update(`v0:${at}:${body}`).digest("hex");
    return fetch(`http://127.0.0.1:${port}/slack/events`, {
      method: "POST",
      headers: {
        "content-type": "application/x-www-form-urlencoded",
        "x-slack-request-timestamp": String(at),
        "x-slack-signature": `v0=${signature}`,
      },
      body,
    });
  };
}

test("without an app token Slack is answered over HTTP, when it signed what it sent", async () => {
  const send = await startOverHttp();
  const answer = await send(secret);
  expect(answer.status).toBe(200);
  expect(await answer.text()).toContain("/promote rollback [app]");
});

test("what is not signed by Slack, or long ago, is refused", async () => {
  const send = await startOverHttp();
  expect((await send("another secret")).status).toBe(401);
  expect((await send(secret, Math.floor(Date.now() / 1000) - 600)).status).toBe(401);
});

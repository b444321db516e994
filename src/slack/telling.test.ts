import { WebClient } from "@slack/web-api";
import { afterEach, expect, test } from "vitest";
import { impact, type Stage, setStage, until } from "../../test/slack/stage.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const ana = () => stage.playground.workspace.person("ana");
const bo = () => stage.playground.workspace.person("bo");
const channel = () => stage.playground.workspace.messages("kitchen");
const topLevel = () =>
  channel().filter((message) => message.threadTs === undefined || message.threadTs === message.ts);
const thread = () =>
  channel()
    .filter((message) => message.threadTs !== undefined && message.threadTs !== message.ts)
    .map((message) => stage.playground.workspace.read(message));
const callsOf = (method: string) => stage.playground.calls.filter((call) => call.method === method).length;
const settled = (key: string) => until(async () => (await stage.store.message(key))?.settled);

/** A promotion that Slack's people asked for and approved. */
async function promoted(): Promise<{ id: string; key: string }> {
  await ana().types("/promote diff");
  await bo().sees("Approve & promote");
  await bo().presses("Approve & promote");
  const id = await until(() => stage.started.at(-1));
  await ana().sees("Promoting kitchen to PROD");
  return { id, key: `plan:${(await stage.promotions.promotion(id))?.planId}` };
}

async function carryOut(id: string): Promise<void> {
  for (const name of ["lock", "verify", "back-up", "stage", "swap", "restart", "health"] as const) {
    await stage.step(id, name, "running");
    await stage.step(id, name, "done", { facts: { files: 2 } });
  }
  await stage.ends(id, { outcome: "done", impact });
}

const everyStep = ["Lock", "Verify the plan", "Back up", "Stage", "Swap", "Restart", "Health check"];

function toldOnceInOrder(): void {
  const lines = thread().join("\n").split("\n");
  const told = lines.flatMap((line) => everyStep.filter((name) => line.includes(`${name} —`)));
  expect(told).toEqual(everyStep);
  expect(lines.filter((line) => line.includes("is up to date and healthy"))).toHaveLength(1);
}

test("a message that was posted although Slack answered with an error is found again, not posted twice", async () => {
  stage = await setStage();
  stage.playground.faults.add("chat.postMessage", { status: 500, when: "after-store" });
  const { id, key } = await promoted();
  stage.playground.faults.add("chat.postMessage", { status: 502, when: "after-store", times: 2 });
  await carryOut(id);
  await settled(key);
  expect(topLevel()).toHaveLength(1);
  toldOnceInOrder();
});

test("a bot that dies between posting and noting it leaves nothing for the next one to post again", async () => {
  stage = await setStage();
  const { id, key } = await promoted();
  await stage.step(id, "lock", "done", { facts: { files: 2 } });
  await until(() => thread().length > 0);
  await stage.slack().stop();
  const record = await until(() => stage.store.message(key));
  await stage.store.setMessage(key, { ...record, ts: "", toldSequence: 0, shown: "" });
  await stage.startSlack();
  await carryOut(id);
  await settled(key);
  expect(topLevel()).toHaveLength(1);
  toldOnceInOrder();
});

test("what happened while no bot was there is told by the next, in order, once", async () => {
  stage = await setStage();
  const { id, key } = await promoted();
  await stage.step(id, "lock", "running");
  await stage.slack().stop();
  await carryOut(id);
  expect(thread()).toEqual([]);
  await stage.startSlack();
  await settled(key);
  expect(topLevel()).toHaveLength(1);
  toldOnceInOrder();
  await ana().sees("PROD of kitchen is up to date and healthy");
});

test("while Slack is away a promotion goes on, and its ending is told when Slack is back", async () => {
  stage = await setStage();
  const { id, key } = await promoted();
  const back = stage.playground.faults.add("*", { status: 503, times: Number.POSITIVE_INFINITY });
  await carryOut(id);
  expect((await stage.promotions.promotion(id))?.status).toBe("done");
  await until(() => stage.logs.some((line) => line.includes("telling later")));
  back();
  await settled(key);
  toldOnceInOrder();
});

test("a limit is waited out, and the last state is shown", async () => {
  stage = await setStage();
  const { id, key } = await promoted();
  stage.playground.faults.add("chat.update", { status: 429, retryAfterSeconds: 1, times: 2 });
  stage.playground.faults.add("chat.postMessage", { status: 429, retryAfterSeconds: 1 });
  await carryOut(id);
  await settled(key);
  await ana().sees("PROD of kitchen is up to date and healthy");
  toldOnceInOrder();
});

test("a message that somebody deleted is posted anew", async () => {
  stage = await setStage();
  const { id, key } = await promoted();
  const client = new WebClient(stage.playground.botToken, { slackApiUrl: stage.playground.apiUrl });
  const record = await until(() => stage.store.message(key));
  await client.chat.delete({ channel: record.channel, ts: record.ts });
  await carryOut(id);
  await settled(key);
  const now = await until(() => stage.store.message(key));
  expect(now.ts).not.toBe(record.ts);
  await ana().sees("PROD of kitchen is up to date and healthy");
});

test("a workspace that refuses tables still gets the message, and what is in the table as fields", async () => {
  stage = await setStage();
  const { id, key } = await promoted();
  stage.playground.faults.add("chat.update", { error: "invalid_blocks" });
  await stage.ends(id, { outcome: "done", impact });
  await settled(key);
  expect(await ana().sees("Roll back…")).toMatch(/Health\n.*Before: 200 in 91 ms · After: 200 in 84 ms/);
});

test("many changes in a short time become few updates", async () => {
  stage = await setStage({
    slack: { telling: { updateMilliseconds: 1000, retryMilliseconds: 50, sweepMilliseconds: 60_000 } },
  });
  const { id, key } = await promoted();
  const before = callsOf("chat.update");
  for (let file = 1; file <= 60; file += 1)
    await stage.step(id, "stage", "running", { facts: { files: file } });
  await carryOut(id);
  await settled(key);
  expect(callsOf("chat.update") - before).toBeLessThanOrEqual(5);
  await ana().sees("PROD of kitchen is up to date and healthy");
});

test("a promotion from a terminal is told in the channel when Slack is there again", async () => {
  stage = await setStage({ slack: "later" });
  const by = { id: "terminal:julien", via: "terminal" } as const;
  const proposal = await stage.promotions.propose({ app: "kitchen", by });
  const decided = await stage.promotions.promoteNow({
    app: "kitchen",
    by,
    plan: proposal.plan.digest,
    reason: "Slack is down",
  });
  expect(decided.outcome).toBe("started");
  const id = await until(() => stage.started.at(-1));
  await carryOut(id);
  expect(channel()).toEqual([]);
  await stage.startSlack();
  await ana().sees("julien (terminal)");
  await settled(`promotion:${id}`);
  expect(topLevel()).toHaveLength(1);
  toldOnceInOrder();
});

test("a diff from a terminal is nobody's business in the channel", async () => {
  stage = await setStage();
  await stage.promotions.propose({ app: "kitchen", by: { id: "terminal:julien", via: "terminal" } });
  await new Promise((resolve) => setTimeout(resolve, 600));
  expect(channel()).toEqual([]);
});

test("an approval is counted when Slack, away for a moment, says again who the approvers are", async () => {
  stage = await setStage();
  await ana().types("/promote diff");
  await bo().sees("Approve & promote");
  stage.playground.faults.add("usergroups.users.list", { status: 503, times: 4 });
  await bo().presses("Approve & promote");
  await until(() => stage.started.at(-1), 30);
  await ana().sees("Promoting kitchen to PROD");
});

test("an approval stands even when Slack cannot show it", async () => {
  stage = await setStage();
  await ana().types("/promote diff");
  await bo().sees("Approve & promote");
  const faults = [
    stage.playground.faults.add("chat.update", { status: 500, times: Number.POSITIVE_INFINITY }),
    stage.playground.faults.add("chat.postMessage", { hangSeconds: 1, times: 3 }),
  ];
  await bo().presses("Approve & promote");
  const id = await until(() => stage.started.at(-1));
  await carryOut(id);
  for (const end of faults) end();
  await settled(`plan:${(await stage.promotions.promotion(id))?.planId}`);
  await ana().sees("PROD of kitchen is up to date and healthy");
});

import { afterEach, expect, test } from "vitest";
import { type Stage, setStage, until } from "../../test/slack/stage.ts";
import { isFailure } from "../errors.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const ana = () => stage.playground.workspace.person("ana");
const connections = () => stage.playground.faults.socket.connections();
const opened = () => stage.playground.calls.filter((call) => call.method === "apps.connections.open").length;
const quick = {
  greetingMilliseconds: 5000,
  firstRetryMilliseconds: 50,
  mostRetryMilliseconds: 300,
  pongMilliseconds: 600,
  farewellMilliseconds: 3000,
};

test("two connections are held, and none is left after the end", async () => {
  stage = await setStage();
  await until(() => connections() === 2);
  await stage.slack().stop();
  await until(() => connections() === 0, 2);
  expect(stage.slack().connected()).toBe(false);
});

test("a refresh of every connection at once loses no command", async () => {
  stage = await setStage({ slack: { timing: quick }, playground: { socketMode: { graceSeconds: 2 } } });
  await until(() => connections() === 2);
  let fewest = connections();
  const watching = setInterval(() => {
    fewest = Math.min(fewest, connections());
  }, 2);
  stage.playground.faults.socket.disconnect("refresh_requested");
  for (let count = 0; count < 20; count += 1) {
    expect(await ana().types("/promote help")).toEqual({ ok: true });
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  await until(() => connections() === 2);
  clearInterval(watching);
  expect(fewest).toBe(2);
  expect(stage.logs.filter((line) => line.includes("no Slack connection"))).toEqual([]);
});

test("a cut of every connection is mended", async () => {
  stage = await setStage({ slack: { timing: quick } });
  await until(() => connections() === 2);
  stage.playground.faults.socket.cut();
  await until(() => opened() >= 4);
  await until(() => connections() === 2 && stage.slack().connected());
  expect(await ana().types("/promote help")).toEqual({ ok: true });
});

test("a Slack that no longer answers pings is left for one that does", async () => {
  stage = await setStage({ slack: { timing: quick } });
  await until(() => connections() === 2);
  const before = opened();
  stage.playground.faults.socket.silence(true);
  await until(() => opened() > before, 30);
  stage.playground.faults.socket.silence(false);
  await until(() => stage.slack().connected() && connections() >= 2, 30);
  expect(await ana().types("/promote help")).toEqual({ ok: true });
});

test("the bot outlives a Slack that refuses to connect it again", async () => {
  stage = await setStage({ slack: { timing: quick } });
  await until(() => connections() === 2);
  const again = stage.playground.faults.add("apps.connections.open", { error: "invalid_auth", times: 6 });
  stage.playground.faults.socket.cut();
  await until(() => stage.logs.some((line) => line.includes("no Slack connection")));
  again();
  await until(() => connections() === 2);
  expect(await ana().types("/promote help")).toEqual({ ok: true });
});

test("what Slack delivers twice is done once", async () => {
  stage = await setStage();
  stage.playground.faults.socket.duplicate(1);
  await ana().types("/promote lock 1h twice");
  await ana().sees("kitchen is locked by @ana: twice");
  await new Promise((resolve) => setTimeout(resolve, 500));
  expect(stage.playground.workspace.messages("kitchen")).toHaveLength(1);
});

test.each([
  ["botToken", "SLACK_BOT_TOKEN"],
  ["appToken", "SLACK_APP_TOKEN"],
] as const)("a bad %s is refused at the start, by name", async (field, token) => {
  stage = await setStage({ slack: "later" });
  const environment = { ...stage.environment, slack: { ...stage.environment.slack, [field]: "xoxb-wrong" } };
  const refused = await stage.startSlack({ environment }).catch((error: unknown) => error);
  expect(isFailure(refused, "slack-refused") && refused.details).toEqual({ token, reason: "invalid_auth" });
  expect(connections()).toBe(0);
});

test("a missing token is refused at the start, by name", async () => {
  stage = await setStage({ slack: "later" });
  const environment = { ...stage.environment, slack: { ...stage.environment.slack, appToken: undefined } };
  const refused = await stage.startSlack({ environment }).catch((error: unknown) => error);
  expect(isFailure(refused, "environment-invalid") && refused.details["variable"]).toBe("SLACK_APP_TOKEN");
});

test("a Slack that is away at the start is connected to when it comes", async () => {
  stage = await setStage({ slack: "later" });
  const back = stage.playground.faults.add("*", { status: 503, times: Number.POSITIVE_INFINITY });
  await stage.startSlack({ reconnectMilliseconds: 100, timing: quick });
  expect(stage.slack().connected()).toBe(false);
  back();
  await until(() => connections() === 2);
  await ana().types("/promote status");
  await ana().sees("Slack link up");
});

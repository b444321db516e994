import { accessSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { expect, type TestContext, test, vi } from "vitest";
import { idFor } from "../../src/playground/seed.ts";
import { startPlayground } from "../../src/playground/server.ts";
import { channelId, openScene, type Scene, type SceneOptions } from "../scene.ts";
import { type Serving, serve } from "../terminal.ts";
import { approve, done, endingsTold, long, patience, promote, propose } from "./in-slack.ts";

async function open({ onTestFinished }: TestContext, options: Partial<SceneOptions> = {}): Promise<Scene> {
  const scene = await openScene({
    preprod: { "src/health": "ok", "src/main.txt": "new\n" },
    prod: { "app/health": "ok", "app/main.txt": "old\n" },
    startBot: false,
    ...options,
  });
  onTestFinished(() => scene.close());
  return scene;
}

async function start(
  { onTestFinished }: TestContext,
  scene: Scene,
  env: Readonly<Record<string, string>> = {},
  ready?: RegExp,
): Promise<Serving> {
  const bot = await serve(scene, env, ready);
  onTestFinished(async () => void (await bot.stop()));
  return bot;
}

async function until(happened: () => boolean, seconds = long.timeoutSeconds): Promise<void> {
  await vi.waitUntil(happened, { timeout: seconds * 1000, interval: 20 });
}

const exists = (file: string): boolean => {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
};

test.concurrent(
  "a second bot on the same data refuses and names the first one's process; the first one goes on, and ends with 0",
  async (context) => {
    const scene = await open(context);
    const first = await start(context, scene);
    const second = await start(context, scene);
    expect(await second.exited).toBe(1);
    expect(second.stderr()).toMatch(
      new RegExp(`Another bot \\(process ${first.pid}\\) already uses the data directory`),
    );
    await promote(scene);
    const asked = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(20_000);
    const third = await start(context, scene);
    expect(third.stderr()).toMatch(/Listening to Slack/);
  },
  patience,
);

test.concurrent(
  "a bot told to end while PROD restarts ends with 0 at once, and the next one brings the promotion to its one end",
  async (context) => {
    const scene = await open(context, {
      app: { restart: "{ command: 'echo >>../begun; sleep 20; echo restarted >>../restarted' }" },
    });
    const first = await start(context, scene);
    await propose(scene);
    await scene.person("bo").presses(approve);
    await until(() => exists(join(scene.directory, "begun")));
    const asked = performance.now();
    expect(await first.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(20_000);
    expect(await scene.restarts()).toBe(0);
    await start(context, scene);
    await scene.person("bo").sees(done, long);
    expect(await endingsTold(scene, done)).toBe(1);
    expect(readFileSync(join(scene.directory, "begun"), "utf8")).toBe("\n");
    expect(await scene.restarts()).toBe(1);
  },
  patience,
);

test.concurrent.for([
  ["SLACK_BOT_TOKEN", "xoxb-000000000000-wrong", /Slack refused SLACK_BOT_TOKEN.*OAuth & Permissions/],
  ["SLACK_APP_TOKEN", "xapp-1-A000-000-wrong", /Slack refused SLACK_APP_TOKEN.*connections:write/],
  ["SLACK_BOT_TOKEN", "xapp-1-A000-000-swapped", /SLACK_BOT_TOKEN: is an app-level token.*SLACK_APP_TOKEN/],
  ["SLACK_APP_TOKEN", "", /SLACK_APP_TOKEN/],
] as const)(
  "a %s that is %s ends the bot with 1, names it and the remedy, and is not shown",
  { timeout: patience },
  async ([name, token, sentence], context) => {
    const scene = await open(context);
    const bot = await start(context, scene, { [name]: token });
    expect(await bot.exited).toBe(1);
    expect(bot.stderr()).toMatch(sentence);
    if (token !== "") expect(bot.stderr()).not.toContain(token);
    expect(bot.stderr()).not.toMatch(/^ +at /m);
  },
);

test.concurrent(
  "a bot that starts while Slack is away keeps trying, and serves once it is back",
  async (context) => {
    const scene = await open(context);
    const port = await freePort();
    const tokens = { botToken: "xoxb-1-known", appToken: "xapp-1-A0-1-known" };
    const bot = await start(
      context,
      scene,
      {
        SLACK_API_URL: `http://127.0.0.1:${port}/api/`,
        SLACK_BOT_TOKEN: tokens.botToken,
        SLACK_APP_TOKEN: tokens.appToken,
      },
      /Slack is not reachable/,
    );
    expect(bot.stderr()).toMatch(/Slack is not reachable yet; trying again by itself/);
    const playground = await startPlayground({
      port,
      seed: {
        people: [{ name: "ana" }, { name: "bo" }],
        channels: [{ name: "kitchen", id: channelId }],
        app: { name: "passerelle", ...tokens },
      },
    });
    context.onTestFinished(() => playground.stop());
    const ana = playground.workspace.person("ana");
    await vi.waitUntil(async () => (await ana.types("/promote diff kitchen")).ok, {
      timeout: long.timeoutSeconds * 1000,
      interval: 500,
    });
    await ana.sees(/PREPROD → PROD\?/, long);
    expect(ana.id).toBe(idFor("U", "ana"));
    expect(await bot.stop()).toBe(0);
  },
  patience,
);

test.concurrent(
  "a bot whose Slack never answers still ends with 0 when it is told to",
  async (context) => {
    const scene = await open(context);
    scene.playground.faults.add("*", { hangSeconds: 600, times: Number.POSITIVE_INFINITY });
    const silent = await start(context, scene, {}, /Slack/);
    const asked = performance.now();
    expect(await silent.stop()).toBe(0);
    expect(performance.now() - asked).toBeLessThan(20_000);
  },
  patience,
);

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

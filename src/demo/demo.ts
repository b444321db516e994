// `passerelle demo`: a small Slack, a sample app and the bot on this machine; no account needed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { type Bot, openBot } from "../compose.ts";
import type { Environment } from "../config/config.ts";
import { readConfig } from "../config/read-config.ts";
import { idFor, type WorkspaceSeed } from "../playground/seed.ts";
import { type Playground, startPlayground } from "../playground/server.ts";
import { openStore } from "../store/open-store.ts";
import { createMask } from "../texts/mask.ts";
import { makeSampleApp, type SampleApp } from "./sample-app.ts";
import { playAll, stories } from "./stories.ts";

export type DemoOptions = {
  readonly port: number | undefined;
  readonly autoplay: boolean;
  readonly json: boolean;
};

const channel = "C0KITCHEN00";

const seed: WorkspaceSeed = {
  team: { name: "Back to the Kitchen" },
  app: { name: "passerelle" },
  people: [
    { name: "ana", realName: "Ana Ribeiro" },
    { name: "bo", realName: "Bo Lindqvist" },
    { name: "chloe", realName: "Chloé Martin", locale: "fr-FR" },
    { name: "eve", realName: "Eve Stranger" },
  ],
  channels: [{ name: "kitchen", id: channel, topic: "Promotions of the kitchen app" }],
};

export async function runDemo(options: DemoOptions): Promise<number> {
  const directory = await mkdtemp(join(tmpdir(), "passerelle-demo-"));
  const closing: (() => Promise<unknown>)[] = [
    () => rm(directory, { recursive: true, force: true, maxRetries: 5 }),
  ];
  try {
    const playground = await startPlayground({ port: options.port ?? 0, seed });
    closing.push(() => playground.stop());
    const app = await makeSampleApp(directory, {
      channel,
      approvers: ["bo", "chloe"].map((name) => idFor("U", name)),
      run,
    });
    await app.start();
    closing.push(() => app.stop());
    const bot = await openDemoBot(directory, app, playground);
    closing.push(() => bot.close());
    await bot.startWork();
    await bot.startSlack();
    return options.autoplay ? await autoplay(options, playground, app) : await waitForPerson(playground, app);
  } finally {
    for (const close of closing.reverse()) await close().catch((error: unknown) => console.error(error));
  }
}

async function openDemoBot(directory: string, app: SampleApp, playground: Playground): Promise<Bot> {
  const dataDir = join(directory, "data");
  const environment: Environment = {
    slack: {
      botToken: playground.botToken,
      appToken: playground.appToken,
      signingSecret: undefined,
      port: undefined,
      apiUrl: playground.apiUrl,
    },
    configFile: app.configFile,
    dataDir,
    databaseUrl: undefined,
    logLevel: process.env["LOG_LEVEL"] ?? "error",
  };
  const config = await readConfig(app.configFile);
  const store = await openStore({ dataDir, databaseUrl: undefined, role: "bot" });
  const logger = pino({ level: environment.logLevel }, pino.destination({ dest: 2, sync: true }));
  return openBot({
    role: "bot",
    config,
    environment,
    store,
    mask: createMask([playground.botToken, playground.appToken]),
    logger,
  });
}

async function autoplay({ json }: DemoOptions, playground: Playground, app: SampleApp): Promise<number> {
  const { workspace } = playground;
  const say = (event: Readonly<Record<string, unknown>>, line: string): void => {
    process.stdout.write(json ? `${JSON.stringify(event)}\n` : `${line}\n`);
  };
  say(
    { event: "started", page: playground.url, stories: stories.map(({ name }) => name) },
    `Page: ${playground.url}\n`,
  );
  const stage = { ana: workspace.person("ana"), bo: workspace.person("bo"), app };
  const allWell = await playAll(stage, async (story, { ok, problem }) => {
    const line = `${ok ? "ok  " : "FAIL"} ${story.name}: ${story.told}${ok ? "" : `\n     ${problem}`}`;
    say({ event: "story", story: story.name, told: story.told, ok, ...(ok ? {} : { problem }) }, line);
  });
  const transcript = workspace.transcript();
  say({ event: "transcript", text: transcript }, `\n${transcript}`);
  say(
    { event: "ended", ok: allWell },
    allWell ? "\nEvery story ended as told." : "\nA story ended otherwise than told.",
  );
  return allWell ? 0 : 1;
}

async function waitForPerson(playground: Playground, app: SampleApp): Promise<number> {
  process.stdout.write(
    [
      "",
      `  A small Slack with the bot in it:   ${playground.url}`,
      `  PROD of the sample app:             ${app.url}`,
      `  PREPROD's files, to change:         ${app.preprod}`,
      "",
      "  In the page: type  /promote diff kitchen  as ana, then be bo and press Approve & promote.",
      "  Ctrl+C ends everything and removes it.",
      "",
      "",
    ].join("\n"),
  );
  await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
  return 0;
}

async function run(command: string): Promise<void> {
  const child = spawn("/bin/sh", ["-c", command], { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${command} exited with ${code}`);
}

// A whole Passerelle on this machine for one test: two sides on disk, an app that answers, a Slack with people, the bot.

import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { pino } from "pino";
import { type Bot, type BotOptions, openBot } from "../src/compose.ts";
import type { Environment } from "../src/config/config.ts";
import { readConfig } from "../src/config/read-config.ts";
import type { Person } from "../src/playground/people.ts";
import { idFor } from "../src/playground/seed.ts";
import { type Playground, startPlayground } from "../src/playground/server.ts";
import { openStore } from "../src/store/open-store.ts";
import type { Store } from "../src/store/store.ts";
import { createMask } from "../src/texts/mask.ts";

export type Files = Readonly<Record<string, string>>;

export type Scene = {
  readonly directory: string;
  readonly preprod: string;
  readonly prod: string;
  readonly configFile: string;
  readonly environment: Environment;
  readonly playground: Playground;
  readonly person: (name: string) => Person;
  readonly bot: Bot;
  readonly store: Store;
  /** How often the restart command ran. */
  readonly restarts: () => Promise<number>;
  /** Where the app answers. */
  readonly url: string;
  /** Stops the bot and starts another one on the same data. */
  readonly restartBot: () => Promise<Bot>;
  readonly close: () => Promise<void>;
};

export type SceneOptions = {
  readonly preprod: Files;
  readonly prod: Files;
  /** Lines of the app's section in place of the usual ones. */
  readonly app?: Section | ((given: Given) => Section);
  readonly hosts?: string;
  /** Side lines, when PROD or PREPROD is not local. */
  readonly sides?: (roots: { preprod: string; prod: string }) => { preprod: string; prod: string };
  readonly startBot?: boolean;
  /** How the bot is to be otherwise than usual. */
  readonly bot?: Pick<BotOptions, "hostPatienceSeconds">;
  /** The app's name, `kitchen` when left out. */
  readonly name?: string;
  /** Puts more into the sides before anything looks at them. */
  readonly fill?: (roots: { preprod: string; prod: string }) => void | Promise<void>;
  /** Where PROD's root is made, when not beside PREPROD's. */
  readonly prodIn?: string;
  /** What the app answers, in place of what `app/health` says. */
  readonly answers?: (prod: string) => Promise<Answer> | Answer;
};

type Section = Readonly<Record<string, string>>;
/** `restarted`: the file to which each restart adds a line. */
type Given = {
  readonly preprod: string;
  readonly prod: string;
  readonly url: string;
  readonly restarted: string;
};

export type Answer = { readonly status: number; readonly text: string };

export const channelId = "C0KITCHEN00";

/**
 * PROD's `app/health` decides what the app answers: `ok` is 200, anything else 503 with that text. Approvers are bo and cy;
 * ana asks; eve is a stranger.
 */
export async function openScene(options: SceneOptions): Promise<Scene> {
  const directory = await mkdtemp(join(tmpdir(), "passerelle-scene-"));
  const preprod = join(directory, "10_preprod");
  const prod = join(options.prodIn ?? directory, "20_prod");
  await writeFiles(preprod, options.preprod);
  await writeFiles(prod, options.prod);
  await options.fill?.({ preprod, prod });
  const app = await serveAnswers(async () => (options.answers ?? answerOfHealthFile)(prod));
  const playground = await startPlayground({
    seed: {
      people: ["ana", "bo", "cy", "eve"].map((name) => ({ name })),
      channels: [{ name: "kitchen", id: channelId }],
    },
  });
  const configFile = join(directory, "passerelle.yml");
  const restarted = join(directory, "restarted");
  await writeFile(configFile, configText(options, { preprod, prod, url: app.url, restarted }));
  const environment: Environment = {
    slack: {
      botToken: playground.botToken,
      appToken: playground.appToken,
      signingSecret: undefined,
      port: undefined,
      apiUrl: playground.apiUrl,
    },
    configFile,
    dataDir: join(directory, "data"),
    databaseUrl: undefined,
    logLevel: "fatal",
  };
  let opened = options.startBot === false ? undefined : await startBot(environment, options.bot);
  return {
    directory,
    preprod,
    prod,
    configFile,
    environment,
    playground,
    person: (name) => playground.workspace.person(name),
    get bot() {
      if (opened === undefined) throw new Error("no bot runs in this scene");
      return opened.bot;
    },
    get store() {
      if (opened === undefined) throw new Error("no bot runs in this scene");
      return opened.store;
    },
    url: app.url,
    restarts: async () => (await readFile(restarted, "utf8").catch(() => "")).split("\n").length - 1,
    restartBot: async () => {
      await opened?.bot.close();
      opened = await startBot(environment, options.bot);
      return opened.bot;
    },
    close: async () => {
      await opened?.bot.close();
      await playground.stop();
      app.server.close();
      app.server.closeAllConnections();
      await rm(directory, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

export async function startBot(
  environment: Environment,
  more: Pick<BotOptions, "hostPatienceSeconds"> = {},
): Promise<{ readonly bot: Bot; readonly store: Store }> {
  const config = await readConfig(environment.configFile);
  const { dataDir, databaseUrl, slack } = environment;
  const store = await openStore({ dataDir, databaseUrl, role: "bot" });
  const logger = pino(
    { level: process.env["LOG_LEVEL"] ?? "fatal" },
    pino.destination({ dest: 2, sync: true }),
  );
  const mask = createMask([slack.botToken ?? "", slack.appToken ?? ""].filter((token) => token !== ""));
  const bot = await openBot({ role: "bot", config, environment, store, mask, logger, ...more });
  await bot.startWork();
  await bot.startSlack();
  return { bot, store };
}

export async function writeFiles(root: string, files: Files): Promise<void> {
  await mkdir(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), content);
  }
}

function configText(options: SceneOptions, scene: Given): string {
  const sides = options.sides?.(scene) ?? {
    preprod: `{ host: local, root: "${scene.preprod}" }`,
    prod: `{ host: local, root: "${scene.prod}" }`,
  };
  const section: Readonly<Record<string, string>> = {
    channel: channelId,
    ...sides,
    paths: "[{ from: src/, to: app/ }]",
    restart: `{ command: 'echo restarted >> "${scene.restarted}"' }`,
    health: `{ deadline: 3s, interval: 1s, http: [{ url: "${scene.url}" }] }`,
    approval: `{ approvers: [${idFor("U", "bo")}, ${idFor("U", "cy")}] }`,
    ...(typeof options.app === "function" ? options.app(scene) : options.app),
  };
  const lines = Object.entries(section).map(([key, value]) => `    ${key}: ${value}`);
  return [options.hosts ?? "", "apps:", `  ${options.name ?? "kitchen"}:`, ...lines, ""].join("\n");
}

async function answerOfHealthFile(prod: string): Promise<Answer> {
  const said = await readFile(join(prod, "app/health"), "utf8").catch(() => "no health file");
  return { status: said.trim() === "ok" ? 200 : 503, text: said };
}

async function serveAnswers(
  answer: () => Promise<Answer>,
): Promise<{ readonly server: Server; readonly url: string }> {
  const server = createServer((_, response) => {
    void answer().then(
      ({ status, text }) => response.writeHead(status).end(text),
      () => response.writeHead(500).end("the app broke"),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { server, url: `http://127.0.0.1:${port}/` };
}

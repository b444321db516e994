import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { pino } from "pino";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { type Bot, openBot } from "../../src/compose.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { openStore } from "../../src/store/open-store.ts";
import { openScene, type Scene } from "../scene.ts";
import { approve, done, long, planned, propose } from "./in-slack.ts";

vi.setConfig({ testTimeout: 120_000 });

let scene: Scene;
let bot: Bot;
/** What the bot takes for now. */
let clock: Date;

beforeEach(async () => {
  scene = await openScene({
    preprod: { "src/health": "ok", "src/main.py": "one\ntwo\nthree\n" },
    prod: { "app/health": "ok" },
    app: { watch: `{ drift: '0 8 * * *' }` },
    startBot: false,
  });
  clock = new Date();
  await begin();
});
afterEach(async () => {
  await bot.close();
  await scene.close();
});

/** Just after eight, some days from now. */
function morning(days: number): Date {
  const today = new Date();
  return new Date(today.getFullYear(), today.getMonth(), today.getDate() + days, 8, 0, 30);
}

async function begin(): Promise<void> {
  const { environment, configFile } = scene;
  const config = await readConfig(configFile);
  const { dataDir, databaseUrl } = environment;
  const store = await openStore({ dataDir, databaseUrl, role: "bot" });
  const logger = pino({ level: "fatal" }, pino.destination({ dest: 2, sync: true }));
  const mask = (text: string): string => text;
  bot = await openBot({
    role: "bot",
    config,
    environment,
    store,
    mask,
    logger,
    now: () => clock,
    sweepSeconds: 0.2,
  });
  await bot.startWork();
  await bot.startSlack();
}

const alarms = (): number => {
  const { workspace } = scene.playground;
  return workspace
    .messages("kitchen")
    .filter((message) => /changed PROD of kitchen by hand/.test(workspace.read(message))).length;
};

test("the channel is told once of a hand edit, from which a click leads to the plan and to the patch", async () => {
  await propose(scene);
  const bo = scene.person("bo");
  await bo.presses(approve);
  await bo.sees(done, long);
  await writeFile(join(scene.prod, "app/main.py"), "one\nby hand\nthree\n");
  await new Promise((resolve) => setTimeout(resolve, 1000));
  expect(alarms()).toBe(0);

  clock = morning(1);
  await bo.sees(/Somebody changed PROD of kitchen by hand: 1 file/, long);
  await bo.sees(/app\/main\.py/);
  await bot.close();
  clock = morning(2);
  await begin();
  await new Promise((resolve) => setTimeout(resolve, 2000));
  expect(alarms()).toBe(1);

  await bo.presses("Patch for PREPROD");
  await bo.sees(/What was changed by hand in PROD of kitchen/, long);
  const [file] = scene.playground.workspace.state.files.values();
  expect(file?.bytes?.toString()).toContain("-two\n+by hand\n");
  await scene.person("ana").presses("Show the plan");
  await bo.sees(planned, long);
  await bo.sees(/this plan overwrites, removes or undoes that/, long);
});

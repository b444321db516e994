// A bot in a process of its own that dies by SIGKILL at a point its parent names; without one it just works.

import { pino } from "pino";
import { openBot } from "../../src/compose.ts";
import type { Environment } from "../../src/config/config.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { holdDataDir } from "../../src/store/data-dir.ts";
import { openStore } from "../../src/store/open-store.ts";
import type { Store } from "../../src/store/store.ts";

const environment = JSON.parse(process.argv[2] ?? "") as Environment;
/** `running:swap` dies when the step is recorded as begun, `done:swap` when its work is done but the engine does not know. */
const dieAt = process.argv[3];

const held = await holdDataDir(environment.dataDir);
const store = await openStore({ dataDir: environment.dataDir, databaseUrl: undefined, role: "bot" });
const mortal: Store = {
  ...store,
  async setStep(promotionId, step) {
    await store.setStep(promotionId, step);
    if (dieAt === `${step.status}:${step.name}`) process.kill(process.pid, "SIGKILL");
  },
  async endPromotion(promotionId, ending, at) {
    const ended = await store.endPromotion(promotionId, ending, at);
    if (dieAt === "ended") process.kill(process.pid, "SIGKILL");
    return ended;
  },
};
const bot = await openBot({
  role: "bot",
  config: await readConfig(environment.configFile),
  environment,
  store: mortal,
  mask: (text) => text,
  logger: pino({ level: process.env["LOG_LEVEL"] ?? "fatal" }, pino.destination({ dest: 2, sync: true })),
});
await bot.startWork();
await bot.startSlack();
process.send?.("ready");
process.on("SIGTERM", async () => {
  await bot.close();
  await held.release();
  process.exit(0);
});

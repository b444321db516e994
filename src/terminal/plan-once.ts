// The plan that a configuration gives, made without leaving anything behind: the data directory lives as long as the question.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { openBot } from "../compose.ts";
import type { Config, Environment } from "../config/config.ts";
import { secretsOf } from "../config/environment.ts";
import { openStore } from "../store/open-store.ts";
import { createMask } from "../texts/mask.ts";
import type { Plan } from "../tree/plan.ts";
import { whoTypes } from "./context.ts";

export async function planOnce(config: Config, app: string, environment: Environment): Promise<Plan> {
  const dataDir = await mkdtemp(join(tmpdir(), "passerelle-init-"));
  try {
    const own: Environment = { ...environment, dataDir, databaseUrl: undefined };
    const logger = pino({ level: "silent" });
    const store = await openStore({ dataDir, databaseUrl: undefined, role: "terminal" });
    const mask = createMask(secretsOf(environment));
    const bot = await openBot({ role: "terminal", config, environment: own, store, mask, logger });
    try {
      const { plan } = await bot.promotions.propose({ app, by: whoTypes(), groups: [] });
      return plan;
    } finally {
      await bot.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

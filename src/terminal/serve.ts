// `passerelle serve`: the bot itself, until a signal ends it.

import { once } from "node:events";
import { pino } from "pino";
import { openBot } from "../compose.ts";
import type { Config, Environment } from "../config/config.ts";
import { secretsOf } from "../config/environment.ts";
import { holdDataDir } from "../store/data-dir.ts";
import { openStore } from "../store/open-store.ts";
import { createMask } from "../texts/mask.ts";
import { exits } from "./context.ts";
import type { Screen } from "./screen.ts";

export async function serve(config: Config, environment: Environment, screen: Screen): Promise<number> {
  const logger = pino({ level: environment.logLevel }, pino.destination({ dest: 2, sync: true }));
  const { dataDir, databaseUrl } = environment;
  const held = await holdDataDir(dataDir);
  try {
    const store = await openStore({ dataDir, databaseUrl, role: "bot" });
    const bot = await openBot({
      role: "bot",
      config,
      environment,
      store,
      mask: createMask(secretsOf(environment)),
      logger,
    });
    try {
      const ended = signalled();
      await bot.startWork();
      const { listening, slackDown } = screen.texts.terminal;
      const connected = await bot.startSlack();
      screen.note(connected ? listening([...config.apps.keys()].join(", ")) : slackDown);
      await ended;
      screen.note(screen.texts.terminal.stopping);
    } finally {
      await bot.close();
    }
    screen.note(screen.texts.terminal.stopped);
    return exits.ok;
  } finally {
    await held.release();
  }
}

function signalled(): Promise<unknown> {
  return Promise.race([once(process, "SIGTERM"), once(process, "SIGINT")]);
}

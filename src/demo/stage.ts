// Where the stories happen: the sample app, the bot, the line between the bot and its Slack.

import { setTimeout as sleep } from "node:timers/promises";
import type { Playground } from "../playground/server.ts";
import type { BotProcess } from "./bot-process.ts";
import type { SampleApp } from "./sample-app.ts";

export type Stage = {
  readonly playground: Playground;
  readonly app: SampleApp;
  readonly bot: BotProcess;
};

export const secondsAway = 10;
export const secondsDead = 3;

/** The bot loses its connection, and Slack answers nothing until it is back. */
export async function cutConnection({ playground }: Stage, seconds = secondsAway): Promise<void> {
  const mend = playground.faults.add("*", { status: 503, times: Number.POSITIVE_INFINITY });
  playground.faults.socket.cut();
  await sleep(seconds * 1000);
  mend();
}

/** The bot dies without a word, and is started again as a supervisor would. */
export async function killBot({ bot }: Stage, seconds = secondsDead): Promise<void> {
  await bot.kill();
  await sleep(seconds * 1000);
  await bot.start();
}

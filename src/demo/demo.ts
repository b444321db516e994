// `passerelle demo`: a small Slack, a sample app and the bot on this machine; no account needed.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { idFor, type WorkspaceSeed } from "../playground/seed.ts";
import { type Playground, startPlayground } from "../playground/server.ts";
import { autoplay } from "./autoplay.ts";
import { createBotProcess } from "./bot-process.ts";
import { makeDemoDirectory, removeDirectory, sweepLeftovers } from "./leftovers.ts";
import { openBrowser } from "./open-browser.ts";
import { createPanel } from "./panel.ts";
import { makeSampleApp } from "./sample-app.ts";
import type { Stage } from "./stage.ts";

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
  channels: [{ name: "kitchen", id: channel, topic: "Type `/promote diff kitchen`" }],
};

export async function runDemo(options: DemoOptions): Promise<number> {
  const ended = untilSignalled();
  await sweepLeftovers().catch(() => undefined);
  const directory = await makeDemoDirectory();
  const closing: (() => unknown)[] = [() => removeDirectory(directory)];
  try {
    const app = await makeSampleApp(directory, {
      channel,
      approvers: ["bo", "chloe"].map((name) => idFor("U", name)),
      run,
    });
    const stage: { now: Stage | undefined } = { now: undefined };
    const panel = createPanel(app, () => {
      if (stage.now === undefined) throw new Error("The bot is still starting.");
      return stage.now;
    });
    const playground = await openPlayground(options.port, { seed, panel });
    if (playground === undefined) return 1;
    closing.push(() => playground.stop(), panel.stop);
    await app.start();
    closing.push(() => app.stop());
    const bot = createBotProcess(directory, playground);
    closing.push(() => bot.stop());
    const ready = await Promise.race([bot.start().then(() => true), ended.then(() => false)]);
    if (!ready) return 0;
    stage.now = { playground, app, bot };
    return options.autoplay
      ? await Promise.race([autoplay(options, stage.now), ended])
      : await waitForPerson(stage.now, ended);
  } finally {
    for (const close of closing.reverse()) {
      try {
        await close();
      } catch (error) {
        console.error(error);
      }
    }
  }
}

/** Undefined when the port is taken, which the person is told. */
async function openPlayground(
  port: number | undefined,
  parts: Pick<Parameters<typeof startPlayground>[0], "seed" | "panel">,
): Promise<Playground | undefined> {
  try {
    return await startPlayground({ port: port ?? 0, ...parts });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== "EADDRINUSE" && code !== "EACCES") throw error;
    const why = code === "EACCES" ? "may not be used by you" : "is in use by another program";
    console.error(`passerelle: port ${port} ${why}; without --port, a free one is taken.`);
    return undefined;
  }
}

async function waitForPerson({ playground, app }: Stage, ended: Promise<number>): Promise<number> {
  process.stdout.write(
    [
      "",
      `  A small Slack with the bot in it:   ${playground.url}`,
      `  PROD of the sample app:             ${app.prod.process.url}`,
      `  PREPROD's files, to change:         ${app.preprod.root}`,
      "",
      "  In the page: type  /promote diff kitchen  as Ana, then be Bo and press Approve & promote.",
      "  Ctrl+C ends everything and removes it.",
      "",
      "",
    ].join("\n"),
  );
  openBrowser(playground.url);
  return ended;
}

/**
 * Resolves with the exit code at the first signal. The listeners stay: a terminal and npm may both send the same
 * Ctrl+C, and the second must not cut the tidying up short.
 */
function untilSignalled(): Promise<number> {
  return new Promise((resolve) => {
    for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => resolve(0));
  });
}

async function run(command: string): Promise<void> {
  const child = spawn("/bin/sh", ["-c", command], { stdio: "ignore" });
  const [code] = (await once(child, "exit")) as [number | null];
  if (code !== 0) throw new Error(`${command} exited with ${code}`);
}

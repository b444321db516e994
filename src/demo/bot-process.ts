// The bot of the demo as a process of its own, so that it can be killed and started again like a real one.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { openSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Playground } from "../playground/server.ts";

export type BotProcess = {
  /** Resolves when the bot is connected; throws with what it said when it ends before. */
  start(): Promise<void>;
  /** As the power would: without a word. */
  kill(): Promise<void>;
  stop(): Promise<void>;
};

const command = fileURLToPath(new URL("../../bin/passerelle.js", import.meta.url));
const patienceMilliseconds = 60_000;

/** `directory` holds the configuration; the bot's data and its log go there too. */
export function createBotProcess(
  directory: string,
  playground: Pick<Playground, "botToken" | "appToken" | "apiUrl" | "faults" | "workspace">,
): BotProcess {
  const log = join(directory, "bot.log");
  let child: ChildProcess | undefined;

  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const ending = child;
    child = undefined;
    if (ending === undefined || ending.exitCode !== null || ending.signalCode !== null) return;
    const exited = once(ending, "exit");
    ending.kill(signal);
    const late = setTimeout(() => ending.kill("SIGKILL"), 10_000);
    await exited;
    clearTimeout(late);
  };
  return {
    start: async () => {
      if (child !== undefined) return;
      const output = openSync(log, "a");
      const started = spawn(process.execPath, [command, "serve"], {
        // Nothing of the person's own Slack or database may reach the bot of the demo: neither variables nor a `.env` here.
        cwd: directory,
        env: environment(directory, playground),
        stdio: ["ignore", output, process.env["LOG_LEVEL"] === undefined ? output : "inherit"],
        // Ctrl+C in the terminal is for the demo, which then stops the bot in order.
        detached: true,
      });
      child = started;
      await writeFile(join(directory, "bot.pid"), `${started.pid ?? 0}\n`);
      await connected(started, playground, log);
    },
    kill: () => end("SIGKILL"),
    stop: () => end("SIGTERM"),
  };
}

function environment(
  directory: string,
  { botToken, appToken, apiUrl }: Pick<Playground, "botToken" | "appToken" | "apiUrl">,
): NodeJS.ProcessEnv {
  const { PATH, HOME, TMPDIR, LANG, LOG_LEVEL } = process.env;
  return {
    ...Object.fromEntries(
      Object.entries({ PATH, HOME, TMPDIR, LANG }).filter(([, value]) => value !== undefined),
    ),
    SLACK_BOT_TOKEN: botToken,
    SLACK_APP_TOKEN: appToken,
    SLACK_API_URL: apiUrl,
    PASSERELLE_CONFIG: join(directory, "passerelle.yml"),
    PASSERELLE_DATA_DIR: join(directory, "data"),
    LOG_LEVEL: LOG_LEVEL ?? "warn",
  };
}

async function connected(
  child: ChildProcess,
  { faults, workspace }: Pick<Playground, "faults" | "workspace">,
  log: string,
): Promise<void> {
  if (faults.socket.connections() > 0) return;
  await new Promise<void>((resolve, reject) => {
    const finish = (settle: () => void): void => {
      unwatch();
      clearTimeout(timer);
      child.off("exit", ended);
      settle();
    };
    const fail = (what: string): void =>
      finish(() => {
        readFile(log, "utf8")
          .catch(() => "")
          .then((text) => reject(new Error(`The bot ${what}.\n${text.slice(-2000)}`)));
      });
    const ended = (): void => fail("ended before it was connected");
    const unwatch = workspace.watch(() => {
      if (faults.socket.connections() > 0) finish(resolve);
    });
    const timer = setTimeout(() => fail("did not connect"), patienceMilliseconds);
    child.once("exit", ended);
  });
}

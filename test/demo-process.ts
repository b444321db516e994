// `passerelle demo` as a person starts it: a process of its own, known by what it prints.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { resolve } from "node:path";

export type DemoProcess = {
  readonly child: ChildProcess;
  readonly page: string;
  readonly prod: string;
  /** Where PREPROD, PROD and the bot's data are. */
  readonly directory: string;
  /** Answers with its exit code when it has ended. */
  end(signal: NodeJS.Signals): Promise<number | null>;
};

const command = resolve(import.meta.dirname, "../bin/passerelle.js");

export function spawnDemo(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  errors: "inherit" | "pipe" = "inherit",
): ChildProcess {
  return spawn(process.execPath, [command, "demo", ...args], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", errors],
  });
}

export async function startDemo(env: Readonly<Record<string, string>> = {}): Promise<DemoProcess> {
  const child = spawnDemo([], env);
  let said = "";
  for await (const piece of child.stdout ?? []) {
    said += String(piece);
    if (said.includes("Ctrl+C")) break;
  }
  const address = (after: string): string => new RegExp(`${after}:\\s+(\\S+)`).exec(said)?.[1] ?? "";
  return {
    child,
    page: address("bot in it"),
    prod: address("sample app"),
    directory: address("to change").replace(/\/10_preprod$/, ""),
    end: async (signal) => {
      if (child.exitCode === null && child.signalCode === null) {
        const exited = once(child, "exit");
        child.kill(signal);
        await exited;
      }
      return child.exitCode;
    },
  };
}

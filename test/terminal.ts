// The real `passerelle` as a process of its own, typed at by a test in the directory of a scene.

import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Environment } from "../src/config/config.ts";

export type Typed = { readonly code: number | null; readonly stdout: string; readonly stderr: string };
type Where = {
  readonly directory: string;
  readonly environment: Environment;
  /** Who types, when not who runs the tests. */
  readonly uid?: number;
  /** Another one than this checkout's. */
  readonly programme?: string;
};
type Variables = Readonly<Record<string, string | undefined>>;

const ours = join(import.meta.dirname, "../bin/passerelle.js");

/** Runs one command to its end, without a terminal. */
export async function type(where: Where, args: readonly string[], env: Variables = {}): Promise<Typed> {
  const running = start(where, args, env);
  const late = setTimeout(() => running.child.kill("SIGKILL"), 200_000);
  const [code] = (await once(running.child, "close")) as [number | null];
  clearTimeout(late);
  return { code, stdout: running.stdout(), stderr: running.stderr() };
}

export type Serving = {
  readonly pid: number;
  readonly stderr: () => string;
  readonly exited: Promise<number | null>;
  /** Ends it with SIGTERM, the hard way when that does not help, and says how it ended. */
  readonly stop: () => Promise<number | null>;
};

/** Starts `passerelle serve`; resolves when it says so, or when it has ended. */
export async function serve(
  where: Where,
  env: Variables = {},
  ready = /Listening to Slack/,
): Promise<Serving> {
  const { child, stderr } = start(where, ["serve"], env);
  const exited = once(child, "close").then(([code]) => code as number | null);
  const said = new Promise<void>((resolve) => {
    child.stderr?.on("data", () => ready.test(stderr()) && resolve());
  });
  await Promise.race([said, exited]);
  return {
    pid: child.pid ?? 0,
    stderr,
    exited,
    async stop() {
      child.kill("SIGTERM");
      const late = setTimeout(() => child.kill("SIGKILL"), 30_000);
      const code = await exited;
      clearTimeout(late);
      return code;
    },
  };
}

function start(
  { directory, environment, uid, programme = ours }: Where,
  args: readonly string[],
  env: Variables,
): { readonly child: ChildProcess; readonly stdout: () => string; readonly stderr: () => string } {
  const child = spawn(process.execPath, [programme, ...args], {
    cwd: directory,
    stdio: ["ignore", "pipe", "pipe"],
    ...(uid !== undefined && { uid, gid: uid }),
    env: {
      PATH: process.env["PATH"],
      HOME: process.env["HOME"],
      SLACK_BOT_TOKEN: environment.slack.botToken,
      SLACK_APP_TOKEN: environment.slack.appToken,
      SLACK_API_URL: environment.slack.apiUrl,
      PASSERELLE_CONFIG: environment.configFile,
      PASSERELLE_DATA_DIR: environment.dataDir,
      LOG_LEVEL: "error",
      ...env,
    },
  });
  const output = { stdout: "", stderr: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.stderr += text;
  });
  return { child, stdout: () => output.stdout, stderr: () => output.stderr };
}

// Lets a bot die by SIGKILL in the middle of a promotion, starts another one, and says what came of it.

import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { vi } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { type Files, openScene, type Scene, type SceneOptions } from "../scene.ts";

const bot = join(import.meta.dirname, "bot.ts");

export const oldApp: Files = {
  "app/health": "ok",
  "app/main.txt": "old",
  "app/same.txt": "same",
  "app/only here.txt": "kept",
};
export const newApp: Files = {
  "src/health": "ok",
  "src/main.txt": "new",
  "src/same.txt": "same",
  "src/added/deep/file.txt": "added",
};

export type Crash = {
  readonly scene: Scene;
  readonly before: ReadonlyMap<string, string>;
  /** Whether the first bot really died where it was told to. */
  readonly died: boolean;
  /** What bo saw in the end. */
  readonly told: string;
  /** Top-level messages of the bot, and the lines of their threads that match the ending; each has to be one. */
  readonly messages: number;
  readonly endings: number;
  readonly close: () => Promise<void>;
};

export async function killAndStartAgain(
  /** A point of the store, or what the parent waits for before it kills. */
  dieAt: string | ((scene: Scene) => Promise<void>),
  ending: RegExp,
  options: Partial<SceneOptions> & {
    readonly act?: (scene: Scene) => Promise<void>;
    /** One that is open already, without a bot. */
    readonly scene?: Scene;
  } = {},
): Promise<Crash> {
  const opened = { prod: oldApp, preprod: newApp, ...options, startBot: false };
  const scene = options.scene ?? (await openScene(opened));
  const before = snapshot(scene.prod);
  const children: ChildProcess[] = [];
  try {
    const first = await startChild(scene, typeof dieAt === "string" ? dieAt : undefined, children);
    const ana = scene.person("ana");
    const bo = scene.person("bo");
    await ana.types("/promote diff kitchen");
    await bo.sees(/Promote kitchen/, { timeoutSeconds: 120 });
    await bo.presses("Approve & promote");
    await options.act?.(scene);
    if (typeof dieAt === "function") {
      await dieAt(scene);
      first.kill("SIGKILL");
    }
    const died = await deathOf(first, 240);
    await startChild(scene, undefined, children);
    const told = await bo.sees(ending, { timeoutSeconds: 300 });
    // The line in the thread follows the message.
    await vi.waitUntil(() => countMessages(scene, ending).endings > 0, { timeout: 120_000, interval: 100 });
    await settled(scene);
    return {
      scene,
      before,
      died,
      told,
      ...countMessages(scene, ending),
      close: async () => {
        await end(children);
        await scene.close();
      },
    };
  } catch (error) {
    await end(children);
    await scene.close();
    throw error;
  }
}

function countMessages(
  { playground }: Scene,
  ending: RegExp,
): { readonly messages: number; readonly endings: number } {
  const ours = playground.workspace
    .messages("kitchen")
    .filter((message) => message.onlyFor === undefined && message.botId !== undefined);
  const top = ours.filter(({ threadTs, ts }) => threadTs === undefined || threadTs === ts);
  const replies = ours.filter((message) => message.threadTs !== undefined && message.threadTs !== message.ts);
  return { messages: top.length, endings: replies.filter(({ text }) => ending.test(text)).length };
}

/** Long enough for a line to be told a second time, if anything would. */
async function settled(scene: Scene): Promise<void> {
  for (let quiet = 0, seen = -1; quiet < 3; ) {
    await new Promise((resolve) => setTimeout(resolve, 300));
    const now = scene.playground.calls.filter(({ method }) => method === "chat.postMessage").length;
    quiet = now === seen ? quiet + 1 : 0;
    seen = now;
  }
}

export async function startChild(
  scene: Scene,
  dieAt: string | undefined,
  children: ChildProcess[],
): Promise<ChildProcess> {
  const child = fork(bot, [JSON.stringify(scene.environment), ...(dieAt === undefined ? [] : [dieAt])], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    execArgv: ["--disable-warning=ExperimentalWarning"],
  });
  children.push(child);
  const ready = once(child, "message");
  const gone = once(child, "exit").then(([code]) => {
    throw new Error(`the bot ended with ${code} before it was ready`);
  });
  await Promise.race([ready, gone]);
  gone.catch(() => {});
  return child;
}

async function deathOf(child: ChildProcess, seconds: number): Promise<boolean> {
  const died = child.exitCode !== null || child.signalCode !== null;
  if (!died)
    await Promise.race([
      once(child, "exit"),
      new Promise((resolve) => setTimeout(resolve, seconds * 1000).unref()),
    ]);
  return child.signalCode === "SIGKILL";
}

async function end(children: readonly ChildProcess[]): Promise<void> {
  for (const child of children) {
    if (child.exitCode !== null || child.signalCode !== null) continue;
    const gone = once(child, "exit");
    child.kill("SIGTERM");
    const late = setTimeout(() => child.kill("SIGKILL"), 10_000);
    await gone;
    clearTimeout(late);
  }
}

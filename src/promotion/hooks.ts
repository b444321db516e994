// The app's own commands around a restart: which of them a set of changes calls for, and running them.

import { createHash } from "node:crypto";
import type { AppConfig, HookConfig, HookPoint } from "../config/config.ts";
import { hookName, runHook } from "../restart/run-hook.ts";
import { compilePatterns } from "../tree/patterns.ts";
import type { Change } from "../tree/plan.ts";
import type { Hold } from "./hold.ts";
import { failed, type Progress, type StepOutcome } from "./ports.ts";
import type { Facts } from "./promotions.ts";

export type DueHook = {
  readonly hook: HookConfig;
  /** The same for the same command at the same place of the configuration. */
  readonly key: string;
};

/** Those without `when`, and those of which a pattern names a path that changed; in the order in which they are written. */
export function dueHooks(
  hooks: AppConfig["hooks"],
  points: readonly HookPoint[],
  changes: readonly Change[],
): readonly DueHook[] {
  return points.flatMap((point) =>
    hooks[point].flatMap((hook, index) => {
      const key = `${point}-${index + 1}-${createHash("sha256").update(hook.run).digest("hex").slice(0, 8)}`;
      return isDue(hook, changes) ? [{ hook, key }] : [];
    }),
  );
}

function isDue({ when }: HookConfig, changes: readonly Change[]): boolean {
  if (when.length === 0) return true;
  const { matches } = compilePatterns(when);
  return changes.some(({ path, before, after }) =>
    [before, after].some((entry) => entry !== undefined && matches(path, entry.type === "directory")),
  );
}

export type HooksRun =
  | { readonly ok: true; readonly facts: Facts }
  | { readonly ok: false; readonly outcome: StepOutcome };

/**
 * Run again after a crash, it attaches to those that run or ended. With `onFailure: "tell"` a failing one is told and the next
 * is run: on the way to an older version nothing may stop the restart.
 */
export async function runHooks(
  due: readonly DueHook[],
  options: {
    readonly hold: Hold;
    /** The job of each hook is this and its key. */
    readonly job: string;
    readonly onFailure: "stop" | "tell";
    readonly now: () => Date;
  },
  progress: Progress,
): Promise<HooksRun> {
  const { hold, job, onFailure, now } = options;
  if (due.length === 0) return { ok: true, facts: {} };
  const { runJob, prod } = hold;
  const began = now().getTime();
  for (const { hook, key } of due) {
    const id = `${job}-${key}`;
    const what = hookName(hook);
    progress.report({ hook: what });
    const { shouldStop } = progress;
    const result = await runHook({ runJob, id, hook, root: prod.root, shouldStop });
    if (result.outcome === "stopped")
      return { ok: false, outcome: failed("something", { code: "stopped", details: {} }) };
    if (result.outcome === "done") {
      await progress.note({ note: "hook", text: what }, [], id);
      continue;
    }
    const { details, excerpt } = result;
    if (onFailure === "stop") {
      const because = { code: "hook-failed", details };
      return { ok: false, outcome: failed("something", because, { excerpt }) };
    }
    const { reason = "" } = details;
    await progress.note({ note: "hook-failed", text: what, reason }, excerpt, id);
  }
  const hookSeconds = Math.round((now().getTime() - began) / 100) / 10;
  return { ok: true, facts: { hooks: due.length, hookSeconds } };
}

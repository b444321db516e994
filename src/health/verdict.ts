// When PROD counts as healthy, and when it is given up: the decision over one look after another. Pure.

import type { HealthConfig } from "../config/config.ts";
import type { Probed } from "./probe.ts";

/** What was seen at one moment. */
export type Look = {
  readonly probes: readonly Probed[];
  /** How often Docker itself has started the container again; undefined without a container. */
  readonly restarts: number | undefined;
};

/** What is remembered from look to look. */
export type Watch = {
  readonly successes: number;
  readonly hopelessInARow: number;
  readonly firstRestarts: number | undefined;
  readonly lastRestarts: number | undefined;
};

export const newWatch: Watch = {
  successes: 0,
  hopelessInARow: 0,
  firstRestarts: undefined,
  lastRestarts: undefined,
};

export type Verdict =
  | { readonly is: "healthy" }
  | { readonly is: "unhealthy"; readonly reason: string }
  | { readonly is: "undecided" }
  /** The time is up and nobody could look: nothing is known of the app. */
  | { readonly is: "unreached"; readonly reason: string };

const mostRestarts = 3;

/**
 * - Healthy: `successes` good looks in a row, also inside the start period; with nothing but a log to go by, not before its end,
 *   since a log says nothing yet at first.
 * - Given up at once: something hopeless (a forbidden line since the restart, an exited container, three restarts by Docker)
 *   that two looks in a row have seen, or one after the start period.
 * - Given up at the deadline, which counts from the first look. Other failures only wait for it.
 */
export function judge(
  health: HealthConfig,
  before: Watch,
  look: Look,
  elapsedSeconds: number,
): { readonly watch: Watch; readonly verdict: Verdict } {
  const failed = look.probes.filter((probe) => !probe.result.ok);
  const unreached = failed.find((probe) => probe.unreached);
  const firstRestarts = before.firstRestarts ?? look.restarts;
  const again = (look.restarts ?? 0) - (firstRestarts ?? 0);
  const rose =
    look.restarts !== undefined && before.lastRestarts !== undefined && look.restarts > before.lastRestarts;
  const hopeless =
    failed.find((probe) => probe.hopeless)?.trouble ??
    (again >= mostRestarts ? restartedSentence(again) : undefined);
  const good = failed.length === 0 && !rose;
  const watch: Watch = {
    successes: good ? before.successes + 1 : 0,
    hopelessInARow: hopeless === undefined ? 0 : before.hopelessInARow + 1,
    firstRestarts,
    lastRestarts: look.restarts ?? before.lastRestarts,
  };
  const started = elapsedSeconds >= health.startPeriodSeconds;
  const decided = (verdict: Verdict) => ({ watch, verdict });
  if (hopeless !== undefined && (started || watch.hopelessInARow >= 2))
    return decided({ is: "unhealthy", reason: hopeless });
  const isOnlyLog = health.http.length === 0 && health.container === undefined;
  if (watch.successes >= health.successes && (started || !isOnlyLog)) return decided({ is: "healthy" });
  if (elapsedSeconds < health.deadlineSeconds) return decided({ is: "undecided" });
  if (unreached !== undefined) return decided({ is: "unreached", reason: unreached.trouble });
  const trouble = failed[0]?.trouble ?? (rose ? restartedSentence(again) : undefined);
  const tooLate = `only ${watch.successes} of ${health.successes} good looks in a row within ${health.deadlineSeconds} s`;
  return decided({ is: "unhealthy", reason: trouble ?? tooLate });
}

function restartedSentence(times: number): string {
  return `the container was started again by Docker ${times === 1 ? "once" : `${times} times`} since the restart`;
}

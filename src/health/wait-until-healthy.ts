// Watches PROD after a restart until it is healthy or given up.

import type { HealthConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import type { HealthReport, ProbeResult } from "./health.ts";
import { type FullLook, lastWords, lookAt, type Since } from "./look.ts";
import { judge, newWatch } from "./verdict.ts";

export type Attempt = {
  readonly probes: readonly ProbeResult[];
  /** Good looks in a row so far, and how many it takes. */
  readonly successes: number;
  readonly wanted: number;
  readonly elapsedSeconds: number;
  readonly deadlineSeconds: number;
};

export type WaitOptions = {
  readonly transport: Transport;
  readonly health: HealthConfig;
  readonly since: Since;
  /** Milliseconds of a clock that only goes forward. */
  readonly now: () => number;
  readonly sleep: (seconds: number) => Promise<void>;
  readonly shouldStop?: () => boolean;
  readonly onAttempt?: (attempt: Attempt) => void | Promise<void>;
};

const nothingSeen: FullLook = { probes: [], restarts: undefined, excerpt: [], changed: undefined };

/**
 * An app without any probe is healthy: then the restart's own success has to do. Stopped, it is unhealthy with the reason
 * `stopped`. Throws `host-lost` when the deadline passes while the host is out of reach: nobody knows how PROD is.
 */
export async function waitUntilHealthy(options: WaitOptions): Promise<HealthReport> {
  const { transport, health, since, now, sleep, shouldStop, onAttempt } = options;
  const began = now();
  if (isUnprobed(health)) return report("healthy", "", nothingSeen, 0);
  const marked = since.restart === "" ? undefined : since;
  let watch = newWatch;
  for (;;) {
    const left = health.deadlineSeconds - (now() - began) / 1000;
    const look = await lookAt(transport, health, marked, Math.max(1, left));
    const elapsedSeconds = (now() - began) / 1000;
    const judged = judge(health, watch, look, elapsedSeconds);
    watch = judged.watch;
    await onAttempt?.({
      probes: look.probes.map((probe) => probe.result),
      successes: watch.successes,
      wanted: health.successes,
      elapsedSeconds,
      deadlineSeconds: health.deadlineSeconds,
    });
    switch (judged.verdict.is) {
      case "healthy":
        return report("healthy", "", look, elapsedSeconds);
      case "unhealthy": {
        const excerpt =
          look.excerpt.length > 0 ? look.excerpt : await lastWords(transport, health, since, look);
        return report("unhealthy", judged.verdict.reason, { ...look, excerpt }, elapsedSeconds);
      }
      case "unreached":
        throw new PasserelleError("host-lost", { host: transport.host, reason: judged.verdict.reason });
      case "undecided":
        if (shouldStop?.() === true) return report("unhealthy", "stopped", look, elapsedSeconds);
        await sleep(Math.max(0, Math.min(health.intervalSeconds, health.deadlineSeconds - elapsedSeconds)));
    }
  }
}

/** How it is now, without waiting and without its log. Throws `host-lost` when the host is out of reach. */
export async function askOnce(options: {
  readonly transport: Transport;
  readonly health: HealthConfig;
}): Promise<HealthReport> {
  const { transport, health } = options;
  const look = await lookAt(transport, health, undefined, health.deadlineSeconds);
  const failed = look.probes.filter((probe) => !probe.result.ok);
  const unreached = failed.find((probe) => probe.unreached);
  if (unreached !== undefined) {
    throw new PasserelleError("host-lost", { host: transport.host, reason: unreached.trouble });
  }
  return report(failed.length === 0 ? "healthy" : "unhealthy", failed[0]?.trouble ?? "", look, 0);
}

function isUnprobed(health: HealthConfig): boolean {
  return health.http.length === 0 && health.container === undefined && health.logs === undefined;
}

function report(
  outcome: HealthReport["outcome"],
  reason: string,
  look: FullLook,
  waitedSeconds: number,
): HealthReport {
  const probes = look.probes.map((probe) => probe.result);
  return {
    outcome,
    reason,
    probes,
    excerpt: look.excerpt,
    waitedSeconds: Math.round(waitedSeconds * 10) / 10,
  };
}

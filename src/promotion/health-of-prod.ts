// An app's health check, asked on PROD's host, as the steps of a promotion need it.

import { setTimeout as sleep } from "node:timers/promises";
import type { AppConfig } from "../config/config.ts";
import { countLogErrors, takeLogMark } from "../health/read-log.ts";
import { askOnce, waitUntilHealthy } from "../health/wait-until-healthy.ts";
import type { Transport } from "../transport/transport.ts";
import type { HealthOfProd } from "./target.ts";

export function createHealthOfProd(app: AppConfig, transport: Transport): HealthOfProd {
  const { health } = app;
  return {
    mark: () => takeLogMark({ transport, logs: health.logs }),
    logErrors: () => countLogErrors({ transport, logs: health.logs }),
    once: () => askOnce({ transport, health }),
    wait: (since, progress) =>
      waitUntilHealthy({
        transport,
        health,
        since,
        now: () => performance.now(),
        sleep: (seconds) => sleep(seconds * 1000),
        shouldStop: progress.shouldStop,
        onAttempt: ({ successes, wanted, probes }) =>
          progress.report({ successes, wanted, seen: probes.map(({ seen }) => seen).join(", ") }),
      }),
  };
}

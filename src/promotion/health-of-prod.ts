// An app's health check, asked on PROD's host, as the steps of a promotion need it.

import type { AppConfig } from "../config/config.ts";
import { askHttp } from "../health/ask-http.ts";
import type { HealthReport } from "../health/health.ts";
import type { Transport } from "../transport/transport.ts";
import type { HealthOfProd } from "./target.ts";

export function createHealthOfProd(app: AppConfig, transport: Transport): HealthOfProd {
  const once = async (): Promise<HealthReport> => {
    const probed = [];
    for (const p of app.health.http) probed.push(await askHttp(transport, p, 5));
    const bad = probed.find((p) => !p.result.ok);
    return {
      outcome: bad ? "unhealthy" : "healthy",
      reason: bad?.trouble ?? "",
      probes: probed.map((p) => p.result),
      excerpt: [],
      waitedSeconds: 0,
    };
  };
  return {
    mark: async () => "0",
    once,
    wait: async () => {
      const end = Date.now() + app.health.deadlineSeconds * 1000;
      for (;;) {
        const report = await once();
        if (report.outcome === "healthy" || Date.now() > end) return report;
        await new Promise((r) => setTimeout(r, 500));
      }
    },
  };
}

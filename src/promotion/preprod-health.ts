// PREPROD's own health check, asked once on its host: what does not run there is not worth promoting.

import type { Finding } from "../checks/check.ts";
import { checkResult, levelOf } from "../checks/run-checks.ts";
import type { AppConfig } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import { askOnce } from "../health/wait-until-healthy.ts";
import type { Transport } from "../transport/transport.ts";
import type { CheckResult } from "../tree/plan.ts";

type Answer = { readonly outcome: "healthy" | "unhealthy" | "unknown"; readonly reason: string };

/** `unknown` where nothing is configured. Throws `host-lost` and what else keeps the host from being asked. */
export async function askPreprod(app: AppConfig, transport: Transport): Promise<Answer> {
  if (app.preprodHealth === undefined) return { outcome: "unknown", reason: "" };
  return askOnce({ transport, health: app.preprodHealth });
}

/** Nothing where nothing is configured. */
export async function checkPreprod(app: AppConfig, transport: Transport): Promise<readonly CheckResult[]> {
  const id = "preprod-health";
  const level = levelOf(app, { id, level: "warn" });
  if (app.preprodHealth === undefined || level === "off") return [];
  const { outcome, reason } = await askPreprod(app, transport).catch((error: unknown): Answer => {
    if (!isFailure(error)) throw error;
    return { outcome: "unknown", reason: `${transport.host} could not be asked (${error.code})` };
  });
  if (outcome === "healthy") return [checkResult(id, level, "PREPROD is healthy.", [])];
  const message = `PREPROD is not healthy: ${reason}. Get it healthy, then make a new plan.`;
  const finding: Finding = { code: "preprod-unhealthy", path: "", line: 0, facts: { reason }, message };
  return [checkResult(id, level, message, [finding])];
}

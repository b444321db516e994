// Looks at PROD once: pages, container and log at the same time.

import type { HealthConfig } from "../config/config.ts";
import type { Transport } from "../transport/transport.ts";
import { askContainer } from "./ask-container.ts";
import { askHttp } from "./ask-http.ts";
import { askLog, type LogLook } from "./read-log.ts";
import type { Look } from "./verdict.ts";

/** The restart's mark and the log's, from `restart` and `takeLogMark`. */
export type Since = { readonly restart: string; readonly log: string };

export type FullLook = Look & { readonly excerpt: readonly string[] };

/** Without `since` the log is not looked at: nobody knows which of its lines count. */
export async function lookAt(
  transport: Transport,
  health: HealthConfig,
  since: Since | undefined,
  mostSeconds: number,
): Promise<FullLook> {
  const { container, logs } = health;
  const [pages, state, log] = await Promise.all([
    Promise.all(health.http.map((probe) => askHttp(transport, probe, mostSeconds))),
    container === undefined ? undefined : askContainer(transport, container, mostSeconds),
    logs === undefined || since === undefined ? undefined : askLog(transport, logs, since, mostSeconds),
  ]);
  return {
    probes: [
      ...pages,
      ...(state === undefined ? [] : [state.probed]),
      ...(log === undefined ? [] : [log.probed]),
    ],
    restarts: state?.restarts,
    excerpt: log?.excerpt ?? [],
  };
}

/** What a container says since the restart, when the app has no log of its own in the configuration. */
export async function lastWords(
  transport: Transport,
  health: HealthConfig,
  since: Since,
): Promise<readonly string[]> {
  if (health.logs !== undefined || health.container === undefined || since.restart === "") return [];
  const logs = { command: `docker logs ${health.container}`, tail: 30, forbid: [] };
  const log: LogLook = await askLog(transport, logs, since, 15);
  return log.probed.result.ok ? log.excerpt : [];
}

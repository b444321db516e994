// Looks at PROD once: pages, container and log at the same time.

import type { HealthConfig } from "../config/config.ts";
import type { Transport } from "../transport/transport.ts";
import { askContainer } from "./ask-container.ts";
import { askHttp } from "./ask-http.ts";
import { isLogOf } from "./log-lines.ts";
import { askLog, type LogLook } from "./read-log.ts";
import type { Look } from "./verdict.ts";

/** The restart's mark and the log's, from `restart` and `takeLogMark`. */
export type Since = { readonly restart: string; readonly log: string };

export type FullLook = Look & {
  readonly excerpt: readonly string[];
  /** From when the container's log is the new version's; undefined where only the restart's mark is known. */
  readonly changed: string | undefined;
};

/** Without `since` the log is not looked at: nobody knows which of its lines count. */
export async function lookAt(
  transport: Transport,
  health: HealthConfig,
  since: Since | undefined,
  mostSeconds: number,
): Promise<FullLook> {
  const { container, logs } = health;
  const asked =
    container === undefined ? Promise.resolve(undefined) : askContainer(transport, container, mostSeconds);
  const readLog = async (): Promise<LogLook | undefined> => {
    if (logs === undefined || since === undefined) return undefined;
    const isContainers = container !== undefined && isLogOf(logs, container);
    const changed = isContainers ? (await asked)?.changed : undefined;
    return askLog(transport, logs, { ...since, restart: later(since.restart, changed) }, mostSeconds);
  };
  const [pages, state, log] = await Promise.all([
    Promise.all(health.http.map((probe) => askHttp(transport, probe, mostSeconds))),
    asked,
    readLog(),
  ]);
  return {
    probes: [
      ...pages,
      ...(state === undefined ? [] : [state.probed]),
      ...(log === undefined ? [] : [log.probed]),
    ],
    restarts: state?.restarts,
    excerpt: log?.excerpt ?? [],
    changed: state?.changed,
  };
}

/** What a container says while it ends is said after the restart has begun, and not by the new version. */
function later(restart: string, changed: string | undefined): string {
  return changed !== undefined && Number(changed) > Number(restart) ? changed : restart;
}

/** What a container says since the restart, when the app has no log of its own in the configuration. */
export async function lastWords(
  transport: Transport,
  health: HealthConfig,
  since: Since,
  { changed }: Pick<FullLook, "changed">,
): Promise<readonly string[]> {
  if (health.logs !== undefined || health.container === undefined || since.restart === "") return [];
  const logs = { command: `docker logs ${health.container}`, tail: 30, forbid: [] };
  const from = { ...since, restart: later(since.restart, changed) };
  const log: LogLook = await askLog(transport, logs, from, 15);
  return log.probed.result.ok ? log.excerpt : [];
}

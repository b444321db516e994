// The last two steps of a promotion, done to a shop on this machine: restart it, watch its health.

import { execFile } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";
import type { TestContext } from "vitest";
import type { HealthConfig, RestartConfig } from "../../src/config/config.ts";
import type { HealthReport } from "../../src/health/health.ts";
import { waitUntilHealthy } from "../../src/health/wait-until-healthy.ts";
import { type RestartResult, restart } from "../../src/restart/restart.ts";
import { claim } from "../../src/transport/claim.ts";
import type { RunJob } from "../../src/transport/job.ts";
import { createJobRunner } from "../../src/transport/job-runner.ts";
import { openLocal } from "../../src/transport/local.ts";
import { prepareStateDir } from "../../src/transport/state-dir.ts";
import { type WithReason, withReason } from "../restart-reason.ts";
import { openShop, type Shop } from "./shop.ts";

const execute = promisify(execFile);
const transport = openLocal();

type Compose = Extract<RestartConfig, { kind: "compose" }>;

export type OnTheHost = {
  readonly shop: Shop;
  /** Brings it up for the first time. */
  readonly up: () => Promise<void>;
  readonly compose: (...args: readonly string[]) => Promise<string>;
  /** Puts another beginning in place of the present one, as a swap does. */
  readonly change: (start: string) => Promise<void>;
  readonly restart: (other?: Partial<Compose>, runJob?: RunJob) => Promise<WithReason>;
  readonly watch: (result: RestartResult, other?: Partial<HealthConfig>) => Promise<HealthReport>;
};

/** `DOCKER_HOST` of this process says which daemon is meant. */
export async function openOnTheHost(
  { onTestFinished }: TestContext,
  options: Parameters<typeof openShop>[0] = {},
): Promise<OnTheHost> {
  const shop = await openShop(options);
  onTestFinished(async () => {
    // A container that Docker starts again makes the directories anew that it mounts.
    await execute("docker", ["rm", "-f", shop.container]).catch(() => {});
    await shop.remove();
  });
  const { stateDir } = await prepareStateDir(transport, shop.root, "shop");
  const claimed = await claim(transport, stateDir, { owner: "pr_1", holder: "test" });
  if (claimed.outcome !== "claimed") throw new Error("the target is held");
  const { token } = claimed;
  const jobs = createJobRunner({ transport, stateDir, token, owner: "pr_1", pollSeconds: 0.2 });
  let restarts = 0;
  const compose: OnTheHost["compose"] = async (...args) => {
    const { stdout } = await execute("docker-compose", ["-f", shop.composeFile, ...args]);
    return stdout.trim();
  };
  return {
    shop,
    compose,
    up: async () => {
      await compose("up", "-d");
    },
    change: (start) => replace(join(shop.root, "start.sh"), start),
    async restart(other = {}, runJob = jobs) {
      restarts += 1;
      const { composeFile: file, root } = shop;
      const result = await restart({
        runJob,
        id: `pr_1-restart-${restarts}`,
        restart: { kind: "compose", file, mode: "restart", services: [], timeoutSeconds: 120, ...other },
        root,
      });
      return withReason(result);
    },
    watch: (result, other) => waitUntilHealthy({ ...watching(result), health: healthOf(shop, other) }),
  };
}

function watching(result: RestartResult) {
  const restarted = result.outcome === "stopped" ? undefined : result.mark;
  return {
    transport,
    since: { restart: restarted ?? "", log: "" },
    now: () => performance.now(),
    sleep: (seconds: number) => sleep(seconds * 1000),
  };
}

/** Page, container and log, all three. */
function healthOf(shop: Shop, other: Partial<HealthConfig> = {}): HealthConfig {
  return {
    startPeriodSeconds: 0,
    deadlineSeconds: 100,
    successes: 2,
    intervalSeconds: 1,
    http: [{ url: shop.url, status: undefined, contains: undefined, timeoutSeconds: 5 }],
    container: shop.container,
    logs: { command: `docker logs ${shop.container}`, tail: 50, forbid: ["Traceback", "Error"] },
    ...other,
  };
}

/** As a swap does: beside it, then over it. */
export async function replace(file: string, content: string): Promise<void> {
  await writeFile(`${file}.new`, content);
  await rename(`${file}.new`, file);
}

// What goes wrong with containers in the middle of a promotion, and how each ends.

import { randomBytes } from "node:crypto";
import { existsSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { snapshot } from "../compare-trees.ts";
import {
  approve,
  backHealthy,
  done,
  long,
  promote,
  propose,
  rollBack,
  rolledBack,
} from "../scenarios/in-slack.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { type Deployment, type DeploymentOptions, openDeployment } from "./deployment.ts";
import { type Docker, image, startDocker, whyNoDocker } from "./engine.ts";
import { serves } from "./shop.ts";

let docker: Docker;

const why = whyNoDocker ?? whyNoOpenSsh;

beforeAll(async () => {
  if (why === undefined) docker = await startDocker();
});
afterAll(() => docker?.remove());

type Broken = Omit<DeploymentOptions, "docker"> & {
  /** In what people read. */
  readonly told: readonly RegExp[];
};

const faults: Readonly<Record<string, Broken>> = {
  "ends at once": {
    next: "{ echo baking; echo 'ModuleNotFoundError: no polars'; } >&2; exit 3\n",
    told: [/“Health check”/, /has exited with code 3/, /baking\nModuleNotFoundError: no polars/],
  },
  "is started again and again by Docker": {
    service: { restart: "always" },
    next: "echo 'no bread'; exit 3\n",
    told: [/“Health check”/, /started again by Docker \d+ times/, /no bread/],
  },
  "runs and serves, but is not healthy": {
    service: {
      healthcheck: '{ test: "cat /app/version; grep -q old /app/version", interval: 1s, retries: 1 }',
    },
    deadline: "25s",
    told: [/“Health check”/, /runs, but its health check says unhealthy: new/],
  },
  "says a forbidden word in a log that is as new as its container": {
    mode: "recreate",
    next: `echo Traceback of new; ${serves}`,
    told: [/“Health check”/, /the log since the restart says: Traceback of new/],
  },
  "brings a compose file that is none": {
    nextService: { imagee: "x" },
    told: [
      /“Restart”/,
      /docker compose does not accept/,
      /Unsupported config option for services\.web: 'imagee'/,
    ],
  },
  "brings a compose file whose image is nowhere": {
    mode: "recreate",
    nextService: { image: "127.0.0.1:1/shop:two" },
    told: [/“Restart”/, /could not be pulled; docker compose pull there brings it/],
  },
  "brings a compose file whose command is not there": {
    mode: "recreate",
    nextService: { command: "nothere" },
    told: [/“Restart”/, /cannot be started/, /executable file not found/],
  },
};

/** Holds the promotion between the swap and the restart, on the host. */
const pause = {
  hooks: "{ after-swap: [{ run: 'touch ../paused; while [ ! -e ../go-on ]; do sleep 0.1; done' }] }",
};

async function promoteUpToThePause({ scene }: Deployment): Promise<{ goOn: () => void }> {
  await propose(scene);
  await scene.person("bo").presses(approve);
  const timeout = long.timeoutSeconds * 1000;
  await vi.waitUntil(() => existsSync(join(scene.directory, "paused")), { timeout, interval: 50 });
  return { goOn: () => writeFileSync(join(scene.directory, "go-on"), "") };
}

const title = `a promotion into a container (${why ?? "with Docker and OpenSSH"})`;
describe.skipIf(why !== undefined)(title, { concurrent: true, timeout: 400_000 }, () => {
  for (const [name, { told, ...options }] of Object.entries(faults)) {
    test(`whose new version ${name} is taken back, and the old one runs and is healthy`, async (context) => {
      const { scene, serves } = await openDeployment(context, { docker, ...options });
      const before = snapshot(scene.prod);
      await promote(scene, "kitchen", backHealthy);
      const screen = scene.person("bo").screen();
      for (const words of told) expect(screen).toMatch(words);
      expect(screen).toMatch(/↩️ Health check of the old version — 200 in /);
      expect(snapshot(scene.prod)).toEqual(before);
      expect(await serves()).toBe("old");
    });
  }

  test("brings the new version up, and back the old one when it is asked for", async (context) => {
    const { scene, serves } = await openDeployment(context, { docker });
    const before = snapshot(scene.prod);
    await promote(scene);
    expect(await serves()).toBe("new");
    await rollBack(scene);
    await scene.person("bo").sees(rolledBack, long);
    expect(await serves()).toBe("old");
    expect(snapshot(scene.prod)).toEqual(before);
  });

  test("whose compose file has gone is taken back; the old version runs on, and that it was not restarted is told", async (context) => {
    const deployment = await openDeployment(context, { docker, more: pause });
    const { scene, composeFile, serves } = deployment;
    const { goOn } = await promoteUpToThePause(deployment);
    renameSync(composeFile, `${composeFile}.away`);
    goOn();
    const bo = scene.person("bo");
    await bo.sees(/PROD is back as it was and answers healthily, but was not restarted/, long);
    expect(bo.screen()).toMatch(/There is no readable compose file/);
    expect(await serves()).toBe("old");
    renameSync(`${composeFile}.away`, composeFile);
    await promote(scene);
    expect(await serves()).toBe("new");
  });

  test("whose new version wants a container name that another one has is taken back, and the old one runs", async (context) => {
    const name = `taken_${randomBytes(4).toString("hex")}`;
    const nextService = { container_name: name };
    const { scene, serves } = await openDeployment(context, { docker, mode: "recreate", nextService });
    await docker.run("run", "-d", "--name", name, "--network", "host", image, "sleep", "1000");
    await promote(scene, "kitchen", backHealthy);
    const screen = scene.person("bo").screen();
    expect(screen).toContain(`The name ${name} belongs to a container that this compose file has not made`);
    expect(await serves()).toBe("old");
    expect(await docker.run("inspect", "-f", "{{.State.Status}}", name)).toBe("running");
  });

  test("whose Docker daemon stops in the middle and stays away is taken back, and says what to start", async (context) => {
    const own = await startDocker();
    context.onTestFinished(() => own.remove());
    const deployment = await openDeployment(context, {
      docker: own,
      service: { restart: "always" },
      more: pause,
      deadline: "15s",
    });
    const { scene, serves } = deployment;
    const before = snapshot(scene.prod);
    const { goOn } = await promoteUpToThePause(deployment);
    await own.stop();
    goOn();
    const bo = scene.person("bo");
    await bo.sees(/PROD is back as it was, but does not answer healthily/, long);
    expect(bo.screen()).toMatch(/The Docker daemon does not answer; systemctl start docker starts it/);
    expect(snapshot(scene.prod)).toEqual(before);
    await own.start();
    await context.expect.poll(serves, { timeout: 60_000 }).toBe("old");
    await promote(scene);
    expect(await serves()).toBe("new");
  });

  test("whose Docker daemon dies during the restart and is started again is taken back, and the old version runs", async (context) => {
    const own = await startDocker();
    context.onTestFinished(() => own.remove());
    // The container takes its time to end, so that the daemon dies in the middle.
    const deployment = await openDeployment(context, {
      docker: own,
      service: { stop_signal: "SIGTERM", stop_grace_period: "20s" },
      more: pause,
    });
    const { scene, container, serves } = deployment;
    const { goOn } = await promoteUpToThePause(deployment);
    const since = (Date.now() / 1000).toFixed(3);
    goOn();
    const killed = async (): Promise<boolean> => {
      const now = (Date.now() / 1000).toFixed(3);
      const events = await own.run("events", "--since", since, "--until", now, "--filter", "event=kill");
      return events.includes(container);
    };
    await vi.waitUntil(killed, { timeout: long.timeoutSeconds * 1000, interval: 100 });
    await own.kill();
    await own.start();
    const bo = scene.person("bo");
    await bo.sees(backHealthy, long);
    expect(await serves()).toBe("old");
  });

  test("whose Docker daemon is started anew during the health check is waited for", async (context) => {
    const own = await startDocker();
    context.onTestFinished(() => own.remove());
    const next = `sleep 5; ${serves}`;
    const { scene, serves: version } = await openDeployment(context, {
      docker: own,
      next,
      service: { restart: "always" },
    });
    await propose(scene);
    const bo = scene.person("bo");
    await bo.presses(approve);
    await bo.sees(/✅ Restart — /, long);
    await own.stop();
    await own.start();
    await bo.sees(done, long);
    expect(await version()).toBe("new");
  });
});

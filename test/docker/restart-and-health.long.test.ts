// Restarts and health checks of real containers: what a promotion's last two steps see.

import { writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { createShims, runWith } from "../shims.ts";
import { type Docker, image, startDocker, whyNoDocker } from "./engine.ts";
import { openOnTheHost, replace } from "./on-the-host.ts";
import { serves } from "./shop.ts";

let docker: Docker;
const before = process.env["DOCKER_HOST"];

beforeAll(async () => {
  if (whyNoDocker !== undefined) return;
  docker = await startDocker();
  process.env["DOCKER_HOST"] = docker.host;
});

afterAll(async () => {
  if (before === undefined) delete process.env["DOCKER_HOST"];
  else process.env["DOCKER_HOST"] = before;
  await docker?.remove();
});

/** Says something that is forbidden while it serves, and again when it is told to end. */
const talks = `echo Traceback of old; trap 'echo Traceback of an end; exit' TERM
httpd -f -p 127.0.0.1:$PORT -h /app & wait
`;

const page = async (url: string): Promise<string> => (await fetch(url)).text();
const status = (container: string): Promise<string> =>
  docker.run("inspect", "-f", "{{.State.Status}}", container);

const title = `a container (${whyNoDocker ?? "with Docker"})`;
describe.skipIf(whyNoDocker !== undefined)(title, { concurrent: true, timeout: 240_000 }, () => {
  test("shows a replaced file of a mounted directory at once, and a mounted file after its restart", async (context) => {
    const { shop, up, restart, watch } = await openOnTheHost(context);
    const single = join(dirname(shop.composeFile), "settings");
    const inside = (): Promise<string> => docker.run("exec", shop.container, "cat", "/settings");
    await writeFile(single, "old\n");
    await shop.describe({ volumes: `[ "${shop.root}:/app", "${single}:/settings" ]` });
    await up();
    await replace(join(shop.root, "version"), "two\n");
    await replace(single, "new\n");
    await context.expect.poll(() => page(shop.url), { timeout: 20_000 }).toBe("two\n");
    expect(await inside()).toBe("old");
    const restarted = await restart();
    expect(restarted.outcome).toBe("restarted");
    expect(await inside()).toBe("new");
    expect(await watch(restarted)).toMatchObject({
      outcome: "healthy",
      probes: [
        { seen: expect.stringMatching(/^200 /) },
        { seen: "running" },
        { seen: "1 line since the restart, nothing forbidden" },
      ],
      excerpt: ["version two"],
    });
  });

  test.for(["restart", "recreate"] as const)(
    "is not blamed for what it said before the %s, nor while it ended",
    async (mode, context) => {
      const { shop, up, change, restart, watch } = await openOnTheHost(context, {
        start: talks,
        service: { stop_signal: "SIGTERM" },
      });
      await up();
      await context.expect
        .poll(() => docker.run("logs", shop.container), { timeout: 30_000 })
        .toMatch(/Traceback of old/);
      const old = await docker.run("inspect", "-f", "{{.Id}}", shop.container);
      await change(serves);
      const restarted = await restart({ mode });
      expect(await watch(restarted)).toMatchObject({ outcome: "healthy", excerpt: ["version one"] });
      expect((await docker.run("inspect", "-f", "{{.Id}}", shop.container)) === old).toBe(mode === "restart");
      await change(talks);
      expect(await watch(await restart({ mode }))).toMatchObject({
        outcome: "unhealthy",
        reason: "the log since the restart says: Traceback of old",
        excerpt: ["Traceback of old"],
      });
    },
  );

  test("that needs 90 s until it is healthy is waited for", async (context) => {
    const ready = 'sh -c "test -e /tmp/ready || { echo installing; exit 1; }"';
    const healthcheck = `{ test: ${JSON.stringify(ready)}, interval: 2s, retries: 2, start_period: 120s }`;
    const { up, change, restart, watch } = await openOnTheHost(context, { service: { healthcheck } });
    await up();
    await change(`rm -f /tmp/ready; { sleep 90; touch /tmp/ready; } & ${serves}`);
    const restarted = await restart();
    const impatient = watch(restarted, { deadlineSeconds: 8 });
    const patient = watch(restarted, { deadlineSeconds: 180 });
    expect(await impatient).toMatchObject({
      outcome: "unhealthy",
      reason: expect.stringMatching(/runs, its health check is still starting: installing$/),
    });
    const report = await patient;
    expect(report).toMatchObject({
      outcome: "healthy",
      probes: [{ ok: true }, { seen: "healthy" }, { ok: true }],
    });
    expect(report.waitedSeconds).toBeGreaterThan(80);
  });

  test("that ends at once is given up at once, with its last words", async (context) => {
    const { shop, up, change, restart, watch } = await openOnTheHost(context);
    await up();
    await change("{ echo starting; echo ModuleNotFoundError: polars; } >&2; exit 3\n");
    for (const mode of ["restart", "recreate"] as const) {
      const report = await watch(await restart({ mode }), { logs: undefined });
      expect(report).toMatchObject({
        outcome: "unhealthy",
        reason: `container ${shop.container} has exited with code 3`,
        excerpt: ["starting", "ModuleNotFoundError: polars"],
      });
      expect(report.waitedSeconds).toBeLessThan(60);
    }
  });

  test("that Docker starts again and again is given up before the deadline", async (context) => {
    const { up, change, restart, watch } = await openOnTheHost(context, { service: { restart: "always" } });
    await up();
    await change("echo no bread >&2; exit 3\n");
    const report = await watch(await restart());
    expect(report).toMatchObject({
      outcome: "unhealthy",
      reason: expect.stringMatching(/was started again by Docker \d+ times since the restart$/),
      probes: [{ ok: false }, { seen: expect.stringMatching(/exited with code 3|^running/) }, { ok: true }],
    });
    expect(report.excerpt).toContain("no bread");
    expect(report.waitedSeconds).toBeLessThan(90);
  });

  test("that runs but is not healthy is told with the last words of its health check", async (context) => {
    const healthcheck = '{ test: "wget -qO- http://127.0.0.1:$$PORT/ready", interval: 1s, retries: 2 }';
    const { shop, up, restart, watch } = await openOnTheHost(context, { service: { healthcheck } });
    await up();
    expect(await watch(await restart(), { deadlineSeconds: 20 })).toMatchObject({
      outcome: "unhealthy",
      reason: `container ${shop.container} runs, but its health check says unhealthy: wget: server returned error: HTTP/1.1 404 Not Found`,
      probes: [{ ok: true }, { ok: false }, { ok: true }],
    });
  });

  test("that is not there, or cannot be started, is told with the next move", async (context) => {
    const { shop, up, compose, restart } = await openOnTheHost(context);
    expect(await restart()).toMatchObject({
      code: "compose-no-container",
      reason: expect.stringContaining("`docker compose up -d` there makes it"),
    });
    await up();
    await compose("stop");
    expect((await restart()).outcome).toBe("restarted");
    expect(await status(shop.container)).toBe("running");
    await shop.describe({ command: "nothere" });
    expect(await restart({ mode: "recreate" })).toMatchObject({
      code: "compose-container-fails",
      excerpt: expect.arrayContaining([expect.stringContaining('"nothere": executable file not found')]),
    });
  });

  test("whose name another one has is told with that name", async (context) => {
    const { shop, restart } = await openOnTheHost(context);
    await docker.run("run", "-d", "--name", shop.container, "--network", "host", image, "sleep", "1000");
    expect(await restart({ mode: "recreate" })).toMatchObject({
      code: "compose-name-taken",
      reason: expect.stringContaining(`\`docker rm -f ${shop.container}\` frees it`),
    });
    expect(await status(shop.container)).toBe("running");
  });

  test("whose image is not there and cannot be pulled keeps running as it was", async (context) => {
    const { shop, up, restart } = await openOnTheHost(context);
    await up();
    // Nobody listens there.
    await shop.describe({ image: "127.0.0.1:1/shop:two" });
    expect(await restart({ mode: "recreate" })).toMatchObject({
      code: "compose-image-missing",
      reason: expect.stringContaining("`docker compose pull` there brings it"),
      excerpt: expect.arrayContaining([expect.stringContaining("connection refused")]),
    });
    expect(await status(shop.container)).toBe("running");
    // A mere restart needs no image.
    expect((await restart()).outcome).toBe("restarted");
  });

  test("whose compose file is missing or wrong keeps running as it was", async (context) => {
    const { shop, up, restart } = await openOnTheHost(context);
    await up();
    const file = join(dirname(shop.composeFile), "other.yml");
    expect(await restart({ file })).toMatchObject({ code: "compose-file-missing", mark: undefined });
    await shop.describe({ imagee: "x" });
    expect(await restart()).toMatchObject({
      code: "compose-file-invalid",
      excerpt: expect.arrayContaining(["Unsupported config option for services.web: 'imagee'"]),
      mark: undefined,
    });
    await writeFile(shop.composeFile, "services: [\n");
    expect(await restart({ mode: "recreate" })).toMatchObject({
      code: "compose-file-invalid",
      excerpt: expect.arrayContaining([expect.stringContaining("line 2, column 1")]),
    });
    expect(await status(shop.container)).toBe("running");
  });

  test("is restarted by the plugin as by the old command", async (context) => {
    const { up, restart, watch } = await openOnTheHost(context);
    await up();
    const shims = await createShims();
    context.onTestFinished(() => shims.remove());
    await shims.add(
      "docker",
      `export DOCKER_HOST=${docker.host}
case $1 in compose) shift; exec /usr/bin/docker-compose "$@" ;; esac
exec /usr/bin/docker "$@"`,
    );
    for (const mode of ["restart", "recreate"] as const) {
      expect(await watch(await restart({ mode }, runWith(shims)))).toMatchObject({ outcome: "healthy" });
    }
  });

  test("of a daemon that takes connections and answers none is not waited for without end", async (context) => {
    const { restart } = await openOnTheHost(context);
    const [frozen, shims] = await Promise.all([startDocker(), createShims()]);
    context.onTestFinished(() => frozen.remove());
    context.onTestFinished(() => shims.remove());
    await shims.add("docker", `[ "$1" != compose ] || exit 1; exec /usr/bin/docker -H ${frozen.host} "$@"`);
    await shims.lend("docker-compose", "/usr/bin/docker-compose");
    frozen.freeze();
    expect(await restart({}, runWith(shims))).toMatchObject({ code: "docker-unreachable", mark: undefined });
  });
});

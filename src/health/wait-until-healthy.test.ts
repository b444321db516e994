import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { type PageServer, startPageServer } from "../../test/page-server.ts";
import { createShims } from "../../test/shims.ts";
import type { HealthConfig, HttpProbe } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import { openLocal } from "../transport/local.ts";
import type { Transport } from "../transport/transport.ts";
import { type Attempt, askOnce, type WaitOptions, waitUntilHealthy } from "./wait-until-healthy.ts";

const local = openLocal();
let server: PageServer;

beforeAll(async () => {
  server = await startPageServer();
});

afterAll(() => server.close());

const page = (path: string, more: Partial<HttpProbe> = {}): HttpProbe => ({
  url: `${server.origin}${path}`,
  status: undefined,
  contains: undefined,
  timeoutSeconds: 10,
  ...more,
});

const config = (other: Partial<HealthConfig>): HealthConfig => ({
  startPeriodSeconds: 0,
  deadlineSeconds: 60,
  successes: 1,
  intervalSeconds: 2,
  http: [],
  container: undefined,
  logs: undefined,
  ...other,
});

/** A clock on which only sleeping takes time, so that minutes pass in moments and a loaded machine changes nothing. */
function waited(health: Partial<HealthConfig>, other: Partial<WaitOptions> = {}) {
  let clock = 0;
  const attempts: Attempt[] = [];
  const ending = waitUntilHealthy({
    transport: local,
    health: config(health),
    since: { restart: "1700000000.000000000", log: "" },
    now: () => clock,
    sleep: async (seconds) => {
      clock += seconds * 1000;
    },
    onAttempt: (attempt) => {
      attempts.push(attempt);
    },
    ...other,
  });
  return ending.then((report) => ({ report, attempts }));
}

test("a page that answers is healthy after as many looks as are asked for", async () => {
  const { report, attempts } = await waited({ http: [page("/fine", { contains: "Kitchen" })], successes: 3 });
  expect(report).toMatchObject({ outcome: "healthy", reason: "", waitedSeconds: 4, probes: [{ ok: true }] });
  expect(
    attempts.map(({ successes, wanted, elapsedSeconds }) => [successes, wanted, elapsedSeconds]),
  ).toEqual([
    [1, 3, 0],
    [2, 3, 2],
    [3, 3, 4],
  ]);
});

test("a page that answers after a while is waited for", async () => {
  const { report } = await waited({ http: [page("/late")], successes: 2 });
  expect(report).toMatchObject({ outcome: "healthy", waitedSeconds: 10 });
});

test("one bad page among several is enough, and is the reason", async () => {
  const { report } = await waited({ http: [page("/fine"), page("/broken")], deadlineSeconds: 4 });
  expect(report).toMatchObject({
    outcome: "unhealthy",
    reason: `GET ${server.origin}/broken answered 500`,
    waitedSeconds: 4,
    probes: [{ ok: true }, { ok: false }],
  });
});

test("a page that comes and goes never has its row", async () => {
  const { report } = await waited({ http: [page("/flapping")], successes: 2, deadlineSeconds: 7 });
  expect(report.outcome).toBe("unhealthy");
});

test("an old version that answers a little longer is seen through by more looks than it has left", async () => {
  const { report } = await waited({ http: [page("/handover")], successes: 5, deadlineSeconds: 20 });
  expect(report).toMatchObject({
    outcome: "unhealthy",
    reason: expect.stringMatching(/closed the connection|no answer/),
  });
});

test("a page that never answers costs no more than the deadline", async () => {
  const began = performance.now();
  const { report } = await waited(
    { http: [page("/hang", { timeoutSeconds: 600 })], deadlineSeconds: 2 },
    { now: () => performance.now() },
  );
  expect(report).toMatchObject({
    outcome: "unhealthy",
    reason: expect.stringContaining("did not answer within"),
  });
  expect(performance.now() - began).toBeLessThan(20_000);
});

test("an app without probes is healthy as soon as its restart is", async () => {
  expect((await waited({})).report).toEqual({
    outcome: "healthy",
    reason: "",
    probes: [],
    excerpt: [],
    waitedSeconds: 0,
  });
});

test("a forbidden line ends it at once, although the page answers, and is shown", async () => {
  const shims = await createShims();
  onTestFinished(() => shims.remove());
  const file = join(shims.home, "app.log");
  await writeFile(
    file,
    "starting\nTraceback (most recent call last):\n  File main.py\nModuleNotFoundError: polars\n",
  );
  const logs = { command: `cat '${file}'`, tail: 50, forbid: ["Traceback"] };
  const { report } = await waited({ http: [page("/fine")], logs, successes: 5 });
  expect(report).toMatchObject({
    outcome: "unhealthy",
    reason: "the log since the restart says: Traceback (most recent call last):",
    waitedSeconds: 0,
  });
  expect(report.excerpt).toEqual([
    "starting",
    "Traceback (most recent call last):",
    "  File main.py",
    "ModuleNotFoundError: polars",
  ]);
});

test("an exited container is told with its last words", async () => {
  const shims = await createShims();
  const path = process.env["PATH"];
  process.env["PATH"] = `${shims.path}:${path}`;
  onTestFinished(async () => {
    process.env["PATH"] = path;
    await shims.remove();
  });
  await shims.add(
    "docker",
    'case $1 in inspect) echo "state exited - 0 1 false" ;; logs) echo "$*"; echo "no bread" >&2 ;; esac',
  );
  const { report } = await waited({ container: "shop", http: [page("/fine")] });
  expect(report).toMatchObject({ outcome: "unhealthy", reason: "container shop has exited with code 1" });
  expect(report.excerpt).toEqual(["logs --since 1700000000.000000000 --tail 400 shop", "no bread"]);
  const unmarked = await waited({ container: "shop" }, { since: { restart: "", log: "" } });
  expect(unmarked.report.excerpt).toEqual([]);
});

test("what the old container said while it ended is not held against the new one", async () => {
  const shims = await createShims();
  const path = process.env["PATH"];
  process.env["PATH"] = `${shims.path}:${path}`;
  onTestFinished(async () => {
    process.env["PATH"] = path;
    await shims.remove();
  });
  const times = "times 2026-11-28T03:28:08Z 2026-11-28T03:28:10Z";
  const docker = `case $1 in inspect) printf '%s\\n' "state running - 0 0 false" "${times}" ;; logs) echo "$*" ;; esac`;
  await shims.add("docker", docker);
  const logs = { command: "docker logs shop", tail: 50, forbid: ["--since 17000"] };
  const report = async (health: Partial<HealthConfig>) => (await waited({ logs, ...health })).report;
  expect(await report({ container: "shop" })).toMatchObject({
    outcome: "healthy",
    excerpt: ["logs --since 1795836489.000000000 --tail 400 shop"],
  });
  expect((await report({ container: "other" })).reason).toMatch(/says: logs --since 1700000000\.000000000 /);
});

test("a stop is heard between two looks", async () => {
  const { report, attempts } = await waited({ http: [page("/broken")] }, { shouldStop: () => true });
  expect(report).toMatchObject({ outcome: "unhealthy", reason: "stopped" });
  expect(attempts).toHaveLength(1);
});

/** A line to the host that is broken for the first runs. */
function broken(times: number): Transport {
  let runs = 0;
  return {
    ...local,
    host: "prod",
    run: async (script, options) => {
      runs += 1;
      if (runs > times) return local.run(script, options);
      if (runs % 2 === 0) throw new PasserelleError("host-unreachable", { host: "prod", reason: "no route" });
      const nothing = Buffer.alloc(0);
      return {
        outcome: "lost",
        reason: "connection lost",
        stdout: nothing,
        stderr: nothing,
        truncated: false,
      };
    },
  };
}

test("a line that breaks and comes back is no failure of the app", async () => {
  const { report } = await waited({ http: [page("/fine")] }, { transport: broken(3) });
  expect(report).toMatchObject({ outcome: "healthy", waitedSeconds: 6 });
});

test("a host that stays away leaves the question open instead of blaming the app", async () => {
  const waiting = waited({ http: [page("/fine")], deadlineSeconds: 6 }, { transport: broken(1000) });
  await expect(waiting).rejects.toMatchObject({ code: "host-lost", details: { host: "prod" } });
  const asking = askOnce({ transport: broken(1000), health: config({ http: [page("/fine")] }) });
  await expect(asking).rejects.toMatchObject({ code: "host-lost" });
});

test("what trying again cannot mend is thrown", async () => {
  const run = async () => {
    throw new PasserelleError("host-key-changed", { host: "prod" });
  };
  const waiting = waited({ http: [page("/fine")] }, { transport: { ...local, run } });
  await expect(waiting).rejects.toMatchObject({ code: "host-key-changed" });
});

test("asked once, it is as it is now, without its log", async () => {
  const logs = { command: "echo Traceback", tail: 5, forbid: ["Traceback"] };
  const report = await askOnce({
    transport: local,
    health: config({ http: [page("/fine"), page("/teapot")], logs }),
  });
  expect(report).toMatchObject({ outcome: "unhealthy", reason: `GET ${server.origin}/teapot answered 418` });
  expect(report.probes.map((probe) => probe.name)).toEqual([
    `GET ${server.origin}/fine`,
    `GET ${server.origin}/teapot`,
  ]);
});

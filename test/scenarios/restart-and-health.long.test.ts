// Restarts and health checks that go wrong in the middle of a promotion, on this machine, and how each ends.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { freePort } from "../free-port.ts";
import { type PageServer, startPageServer } from "../page-server.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import { createShims, type Shims } from "../shims.ts";
import { backHealthy, done, promote } from "./in-slack.ts";

const unrestarted = /PROD is back as it was and answers healthily, but was not restarted/;

async function open(context: TestContext, options: Partial<SceneOptions>): Promise<Scene> {
  const scene = await openScene({
    preprod: { "src/health": "ok", "src/version": "new\n" },
    prod: { "app/health": "ok", "app/version": "old\n" },
    ...options,
  });
  context.onTestFinished(() => scene.close());
  return scene;
}

async function endsAsBefore(scene: Scene, ending: RegExp, told: RegExp): Promise<void> {
  const before = snapshot(scene.prod);
  await promote(scene, "kitchen", ending);
  // In the thread where it failed, and in the message at its end.
  const tellings = scene.person("bo").screen().match(new RegExp(told, "g")) ?? [];
  expect(tellings.length).toBeGreaterThanOrEqual(2);
  expect(snapshot(scene.prod)).toEqual(before);
}

// A system whose units are what PROD's directory, named in a file of the unit's name, says of them in `app/unit`.
const systemctl = `
for last; do :; done
units=$(dirname "$0")/../units
[ -e "$units/$last" ] || { echo LoadState=not-found; exit; }
state=$(cat "$(cat "$units/$last")/app/unit")
case " $* " in
  *LoadState*) echo LoadState=loaded ;;
  *ActiveState*) echo "ActiveState=$state" ;;
  *Result*) [ "$state" = failed ] && echo Result=start-limit-hit || echo Result=success ;;
  *Type*) echo Type=simple ;;
  *status*) echo "$last: the oven is $state" ;;
  *restart*) [ "$state" != failed ] || { echo "Job for $last failed: start request repeated too quickly." >&2; exit 1; } ;;
esac
`;

// One that is asked without \`-n\` would wait for a password for ever.
const sudo = '[ "$1" = -n ] || sleep 1000; echo "sudo: a password is required" >&2; exit 1';

describe("systemd", { concurrent: true, timeout: 240_000 }, () => {
  let shims: Shims;
  const path = process.env["PATH"];

  beforeAll(async () => {
    shims = await createShims();
    await mkdir(join(shims.home, "units"));
    await shims.add("systemctl", systemctl);
    await shims.add("sudo", sudo);
    process.env["PATH"] = `${shims.path}:${path}`;
  });
  afterAll(async () => {
    process.env["PATH"] = path;
    await shims.remove();
  });

  const withUnit = (unit: string, state: string, restart = ""): Partial<SceneOptions> => ({
    preprod: { "src/health": "ok", "src/unit": `${state}\n`, "src/version": "new\n" },
    prod: { "app/health": "ok", "app/unit": "active\n", "app/version": "old\n" },
    fill: ({ prod }) => writeFile(join(shims.home, "units", unit), prod),
    app: { restart: `{ systemd: ${unit}, timeout: 8s${restart} }` },
  });

  test("a unit that starts for ever is given up, and PROD is restarted as it was", async (context) => {
    const scene = await open(context, withUnit("slow.service", "activating"));
    await endsAsBefore(scene, backHealthy, /slow\.service was still starting after 8 s/);
  });

  test("a unit that systemd has stopped to start is told with the way out, and PROD is restarted as it was", async (context) => {
    const scene = await open(context, withUnit("often.service", "failed"));
    await endsAsBefore(scene, backHealthy, /systemctl reset-failed often\.service/);
    expect(scene.person("bo").screen()).toMatch(/often\.service: the oven is failed/);
  });

  test("a unit that is not there leaves PROD as it was, running and not restarted", async (context) => {
    const scene = await open(context, { app: { restart: "{ systemd: gone.service }" } });
    await endsAsBefore(scene, unrestarted, /There is no unit gone\.service/);
  });

  test("a sudo that wants a password is not waited for, and leaves PROD as it was", async (context) => {
    const scene = await open(context, withUnit("asked.service", "active", ", sudo: true"));
    await endsAsBefore(
      scene,
      unrestarted,
      /allow the login \/usr\/bin\/systemctl restart asked\.service in sudoers with NOPASSWD/,
    );
  });
});

// A real server, left running by the command with the command's own descriptors; the new version dies by itself.
const server = String.raw`
const { createServer } = require("node:http");
const { readFileSync, writeFileSync } = require("node:fs");
const version = readFileSync("app/version", "utf8");
const port = Number(process.argv[2]);
if (version === "new\n") setTimeout(() => process.exit(9), 1000);
createServer((_, answer) => answer.end(version)).listen(port, "127.0.0.1");
console.log("a version that keeps its descriptors: " + version);
`;

describe("a restart command", { concurrent: true, timeout: 240_000 }, () => {
  test("that leaves a server running which dies is taken back by the health check, and the old server runs", async (context) => {
    const port = await freePort();
    const start = `"${process.execPath}" app/server.cjs ${port} & echo $! >../pid`;
    const stop = '[ ! -e ../pid ] || kill "$(cat ../pid)" 2>/dev/null; sleep 0.2';
    const scene = await open(context, {
      preprod: { "src/version": "new\n", "src/server.cjs": server },
      prod: { "app/version": "old\n", "app/server.cjs": server },
      app: {
        restart: `{ command: '${stop}; ${start}' }`,
        health: `{ deadline: 8s, successes: 6, interval: 1s, http: [{ url: "http://127.0.0.1:${port}/" }] }`,
      },
    });
    context.onTestFinished(() => {
      process.kill(Number(readFileSync(join(scene.directory, "pid"), "utf8")));
    });
    await endsAsBefore(scene, backHealthy, /refused the connection/);
    expect(await (await fetch(`http://127.0.0.1:${port}/`)).text()).toBe("old\n");
  });

  test("that prints a gigabyte neither fills the disk nor the message", async (context) => {
    const loud = "head -c 1000000000 /dev/zero | tr '\\0' x; echo; echo the end";
    const scene = await open(context, {
      app: { restart: `{ command: "${loud.replaceAll("\\", "\\\\")}" }` },
    });
    await promote(scene, "kitchen", done);
    const kept = execFileSync("du", ["-sk", join(scene.directory, ".passerelle")], { encoding: "utf8" });
    expect(Number(kept.split("\t")[0])).toBeLessThan(5000);
    expect(scene.person("bo").screen().length).toBeLessThan(10_000);
  });

  test("that never ends is ended, and PROD is restarted as it was", async (context) => {
    const scene = await open(context, {
      app: { restart: `{ command: 'grep -q old app/version || sleep 1000', timeout: 3s }` },
    });
    await endsAsBefore(scene, backHealthy, /The restart command took longer than 3 s and was ended/);
  });
});

describe("a page", { concurrent: true, timeout: 240_000 }, () => {
  async function openWithPage(context: TestContext, page: string, deadline = "7s") {
    let prod = "";
    const pages: PageServer = await startPageServer(() => readFileSync(join(prod, "app/page"), "utf8"));
    context.onTestFinished(() => pages.close());
    const scene = await open(context, {
      preprod: { "src/page": page },
      prod: { "app/page": "/fine" },
      app: {
        health: `{ deadline: ${deadline}, interval: 1s, successes: 2, http: [{ url: "${pages.origin}/as-told", contains: Kitchen, timeout: 3s }] }`,
      },
    });
    prod = scene.prod;
    return scene;
  }

  test.for([
    ["/broken", /answered 500/],
    ["/hang", /did not answer within \d s/],
    ["/drip", /did not answer within \d s|before its time was up|did not finish within \d s/],
    ["/loop", /redirects more than 3 times/],
    ["/away", /redirects to another host: http:\/\/example\.org/],
    ["/odd", /answered 200 without "Kitchen"/],
    ["/huge", /answered 200 without "Kitchen"/],
    ["/slam", /closed the connection|no answer/],
    ["/flapping", /only \d of 2 good looks in a row|answered 500/],
  ] as const)("that becomes %s takes PROD back, which answers as before", async ([page, told], context) => {
    await endsAsBefore(await openWithPage(context, page), backHealthy, told);
  });

  test("that answers after 40 s is waited for", async (context) => {
    const scene = await openWithPage(context, "/after-40-s", "3m");
    await promote(scene, "kitchen", done);
  });
});

// A plain-command app, started and restarted for real through the job runner.

import { execFileSync } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { claim } from "../transport/claim.ts";
import type { RunJob } from "../transport/job.ts";
import { createJobRunner } from "../transport/job-runner.ts";
import { openLocal } from "../transport/local.ts";
import { prepareStateDir } from "../transport/state-dir.ts";
import { restart } from "./restart.ts";

const app = `
const { createServer } = require("node:http");
const { writeFileSync } = require("node:fs");
const { version } = require("./version.json");
const server = createServer((_, answer) => {
  console.log("asked");
  answer.end(version);
});
server.listen(0, "127.0.0.1", () => writeFileSync("address", "http://127.0.0.1:" + server.address().port));
`;

// Leaves the app with the script's own output, as people do.
const restartCommand = `
[ ! -e pid ] || kill "$(cat pid)"
rm -f address
"${process.execPath}" app.cjs &
echo $! >pid
`;

let base = "";
let root = "";
let stateDir = "";
let runJob: RunJob;

beforeEach(async () => {
  base = await mkdtemp(join(tmpdir(), "passerelle-restart-"));
  root = join(base, "prod");
  await mkdir(root);
  await writeFile(join(root, "app.cjs"), app);
  await writeFile(join(root, "version.json"), '{ "version": "one" }');
  const transport = openLocal();
  stateDir = (await prepareStateDir(transport, root, "shop")).stateDir;
  const claimed = await claim(transport, stateDir, { owner: "pr_1", holder: "test" });
  if (claimed.outcome !== "claimed") throw new Error("the target is held");
  runJob = createJobRunner({ transport, stateDir, token: claimed.token, owner: "pr_1", pollSeconds: 0.2 });
});

afterEach(async () => {
  const pid = await readFile(join(root, "pid"), "utf8").catch(() => undefined);
  if (pid !== undefined) process.kill(Number(pid));
  // What drains the output of the app writes its last when the app has gone.
  await rm(base, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
});

async function answer(): Promise<string> {
  for (let attempt = 0; attempt < 200; attempt += 1) {
    const address = await readFile(join(root, "address"), "utf8").catch(() => undefined);
    if (address !== undefined && address !== "") return (await fetch(address)).text();
    await sleep(50);
  }
  throw new Error("the app did not come up");
}

function restarted(id: string, command: string, timeoutSeconds = 60) {
  return restart({ runJob, id, restart: { kind: "command", command, timeoutSeconds }, root });
}

test("an app that is left running serves the new version, outlives the job and holds no lock", async () => {
  expect((await restarted("one", restartCommand)).outcome).toBe("restarted");
  expect(await answer()).toBe("one");
  await writeFile(join(root, "version.json"), '{ "version": "two" }');
  expect((await restarted("two", restartCommand)).outcome).toBe("restarted");
  expect(await answer()).toBe("two");
  expect(await answer()).toBe("two");
  execFileSync("flock", ["-n", join(stateDir, "lock"), "true"]);
});

test("the same id does not restart twice", async () => {
  const first = await restarted("same", "echo once >>count");
  expect(await restarted("same", "echo once >>count")).toEqual(first);
  expect(await readFile(join(root, "count"), "utf8")).toBe("once\n");
});

test("a command that prints without measure neither fills the disk nor its answer", async () => {
  const result = await restarted(
    "loud",
    "head -c 50000000 /dev/zero | tr '\\0' 'x'; echo; echo the end; exit 1",
  );
  const excerpt = result.outcome === "failed" ? result.excerpt : [];
  expect(excerpt.at(-1)).toBe("the end");
  expect(excerpt.join("").length).toBeLessThan(2000);
  const kept = execFileSync("du", ["-sk", stateDir], { encoding: "utf8" });
  expect(Number(kept.split("\t")[0])).toBeLessThan(5000);
});

test("a command that never ends is ended on the host, with what it started", async () => {
  const result = await restarted("endless", "sleep 300 & echo $! >child; echo started; wait", 1);
  expect(result).toMatchObject({ code: "timeout", excerpt: ["started"] });
  const child = Number(await readFile(join(root, "child"), "utf8"));
  await expect.poll(() => alive(child), { timeout: 20_000 }).toBe(false);
});

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

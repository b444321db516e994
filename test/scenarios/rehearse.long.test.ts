import { existsSync, readdirSync, readFileSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { killAndStartAgain, newApp } from "../crash/kill-and-start-again.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import { approve, done, long, promote, propose } from "./in-slack.ts";

vi.setConfig({ testTimeout: 180_000 });

const refused = /Nothing was written to PROD/;
const old = { "app/health": "ok", "app/main.txt": "old\n", "data/big.csv": "big\n", ".env": "KEY=1\n" };
/** Leaves its process id beside PROD; well after `after` milliseconds. */
const server = (after = 0): string => `
const root = process.env.PASSERELLE_REHEARSAL;
require("node:fs").appendFileSync(root.split("/.passerelle/")[0] + "/pids", process.pid + "\\n");
const began = Date.now();
require("node:http").createServer((_, answer) => {
  answer.writeHead(Date.now() - began >= ${after} ? 200 : 503).end("rehearsed");
}).listen(Number(process.argv[2]), "127.0.0.1");
`;
const broken = `
console.error("Traceback (most recent call last):");
console.error("ModuleNotFoundError: No module named 'polars'");
process.exit(1);
`;

let port = 0;
let scene: Scene | undefined;

beforeEach(async () => {
  const free = createServer();
  await new Promise<void>((resolve) => free.listen(0, "127.0.0.1", resolve));
  ({ port } = free.address() as AddressInfo);
  await new Promise((resolve) => free.close(resolve));
});
afterEach(async () => {
  await scene?.close();
  scene = undefined;
});

const section =
  (more: Readonly<Record<string, string>> = {}): NonNullable<SceneOptions["app"]> =>
  ({ url }) => ({
    rehearse: JSON.stringify({
      command: `'${process.execPath}' app/server.cjs ${port}`,
      url: `http://127.0.0.1:${port}/`,
    }),
    backup: "{ exclude: [data/] }",
    health: `{ deadline: 20s, interval: 1s, http: [{ url: "${url}" }], logs: { command: 'true', forbid: [Traceback] } }`,
    ...more,
  });

async function open(program: string): Promise<Scene> {
  const preprod = { "src/health": "ok", "src/main.txt": "new\n", "src/server.cjs": program };
  scene = await openScene({ preprod, prod: old, app: section() });
  return scene;
}

const pidsOf = ({ directory }: Scene): readonly number[] => {
  const file = join(directory, "pids");
  return existsSync(file) ? readFileSync(file, "utf8").trim().split("\n").map(Number) : [];
};

function lives(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

async function expectNothingLeft(of: Scene): Promise<void> {
  expect(pidsOf(of).filter(lives)).toEqual([]);
  await expect(fetch(`http://127.0.0.1:${port}/`)).rejects.toThrow();
  const staging = join(of.directory, ".passerelle/kitchen/staging");
  await vi.waitUntil(() => readdirSync(staging).length === 0, { timeout: 20_000 });
}

test("a rehearsal that goes well is shown as a step, leaves nothing running, and the promotion goes on", async () => {
  const kitchen = await open(server());
  const told = await promote(kitchen);
  expect(told).toMatch(done);
  const [record] = await kitchen.bot.promotions.history("kitchen");
  expect(record?.steps.map(({ name, status }) => `${name} ${status}`)).toEqual(
    ["lock", "verify", "back-up", "stage", "rehearse", "swap", "restart", "health", "finish"].map(
      (name) => `${name} done`,
    ),
  );
  expect(record?.steps.find(({ name }) => name === "rehearse")?.facts["seen"]).toMatch(/^200 in/);
  expect(pidsOf(kitchen)).toHaveLength(1);
  await expectNothingLeft(kitchen);
  expect(readFileSync(join(kitchen.prod, "app/main.txt"), "utf8")).toBe("new\n");
  expect(readFileSync(join(kitchen.prod, "data/big.csv"), "utf8")).toBe("big\n");
});

test("a rehearsal of a broken tree refuses the promotion with its last lines, and PROD was not touched", async () => {
  const kitchen = await open(broken);
  const before = snapshot(kitchen.prod);
  await promote(kitchen, "kitchen", refused);
  const bo = kitchen.person("bo");
  await bo.sees(/did not pass its rehearsal/, long);
  await bo.sees(/ModuleNotFoundError: No module named 'polars'/, long);
  expect(snapshot(kitchen.prod)).toEqual(before);
  expect(await kitchen.restarts()).toBe(0);
  await expectNothingLeft(kitchen);

  await writeFile(join(kitchen.preprod, "src/server.cjs"), server());
  expect(await promote(kitchen)).toMatch(done);
});

test("a rehearsal on a port where somebody else answers is refused", async () => {
  const kitchen = await open(server());
  const before = snapshot(kitchen.prod);
  const other = createServer((_, answer) => answer.end("somebody else"));
  await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
  try {
    await promote(kitchen, "kitchen", refused);
    await kitchen.person("bo").sees(/Something else answers at http:\/\/127\.0\.0\.1/, long);
    expect(pidsOf(kitchen)).toEqual([]);
    expect(snapshot(kitchen.prod)).toEqual(before);
  } finally {
    other.closeAllConnections();
    await new Promise((resolve) => other.close(resolve));
  }
});

test("stop, pressed during a rehearsal, ends it before anything was written", async () => {
  const kitchen = await open(server(600_000));
  const before = snapshot(kitchen.prod);
  await propose(kitchen);
  const bo = kitchen.person("bo");
  await bo.presses(approve);
  await vi.waitUntil(() => pidsOf(kitchen).length === 1, { timeout: 60_000 });
  await bo.presses("Stop and roll back", { timeoutSeconds: 20 });
  await bo.sees(refused, long);
  expect(snapshot(kitchen.prod)).toEqual(before);
  await expectNothingLeft(kitchen);
});

const begun = async (of: Scene): Promise<void> => {
  await vi.waitUntil(() => pidsOf(of).length === 1, { timeout: 60_000, interval: 20 });
};

test.each<[string, string | ((scene: Scene) => Promise<void>), number]>([
  ["when a rehearsal begins", "running:rehearse", 1],
  ["during a rehearsal", begun, 2],
  ["when a rehearsal has ended", "done:rehearse", 2],
])(
  "a bot killed %s is followed by one that ends it, rehearses anew and goes on",
  async (_, dieAt, rehearsals) => {
    const crash = await killAndStartAgain(dieAt, done, {
      preprod: { ...newApp, "src/server.cjs": server(2500) },
      app: section(),
    });
    try {
      expect(crash.died).toBe(true);
      expect(pidsOf(crash.scene)).toHaveLength(rehearsals);
      await expectNothingLeft(crash.scene);
      expect(await crash.scene.restarts()).toBe(1);
      expect({ messages: crash.messages, endings: crash.endings }).toEqual({ messages: 1, endings: 1 });
    } finally {
      await crash.close();
    }
  },
);

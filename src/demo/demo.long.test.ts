import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";
import { type DemoProcess, spawnDemo, startDemo } from "../../test/demo-process.ts";

const patience = { timeout: 180_000 };
let temporary: string;
const started: DemoProcess[] = [];

async function start(): Promise<DemoProcess> {
  const demo = await startDemo({ TMPDIR: temporary });
  started.push(demo);
  return demo;
}

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "passerelle-demo.test-"));
});
afterEach(async () => {
  for (const demo of started.splice(0)) await demo.end("SIGTERM");
}, patience.timeout);
afterAll(() => rm(temporary, { recursive: true, force: true }));

const answers = (url: string) =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  );

const botOf = async ({ directory }: DemoProcess) =>
  Number(await readFile(join(directory, "bot.pid"), "utf8"));

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test(
  "two demos run beside each other, and Ctrl+C leaves nothing of one, however often it is pressed",
  patience,
  async () => {
    const [one, other] = [await start(), await start()];
    expect([await answers(one.page), await answers(one.prod), await answers(other.page)]).toEqual([
      200, 200, 200,
    ]);
    expect(one.page).not.toBe(other.page);
    const bot = await botOf(one);
    expect(runs(bot)).toBe(true);
    one.child.kill("SIGINT");
    expect(await one.end("SIGINT")).toBe(0);
    expect(existsSync(one.directory)).toBe(false);
    expect([runs(bot), await answers(one.page), await answers(one.prod)]).toEqual([false, 0, 0]);
    expect([await answers(other.page), await answers(other.prod)]).toEqual([200, 200]);
  },
);

test("what a demo left behind that was killed is ended and removed by the next one", patience, async () => {
  const lost = await start();
  const bot = await botOf(lost);
  await lost.end("SIGKILL");
  expect([await answers(lost.prod), runs(bot)]).toEqual([200, true]);
  const next = await start();
  expect(existsSync(lost.directory)).toBe(false);
  await expect.poll(() => answers(lost.prod)).toBe(0);
  await expect.poll(() => runs(bot)).toBe(false);
  expect(await answers(next.page)).toBe(200);
});

test("a demo that npm started ends with npm, and takes everything along", patience, async () => {
  const npm = spawn("npm", ["run", "demo", "--", "--port", "0"], {
    cwd: resolve(import.meta.dirname, "../.."),
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const piece of npm.stdout) {
    said += String(piece);
    if (said.includes("Ctrl+C")) break;
  }
  const page = /http:\S+/.exec(said)?.[0] ?? "";
  const directory = /(\S+)\/10_preprod/.exec(said)?.[1] ?? "";
  expect(await answers(page)).toBe(200);
  const bot = Number(await readFile(join(directory, "bot.pid"), "utf8"));
  const ended = once(npm, "exit");
  npm.kill("SIGTERM");
  await ended;
  await expect.poll(() => [existsSync(directory), runs(bot)], { timeout: 30_000 }).toEqual([false, false]);
  expect(await answers(page)).toBe(0);
});

test("a port that is taken is said in a sentence, and nothing stays", patience, async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const child = spawnDemo(["--port", String(port)], { TMPDIR: temporary }, "pipe");
  let said = "";
  child.stderr?.on("data", (piece) => {
    said += String(piece);
  });
  child.stdout?.resume();
  const [code] = await once(child, "close");
  server.close();
  expect([code, said]).toEqual([
    1,
    `passerelle: port ${port} is in use by another program; without --port, a free one is taken.\n`,
  ]);
  expect((await readdir(temporary)).filter((name) => name.startsWith("passerelle-demo-"))).toEqual([]);
});

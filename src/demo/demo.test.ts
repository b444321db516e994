import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, afterEach, beforeAll, expect, test } from "vitest";

const command = resolve(import.meta.dirname, "../../bin/passerelle.js");
let temporary: string;
const started: ChildProcess[] = [];

beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), "passerelle-demo.test-"));
});
afterEach(async () => {
  for (const child of started.splice(0)) await end(child, "SIGTERM");
});
afterAll(() => rm(temporary, { recursive: true, force: true }));

type Demo = {
  readonly child: ChildProcess;
  readonly page: string;
  readonly prod: string;
  readonly directory: string;
};

async function startDemo(): Promise<Demo> {
  const child = spawn(process.execPath, [command, "demo"], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "pipe", "inherit"],
  });
  started.push(child);
  let said = "";
  for await (const piece of child.stdout ?? []) {
    said += String(piece);
    if (said.includes("Ctrl+C")) break;
  }
  const address = (after: string) => new RegExp(`${after}:\\s+(\\S+)`).exec(said)?.[1] ?? "";
  const directory = address("to change").replace(/\/10_preprod$/, "");
  return { child, page: address("bot in it"), prod: address("sample app"), directory };
}

async function end(child: ChildProcess, signal: NodeJS.Signals): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null) {
    const exited = once(child, "exit");
    child.kill(signal);
    await exited;
  }
  return child.exitCode;
}

const answers = (url: string) =>
  fetch(url).then(
    ({ status }) => status,
    () => 0,
  );

const botOf = async ({ directory }: Demo) => Number(await readFile(join(directory, "bot.pid"), "utf8"));

function runs(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

test("two demos run beside each other, and Ctrl+C leaves nothing of one, however often it is pressed", async () => {
  const [one, other] = [await startDemo(), await startDemo()];
  expect([await answers(one.page), await answers(one.prod), await answers(other.page)]).toEqual([
    200, 200, 200,
  ]);
  expect(one.page).not.toBe(other.page);
  const bot = await botOf(one);
  expect(runs(bot)).toBe(true);
  one.child.kill("SIGINT");
  expect(await end(one.child, "SIGINT")).toBe(0);
  expect(existsSync(one.directory)).toBe(false);
  expect([runs(bot), await answers(one.page), await answers(one.prod)]).toEqual([false, 0, 0]);
  expect([await answers(other.page), await answers(other.prod)]).toEqual([200, 200]);
});

test("what a demo left behind that was killed is ended and removed by the next one", async () => {
  const lost = await startDemo();
  const bot = await botOf(lost);
  await end(lost.child, "SIGKILL");
  expect([await answers(lost.prod), runs(bot)]).toEqual([200, true]);
  const next = await startDemo();
  expect(existsSync(lost.directory)).toBe(false);
  await expect.poll(() => answers(lost.prod)).toBe(0);
  await expect.poll(() => runs(bot)).toBe(false);
  expect(await answers(next.page)).toBe(200);
});

test("a port that is taken is said in a sentence, and nothing stays", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const child = spawn(process.execPath, [command, "demo", "--port", String(port)], {
    env: { ...process.env, TMPDIR: temporary },
    stdio: ["ignore", "ignore", "pipe"],
  });
  let said = "";
  child.stderr?.on("data", (piece) => {
    said += String(piece);
  });
  const [code] = await once(child, "close");
  server.close();
  expect([code, said]).toEqual([
    1,
    `passerelle: port ${port} is in use by another program; without --port, a free one is taken.\n`,
  ]);
  expect((await readdir(temporary)).filter((name) => name.startsWith("passerelle-demo-"))).toEqual([]);
});

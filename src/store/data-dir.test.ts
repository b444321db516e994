import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type Child, runChild } from "../../test/child.ts";
import { dataDirHeld, holdDataDir } from "./data-dir.ts";

let dataDir: string;
const children: Child[] = [];

beforeEach(async () => {
  dataDir = join(await mkdtemp(join(tmpdir(), "passerelle-data-dir-")), "data");
});

afterEach(async () => {
  await Promise.all(children.splice(0).map((child) => child.kill()));
  await rm(join(dataDir, ".."), { recursive: true, force: true });
});

test("a second bot is refused with the process id of the first", async () => {
  const bot = await startBot();
  await expect(holdDataDir(dataDir)).rejects.toMatchObject({
    code: "data-dir-in-use",
    details: { dataDir, pid: bot.pid },
  });
});

test("a bot that was killed holds nothing any more", async () => {
  const bot = await startBot();
  expect(await dataDirHeld(dataDir)).toEqual({ pid: bot.pid });
  await bot.kill();
  expect(await dataDirHeld(dataDir)).toBeUndefined();
  const held = await holdDataDir(dataDir);
  expect(await dataDirHeld(dataDir)).toEqual({ pid: process.pid });
  await held.release();
});

test("a bot that is stopped, not dead, still holds the directory", async () => {
  const bot = await startBot();
  bot.signal("SIGSTOP");
  await expect(holdDataDir(dataDir)).rejects.toMatchObject({ code: "data-dir-in-use" });
  bot.signal("SIGCONT");
});

test("of five bots started at the same time one goes on", async () => {
  const bots = Array.from({ length: 5 }, () => startChild());
  const said = await Promise.all(bots.map((bot) => bot.line()));
  expect(said.sort()).toEqual([...Array(4).fill("data-dir-in-use"), "held"]);
});

test("a released directory can be held again, by this process too", async () => {
  const first = await holdDataDir(dataDir);
  await expect(holdDataDir(dataDir)).rejects.toMatchObject({ code: "data-dir-in-use" });
  await first.release();
  await first.release();
  const second = await holdDataDir(dataDir);
  expect(await dataDirHeld(dataDir)).toEqual({ pid: process.pid });
  await second.release();
  expect(await dataDirHeld(dataDir)).toBeUndefined();
});

test("looking does not keep a bot from starting", async () => {
  await (await holdDataDir(dataDir)).release();
  let looking = true;
  const looks = (async () => {
    while (looking) await dataDirHeld(dataDir);
  })();
  const bot = startChild();
  expect(await bot.line()).toBe("held");
  looking = false;
  await looks;
});

test("nobody holds a directory that does not exist", async () => {
  expect(await dataDirHeld(join(dataDir, "none"))).toBeUndefined();
});

test("the directory and what is in it are for its owner alone", async () => {
  const umask = process.umask(0);
  try {
    const held = await holdDataDir(dataDir);
    const mode = async (name: string): Promise<number> => (await stat(join(dataDir, name))).mode & 0o777;
    expect([await mode("."), await mode("bot.lock.db"), await mode("bot.pid")]).toEqual([
      0o700, 0o600, 0o600,
    ]);
    await held.release();
  } finally {
    process.umask(umask);
  }
});

async function startBot(): Promise<Child> {
  const bot = startChild();
  expect(await bot.line()).toBe("held");
  return bot;
}

function startChild(): Child {
  const child = runChild(
    import.meta.url,
    `const { holdDataDir } = await load("./data-dir.ts");
    try {
      globalThis.held = await holdDataDir(process.env.DATA_DIR);
      console.log("held");
      setInterval(() => {}, 1000);
    } catch (error) {
      console.log(error.code);
    }`,
    { env: { DATA_DIR: dataDir } },
  );
  children.push(child);
  return child;
}

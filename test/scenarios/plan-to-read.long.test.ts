// A plan as people meet it: thousands of files, groups to tick, images to look at; the whole bot, real directories.

import { mkdir, readFile, truncate, utimes, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { openScene, type Scene } from "../scene.ts";

const long = { timeoutSeconds: 90 };
const waiting = /Promote kitchen: PREPROD/;
const done = /PROD of kitchen is up to date and healthy/;
let scene: Scene;
afterEach(() => scene?.close());

const messages = () => scene.playground.workspace.messages("kitchen");
const topLevel = () =>
  messages().filter((message) => message.threadTs === undefined || message.threadTs === message.ts);
const inThread = () =>
  messages().filter((message) => message.threadTs !== undefined && message.threadTs !== message.ts);

async function put(root: string, path: string, content: string | Buffer): Promise<void> {
  await mkdir(dirname(join(root, path)), { recursive: true });
  await writeFile(join(root, path), content);
}

async function until<Value>(look: () => Value | undefined): Promise<Value> {
  for (let tries = 0; tries < 1200; tries += 1) {
    const found = look();
    if (found !== undefined) return found;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error(`not so within a minute: ${look.toString()}`);
}

test("a plan of 5,000 files is one readable message, and its full diff is a file that says where it was cut", {
  timeout: 180_000,
}, async () => {
  scene = await openScene({
    preprod: { "src/health": "ok" },
    prod: { "app/health": "ok", "app/own.txt": "PROD's own\n" },
    fill: async ({ preprod }) => {
      for (let index = 0; index < 5000; index += 1) {
        const name = `src/part ${index % 120}/list of things ${index}.txt`;
        await put(preprod, name, `line of file ${index}, told at length\n`.repeat(8));
      }
    },
  });
  const [ana, bo] = [scene.person("ana"), scene.person("bo")];
  await ana.types("/promote diff kitchen");
  const shown = await bo.sees(waiting, long);
  expect(shown).toContain("5,000 files change — 5,000 new · +40,000 lines");
  expect(shown).toMatch(/app\/part 0\/ +42 new, 11\.1 KB/);
  expect(shown).toMatch(/… [\d,]+ more in \d+ directories/);
  expect(shown).toContain("1 path only in PROD stays as it is: app/own.txt");
  expect(shown).toContain("PREPROD: 5,001 by a rule · PROD: 2 by a rule · Every path accounted for.");
  const list = shown.slice(shown.indexOf("app/part"), shown.indexOf("more in"));
  for (const line of list.split("\n")) expect([...line].length).toBeLessThanOrEqual(44);

  await bo.presses("Full diff");
  const shared = await until(() => inThread().find(({ files }) => files.length > 0));
  const file = await until(() => scene.playground.workspace.state.files.get(shared.files[0] ?? ""));
  expect(file).toMatchObject({ snippetType: "diff" });
  const text = file.bytes?.toString() ?? "";
  expect(Buffer.byteLength(text)).toBeLessThanOrEqual(1_000_000);
  expect(text.split("\n").slice(0, 4)).toEqual([
    "promoted from src/part 0",
    "new directory preprod/app/part 0 mode 040755",
    "promoted from src/part 0/list of things 0.txt",
    "diff --git prod/app/part 0/list of things 0.txt preprod/app/part 0/list of things 0.txt",
  ]);
  expect(text.trimEnd().split("\n").at(-1)).toBe(
    "The rest is too long for Slack; `passerelle diff --patch` shows it.",
  );
});

test("a group is shown, ticked in its message, and then goes along with what was approved", async () => {
  const paths = "[{ from: src/, to: app/ }, { from: data/kitchen.db, to: data/kitchen.db, group: data }]";
  const old = new Date(Date.now() - 3 * 86_400_000 - 60_000);
  scene = await openScene({
    app: { paths },
    preprod: { "src/health": "ok", "src/main.txt": "new\n", "data/kitchen.db": "recipes" },
    prod: { "app/health": "ok", "app/main.txt": "old\n" },
    fill: async ({ preprod }) => {
      await truncate(join(preprod, "data/kitchen.db"), 20 * 1024 * 1024);
      await utimes(join(preprod, "data/kitchen.db"), old, old);
    },
  });
  const [ana, bo] = [scene.person("ana"), scene.person("bo")];
  await ana.types("/promote diff kitchen");
  await bo.sees(/\[ \] data 20 MB, 3 days old — data\/kitchen\.db: not in PROD yet/, long);
  await ana.chooses("plan.groups", ["data"]);
  await bo.sees(/\[x\] data 20 MB/, long);
  await bo.sees(/Large:\n• data\/kitchen\.db 20 MB, 3 days old, not in PROD yet/, long);
  expect(topLevel()).toHaveLength(1);
  await bo.presses("Approve & promote");
  await bo.sees(done, long);
  expect((await readFile(join(scene.prod, "data/kitchen.db"))).length).toBe(20 * 1024 * 1024);
  expect(topLevel()).toHaveLength(1);
  // Asked again: PROD has it now, and the message would say so.
  await ana.types("/promote diff kitchen --with data");
  await ana.sees("PROD already has everything PREPROD has", long);
});

test("a changed image is shown before and after, and an ordinary promotion goes on beside it", async () => {
  const png = (text: string) => Buffer.from(`\x89PNG\r\n\x1a\n${text}`, "latin1");
  scene = await openScene({
    preprod: { "src/health": "ok" },
    prod: { "app/health": "ok" },
    fill: async ({ preprod, prod }) => {
      await put(preprod, "src/assets/logo.png", png("after, and longer"));
      await put(prod, "app/assets/logo.png", png("before"));
      await put(preprod, "src/assets/new.jpg", Buffer.from("\xff\xd8\xff new", "latin1"));
    },
  });
  const [ana, bo] = [scene.person("ana"), scene.person("bo")];
  await ana.types("/promote diff kitchen");
  await bo.sees(waiting, long);
  const shared = await until(() => {
    const all = inThread().filter(({ files }) => files.length > 0);
    return all.length === 2 ? all : undefined;
  });
  expect(shared.map(({ files }) => files.length)).toEqual([2, 1]);
  await bo.sees("app/assets/logo.png — before (14 B) and after (25 B)", long);
  await bo.sees("app/assets/new.jpg — new, 7 B", long);
  await bo.presses("Approve & promote");
  await bo.sees(done, long);
});

import { existsSync } from "node:fs";
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { killAndStartAgain } from "../crash/kill-and-start-again.ts";
import { openScene, type Scene } from "../scene.ts";
import { approve, backHealthy, done, long, promote, propose, rollBack, rolledBack } from "./in-slack.ts";

vi.setConfig({ testTimeout: 180_000 });

const old = { "app/health": "ok", "app/main.txt": "old\n", "app/lock.txt": "old\n" };
const wanted = { "src/health": "ok", "src/main.txt": "new\n", "src/lock.txt": "new\n" };
/** Says for which lock file it ran, outside of PROD. */
const sync = "cat app/lock.txt >>../synced";
const ifNew = "! grep -q new app/lock.txt || { echo 'no such package' >&2; exit 3; }";

type Hook = { readonly when?: readonly string[]; readonly run: string };
type Hooks = Readonly<Record<string, readonly Hook[]>>;

let scene: Scene;
afterEach(() => scene?.close());

async function open(hooks: Hooks): Promise<ReadonlyMap<string, string>> {
  scene = await openScene({ preprod: wanted, prod: old, app: { hooks: JSON.stringify(hooks) } });
  return snapshot(scene.prod);
}

const ran = (name: string): Promise<string> => readFile(join(scene.directory, name), "utf8").catch(() => "");

const threads = (): string =>
  scene.playground.workspace
    .messages("kitchen")
    .map((message) => scene.playground.workspace.read(message))
    .join("\n");

/** The thread follows the message. */
async function told(pattern: RegExp): Promise<void> {
  await vi
    .waitUntil(() => pattern.test(threads()), { timeout: 20_000, interval: 50 })
    .catch(() => {
      throw new Error(`nobody was told ${pattern}; this was said:\n${threads()}`);
    });
}

test("a hook runs when its files changed, before the restart, and not when only others did", async () => {
  await open({
    "after-swap": [
      { when: ["app/lock.txt"], run: `${sync}; cp ../restarted ../restarts-before || : >../restarts-before` },
    ],
    "before-restart": [{ run: "cat app/main.txt >>../before-restart" }],
    "after-health": [{ run: "cat ../restarted >>../after-health" }],
  });
  await promote(scene);
  expect(await ran("synced")).toBe("new\n");
  expect(await ran("restarts-before")).toBe("");
  expect(await ran("before-restart")).toBe("new\n");
  expect(await ran("after-health")).toBe("restarted\n");
  await told(/Hook — cat app\/lock\.txt/);
  await told(/Restart — 2 hooks/);
  expect(await scene.restarts()).toBe(1);

  await writeFile(join(scene.preprod, "src/main.txt"), "newer\n");
  await propose(scene);
  await scene.person("bo").presses(approve);
  await vi.waitUntil(async () => (await ran("after-health")).split("\n").length === 4, { timeout: 60_000 });
  expect(await ran("synced")).toBe("new\n");
  expect(await ran("before-restart")).toBe("new\nnewer\n");
});

test("a failing hook takes PROD back exactly, and runs again for what PROD was", async () => {
  const before = await open({ "after-swap": [{ when: ["app/lock.txt"], run: `${sync}; ${ifNew}` }] });
  await promote(scene, "kitchen", backHealthy);
  expect(snapshot(scene.prod)).toEqual(before);
  expect(await ran("synced")).toBe("new\nold\n");
  // Only the old version was restarted: the new one never came to it.
  expect(await scene.restarts()).toBe(1);
  await told(/The hook cat app\/lock\.txt.* ended with exit code 3 \(no such package\)/);
  const [last] = await scene.bot.promotions.history("kitchen");
  expect(last?.ending).toMatchObject({
    outcome: "rolled-back",
    failedStep: "restart",
    health: "healthy",
    because: { code: "hook-failed", details: { exitCode: 3, reason: "no such package" } },
  });
});

test("a hook that fails on the way back too is told, and the old version is restarted all the same", async () => {
  const before = await open({
    "before-restart": [{ run: "echo 'the mirror is down'; exit 9" }, { run: "echo second >>../second" }],
  });
  await promote(scene, "kitchen", backHealthy);
  expect(snapshot(scene.prod)).toEqual(before);
  expect(await scene.restarts()).toBe(1);
  expect(await ran("second")).toBe("second\n");
  await told(/A hook failed, and the way to the older version goes on — echo 'the mirror is down'/);
});

test("a failing hook after the health check takes PROD back, and does not run on the way", async () => {
  const before = await open({ "after-health": [{ run: "echo x >>../after-health; exit 1" }] });
  await promote(scene, "kitchen", backHealthy);
  expect(snapshot(scene.prod)).toEqual(before);
  expect(await ran("after-health")).toBe("x\n");
  expect(await scene.restarts()).toBe(2);
});

test("a rollback runs the hooks for what it brings back, and none of them can stop it", async () => {
  const before = await open({
    "after-swap": [
      { when: ["lock.txt"], run: sync },
      { when: ["lock.txt"], run: "grep -q new app/lock.txt" },
    ],
  });
  await promote(scene);
  await rollBack(scene);
  await scene.person("bo").sees(rolledBack, long);
  expect(snapshot(scene.prod)).toEqual(before);
  expect(await ran("synced")).toBe("new\nold\n");
  await told(/A hook failed, and the way to the older version goes on — grep -q new/);
  expect((await scene.bot.promotions.history("kitchen"))[0]?.ending).toMatchObject({ outcome: "done" });
});

test("stop, pressed while a hook runs, ends the hook and takes PROD back", async () => {
  const before = await open({
    "after-swap": [{ when: ["lock.txt"], run: `${sync}; ! grep -q new app/lock.txt || sleep 600` }],
  });
  await propose(scene);
  const bo = scene.person("bo");
  await bo.presses(approve);
  await vi.waitUntil(async () => (await ran("synced")) === "new\n", { timeout: 60_000 });
  await bo.presses("Stop and roll back", { timeoutSeconds: 20 });
  await bo.sees(/PROD is back as it was, and healthy — stopped by/, long);
  expect(snapshot(scene.prod)).toEqual(before);
  expect(await ran("synced")).toBe("new\nold\n");
});

const begun = async ({ directory }: Scene): Promise<void> => {
  await vi.waitUntil(() => existsSync(join(directory, "begun")), { timeout: 60_000, interval: 20 });
};

test.each<[string, string | ((scene: Scene) => Promise<void>)]>([
  ["while a hook runs", begun],
  ["when hooks and restart are done", "done:restart"],
  ["when the last hooks are done", "done:health"],
])("a bot killed %s is followed by one that runs no hook twice", async (_, dieAt) => {
  const hooks: Hooks = {
    "after-swap": [{ when: ["main.txt"], run: "echo >>../begun; sleep 4; echo x >>../after-swap" }],
    "after-health": [{ run: "echo x >>../after-health" }],
  };
  const crash = await killAndStartAgain(dieAt, done, { app: { hooks: JSON.stringify(hooks) } });
  try {
    expect(crash.died).toBe(true);
    for (const name of ["after-swap", "after-health"])
      expect(await readFile(join(crash.scene.directory, name), "utf8"), name).toBe("x\n");
    expect(await crash.scene.restarts()).toBe(1);
    expect({ messages: crash.messages, endings: crash.endings }).toEqual({ messages: 1, endings: 1 });
  } finally {
    await crash.close();
  }
});

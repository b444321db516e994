import {
  accessSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, type TestContext, test, vi } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import {
  approve,
  done,
  endingsTold,
  long,
  patience,
  promote,
  propose,
  rollBack,
  rolledBack,
} from "./in-slack.ts";

const stopped = /PROD is back as it was, and healthy.*stopped by @cy/;
const button = "Stop and roll back";

// A gzip that takes its time: what uses it can be stopped while it works.
const slow = mkdtempSync(join(tmpdir(), "passerelle-slow-"));
const path = process.env["PATH"];
beforeAll(() => {
  writeFileSync(
    join(slow, "gzip"),
    '#!/bin/sh\ntouch "${0%/*}/began"\nsleep 3\nPATH=${PATH#*:} exec gzip "$@"\n',
    { mode: 0o755 },
  );
  process.env["PATH"] = `${slow}:${path}`;
});
afterAll(() => {
  process.env["PATH"] = path;
  rmSync(slow, { recursive: true });
});

async function open({ onTestFinished }: TestContext, options: Partial<SceneOptions> = {}): Promise<Scene> {
  const scene = await openScene({
    preprod: { "src/health": "ok", "src/main.txt": "new\n", "src/added/deep.txt": "added\n" },
    prod: { "app/health": "ok", "app/main.txt": "old\n", "app/only here.txt": "kept\n" },
    ...options,
  });
  onTestFinished(() => scene.close());
  return scene;
}

async function until(happened: () => boolean, scene?: Scene): Promise<void> {
  try {
    await vi.waitUntil(happened, { timeout: long.timeoutSeconds * 1000, interval: 20 });
  } catch (cause) {
    throw new Error(`it did not happen; bo sees:\n${scene?.person("bo").screen()}`, { cause });
  }
}

const exists = (file: string): boolean => {
  try {
    accessSync(file);
    return true;
  } catch {
    return false;
  }
};

/** The first restart takes long, and says when it began. */
const slowRestart = {
  restart:
    "{ command: 'if [ -e ../begun ]; then echo restarted >>../restarted; else touch ../begun; sleep 60; fi' }",
};

test.concurrent(
  "a stop during the back-up writes nothing, is told, and the next promotion goes through",
  async (context) => {
    const scene = await open(context, { app: { backup: "{ keep: 3, compression: gzip }" } });
    const before = snapshot(scene.prod);
    await propose(scene);
    const [bo, cy] = [scene.person("bo"), scene.person("cy")];
    await bo.presses(approve);
    await until(() => exists(join(slow, "began")));
    expect((await cy.presses(button)).question).toContain("PROD goes back to what it was before");
    await bo.sees(/Nothing was written to PROD.*stopped by @cy/, long);
    expect(await endingsTold(scene, /Nothing was written to PROD/)).toBe(1);
    expect(snapshot(scene.prod)).toEqual(before);
    expect(await scene.restarts()).toBe(0);
    await promote(scene);
  },
  patience,
);

test.concurrent(
  "a stop during the restart ends the restart and takes PROD back to the last bit",
  async (context) => {
    const scene = await open(context, { app: slowRestart });
    const before = snapshot(scene.prod);
    await propose(scene);
    await scene.person("bo").presses(approve);
    await until(() => exists(join(scene.directory, "begun")));
    await scene.person("cy").presses(button);
    await scene.person("ana").sees(stopped, long);
    expect(await endingsTold(scene, /PROD is back as it was/)).toBe(1);
    expect(snapshot(scene.prod)).toEqual(before);
    expect(await scene.restarts()).toBe(1);
    await promote(scene);
  },
  patience,
);

test.concurrent(
  "a stop while PROD is waited for takes it back to the last bit, however often it is pressed",
  async (context) => {
    let asked = 0;
    const scene = await open(context, {
      answers: (prod) => {
        const old = readFileSync(join(prod, "app/main.txt"), "utf8") === "old\n";
        asked += old ? 0 : 1;
        return old ? { status: 200, text: "ok" } : { status: 503, text: "starting" };
      },
      app: ({ url }) => ({ health: `{ deadline: 5m, interval: 1s, http: [{ url: "${url}" }] }` }),
    });
    const before = snapshot(scene.prod);
    await propose(scene);
    await scene.person("bo").presses(approve);
    await until(() => asked > 0);
    const cy = scene.person("cy");
    await Promise.all([cy.presses(button), cy.presses(button), cy.presses(button)]);
    await cy.sees(stopped, long);
    expect(await endingsTold(scene, /PROD is back as it was/)).toBe(1);
    expect(snapshot(scene.prod)).toEqual(before);
    expect(await scene.restarts()).toBe(2);
  },
  patience,
);

test.concurrent(
  "a rollback asked for while a promotion runs is that promotion stopped and taken back",
  async (context) => {
    const scene = await open(context, { app: slowRestart });
    const before = snapshot(scene.prod);
    await propose(scene);
    await scene.person("cy").presses(approve);
    await until(() => exists(join(scene.directory, "begun")));
    await rollBack(scene);
    await scene.person("bo").sees(/A promotion was running: it was told to stop and go back/, long);
    await scene.person("bo").sees(/PROD is back as it was, and healthy.*stopped by @bo/, long);
    expect(snapshot(scene.prod)).toEqual(before);
    expect(await scene.bot.promotions.history("kitchen")).toMatchObject([{ status: "rolled-back" }]);
  },
  patience,
);

/** Each version changes a file, adds one, removes one and turns something into something else. */
function writeVersion({ preprod }: Scene, version: number): void {
  const at = (name: string): string => join(preprod, "src", name);
  writeFileSync(at("main.txt"), `version ${version}\n`);
  writeFileSync(at(`of ${version}.txt`), `only in ${version}\n`);
  rmSync(at(`of ${version - 1}.txt`), { force: true });
  if (version % 2 === 0) {
    rmSync(at("turns"), { recursive: true, force: true });
    symlinkSync(`of ${version}.txt`, at("turns"));
  } else {
    if (exists(at("turns"))) unlinkSync(at("turns"));
    rmSync(at("turns"), { recursive: true, force: true });
    writeFileSync(at("turns"), `a file in ${version}`);
  }
}

const mirrored = { app: { paths: "[{ from: src/, to: app/, delete: true }]" } };

test.concurrent(
  "a rollback can be rolled back: PROD is the new version again, to the last bit",
  async (context) => {
    const scene = await open(context, mirrored);
    const old = snapshot(scene.prod);
    writeVersion(scene, 1);
    await promote(scene);
    const promoted = snapshot(scene.prod);
    await rollBack(scene);
    await scene.person("bo").sees(rolledBack, long);
    expect(snapshot(scene.prod)).toEqual(old);
    const [rollback] = await scene.bot.promotions.history("kitchen");
    await rollBack(scene, { point: new RegExp(String(rollback?.id)) });
    await until(() => settled(scene) === 3, scene);
    expect(snapshot(scene.prod)).toEqual(promoted);
    expect((await scene.bot.promotions.history("kitchen")).map(({ status }) => status)).toEqual([
      "done",
      "done",
      "done",
    ]);
  },
  patience,
);

test.concurrent(
  "after three promotions PROD goes back to any of their restore points by name, to the last bit",
  async (context) => {
    const scene = await open(context, mirrored);
    const states = [snapshot(scene.prod)];
    for (const version of [1, 2, 3]) {
      writeVersion(scene, version);
      await promote(scene);
      await until(() => settled(scene) === version, scene);
      states.push(snapshot(scene.prod));
    }
    const ids = (await scene.bot.promotions.history("kitchen")).map(({ id }) => id).reverse();
    for (const [index, rollbacks] of [
      [0, 4],
      [2, 5],
      [1, 6],
    ] as const) {
      await rollBack(scene, { point: new RegExp(String(ids[index])) });
      await until(() => settled(scene) === rollbacks, scene);
      expect(snapshot(scene.prod)).toEqual(states[index]);
    }
    const verified = await scene.bot.promotions.verify("kitchen");
    expect(verified.map(({ good }) => good)).toEqual(verified.map(() => true));
  },
  patience,
);

/** How many promotions and rollbacks the channel was told the good end of. */
function settled({ playground }: Scene): number {
  return playground.workspace
    .messages("kitchen")
    .filter(({ threadTs, ts }) => threadTs !== undefined && threadTs !== ts)
    .filter(({ text }) => done.test(text) || rolledBack.test(text)).length;
}

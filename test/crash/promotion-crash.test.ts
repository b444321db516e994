import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { type Crash, killAndStartAgain, newApp } from "./kill-and-start-again.ts";

const steps = ["lock", "verify", "back-up", "stage", "swap", "restart", "health", "finish"];
const points = [...steps.flatMap((step) => [`running:${step}`, `done:${step}`]), "ended"];
const done = /PROD of kitchen is up to date and healthy/;
const patience = 180_000;

async function expectPromotedOnce({ scene, died, messages, endings }: Crash): Promise<void> {
  expect(died).toBe(true);
  for (const [path, content] of [
    ["app/main.txt", "new"],
    ["app/added/deep/file.txt", "added"],
    ["app/only here.txt", "kept"],
    ["app/same.txt", "same"],
  ] as const) {
    expect(await readFile(join(scene.prod, path), "utf8"), path).toBe(content);
  }
  expect(await scene.restarts()).toBe(1);
  expect({ messages, endings }).toEqual({ messages: 1, endings: 1 });
}

test.concurrent.each(points)(
  "a bot killed at %s is followed by one that ends the promotion, once, with one thread",
  async (dieAt) => {
    const crash = await killAndStartAgain(dieAt, done);
    try {
      await expectPromotedOnce(crash);
    } finally {
      await crash.close();
    }
  },
  patience,
);

test.concurrent(
  "a bot killed while a job runs on the host is followed by one that adopts the job and does not start another",
  async () => {
    const begun = async (scene: Crash["scene"]): Promise<void> => {
      await vi.waitUntil(
        () =>
          access(join(scene.directory, "begun")).then(
            () => true,
            () => false,
          ),
        { timeout: 30_000, interval: 20 },
      );
    };
    const crash = await killAndStartAgain(begun, done, {
      app: { restart: "{ command: 'echo >>../begun; sleep 4; echo restarted >>../restarted' }" },
    });
    try {
      await expectPromotedOnce(crash);
      expect(await readFile(join(crash.scene.directory, "begun"), "utf8")).toBe("\n");
    } finally {
      await crash.close();
    }
  },
  patience,
);

const back = [
  "running:health",
  "done:restart",
  "running:swap-back",
  "done:swap-back",
  "running:restart-back",
  "running:health-back",
  "done:health-back",
  "ended",
];

test.concurrent.each(back)(
  "a bot killed at %s of a promotion that fails is followed by one that takes PROD back exactly",
  async (dieAt) => {
    const crash = await killAndStartAgain(dieAt, /PROD is back as it was, and healthy/, {
      preprod: { ...newApp, "src/health": "broken" },
    });
    try {
      expect(crash.died).toBe(true);
      expect(snapshot(crash.scene.prod)).toEqual(crash.before);
      expect({ messages: crash.messages, endings: crash.endings }).toEqual({ messages: 1, endings: 1 });
    } finally {
      await crash.close();
    }
  },
  patience,
);

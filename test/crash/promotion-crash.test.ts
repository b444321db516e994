// A few of the points at which a bot can die, and the middle of a job; promotion-crash.long.test.ts has every point.

import { access, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { expectBackAsItWas, expectPromotedOnce, healthy, healthyAgain } from "./endings.ts";
import { type Crash, killAndStartAgain, newApp } from "./kill-and-start-again.ts";

const patience = 600_000;

test.concurrent(
  "a bot killed after its swap, before that is recorded, is followed by one that ends the promotion, once, with one thread",
  async () => {
    const crash = await killAndStartAgain("done:swap", healthy);
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
        { timeout: 240_000, interval: 20 },
      );
    };
    const crash = await killAndStartAgain(begun, healthy, {
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

test.concurrent(
  "a bot killed on the way back of a promotion that failed is followed by one that takes PROD back exactly",
  async () => {
    const crash = await killAndStartAgain("running:swap-back", healthyAgain, {
      preprod: { ...newApp, "src/health": "broken" },
    });
    try {
      expectBackAsItWas(crash);
    } finally {
      await crash.close();
    }
  },
  patience,
);

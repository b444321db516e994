// Every point at which a bot can die; a few of them are in promotion-crash.test.ts.

import { test } from "vitest";
import { expectBackAsItWas, expectPromotedOnce, healthy, healthyAgain } from "./endings.ts";
import { killAndStartAgain, newApp } from "./kill-and-start-again.ts";

const steps = ["lock", "verify", "back-up", "stage", "swap", "restart", "health", "finish"];
const points = [...steps.flatMap((step) => [`running:${step}`, `done:${step}`]), "ended"];
const patience = 600_000;

test.concurrent.each(points)(
  "a bot killed at %s is followed by one that ends the promotion, once, with one thread",
  async (dieAt) => {
    const crash = await killAndStartAgain(dieAt, healthy);
    try {
      await expectPromotedOnce(crash);
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
    const crash = await killAndStartAgain(dieAt, healthyAgain, {
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

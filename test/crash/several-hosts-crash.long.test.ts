import { describe, expect, test } from "vitest";
import { openFleet, versionsOf } from "../scenarios/fleet.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { killAndStartAgain } from "./kill-and-start-again.ts";

const patience = 900_000;
// With one host every point is tried; here those between hosts, and one on either side of each kind of step.
const forward = [
  ...["running:stage", "done:swap@a", "running:restart@a", "done:health@a", "running:swap@b"],
  ...["done:health@b", "running:swap@c", "done:finish"],
];
const back = ["running:swap-back@b", "done:swap-back@b", "running:swap-back@a", "done:restart-back@a"];
const side = ["running:swap@b", "running:restart@a"];

describe.skipIf(whyNoOpenSsh !== undefined)(`PROD on several hosts (${whyNoOpenSsh ?? "here"})`, () => {
  test.concurrent.for(forward)(
    "a bot killed at %s is followed by one that brings all hosts to the new version, once",
    { timeout: patience },
    async (dieAt, { onTestFinished }) => {
      const fleet = await openFleet(onTestFinished, { startBot: false });
      const crash = await killAndStartAgain(dieAt, /is up to date and healthy on 3 hosts/, {
        scene: fleet.scene,
      });
      onTestFinished(crash.close);
      expect(crash.died).toBe(true);
      expect(versionsOf(fleet)).toEqual(["new", "new", "new"]);
      expect(fleet.hosts.map(({ restarts }) => restarts())).toEqual([1, 1, 1]);
      expect({ messages: crash.messages, endings: crash.endings }).toEqual({ messages: 1, endings: 1 });
    },
  );

  test.concurrent.for(side)(
    "a bot killed at %s of a batch of two is followed by one that ends both of them",
    { timeout: patience },
    async (dieAt, { onTestFinished }) => {
      const fleet = await openFleet(onTestFinished, { startBot: false, prod: { batch: "2" } });
      const crash = await killAndStartAgain(dieAt, /is up to date and healthy on 3 hosts/, {
        scene: fleet.scene,
      });
      onTestFinished(crash.close);
      expect(crash.died).toBe(true);
      expect(versionsOf(fleet)).toEqual(["new", "new", "new"]);
      expect(fleet.hosts.map(({ restarts }) => restarts())).toEqual([1, 1, 1]);
      expect({ messages: crash.messages, endings: crash.endings }).toEqual({ messages: 1, endings: 1 });
    },
  );

  test.concurrent.for(back)(
    "a bot killed at %s of a promotion that fails on one host is followed by one that takes all of them back",
    { timeout: patience },
    async (dieAt, { onTestFinished }) => {
      const fleet = await openFleet(onTestFinished, { startBot: false });
      const before = fleet.hosts.map((host) => host.snapshot());
      fleet.host("b").sicken();
      const crash = await killAndStartAgain(dieAt, /PROD is back as it was, and healthy/, {
        scene: fleet.scene,
      });
      onTestFinished(crash.close);
      expect(crash.died).toBe(true);
      expect(fleet.hosts.map((host) => host.snapshot())).toEqual(before);
      expect({ messages: crash.messages, endings: crash.endings }).toEqual({ messages: 1, endings: 1 });
    },
  );
});

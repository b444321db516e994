import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { openFleet, versionsOf } from "./fleet.ts";
import { approve, endingsTold, long, patience, promote, propose } from "./in-slack.ts";

describe.skipIf(whyNoOpenSsh !== undefined)(`PROD on several hosts (${whyNoOpenSsh ?? "here"})`, () => {
  test.concurrent(
    "is promoted host by host, and the message shows each of them",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished);
      const { scene, hosts } = fleet;
      const plan = await propose(scene);
      expect(plan).toMatch(/PROD 3 hosts: a, b, c/);
      expect(plan).toMatch(/change one after the other/);
      expect(plan).not.toMatch(/hosts are not the same/);
      const bo = scene.person("bo");
      await bo.presses(approve);
      const told = await bo.sees(/is up to date and healthy on 3 hosts/, long);
      for (const { name } of hosts) expect(told).toMatch(new RegExp(`${name} — new version, healthy`));
      expect(versionsOf(fleet)).toEqual(["new", "new", "new"]);
      expect(hosts.map(({ restarts }) => restarts())).toEqual([1, 1, 1]);
      expect(hosts.map(({ read }) => read("own/here.txt"))).toEqual(["kept\n", "kept\n", "kept\n"]);
      expect(await endingsTold(scene, /is up to date and healthy/)).toBe(1);
      const [record] = await scene.bot.promotions.history("kitchen");
      const steps = record?.steps.toSorted((one, other) =>
        `${one.startedAt}` < `${other.startedAt}` ? -1 : 1,
      );
      expect(steps?.map(({ name }) => name).slice(4, 7)).toEqual(["swap@a", "restart@a", "health@a"]);
    },
    patience,
  );

  test.concurrent(
    "is old again on all of them when the second one does not get healthy",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished);
      const { scene, hosts } = fleet;
      const before = hosts.map((host) => host.snapshot());
      fleet.host("b").sicken();
      await propose(scene);
      const bo = scene.person("bo");
      await bo.presses(approve);
      const told = await bo.sees(/PROD is back as it was, and healthy/, long);
      expect(told).toMatch(/failed at “Health check on b”/);
      expect(told).toMatch(/a — back as it was/);
      expect(told).toMatch(/b — back as it was/);
      expect(told).toMatch(/c — not touched/);
      expect(hosts.map((host) => host.snapshot())).toEqual(before);
      expect(hosts.map(({ restarts }) => restarts())).toEqual([2, 2, 0]);
      expect(await endingsTold(scene, /PROD is back as it was/)).toBe(1);
    },
    patience,
  );

  test.concurrent(
    "says which of them somebody changed by hand, and makes them all the same",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished);
      const { scene } = fleet;
      await promote(scene, "kitchen", /is up to date and healthy on 3 hosts/);
      const edited = fleet.host("b");
      writeFileSync(join(edited.root, "app/main.txt"), "by hand\n");
      const plan = await propose(scene);
      expect(plan).toMatch(/main\.txt \(b\)/);
      expect(plan).toMatch(/PROD's hosts are not the same/);
      expect(plan).toMatch(/main\.txt \(changed, b\)/);
      const bo = scene.person("bo");
      await bo.presses(/overwrite/i);
      const told = await bo.sees(/is up to date and healthy on 3 hosts[\s\S]*a — nothing to change/, long);
      expect(told).toMatch(/b — new version, healthy/);
      expect(versionsOf(fleet)).toEqual(["new", "new", "new"]);
      expect(fleet.hosts.map(({ restarts }) => restarts())).toEqual([1, 2, 1]);
    },
    patience,
  );
});

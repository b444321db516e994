import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type TestContext, test, vi } from "vitest";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { type Line, layLine } from "./behind-ssh.ts";
import { type Fleet, openFleet, versionsOf } from "./fleet.ts";
import { approve, backHealthy, long, patience, promote, propose, rollBack } from "./in-slack.ts";

const doneOn = (n: number): RegExp => new RegExp(`is up to date and healthy on ${n} hosts`);

async function until(happened: () => boolean): Promise<void> {
  await vi.waitUntil(happened, { timeout: long.timeoutSeconds * 1000, interval: 20 });
}

/** The named host's first restart waits beside its PROD; the others have theirs at once. */
function slowRestart(seconds: number): Readonly<Record<string, string>> {
  return {
    restart: `{ command: 'echo restarted >>../restarted; echo fine >>../app.log; if [ -e ../slow ]; then rm ../slow; touch ../begun; sleep ${seconds}; fi' }`,
  };
}

async function doneCount({ bot }: Fleet["scene"]): Promise<number> {
  return (await bot.promotions.history("kitchen")).filter(({ status }) => status === "done").length;
}

const beside = ({ hosts }: Fleet, name: string, file: string): string =>
  join(hosts.find((host) => host.name === name)?.root ?? "", "..", file);

describe.skipIf(whyNoOpenSsh !== undefined)(`PROD on several hosts (${whyNoOpenSsh ?? "here"})`, () => {
  test.concurrent(
    "in batches of two: a failure in the second batch takes both batches back",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished, { names: ["a", "b", "c", "d"], prod: { batch: "2" } });
      const { scene, hosts } = fleet;
      const before = hosts.map((host) => host.snapshot());
      fleet.host("d").sicken();
      expect(await propose(scene)).toMatch(/4 hosts change 2 at a time/);
      const bo = scene.person("bo");
      await bo.presses(approve);
      const told = await bo.sees(backHealthy, long);
      expect(told).toMatch(/failed at “Health check on d”/);
      expect(hosts.map((host) => host.snapshot())).toEqual(before);
      expect(hosts.map(({ restarts }) => restarts())).toEqual([2, 2, 2, 2]);
      rmSync(beside(fleet, "d", "sick"));
      await promote(scene, "kitchen", doneOn(4));
      expect(versionsOf(fleet)).toEqual(["new", "new", "new", "new"]);
    },
    patience,
  );

  test.concurrent(
    "a host that is down when a plan is made is named, and nothing is written anywhere",
    async ({ onTestFinished }) => {
      const lines = new Map<string, Line>();
      const fleet = await openFleet(onTestFinished, {
        port: async ({ port }, name) => {
          const line = await layLine(onTestFinished, port);
          lines.set(name, line);
          return line.port;
        },
      });
      await lines.get("b")?.cut();
      const ana = fleet.scene.person("ana");
      await ana.types("/promote diff kitchen");
      expect(await ana.sees(/cannot be reached/, long)).toMatch(/\bb\b/);
      expect(fleet.hosts.map(({ root }) => existsSync(join(root, "../.passerelle")))).toEqual([
        false,
        false,
        false,
      ]);
      await lines.get("b")?.mend();
      await promote(fleet.scene, "kitchen", doneOn(3));
    },
    patience,
  );

  async function cutInTheMiddle(
    { onTestFinished }: TestContext,
    patienceSeconds: number,
  ): Promise<{ readonly fleet: Fleet; readonly line: Line }> {
    const lines = new Map<string, Line>();
    const fleet = await openFleet(onTestFinished, {
      app: slowRestart(3),
      bot: { hostPatienceSeconds: patienceSeconds },
      port: async ({ port }, name) => {
        const line = await layLine(onTestFinished, port);
        lines.set(name, line);
        return line.port;
      },
    });
    const line = lines.get("b");
    if (line === undefined) throw new Error("no line to b");
    writeFileSync(beside(fleet, "b", "slow"), "");
    await propose(fleet.scene);
    await fleet.scene.person("bo").presses(approve);
    await until(() => existsSync(beside(fleet, "b", "begun")));
    await line.cut();
    return { fleet, line };
  }

  test.concurrent(
    "a host that vanishes in the middle and comes back is waited for",
    async (context) => {
      const { fleet, line } = await cutInTheMiddle(context, 120);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      await line.mend();
      await fleet.scene.person("bo").sees(doneOn(3), long);
      expect(versionsOf(fleet)).toEqual(["new", "new", "new"]);
      expect(fleet.hosts.map(({ restarts }) => restarts())).toEqual([1, 1, 1]);
    },
    patience,
  );

  test.concurrent(
    "a host that vanishes for good leaves the others as they were, and is parked with its name and what to do",
    async (context) => {
      const { fleet, line } = await cutInTheMiddle(context, 4);
      const { scene } = fleet;
      const bo = scene.person("bo");
      const told = await bo.sees(/PROD of kitchen needs a person/, long);
      expect(told).toMatch(/a — as it was before/);
      expect(told).toMatch(/b — nobody could look what it is/);
      expect(told).toMatch(/c — as it was before/);
      const [record] = await scene.bot.promotions.history("kitchen");
      expect(told).toContain(`passerelle rollback kitchen --to ${record?.id}`);
      expect(versionsOf(fleet)).toEqual(["old", "new", "old"]);
      await line.mend();
      const back = await scene.bot.promotions.rollBack({
        app: "kitchen",
        by: { id: "terminal:bo", via: "terminal" },
        to: record?.id ?? "",
      });
      if (back.outcome !== "started") throw new Error(`the rollback was refused: ${JSON.stringify(back)}`);
      const rolledBack = await scene.bot.promotions.waitFor(back.promotionId);
      expect(rolledBack).toMatchObject({ status: "done" });
      expect(versionsOf(fleet)).toEqual(["old", "old", "old"]);
      await promote(scene, "kitchen", doneOn(3));
    },
    patience,
  );

  test.concurrent(
    "a host that vanishes while it is asked for its health does not keep the others from going back",
    async ({ onTestFinished }) => {
      const lines = new Map<string, Line>();
      const fleet = await openFleet(onTestFinished, {
        app: {
          health:
            "{ deadline: 8s, interval: 1s, successes: 5, logs: { command: 'cat ../app.log', forbid: [broken] } }",
        },
        bot: { hostPatienceSeconds: 4 },
        port: async ({ port }, name) => {
          const line = await layLine(onTestFinished, port);
          lines.set(name, line);
          return line.port;
        },
      });
      const { scene } = fleet;
      await propose(scene);
      await scene.person("bo").presses(approve);
      const stepsNow = async () => (await scene.bot.promotions.history("kitchen"))[0]?.steps ?? [];
      const isAsked = async (): Promise<boolean> =>
        (await stepsNow()).some(({ name, status }) => name === "health@b" && status === "running");
      await vi.waitUntil(isAsked, { timeout: 150_000, interval: 20 });
      await lines.get("b")?.cut();
      const told = await scene.person("bo").sees(/PROD of kitchen needs a person/, long);
      expect(told).toMatch(/a — as it was before/);
      expect(told).toMatch(/b — nobody could look what it is/);
      expect(versionsOf(fleet)).toEqual(["old", "new", "old"]);
      const steps = await stepsNow();
      const finished = steps.find(({ name }) => name === "health-back@a")?.finishedAt ?? "";
      const began = steps.find(({ name }) => name === "swap-back@b")?.startedAt ?? "";
      expect(finished <= began).toBe(true);
    },
    patience,
  );

  test.concurrent(
    "a stop in the middle takes back what was swapped, and touches no other host",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished, { app: slowRestart(60) });
      const { scene, hosts } = fleet;
      const before = hosts.map((host) => host.snapshot());
      writeFileSync(beside(fleet, "b", "slow"), "");
      await propose(scene);
      await scene.person("bo").presses(approve);
      await until(() => existsSync(beside(fleet, "b", "begun")));
      await scene.person("cy").presses("Stop and roll back");
      const told = await scene
        .person("ana")
        .sees(/PROD is back as it was, and healthy.*stopped by @cy/, long);
      expect(told).toMatch(/c — not touched/);
      expect(hosts.map((host) => host.snapshot())).toEqual(before);
      expect(hosts.map(({ restarts }) => restarts())).toEqual([2, 2, 0]);
    },
    patience,
  );

  test.concurrent(
    "a rollback takes all of them to the same point, and none where one host lacks it",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished);
      const { scene, hosts } = fleet;
      const before = hosts.map((host) => host.snapshot());
      await promote(scene, "kitchen", doneOn(3));
      writeFileSync(join(scene.preprod, "src/main.txt"), "new and newer\n");
      await promote(scene, "kitchen", doneOn(3));
      // What bo saw may have been the first one.
      await vi.waitUntil(async () => (await doneCount(scene)) === 2, { timeout: 150_000, interval: 50 });
      const [second, first] = await scene.bot.promotions.history("kitchen");
      await rollBack(scene, { point: new RegExp(first?.id ?? "") });
      const told = await scene.person("bo").sees(/PROD of kitchen is back and healthy on 3 hosts/, long);
      for (const { name } of hosts) expect(told).toMatch(new RegExp(`${name} — rolled back, healthy`));
      expect(hosts.map((host) => host.snapshot())).toEqual(before);
      const verified = await scene.bot.promotions.verify("kitchen");
      expect(verified.filter(({ good }) => !good)).toEqual([]);
      expect([...new Set(verified.map(({ host }) => host))]).toEqual(["a", "b", "c"]);

      for (const kind of ["undo", "backups"])
        rmSync(beside(fleet, "b", `.passerelle/kitchen/${kind}`), { recursive: true });
      const points = await scene.bot.promotions.restorePoints("kitchen");
      expect(points.find(({ id }) => id === second?.id)).toMatchObject({ lackedBy: ["b"] });
      await expect(
        scene.bot.promotions.rollBack({
          app: "kitchen",
          by: { id: "terminal:bo", via: "terminal" },
          to: second?.id ?? "",
        }),
      ).rejects.toMatchObject({ code: "restore-point-unknown", details: { host: "b" } });
    },
    patience,
  );

  test.concurrent(
    "a host that another promotion holds keeps all of them from being written, and is named",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished);
      const { scene, hosts } = fleet;
      const before = hosts.map((host) => host.snapshot());
      const state = beside(fleet, "c", ".passerelle/kitchen");
      mkdirSync(state, { recursive: true, mode: 0o700 });
      writeFileSync(join(state, "token"), "3\n");
      writeFileSync(join(state, "claim"), "pr_other\nsomebody, from elsewhere\n3\n1795300000\n");
      await propose(scene);
      const bo = scene.person("bo");
      await bo.presses(approve);
      const told = await bo.sees(/Nothing was written to PROD/, long);
      expect(told).toMatch(/\bc: /);
      expect(hosts.map((host) => host.snapshot())).toEqual(before);
      expect(existsSync(beside(fleet, "a", ".passerelle/kitchen/claim"))).toBe(false);
      expect(existsSync(beside(fleet, "b", ".passerelle/kitchen/claim"))).toBe(false);
      rmSync(join(state, "claim"));
      await promote(scene, "kitchen", doneOn(3));
    },
    patience,
  );

  test.concurrent(
    "one of which has PREPROD too: it is copied there, and sent to the others",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished, { preprodOn: "b" });
      await promote(fleet.scene, "kitchen", doneOn(3));
      expect(versionsOf(fleet)).toEqual(["new", "new", "new"]);
      expect(fleet.hosts.map(({ read }) => read("app/added/deep.txt"))).toEqual(Array(3).fill("added\n"));
    },
    patience,
  );

  test.concurrent(
    "two names of one directory are refused when a plan is made",
    async ({ onTestFinished }) => {
      const fleet = await openFleet(onTestFinished, {
        names: ["a", "b"],
        hostLines: ([line = ""]) => [line, line.replace("  a:", "  b:").replace("127.0.0.1", "localhost")],
      });
      const ana = fleet.scene.person("ana");
      await ana.types("/promote diff kitchen");
      expect(await ana.sees(/lead to one directory/, long)).toMatch(/b and a|a and b/);
    },
    patience,
  );
});

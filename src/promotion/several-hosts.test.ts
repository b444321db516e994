import { describe, expect, test } from "vitest";
import { done, failed, type StepOutcome } from "./ports.ts";
import { promote, rollBack, type Story } from "./promotion.ts";
import type { Ending, HostState, HostStep, Impact, StepName } from "./promotions.ts";
import { batchesOf, hostOf, kindOf, stepOn } from "./step-names.ts";
import { promotionStepsOf, rollbackStepsOf } from "./steps-of.ts";

const hosts = ["a", "b", "c", "d", "e"];
const because = { code: "unhealthy", details: {} };
type Wrote = Extract<StepOutcome, { ok: false }>["wrote"];

/** A world in which each host has a version, and the named steps come out as given. */
function world(outcomes: Partial<Record<StepName, StepOutcome>>, batch: number, kind = promote) {
  const versions = new Map(hosts.map((host) => [host, "before"]));
  const running = new Map(hosts.map((host) => [host, "before"]));
  const performed: StepName[] = [];
  const prod = prodOf(batch);
  const steps =
    kind === promote
      ? promotionStepsOf({ prod, rehearse: undefined })
      : rollbackStepsOf({ prod, rehearse: undefined });
  const story: Story = {
    perform: async (name) => {
      performed.push(name);
      const outcome = outcomes[name] ?? done();
      const host = hostOf(name);
      const wrote = outcome.ok ? "all" : outcome.wrote;
      if (host === undefined) return outcome;
      const set = (into: Map<string, string>, to: string) => into.set(host, to);
      if (kindOf(name) === "swap" && wrote !== "nothing" && wrote !== "undone")
        set(versions, wrote === "all" ? "after" : "mixed");
      if (kindOf(name) === "swap-back" && outcome.ok) set(versions, "before");
      if (kindOf(name) === "restart" || kindOf(name) === "restart-back")
        set(running, versions.get(host) ?? "");
      return outcome;
    },
    conclude: async (ending) => ending,
    impact: async () => ({}) as Impact,
    rehearses: false,
    batches: batchesOf(steps.map((name) => ({ name }))),
    commands: ["passerelle status kitchen"],
  };
  return { story, performed, versions, running };
}

function prodOf(batch: number) {
  return { root: "/srv", batch, hosts: hosts.map((name) => ({ kind: "local", name }) as never) };
}

const all = (version: string) => new Map(hosts.map((host) => [host, version]));

const table = [1, 2, 3, 5].flatMap((batch) =>
  hosts.flatMap((host) =>
    (["swap", "restart", "health"] as const).flatMap((kind) =>
      (["nothing", "undone", "something", "unknown"] as const)
        .filter((wrote) => kind === "swap" || wrote === "something" || wrote === "unknown")
        .map((wrote) => ({ batch, host, kind, wrote })),
    ),
  ),
);

describe("a promotion to several hosts", () => {
  test("goes through one host after the other, and what is of all hosts happens once", async () => {
    const { story, performed, versions } = world({}, 1);
    expect((await promote(story)).outcome).toBe("done");
    expect(performed.slice(0, 8)).toEqual([
      ...["lock", "verify", "back-up", "stage", "swap@a", "restart@a", "health@a", "swap@b"],
    ]);
    expect(performed.filter((name) => hostOf(name) === undefined).at(-1)).toBe("finish");
    expect(versions).toEqual(all("after"));
  });

  test("in batches takes the hosts of a batch through each step together", async () => {
    const { story, performed } = world({}, 2);
    await promote(story);
    expect(performed.slice(4, 12)).toEqual([
      ...["swap@a", "swap@b", "restart@a", "restart@b", "health@a", "health@b", "swap@c", "swap@d"],
    ]);
    expect(performed.slice(-4)).toEqual(["swap@e", "restart@e", "health@e", "finish"]);
  });

  test.each(["lock", "verify", "back-up", "stage"] as const)(
    "that fails at %s on any host touches none",
    async (name) => {
      const { story, performed } = world({ [name]: failed("nothing", because) }, 2);
      expect(await promote(story)).toMatchObject({ outcome: "refused" });
      expect(performed.at(-1)).toBe(name);
    },
  );

  test.each(table)(
    "in batches of $batch, whose $kind on $host fails and wrote $wrote, leaves no mix",
    async ({ batch, host, kind, wrote }) => {
      const { story, performed, versions, running } = world(
        { [stepOn(kind, host)]: failed(wrote, because) },
        batch,
      );
      const ending = await promote(story);
      expect(versions).toEqual(all("before"));
      expect(running).toEqual(all("before"));
      const first = performed.every((name) => kindOf(name) !== "swap" || hostOf(name) === host);
      if (first && wrote === "nothing") expect(ending).toMatchObject({ outcome: "refused" });
      else
        expect(ending).toEqual({
          outcome: "rolled-back",
          failedStep: stepOn(kind, host),
          because,
          health: "healthy",
        });
      const later = hosts.slice(hosts.indexOf(host) + batch);
      expect(performed.filter((name) => later.includes(hostOf(name) ?? ""))).toEqual([]);
    },
  );

  test("takes the last batch back first, and a host that was lost after all others", async () => {
    const { story, performed } = world({ "restart@d": failed("unknown", because) }, 2);
    await promote(story);
    const back = performed.slice(performed.indexOf("restart@d") + 1);
    expect(back).toEqual([
      ...["swap-back@c", "restart-back@c", "health-back@c"],
      ...["swap-back@a", "swap-back@b", "restart-back@a", "restart-back@b", "health-back@a", "health-back@b"],
      ...["swap-back@d", "restart-back@d", "health-back@d"],
    ]);
  });

  test.each(hosts)("whose host %s cannot be taken back is parked, and the others are back", async (stuck) => {
    const { story, versions } = world(
      { "health@e": failed("something", because), [stepOn("swap-back", stuck)]: failed("unknown", because) },
      2,
    );
    const states = hosts.map((host): HostState => ({ host, is: host === stuck ? "unknown" : "before" }));
    expect(await promote(story)).toEqual({
      outcome: "parked",
      failedStep: `swap-back@${stuck}`,
      because,
      commands: story.commands,
      hosts: states,
    } satisfies Ending);
    expect(versions).toEqual(new Map(hosts.map((host) => [host, host === stuck ? "after" : "before"])));
  });

  test("that is back everywhere but not healthy somewhere says so", async () => {
    const { story } = world(
      { "health@c": failed("something", because), "health-back@a": failed("something", because) },
      1,
    );
    expect(await promote(story)).toMatchObject({ outcome: "rolled-back", health: "unhealthy" });
  });

  test("whose end cannot be written down is parked with the new version on all hosts", async () => {
    const { story } = world({ finish: failed("unknown", because) }, 1);
    expect(await promote(story)).toMatchObject({
      outcome: "parked",
      hosts: hosts.map((host) => ({ host, is: "after" })),
    });
  });
});

describe("a rollback of several hosts", () => {
  const failing = (kind: HostStep, host: string, wrote: Wrote) =>
    ({ [stepOn(kind, host)]: failed(wrote, because) }) as Partial<Record<StepName, StepOutcome>>;

  test("takes all of them at once when no batch is written, and in batches where one is", async () => {
    const whole = rollbackStepsOf({ prod: { root: "/srv", hosts: prodOf(1).hosts }, rehearse: undefined });
    expect(batchesOf(whole.map((name) => ({ name })))).toEqual([hosts]);
    const { story, performed } = world({}, 2, rollBack);
    expect((await rollBack(story)).outcome).toBe("done");
    expect(performed.slice(0, 5)).toEqual(["lock", "stage", "swap@a", "swap@b", "restart@a"]);
  });

  test.each(hosts)("whose swap fails on %s takes all of them back", async (host) => {
    const { story, versions } = world(failing("swap", host, "undone"), 2, rollBack);
    expect((await rollBack(story)).outcome).toBe("rolled-back");
    expect(versions).toEqual(all("before"));
  });

  test.each(hosts)("does not return to the incident when %s is unhealthy at the point", async (host) => {
    const { story, versions, performed } = world(failing("health", host, "something"), 2, rollBack);
    expect(await rollBack(story)).toMatchObject({
      outcome: "parked",
      failedStep: `health@${host}`,
      hosts: hosts.map((one) => ({ host: one, is: "after" })),
    });
    expect(versions).toEqual(all("after"));
    expect(performed).not.toContain("swap-back@a");
  });

  test.each(hosts)("that loses %s takes the others to the point, and names it", async (host) => {
    const { story, versions } = world(failing("swap", host, "unknown"), 2, rollBack);
    expect(await rollBack(story)).toMatchObject({
      outcome: "parked",
      failedStep: `swap@${host}`,
      hosts: hosts.map((one) => ({ host: one, is: one === host ? "unknown" : "after" })),
    });
    expect([...versions].filter(([, version]) => version === "after")).toHaveLength(hosts.length - 1);
  });
});

import { describe, expect, test } from "vitest";
import { done, failed, type StepOutcome } from "./ports.ts";
import { promote, rollBack, type Story } from "./promotion.ts";
import type { Ending, Impact, StepName } from "./promotions.ts";

const impact: Impact = {
  filesChanged: 1,
  bytesBefore: 1,
  bytesAfter: 2,
  linesAdded: 1,
  linesRemoved: 0,
  healthBefore: "healthy",
  healthAfter: "healthy",
  downtimeSeconds: 1,
  swapMilliseconds: 1,
};

/** A story in which the named steps come out as given and all others succeed. */
function tell(
  outcomes: Partial<Record<StepName, StepOutcome>>,
  rehearses = false,
): {
  story: Story;
  performed: StepName[];
  endings: Ending[];
} {
  const performed: StepName[] = [];
  const endings: Ending[] = [];
  const story: Story = {
    perform: async (name) => {
      performed.push(name);
      return outcomes[name] ?? done();
    },
    conclude: async (ending) => {
      endings.push(ending);
      return ending;
    },
    impact: async () => impact,
    rehearses,
    batches: [[undefined]],
    commands: ["passerelle rollback kitchen"],
  };
  return { story, performed, endings };
}

const because = { code: "unhealthy", details: {} };

describe("a promotion", () => {
  test("that meets no trouble goes through its steps in order and is done", async () => {
    const { story, performed } = tell({});
    expect((await promote(story)).outcome).toBe("done");
    expect(performed).toEqual(["lock", "verify", "back-up", "stage", "swap", "restart", "health", "finish"]);
  });

  test.each(["lock", "verify", "back-up", "stage", "swap"] as const)(
    "that fails at %s before anything was written is refused and goes no further",
    async (name) => {
      const { story, performed, endings } = tell({ [name]: failed("nothing", because, { moved: ["a"] }) });
      expect(await promote(story)).toEqual({ outcome: "refused", because, moved: ["a"] });
      expect(performed.at(-1)).toBe(name);
      expect(endings).toHaveLength(1);
    },
  );

  test("of an app with a rehearsal goes through it before the swap, and is refused when it fails", async () => {
    const good = tell({}, true);
    expect((await promote(good.story)).outcome).toBe("done");
    expect(good.performed.slice(3, 6)).toEqual(["stage", "rehearse", "swap"]);
    const bad = tell({ rehearse: failed("nothing", because) }, true);
    expect(await promote(bad.story)).toEqual({ outcome: "refused", because, moved: [] });
    expect(bad.performed.at(-1)).toBe("rehearse");
  });

  test("whose health check fails swaps back, restarts and checks health before it tells anyone", async () => {
    const { story, performed } = tell({ health: failed("something", because) });
    expect(await promote(story)).toEqual({
      outcome: "rolled-back",
      failedStep: "health",
      because,
      health: "healthy",
    });
    expect(performed.slice(-4)).toEqual(["health", "swap-back", "restart-back", "health-back"]);
  });

  test("whose swap undid itself is not restarted, for the old version never stopped", async () => {
    const { story, performed } = tell({ swap: failed("undone", because) });
    expect((await promote(story)).outcome).toBe("rolled-back");
    expect(performed).not.toContain("restart-back");
  });

  test("that went back to a PROD which does not answer says so", async () => {
    const { story } = tell({
      restart: failed("something", because),
      "health-back": failed("something", because),
    });
    expect(await promote(story)).toMatchObject({ outcome: "rolled-back", health: "unhealthy" });
  });

  test("whose old version answers but was not restarted says so", async () => {
    const { story } = tell({
      restart: failed("something", because),
      "restart-back": failed("something", because),
    });
    expect(await promote(story)).toMatchObject({ outcome: "rolled-back", health: "unrestarted" });
  });

  test("that cannot go back is parked with the next commands", async () => {
    const { story } = tell({ health: failed("something", because), "swap-back": failed("unknown", because) });
    expect(await promote(story)).toMatchObject({
      outcome: "parked",
      failedStep: "swap-back",
      commands: ["passerelle rollback kitchen"],
    });
  });

  test.each(["swap", "restart", "health"] as const)(
    "that lost sight of PROD at %s touches nothing more",
    async (name) => {
      const { story, performed } = tell({ [name]: failed("unknown", because) });
      expect(await promote(story)).toMatchObject({ outcome: "parked", failedStep: name });
      expect(performed.at(-1)).toBe(name);
    },
  );
});

describe("a rollback that was asked for", () => {
  test("goes to its point without a plan or a new archive", async () => {
    const { story, performed } = tell({});
    expect((await rollBack(story)).outcome).toBe("done");
    expect(performed).toEqual(["lock", "stage", "swap", "restart", "health", "finish"]);
  });

  test("does not return to the incident when the old version is unhealthy too", async () => {
    const { story, performed } = tell({ health: failed("something", because) });
    expect(await rollBack(story)).toMatchObject({ outcome: "parked", failedStep: "health" });
    expect(performed).not.toContain("swap-back");
  });
});

import { describe, expect, test } from "vitest";
import { appWith, memoryOfAMap } from "../../test/comparing.ts";
import type { AppConfig, Config } from "../config/config.ts";
import type { Drift } from "../tree/plan.ts";
import { recallFoundDrift } from "./found-drift.ts";
import type { PromotionRecord } from "./promotions.ts";
import { createDriftWatch } from "./watch-drift.ts";

const since = "2026-11-20T10:00:00.000Z";
const edited = (path: string): Drift => ({ path, was: "changed", since });
/** Local time, in which calendars are read. */
const day = (date: number, hour = 8, minute = 0): Date => new Date(2026, 10, date, hour, minute, 5);

/** A watch, at eight every morning if nothing else is said, over a PROD that is as `prod` says. */
function watching(settings: AppConfig["watch"] = { drift: "0 8 * * *" }) {
  const app = appWith({ watch: settings });
  const config: Config = {
    file: "",
    locale: "en",
    historySeconds: 1,
    hosts: new Map(),
    apps: new Map([[app.name, app]]),
  };
  const memory = memoryOfAMap();
  const world = {
    at: day(1, 12),
    prod: [] as readonly Drift[],
    running: undefined as PromotionRecord | undefined,
    broken: false,
    looks: 0,
    told: [] as string[],
    failures: 0,
  };
  const store = { ...memory, running: async () => world.running };
  const begin = () =>
    createDriftWatch({
      config,
      store,
      drift: async () => {
        world.looks += 1;
        if (world.broken) throw new Error("the host is away");
        return world.prod;
      },
      tell: (id) => {
        if (!world.told.includes(id)) world.told.push(id);
      },
      now: () => world.at,
      onError: () => {
        world.failures += 1;
      },
    });
  let watch = begin();
  const sweepAt = async (at: Date) => {
    world.at = at;
    await watch.sweep();
  };
  return { world, store, sweepAt, restart: () => (watch = begin()) };
}

describe("the watch for drift", () => {
  test("looks at the moments of its calendar and at no others", async () => {
    const { world, sweepAt } = watching();
    for (const hour of [12, 18, 23]) await sweepAt(day(1, hour));
    expect(world.looks).toBe(0);
    for (const minute of [0, 1, 30]) await sweepAt(day(2, 8, minute));
    expect(world.looks).toBe(1);
    await sweepAt(day(3, 7, 59));
    expect(world.looks).toBe(1);
    await sweepAt(day(3, 8, 1));
    expect(world.looks).toBe(2);
  });

  test("does not look at an app that does not ask for it", async () => {
    const { world, sweepAt } = watching({ drift: undefined });
    for (const date of [1, 2, 3]) await sweepAt(day(date));
    expect(world.looks).toBe(0);
  });

  test("tells new drift once, and again only when there is more", async () => {
    const { world, store, sweepAt } = watching();
    await sweepAt(day(1));
    world.prod = [edited("app/a")];
    await sweepAt(day(2));
    expect(world.told).toHaveLength(1);
    expect(await recallFoundDrift(store, world.told[0] ?? "")).toMatchObject({
      app: "kitchen",
      drift: world.prod,
    });
    await sweepAt(day(3));
    await sweepAt(day(4));
    expect(world.told).toHaveLength(1);
    world.prod = [edited("app/a"), edited("app/b")];
    await sweepAt(day(5));
    expect(world.told).toHaveLength(2);
    world.prod = [edited("app/b")];
    await sweepAt(day(6));
    expect(world.told).toHaveLength(2);
  });

  test("tells drift again that had gone and came back", async () => {
    const { world, sweepAt } = watching();
    await sweepAt(day(1));
    for (const [date, prod] of [
      [2, [edited("app/a")]],
      [3, []],
      [4, [edited("app/a")]],
    ] as const) {
      world.prod = prod;
      await sweepAt(day(date));
    }
    expect(world.told).toHaveLength(2);
  });

  test("makes up for a moment that passed while the bot was away, and asks again for what was not told", async () => {
    const { world, sweepAt, restart } = watching();
    await sweepAt(day(1));
    world.prod = [edited("app/a")];
    restart();
    await sweepAt(day(4, 15));
    expect([world.looks, world.told.length]).toEqual([1, 1]);
    world.told.length = 0;
    restart();
    await sweepAt(day(4, 16));
    expect([world.looks, world.told.length]).toEqual([1, 1]);
  });

  test("waits for a running promotion", async () => {
    const { world, sweepAt } = watching();
    await sweepAt(day(1));
    world.running = { id: "pr_1" } as PromotionRecord;
    await sweepAt(day(2));
    expect(world.looks).toBe(0);
    world.running = undefined;
    await sweepAt(day(2, 8, 5));
    expect(world.looks).toBe(1);
  });

  test("tries again in a while when PROD cannot be read, and not all the time", async () => {
    const { world, sweepAt } = watching();
    await sweepAt(day(1));
    world.broken = true;
    for (const minute of [0, 1, 2, 9]) await sweepAt(day(2, 8, minute));
    expect([world.looks, world.failures]).toEqual([1, 1]);
    world.broken = false;
    await sweepAt(day(2, 8, 11));
    expect(world.looks).toBe(2);
  });
});

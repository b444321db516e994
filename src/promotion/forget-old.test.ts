import { expect, test } from "vitest";
import { appWith } from "../../test/comparing.ts";
import type { Config } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { createForgetting } from "./forget-old.ts";

const day = 24 * 3600;
const apps = new Map(["away", "shop"].map((name) => [name, { ...appWith({}), name }]));
const config: Config = { file: "", locale: "en", historySeconds: 10 * day, hosts: new Map(), apps };

function stage() {
  let clock = Date.parse("2026-03-20T10:00:00.000Z");
  const asked: Parameters<Store["forget"]>[0][] = [];
  const seen = new Set<string>();
  const errors: unknown[] = [];
  const left = [{ plans: 200, promotions: 3 }];
  /** Any number of bots share it. */
  const bot = () =>
    createForgetting({
      config,
      store: {
        forget: async (what) => {
          asked.push(what);
          return left.shift() ?? { plans: 0, promotions: 0 };
        },
        firstTime: async (id) => !seen.has(id) && seen.add(id).has(id),
      },
      restorePoints: async (app) => {
        if (app === "away") throw new PasserelleError("host-unreachable", { host: "h", reason: "" });
        return [{ id: "pr_1" }];
      },
      now: () => new Date(clock),
      onError: (error) => errors.push(error),
    });
  return { asked, errors, bot, later: (seconds: number) => (clock += seconds * 1000) };
}

test("once a day, by one bot, everything old goes but what PROD can be taken back to", async () => {
  const { asked, errors, bot, later } = stage();
  const [one, other] = [bot(), bot()];
  await one.sweep();
  await one.sweep();
  await other.sweep();
  const what = { app: "shop", before: "2026-03-10T10:00:00.000Z", keep: ["pr_1"], keepNewest: 50 };
  expect(asked).toEqual([what, what]);
  later(day);
  await other.sweep();
  expect(asked).toHaveLength(3);
  expect(errors).toEqual([]);
});

test("an app whose host cannot be asked keeps everything", async () => {
  const { asked, bot } = stage();
  await bot().sweep();
  expect(asked.map(({ app }) => app)).not.toContain("away");
});

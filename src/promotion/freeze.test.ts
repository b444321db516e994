import { expect, test } from "vitest";
import { freezeAt } from "./freeze.ts";

const weekend = { cron: "0 16 * * 5", forSeconds: 64 * 3600, reason: "no promotions on weekends" };
/** 2026-11-20 is a Friday. */
const local = (day: number, hour: number, minute: number): Date => new Date(2026, 10, day, hour, minute);

test.each<[string, Date, boolean]>([
  ["a minute before it begins", local(20, 15, 59), false],
  ["at the minute it begins", local(20, 16, 0), true],
  ["on Sunday night", local(22, 23, 30), true],
  ["at the minute it ends", local(23, 8, 0), false],
  ["on Wednesday", local(18, 12, 0), false],
])("a weekend freeze %s", (_, at, inForce) => {
  expect(freezeAt([weekend], at) !== undefined).toBe(inForce);
});

test("of two freezes in force the one that lasts longer is told", () => {
  const short = { cron: "0 * * * *", forSeconds: 3600, reason: "short" };
  const freeze = freezeAt([short, weekend], local(20, 17, 10));
  expect(freeze).toEqual({
    reason: weekend.reason,
    since: local(20, 16, 0).toISOString(),
    until: local(23, 8, 0).toISOString(),
  });
});

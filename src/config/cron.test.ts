import { expect, test } from "vitest";
import { parseCron } from "./cron.ts";
import { parseDuration } from "./duration.ts";

test("the five fields become the numbers they stand for", () => {
  expect(parseCron("0,30 8-10 1-31/10 jan,mar Mon-fri")).toEqual({
    minutes: new Set([0, 30]),
    hours: new Set([8, 9, 10]),
    daysOfMonth: new Set([1, 11, 21, 31]),
    months: new Set([1, 3]),
    daysOfWeek: new Set([1, 2, 3, 4, 5]),
    eitherDay: true,
  });
});

test("steps count from their beginning, and Sunday is 0 or 7", () => {
  const cron = parseCron("5/20 */6 * * 7");
  expect(cron).toMatchObject({
    minutes: new Set([5, 25, 45]),
    hours: new Set([0, 6, 12, 18]),
    daysOfWeek: new Set([0]),
    eitherDay: false,
  });
});

test.for([
  "",
  "* * * *",
  "* * * * * *",
  "60 * * * *",
  "* 24 * * *",
  "* * 0 * *",
  "* * * 13 *",
  "* * * * 8",
  "a * * * *",
  "5-1 * * * *",
  "*/0 * * * *",
  "*-5 * * * *",
  "1,,2 * * * *",
  "* * * foo *",
])("%s is no calendar and the answer says why", (text) => {
  expect(parseCron(text)).toMatch(/five fields|is not understood/);
});

test("durations are seconds", () => {
  expect(["90s", "5m", "2h", "1d", "0s"].map(parseDuration)).toEqual([90, 300, 7200, 86_400, 0]);
  expect(["", "5", "m", "-5m", "1.5h", "5 m", "1h30m", "9999d", "5M"].map(parseDuration)).toEqual(
    Array(9).fill(undefined),
  );
});

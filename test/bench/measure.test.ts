import { expect, test } from "vitest";
import { measure, median, type Row, tableLine } from "./measure.ts";

const row: Row = { work: "a diff", peer: "rsync", goal: 0.5, ours: async () => 0, theirs: async () => 0 };

test("a ratio is of medians, and both are measured in turn", async () => {
  const turns: string[] = [];
  const took = (who: string, times: readonly number[]) => async (round: number) => {
    turns.push(who);
    return times[round] ?? 0;
  };
  const ours = took("ours", [100, 900, 110]);
  const measured = await measure({ ...row, ours, theirs: took("theirs", [220, 240, 5000]) }, 3);
  expect(turns).toEqual(["ours", "theirs", "theirs", "ours", "ours", "theirs"]);
  expect(measured).toMatchObject({ ours: 110, theirs: 240, ratio: 110 / 240, reached: true });
  expect(tableLine(measured)).toBe("| a diff | 0.11 s | rsync | 0.24 s | 0.46 | <= 0.5 | yes |");
});

test("without a peer the number itself is held against the goal", async () => {
  const alone = { work: "a diff", peer: "-", goal: 150, unit: "MB", rounds: 1, ours: async () => 161 };
  const measured = await measure(alone, 5);
  expect(measured).toMatchObject({ ours: 161, ratio: 161, reached: false, theirs: undefined });
  expect(tableLine(measured)).toBe("| a diff | 161.00 MB | - | - | 161.00 | <= 150 | **no** |");
});

test("a median of an even number lies between the two in the middle", () => {
  expect(median([4, 1, 3, 2])).toBe(2.5);
  expect(median([7])).toBe(7);
});

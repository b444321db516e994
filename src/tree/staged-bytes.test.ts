import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocal } from "../transport/local.ts";
import { watchStagedBytes } from "./staged-bytes.ts";

let stateDir: string;
beforeEach(() => {
  stateDir = mkdtempSync(join(tmpdir(), "staged-"));
});
afterEach(() => rmSync(stateDir, { recursive: true }));

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isSo(); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  expect(isSo()).toBe(true);
}

test("a growing staging is told as it grows, and no more once the watch has ended", async () => {
  const told: number[] = [];
  const report = (bytes: number): void => void told.push(bytes);
  const watch = watchStagedBytes({
    transport: openLocal(),
    stateDir,
    directory: "pr_1/tree",
    report,
    everySeconds: 0.02,
  });
  const tree = join(stateDir, "staging/pr_1/tree");
  // Nothing is there at first: nothing is said.
  await new Promise((resolve) => setTimeout(resolve, 100));
  expect(told).toEqual([]);
  mkdirSync(tree, { recursive: true });
  writeFileSync(join(tree, "data.duckdb"), Buffer.alloc(300_000, 1));
  await until(() => (told.at(-1) ?? 0) >= 300_000);
  const first = told.at(-1) ?? 0;
  appendFileSync(join(tree, "data.duckdb"), Buffer.alloc(300_000, 1));
  await until(() => (told.at(-1) ?? 0) >= first + 290_000);
  await watch.end();
  const count = told.length;
  await new Promise((resolve) => setTimeout(resolve, 150));
  expect(told).toHaveLength(count);
});

test("a host that cannot be asked costs nothing", async () => {
  const transport = { ...openLocal(), run: () => Promise.reject(new Error("lost")) };
  const report = (): void => expect.unreachable();
  const watch = watchStagedBytes({ transport, stateDir, directory: "pr_1/tree", report, everySeconds: 0.01 });
  await new Promise((resolve) => setTimeout(resolve, 60));
  await expect(watch.end()).resolves.toBeUndefined();
});

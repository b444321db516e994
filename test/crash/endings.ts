// What must hold after a bot died in the middle of a promotion and another one ended it.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect } from "vitest";
import { snapshot } from "../compare-trees.ts";
import type { Crash } from "./kill-and-start-again.ts";

export const healthy = /PROD of kitchen is up to date and healthy/;
export const healthyAgain = /PROD is back as it was, and healthy/;

export async function expectPromotedOnce({ scene, died, messages, endings }: Crash): Promise<void> {
  expect(died).toBe(true);
  for (const [path, content] of [
    ["app/main.txt", "new"],
    ["app/added/deep/file.txt", "added"],
    ["app/only here.txt", "kept"],
    ["app/same.txt", "same"],
  ] as const) {
    expect(await readFile(join(scene.prod, path), "utf8"), path).toBe(content);
  }
  expect(await scene.restarts()).toBe(1);
  expect({ messages, endings }).toEqual({ messages: 1, endings: 1 });
}

export function expectBackAsItWas({ scene, before, died, messages, endings }: Crash): void {
  expect(died).toBe(true);
  expect(snapshot(scene.prod)).toEqual(before);
  expect({ messages, endings }).toEqual({ messages: 1, endings: 1 });
}

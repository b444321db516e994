import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLocal } from "../transport/local.ts";
import { readContents } from "./read-contents.ts";

let root: string;
const files = (names: readonly (readonly [string, number])[]) =>
  names.map(([path, size]) => ({ path, size }));

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "passerelle-contents-"));
  mkdirSync(join(root, "a"));
  writeFileSync(join(root, "a/one"), "one");
  writeFileSync(join(root, "-two\n"), "two!");
  writeFileSync(join(root, "empty"), "");
});
afterEach(() => rmSync(root, { recursive: true }));

async function read(
  names: readonly (readonly [string, number])[],
): Promise<Readonly<Record<string, string>>> {
  const contents = await readContents({ transport: openLocal(), root }, files(names));
  return Object.fromEntries(Array.from(contents, ([path, content]) => [path, content.toString()]));
}

test("files come whole, whatever they are called", async () => {
  expect(
    await read([
      ["a/one", 3],
      ["-two\n", 4],
      ["empty", 0],
    ]),
  ).toEqual({ "a/one": "one", "-two\n": "two!", empty: "" });
});

test("a file that is gone, grew or shrank is left out, and the others are not", async () => {
  truncateSync(join(root, "a/one"), 1);
  symlinkSync("nowhere", join(root, "dangling"));
  expect(
    await read([
      ["a/one", 3],
      ["-two\n", 4],
      ["gone", 5],
      ["dangling", 7],
      ["empty", 0],
    ]),
  ).toEqual({ "-two\n": "two!", empty: "" });
});

test("nothing asked is nothing read", async () => {
  expect(await read([])).toEqual({});
});

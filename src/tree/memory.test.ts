import { describe, expect, test } from "vitest";
import { directory, file, link, listingOf } from "../../test/comparing.ts";
import { fingerprint, readHashes, readPairs, writeHashes, writePairs } from "./memory.ts";
import { shortened } from "./parents.ts";

describe("a fingerprint", () => {
  test("differs wherever path or identity differ, and is the same for the same", () => {
    const entries = [
      ["a", file("1")],
      ["aa", file("1")],
      ["b", file("1", 0o755)],
      ["c", file("22")],
      ["d", directory()],
      ["e", link("a")],
      ["f", link("b")],
    ] as const;
    const [one, other] = [listingOf(entries), listingOf(entries)];
    const prints = entries.map((_, at) => fingerprint(one, at + 1));
    expect(new Set(prints).size).toBe(entries.length);
    expect(entries.map((_, at) => fingerprint(other, at + 1))).toEqual(prints);
    expect(fingerprint(one, 1, other, 2)).not.toBe(fingerprint(one, 2, other, 1));
  });

  test("is not shared by a hundred thousand files that are much alike", () => {
    const listing = listingOf(Array.from({ length: 100_000 }, (_, n) => [`file-${n}`, file("1")] as const));
    const prints = new Set(Array.from({ length: 100_000 }, (_, at) => fingerprint(listing, at + 1)));
    expect(prints.size).toBe(100_000);
  });
});

test("what is remembered can be read again", () => {
  const pairs = [12345678901, 1, 2 ** 53 - 1];
  const known = readPairs(writePairs(pairs));
  expect(known.size).toBe(3);
  expect(pairs.map(known.has)).toEqual([true, true, true]);
  expect([0, 2, 12345678900, 2 ** 53 - 2].map(known.has)).toEqual([false, false, false, false]);
  const hashes = new Map([[2 ** 52 + 3, "ab".repeat(32)]]);
  expect(readHashes(writeHashes(hashes))).toEqual(hashes);
  expect(readPairs(undefined).size).toBe(0);
  expect(readHashes(undefined).size).toBe(0);
});

describe("a long list of paths", () => {
  test("has a directory stand for the very many paths in it", () => {
    const cache = Array.from({ length: 500 }, (_, n) => `cache/${n}`);
    expect(shortened(["z", ...cache, "a/b"])).toEqual(["a/b", "cache/", "z"]);
  });

  test("stays as it is while it can be read", () => {
    expect(shortened(["b", "a/c", "a/b"])).toEqual(["a/b", "a/c", "b"]);
  });
});

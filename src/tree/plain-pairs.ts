// Most files of a large tree, paired in bulk: same name in two directories that one rule maps onto each other as a whole.

import type { PathRule } from "../config/config.ts";
import { directoriesOf } from "./directories.ts";
import type { Listing } from "./listing.ts";
import { bareOf, isSelected, type Rules, ruleAbout, sourcesOf } from "./rules.ts";

export type PlainPairs = {
  readonly preprod: Int32Array;
  readonly prod: Int32Array;
  readonly count: number;
  /** The rules that these pairs are under. */
  readonly rules: ReadonlySet<PathRule>;
};

/**
 * What is left out here is paired one by one: everything that is no regular file on both sides, that a rule rewrites or that
 * a pattern may name, and directories within which more than one rule has a say.
 */
export function plainPairs(preprod: Listing, prod: Listing, rules: Rules): PlainPairs {
  const left = directoriesOf(preprod);
  const right = directoriesOf(prod);
  const usedRules = new Set<PathRule>();
  const prodNumbers = new Map(right.paths.map((path, number) => [path, number]));
  /** For a directory of PREPROD the number of PROD's that it is mapped onto as a whole, or -1. */
  const ruleOf: PathRule[] = [];
  const counterparts = Int32Array.from(left.paths, (path, own) => {
    const plain = plainCounterpart(rules, path);
    const number = plain === undefined ? undefined : prodNumbers.get(plain.path);
    if (plain === undefined || number === undefined) return -1;
    ruleOf[own] = plain.rule;
    return number;
  });
  const isCounterpart = new Uint8Array(right.paths.length);
  for (const number of counterparts) if (number !== -1) isCounterpart[number] = 1;

  const { find, insert } = nameTable(prod, right.of);
  for (let index = 1; index < prod.count; index += 1) {
    if (isCounterpart[right.of[index] ?? 0] === 1 && prod.isFile(index)) insert(index);
  }
  const most = Math.min(preprod.count, prod.count);
  const found = { preprod: new Int32Array(most), prod: new Int32Array(most) };
  let count = 0;
  for (let index = 1; index < preprod.count; index += 1) {
    const own = left.of[index] ?? 0;
    const directory = counterparts[own] ?? -1;
    if (directory === -1 || !preprod.isFile(index)) continue;
    const other = find(preprod, index, directory);
    if (other === -1 || preprod.isMounted(index) || prod.isMounted(other)) continue;
    if (isNamed(rules, preprod, index)) continue;
    const rule = ruleOf[own];
    if (rule !== undefined) usedRules.add(rule);
    found.preprod[count] = index;
    found.prod[count] = other;
    count += 1;
  }
  return {
    preprod: found.preprod.subarray(0, count),
    prod: found.prod.subarray(0, count),
    count,
    rules: usedRules,
  };
}

/** Where everything in a directory goes under its own name, if one rule alone decides that. */
function plainCounterpart(
  rules: Rules,
  directory: string,
): { readonly path: string; readonly rule: PathRule } | undefined {
  const { ignore, protect, paths } = rules;
  const rule = paths[ruleAbout(rules, `${directory === "" ? "" : `${directory}/`}x`)];
  if (rule === undefined || !isSelected(rules, rule) || rule.rewrite.length > 0) return undefined;
  const from = bareOf(rule.from);
  const rest = from === "" ? directory : directory.slice(from.length + 1);
  const path = [bareOf(rule.to), rest].filter((part) => part !== "").join("/");
  const isSplit = paths.some(
    (other) => isBelow(bareOf(other.from), directory) || isBelow(bareOf(other.to), path),
  );
  if (isSplit || sourcesOf(rules, path === "" ? "x" : `${path}/x`).length !== 1) return undefined;
  for (const place of [directory, path]) {
    if (place !== "" && (ignore.matches(place, true) || protect.matches(place, true))) return undefined;
    if (ignore.mayNamePathsIn(place) || protect.mayNamePathsIn(place)) return undefined;
  }
  return { path, rule };
}

function isBelow(path: string, directory: string): boolean {
  return path !== directory && (directory === "" || path.startsWith(`${directory}/`));
}

function isNamed({ ignore, protect }: Rules, listing: Listing, index: number): boolean {
  const [start, end] = [listing.nameStart(index), listing.pathEnd(index)];
  return ignore.namesFile(listing.bytes, start, end) || protect.namesFile(listing.bytes, start, end);
}

/** Entries by directory number and name, without a string for any of them. */
function nameTable(
  listing: Listing,
  directoryOf: Int32Array,
): {
  readonly insert: (index: number) => void;
  readonly find: (other: Listing, index: number, directory: number) => number;
} {
  let size = 16;
  while (size < listing.count * 2) size *= 2;
  const slots = new Int32Array(size).fill(-1);

  function slotOf(from: Listing, index: number, directory: number): number {
    const [start, end] = [from.nameStart(index), from.pathEnd(index)];
    let slot = hashOf(from.bytes, start, end, directory) & (size - 1);
    for (; ; slot = (slot + 1) & (size - 1)) {
      const candidate = slots[slot] ?? -1;
      if (candidate === -1) return slot;
      if (directoryOf[candidate] !== directory) continue;
      const otherStart = listing.nameStart(candidate);
      if (listing.pathEnd(candidate) - otherStart !== end - start) continue;
      if (sameBytes(listing.bytes, otherStart, from.bytes, start, end - start)) return slot;
    }
  }

  return {
    insert: (index) => {
      slots[slotOf(listing, index, directoryOf[index] ?? 0)] = index;
    },
    find: (other, index, directory) => slots[slotOf(other, index, directory)] ?? -1,
  };
}

function hashOf(bytes: Uint8Array, start: number, end: number, seed: number): number {
  let hash = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b);
  for (let at = start; at < end; at += 1) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x45d9f3b);
  return (hash ^ (hash >>> 15)) >>> 0;
}

function sameBytes(
  left: Uint8Array,
  leftStart: number,
  right: Uint8Array,
  rightStart: number,
  length: number,
): boolean {
  for (let at = 0; at < length; at += 1) if (left[leftStart + at] !== right[rightStart + at]) return false;
  return true;
}

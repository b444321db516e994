// Which files of PREPROD and PROD may be the same one, and how much speaks for it. Pure.

import { isCommonName, nameOf } from "./names.ts";
import { similarity } from "./similarity.ts";
import type { SortedSide } from "./sort-out.ts";

export type Proof = "content" | "lines" | "name";

export type Pair = {
  readonly preprod: string;
  readonly prod: string;
  readonly proof: Proof;
  readonly weight: number;
  /** What is left of each path without the parts, from the end, that both have in common. */
  readonly from: string;
  readonly to: string;
  /** Those parts; `""` where the content is the same under another name. */
  readonly common: string;
};

/** A directory of PREPROD that may be a directory of PROD. */
export type Candidate = {
  readonly from: string;
  readonly to: string;
  readonly pairs: readonly Pair[];
  readonly score: number;
};

const mostCandidates = 12;
const mostTwins = 4;
const alike = 0.3;

/** Files of the other side by name, and where many have that name by more of their path. */
type NameIndex = (path: string) => readonly string[];

export function pairsOf(preprod: SortedSide, prod: SortedSide): readonly Pair[] {
  const byName = indexByName(preprod.promoted);
  const twins = twinsOf(preprod);
  const pairs: Pair[] = [];
  for (const path of prod.promoted) {
    const candidates = new Set(byName(path));
    const hash = contentOf(prod, path);
    const same = hash === undefined ? undefined : twins.get(hash);
    if (same !== undefined && same.length <= mostTwins) for (const twin of same) candidates.add(twin);
    for (const candidate of candidates) {
      const pair = pairOf(preprod, prod, candidate, path);
      if (pair.weight > 0) pairs.push(pair);
    }
  }
  return pairs;
}

/** Pairs of texts that have to be read to know how much they have in common. */
export function textsWorthReading(
  preprod: SortedSide,
  prod: SortedSide,
): readonly { readonly preprod: string; readonly prod: string }[] {
  const byName = indexByName(preprod.promoted);
  return prod.promoted.flatMap((path) => {
    const hash = prod.hashes.get(path);
    const candidates = byName(path);
    if (hash !== undefined && candidates.some((candidate) => preprod.hashes.get(candidate) === hash))
      return [];
    return candidates.slice(0, 3).map((candidate) => ({ preprod: candidate, prod: path }));
  });
}

function pairOf(preprod: SortedSide, prod: SortedSide, left: string, right: string): Pair {
  const common = commonEnd(left, right);
  const cut = (path: string): string =>
    path.slice(0, Math.max(0, path.length - common.length - (common === path ? 0 : 1)));
  const directories =
    common === "" ? { from: parent(left), to: parent(right) } : { from: cut(left), to: cut(right) };
  const { proof, weight } = evidence(preprod, prod, left, right, common);
  return { preprod: left, prod: right, common, proof, weight, ...directories };
}

function evidence(
  preprod: SortedSide,
  prod: SortedSide,
  left: string,
  right: string,
  common: string,
): { readonly proof: Proof; readonly weight: number } {
  const [size, otherSize] = [sizeOf(preprod, left), sizeOf(prod, right)];
  const depth = common === "" ? 0 : common.split("/").length;
  const place = Math.min(1, 0.5 * Math.max(0, depth - 1));
  if (size === 0 || otherSize === 0) return { proof: "name", weight: depth > 1 ? 0.3 : 0.05 };
  const hash = contentOf(preprod, left);
  if (hash !== undefined && hash === contentOf(prod, right)) {
    if (depth === 0) return { proof: "content", weight: size > 64 ? 1.5 : 0 };
    return { proof: "content", weight: (size >= 32 ? 3 : 1) + place };
  }
  if (depth === 0) return { proof: "name", weight: 0 };
  const [text, otherText] = [preprod.texts.get(left), prod.texts.get(right)];
  const shared = text === undefined || otherText === undefined ? 0 : similarity(text, otherText);
  if (shared >= alike) return { proof: "lines", weight: 3 * shared + place };
  return { proof: "name", weight: (isCommonName(nameOf(right)) ? 0.15 : 0.6) + place };
}

function indexByName(paths: readonly string[]): NameIndex {
  const levels: Map<string, string[]>[] = [];
  const levelOf = (depth: number): Map<string, string[]> => {
    const known = levels[depth];
    if (known !== undefined) return known;
    const level = new Map<string, string[]>();
    for (const path of paths) {
      const end = lastParts(path, depth);
      if (end === undefined) continue;
      const others = level.get(end);
      if (others === undefined) level.set(end, [path]);
      else others.push(path);
    }
    levels[depth] = level;
    return level;
  };
  return (path) => {
    let found: readonly string[] = [];
    for (let depth = 1; ; depth += 1) {
      const end = lastParts(path, depth);
      const next = end === undefined ? undefined : levelOf(depth).get(end);
      if (next === undefined) return found.slice(0, mostCandidates);
      found = next;
      if (found.length <= mostCandidates) return found;
    }
  };
}

function twinsOf(side: SortedSide): ReadonlyMap<string, readonly string[]> {
  const twins = new Map<string, string[]>();
  for (const path of side.promoted) {
    const hash = contentOf(side, path);
    if (hash === undefined || sizeOf(side, path) === 0) continue;
    const others = twins.get(hash);
    if (others === undefined) twins.set(hash, [path]);
    else others.push(path);
  }
  return twins;
}

function contentOf(side: SortedSide, path: string): string | undefined {
  const target = side.files.get(path)?.target;
  return target === undefined ? side.hashes.get(path) : `link ${target}`;
}

function sizeOf(side: SortedSide, path: string): number {
  return side.files.get(path)?.size ?? 0;
}

function commonEnd(left: string, right: string): string {
  let at = 0;
  while (at < left.length && at < right.length && left.at(-1 - at) === right.at(-1 - at)) at += 1;
  // Only whole parts count.
  const end = right.slice(right.length - at);
  const isWhole =
    (at === left.length || left.at(-1 - at) === "/") && (at === right.length || right.at(-1 - at) === "/");
  if (isWhole) return end;
  const slash = end.indexOf("/");
  return slash < 0 ? "" : end.slice(slash + 1);
}

function parent(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** Undefined where the path has fewer parts. */
function lastParts(path: string, count: number): string | undefined {
  let at = path.length;
  for (let part = 0; part < count; part += 1) {
    if (at <= 0) return undefined;
    at = path.lastIndexOf("/", at - 1);
  }
  return path.slice(at + 1);
}

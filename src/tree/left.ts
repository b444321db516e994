// What a promotion left in PROD, path by path, in the form in which it is kept to tell later what somebody changed by hand.

import { createHash } from "node:crypto";
import type { AppConfig } from "../config/config.ts";
import type { Change } from "./change.ts";
import type { Entry } from "./entry.ts";
import { compileRules, isSelected, mapToPreprod, type Rules } from "./rules.ts";

/** `sha256` and `identity` are absent where nobody knows them. */
export type LeftPath = {
  readonly path: string;
  /** When it was left, if an earlier promotion than the last one left it. */
  readonly since?: string;
} & (
  | {
      readonly type: "file";
      readonly mode: number;
      readonly size: number;
      readonly sha256?: string;
      readonly identity?: string;
    }
  | { readonly type: "directory"; readonly mode: number }
  | { readonly type: "link"; readonly target: string }
  | { readonly type: "special"; readonly kind: string }
  /** It was there, but no promotion answers for it: of a group that nobody asked for. */
  | { readonly type: "own" }
);

export type Left = {
  /** The promotion or rollback that left it. */
  readonly promotion: string;
  readonly kind: "promotion" | "rollback";
  readonly to: string | undefined;
  readonly digest: string | undefined;
  readonly at: string;
  readonly side: { readonly host: string; readonly root: string };
  /** What was spoken of then; `whole` is false when only what changed could be written down. */
  readonly rules: Pick<AppConfig, "paths" | "ignore" | "protect"> & { readonly whole: boolean };
  readonly paths: readonly LeftPath[];
};

/** What PROD's mapped paths are now. Files that were not read since get the hash that is known of them, or none. */
export function leftPaths(request: {
  readonly prod: Iterable<readonly [string, Entry]>;
  readonly rules: Rules;
  readonly changes: readonly Change[];
  readonly before: Left | undefined;
}): readonly LeftPath[] {
  const { prod, rules, before } = request;
  const changed = new Set(request.changes.map(({ path }) => path));
  const known = new Map(before?.paths.map((one) => [one.path, one]));
  const paths: LeftPath[] = [];
  for (const [path, entry] of prod) {
    const mapping = mapToPreprod(rules, path, entry.type === "directory");
    if (mapping.kind !== "mapped" && mapping.kind !== "unselected" && !changed.has(path)) continue;
    const isOurs = mapping.kind === "mapped" || changed.has(path) || isAsked(mapping, rules);
    const earlier = known.get(path);
    if (isOurs) paths.push(leftPath(path, entry, earlier));
    else if (earlier === undefined || earlier.type === "own") paths.push({ path, type: "own" });
    // Whoever changed it since the promotion that left it did so by hand, whatever was promoted beside it.
    else paths.push({ ...earlier, since: earlier.since ?? before?.at ?? "" });
  }
  return paths;
}

function isAsked(mapping: ReturnType<typeof mapToPreprod>, rules: Rules): boolean {
  return mapping.kind === "unselected" && isSelected(rules, mapping.rule);
}

function leftPath(path: string, entry: Entry, earlier: LeftPath | undefined): LeftPath {
  switch (entry.type) {
    case "file": {
      const { type, mode, size, identity } = entry;
      const sha256 =
        entry.sha256 ??
        (earlier?.type === "file" && earlier.identity === identity ? earlier.sha256 : undefined);
      return { path, type, mode, size, identity, ...(sha256 === undefined ? {} : { sha256 }) };
    }
    case "directory":
      return { path, type: entry.type, mode: entry.mode };
    case "link":
      return { path, type: entry.type, target: entry.target };
    case "special":
      return { path, type: entry.type, kind: entry.kind };
  }
}

/**
 * The same with what the promotion itself put there: who edited that while it was still being restarted and looked at did
 * so by hand. `paths` have the hashes of all changed files.
 */
export function asPromised(paths: readonly LeftPath[], changes: readonly Change[]): readonly LeftPath[] {
  const left = new Map(paths.map((one) => [one.path, one]));
  for (const { path, after } of changes) {
    const is = left.get(path);
    if (after === undefined) left.delete(path);
    else if (is === undefined || !isLeftAs(is, after))
      left.set(path, withoutIdentity(leftPath(path, after, undefined)));
  }
  return [...left.values()].sort((one, other) => (one.path < other.path ? -1 : 1));
}

function withoutIdentity(left: LeftPath): LeftPath {
  if (left.type !== "file") return left;
  const { identity, ...rest } = left;
  return rest;
}

/** Whether an entry is what was left. A file of which nobody knows the content is it only while its identity is the same. */
export function isLeftAs(left: LeftPath, entry: Entry): boolean {
  switch (left.type) {
    case "own":
      return true;
    case "file":
      return (
        entry.type === "file" &&
        entry.mode === left.mode &&
        entry.size === left.size &&
        (left.sha256 !== undefined && entry.sha256 !== undefined
          ? left.sha256 === entry.sha256
          : left.identity === entry.identity)
      );
    case "directory":
      return entry.type === "directory" && entry.mode === left.mode;
    case "link":
      return entry.type === "link" && entry.target === left.target;
    case "special":
      return entry.type === "special" && entry.kind === left.kind;
  }
}

/** The rules that were in force then, every group included. */
export function rulesOf({ rules }: Left): Rules {
  return compileRules(rules);
}

/** One path a line, for the people who look at it. */
export function writeLeft(left: Left): string {
  const { paths, ...head } = left;
  const lines = paths.map((one) => JSON.stringify(one)).join(",\n");
  return `${JSON.stringify(head).slice(0, -1)},"paths":[\n${lines}\n]}\n`;
}

/** Undefined for what is not, or not wholly, such a text. */
export function readLeft(text: string): Left | undefined {
  try {
    const read = JSON.parse(text) as Left;
    return Array.isArray(read.paths) && typeof read.rules === "object" && typeof read.at === "string"
      ? read
      : undefined;
  } catch {
    return undefined;
  }
}

export function digestOfLeft(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}

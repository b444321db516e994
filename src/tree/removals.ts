// What leaves PROD: paths PREPROD no longer has where a rule says so, and what is in a directory that becomes a file. Pure.

import type { PathRule } from "../config/config.ts";
import type { Listing } from "./listing.ts";
import { conflict, type Draft, type LonelyPath } from "./pairing.ts";
import { parentOf, parentsOf } from "./parents.ts";

export type Removals = {
  readonly removed: readonly { readonly path: string; readonly index: number }[];
  readonly onlyInProd: readonly LonelyPath[];
  readonly emptySources: readonly string[];
};

type Lonely = { readonly index: number; readonly path: string; readonly rule: PathRule };

export function planRemovals(
  prod: Listing,
  given: {
    readonly drafts: readonly Draft[];
    /** PROD paths under a rule that PREPROD has nothing for. */
    readonly lonely: readonly Lonely[];
    /** All other PROD paths. */
    readonly stays: readonly number[];
    readonly added: readonly string[];
    /** Rules whose PREPROD directory has nothing in it: more likely a mount that is missing than a wish. */
    readonly emptyRules: ReadonlySet<PathRule>;
  },
): Removals {
  const replaced = new Set(
    given.drafts
      .filter(({ kind, prod: index }) => kind === "type" && prod.type(index) === "directory")
      .map(({ path }) => path),
  );
  const isReplaced = (path: string): boolean =>
    replaced.size > 0 && parentsOf(path).some((parent) => replaced.has(parent));
  refuseObstacles(prod, given.stays, replaced);

  const removed: { path: string; index: number }[] = [];
  const kept: Lonely[] = [];
  const leavingDirectories: Lonely[] = [];
  const emptySources = new Set<string>();
  for (const one of given.lonely) {
    const type = prod.type(one.index);
    if (isReplaced(one.path)) removed.push(one);
    else if (!one.rule.delete || type === "special") kept.push(one);
    else if (given.emptyRules.has(one.rule)) {
      kept.push(one);
      emptySources.add(one.rule.from);
    } else if (type === "directory") leavingDirectories.push(one);
    else removed.push(one);
  }
  if (leavingDirectories.length > 0) {
    const occupied = occupiedDirectories(prod, given.stays, [
      ...kept.map(({ path }) => path),
      ...given.added,
    ]);
    for (const one of leavingDirectories) (occupied.has(one.path) ? kept : removed).push(one);
  }
  const filled = new Set(kept.map(({ path }) => parentOf(path)));
  const onlyInProd = kept.map(({ path, index }) => {
    return { path, index, isShown: prod.type(index) !== "directory" || !filled.has(path) };
  });
  return { removed, onlyInProd, emptySources: [...emptySources] };
}

/** A directory goes only when everything in it goes: what is ignored, protected or not asked for holds it. */
function occupiedDirectories(
  prod: Listing,
  stays: readonly number[],
  others: readonly string[],
): ReadonlySet<string> {
  const occupied = new Set<string>();
  const occupy = (path: string): void => {
    for (const parent of parentsOf(path)) {
      if (occupied.has(parent)) return;
      occupied.add(parent);
    }
  };
  for (const index of stays) occupy(prod.path(index));
  for (const path of others) occupy(path);
  return occupied;
}

function refuseObstacles(prod: Listing, stays: readonly number[], replaced: ReadonlySet<string>): void {
  if (replaced.size === 0) return;
  for (const index of stays) {
    const path = prod.path(index);
    const directory = parentsOf(path).find((parent) => replaced.has(parent));
    if (directory !== undefined) {
      throw conflict(directory, `PREPROD has no directory there, and PROD's holds ${path}, which stays`);
    }
  }
}

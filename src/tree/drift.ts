// What of PROD is no longer what the last promotion left there, though PREPROD does not have it so either. Pure.

import type { Change } from "./change.ts";
import type { Tree } from "./entry.ts";
import { isLeftAs, type Left, type LeftPath, rulesOf } from "./left.ts";
import { parentsOf } from "./parents.ts";
import type { Drift } from "./plan.ts";
import { mapToPreprod, type Rules } from "./rules.ts";

export type DriftRequest = {
  readonly left: Left;
  readonly changes: readonly Change[];
  readonly trees: { readonly preprod: Pick<Tree, "has">; readonly prod: Tree };
  /** Of this comparison, with its groups. */
  readonly rules: Rules;
  /** Paths of which nobody can say what was left: of a promotion that never ended. */
  readonly unknown?: ReadonlySet<string>;
};

/**
 * What differs from PREPROD is a change of the plan, so drift in it is found there. What only PROD has and keeps is PROD's
 * own: of that only what was not there before is told.
 */
export function driftOf({
  left,
  changes,
  trees,
  rules,
  unknown = new Set(),
}: DriftRequest): readonly Drift[] {
  const known = new Map(left.paths.map((one) => [one.path, one]));
  const rulesThen = rulesOf(left);
  const wasSpokenOf = (path: string, isDirectory: boolean): boolean => {
    if (!left.rules.whole) return false;
    const { kind } = mapToPreprod(rulesThen, path, isDirectory);
    return kind === "mapped" || kind === "unselected";
  };
  const found = new Map<string, Drift & { readonly isDirectory: boolean }>();
  const note = (path: string, was: Drift["was"], isDirectory: boolean, before?: LeftPath): void => {
    if (!unknown.has(path)) found.set(path, { path, was, since: before?.since ?? left.at, isDirectory });
  };

  const changed = new Set<string>();
  for (const { path, before, after } of changes) {
    changed.add(path);
    const was = known.get(path);
    if (before === undefined) {
      if (was !== undefined && was.type !== "own") note(path, "removed", was.type === "directory", was);
    } else if (was !== undefined) {
      if (!isLeftAs(was, before)) note(path, "changed", false, was);
    } else if (wasSpokenOf(path, before.type === "directory")) {
      note(path, after === undefined ? "added" : "changed", before.type === "directory");
    }
  }
  for (const [path, { type }] of trees.prod) {
    if (known.has(path) || changed.has(path) || type === "special") continue;
    const isDirectory = type === "directory";
    const mapping = mapToPreprod(rules, path, isDirectory);
    if (mapping.kind !== "mapped" || trees.preprod.has(mapping.path)) continue;
    if (wasSpokenOf(path, isDirectory)) note(path, "added", isDirectory);
  }
  const filled = new Set([...found.keys()].flatMap((path) => parentsOf(path)));
  return [...found.values()]
    .filter(({ path, isDirectory }) => !(isDirectory && filled.has(path)))
    .map(({ path, was, since }) => ({ path, was, since }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
}

/** The drift that the plan writes over, removes or undoes. */
export function overwrittenDrift(plan: {
  readonly changes: readonly Change[];
  readonly drift: readonly Drift[];
}): readonly Drift[] {
  const changed = new Set(plan.changes.map(({ path }) => path));
  return plan.drift.filter(({ path }) => changed.has(path));
}

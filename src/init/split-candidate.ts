// From "this directory is that one" to the rules that say no more than was seen: a whole directory, parts of it, or files. Pure.

import type { FoundRule } from "./mapping.ts";
import { join } from "./names.ts";
import { type Note, note } from "./note.ts";
import type { Candidate, Pair } from "./pairs.ts";
import type { SortedSide } from "./sort-out.ts";

/** With more entries than these in common the rule is about the whole root. */
export const mostAtRoot = 15;

export function splitCandidate(
  { from, to, pairs }: Candidate,
  preprod: SortedSide,
  prod: SortedSide,
  notes: readonly Note[],
): readonly FoundRule[] {
  const isRoot = from === "" && to === "";
  if (!isRoot && isWhole(from, to, pairs, preprod, prod)) {
    return [{ from, to, isDirectory: true, notes: [...reasons(from, to, pairs), ...notes] }];
  }
  const parts = new Map<string, Pair[]>();
  const files: FoundRule[] = [];
  for (const pair of pairs) {
    const rest = pair.prod.slice(to === "" ? 0 : to.length + 1);
    const source = pair.preprod.slice(from === "" ? 0 : from.length + 1);
    const [part = ""] = rest.split("/");
    if (rest === source && rest.includes("/")) {
      const inside = parts.get(part);
      if (inside === undefined) parts.set(part, [pair]);
      else inside.push(pair);
    } else if (isSure(pair)) files.push(fileRule(pair, notes));
  }
  const found = [
    ...files,
    ...[...parts].flatMap(([part, inside]) =>
      splitCandidate(
        { from: join(from, part), to: join(to, part), pairs: inside, score: 0 },
        preprod,
        prod,
        notes,
      ),
    ),
  ];
  if (!isRoot || found.length <= mostAtRoot) return found;
  return [{ from, to, isDirectory: true, notes: [note("whole-root", { entries: found.length }), ...notes] }];
}

function isWhole(
  from: string,
  to: string,
  pairs: readonly Pair[],
  preprod: SortedSide,
  prod: SortedSide,
): boolean {
  const direct = pairs.filter(({ prod: path }) => !path.slice(to === "" ? 0 : to.length + 1).includes("/"));
  const [here, there] = [childrenOf(preprod, from), childrenOf(prod, to)];
  if (pairs.length === 1 && direct.length === 1 && from !== to) {
    return to !== "" && from !== "" && there.size === 1 && direct[0]?.common !== "";
  }
  if (direct.length > 0) return true;
  // Only parts of it are on both sides: what else is in PREPROD's may not be PROD's business.
  return [...here].every((name) => there.has(name));
}

function isSure({ preprod, prod, proof, weight }: Pair): boolean {
  return preprod === prod || (proof !== "name" && weight >= 1.5);
}

function fileRule({ preprod, prod, proof }: Pair, notes: readonly Note[]): FoundRule {
  const why =
    preprod === prod ? note("same-place") : note(proof === "content" ? "same-content" : "alike-content");
  return { from: preprod, to: prod, isDirectory: false, notes: [why, ...notes] };
}

function reasons(from: string, to: string, pairs: readonly Pair[]): readonly Note[] {
  const count = (proof: Pair["proof"]): number => pairs.filter((pair) => pair.proof === proof).length;
  const facts = { files: pairs.length, same: count("content"), alike: count("lines") };
  return [note(from === to ? "same-directory" : "evidence", facts)];
}

const remembered = new WeakMap<SortedSide, Map<string, ReadonlySet<string>>>();

/** Names of what is promoted directly in a directory. */
function childrenOf(side: SortedSide, directory: string): ReadonlySet<string> {
  const known = remembered.get(side) ?? new Map<string, ReadonlySet<string>>();
  remembered.set(side, known);
  const before = known.get(directory);
  if (before !== undefined) return before;
  const names = new Set<string>();
  for (const path of side.promoted) {
    if (directory !== "" && !path.startsWith(`${directory}/`)) continue;
    const rest = path.slice(directory === "" ? 0 : directory.length + 1);
    names.add(rest.split("/")[0] ?? "");
  }
  known.set(directory, names);
  return names;
}

// Where each directory and file of PREPROD belongs in PROD, by the files that both have in common. Pure.

import { broughtFrom, destination, type FoundRule } from "./mapping.ts";
import { directoryOf, isCode, isComposeName, nameOf } from "./names.ts";
import { type Note, note } from "./note.ts";
import { type Candidate, type Pair, pairsOf } from "./pairs.ts";
import type { SortedSide } from "./sort-out.ts";
import { splitCandidate } from "./split-candidate.ts";

const mostRounds = 40;

export function inferPlaces(
  preprod: SortedSide,
  prod: SortedSide,
  given: readonly FoundRule[],
): readonly FoundRule[] {
  let open = pairsOf(preprod, prod).filter(
    // Two compose files that differ are each the file of their own side.
    ({ prod: path, proof }) => proof === "content" || !isComposeName(nameOf(path)),
  );
  const rules: FoundRule[] = [...given];
  const inPreprod = new Set(preprod.promoted);
  const inProd = new Set(prod.promoted);
  const filesBelow = countBelow(prod.promoted);
  const seen = new Set<string>();
  for (let round = 0; round < mostRounds; round += 1) {
    open = open.filter((pair) => isOpen(pair, rules, inPreprod, inProd));
    const candidates = candidatesOf(open).filter(
      (candidate) => !seen.has(keyOf(candidate)) && isCredible(candidate, filesBelow, rules),
    );
    const best = candidates[0];
    if (best === undefined) break;
    seen.add(keyOf(best));
    for (const rule of splitCandidate(best, preprod, prod, rivals(best, candidates))) {
      if (!rules.some((other) => sameEnd(other, rule))) rules.push(rule);
    }
  }
  return rules;
}

/** How many files are below each directory; the root's name is `""`. */
function countBelow(paths: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map([["", paths.length]]);
  for (const path of paths) {
    for (let up = directoryOf(path); up !== ""; up = directoryOf(up))
      counts.set(up, (counts.get(up) ?? 0) + 1);
  }
  return counts;
}

function keyOf({ from, to }: Pick<Candidate, "from" | "to">): string {
  return `${from}\0${to}`;
}

/** A source has one destination, and a destination one source. */
function sameEnd(one: FoundRule, other: FoundRule): boolean {
  return one.isDirectory === other.isDirectory && (one.from === other.from || one.to === other.to);
}

/** Neither is PREPROD's file at its place already, nor does PROD's come from anywhere. */
function isOpen(
  { preprod, prod }: Pair,
  rules: readonly FoundRule[],
  inPreprod: ReadonlySet<string>,
  inProd: ReadonlySet<string>,
): boolean {
  const place = destination(rules, preprod);
  if (place !== undefined && inProd.has(place)) return false;
  return !rules.some((rule) => {
    const source = broughtFrom(rule, prod);
    return source !== undefined && inPreprod.has(source);
  });
}

/** By what speaks for them, most first; the same place on both sides wins a tie. */
function candidatesOf(pairs: readonly Pair[]): readonly Candidate[] {
  const byPlace = new Map<string, { from: string; to: string; pairs: Pair[]; score: number }>();
  for (const pair of pairs) {
    const key = keyOf(pair);
    const candidate = byPlace.get(key);
    if (candidate === undefined) {
      byPlace.set(key, { from: pair.from, to: pair.to, pairs: [pair], score: pair.weight });
    } else {
      candidate.pairs.push(pair);
      candidate.score += pair.weight;
    }
  }
  const bonus = ({ from, to }: Candidate): number => (from === to ? 0.5 : 0);
  return [...byPlace.values()].sort(
    (left, right) =>
      right.score + bonus(right) - (left.score + bonus(left)) ||
      left.from.length - right.from.length ||
      (left.from < right.from ? -1 : 1),
  );
}

function isCredible(
  { from, to, pairs, score }: Candidate,
  filesBelow: ReadonlyMap<string, number>,
  rules: readonly FoundRule[],
): boolean {
  if (from === to) return pairs.some(({ common }) => common !== "");
  const proved = pairs.filter(({ proof }) => proof !== "name");
  const strong = pairs.some(({ proof, weight }) => proof !== "name" && weight >= 1.5);
  // An exception to a rule that is already there takes more than a likeness of names.
  const isException = rules.some(
    (rule) =>
      rule.isDirectory && (rule.from === "" || from === rule.from || from.startsWith(`${rule.from}/`)),
  );
  if (isException) return strong;
  if (strong) return true;
  if (score < 1.2) return false;
  return proved.length > 0 || pairs.length >= Math.max(2, 0.2 * (filesBelow.get(to) ?? 0));
}

/** Other directories of PREPROD that look like the same directory of PROD. */
function rivals(best: Candidate, candidates: readonly Candidate[]): readonly Note[] {
  if (best.from === best.to) return [];
  const others = candidates.filter(
    ({ from, to, score }) =>
      to === best.to && from !== best.from && score >= 0.2 * best.score && !best.from.startsWith(`${from}/`),
  );
  return others
    .slice(0, 3)
    .map(({ from, pairs }) => note("rival", { from: from === "" ? "./" : `${from}/`, files: pairs.length }));
}

/** When the files say nothing: the one directory with code on each side that nothing explains. */
export function inferFromShape(
  preprod: SortedSide,
  prod: SortedSide,
  rules: readonly FoundRule[],
): FoundRule | undefined {
  if (rules.some(({ isDirectory }) => isDirectory)) return undefined;
  const left = codeRoot(preprod.promoted.filter((path) => destination(rules, path) === undefined));
  const right = codeRoot(
    prod.promoted.filter((path) => !rules.some((rule) => broughtFrom(rule, path) !== undefined)),
  );
  if (left === undefined || right === undefined || left === "" || right === "") return undefined;
  const endings = new Set(preprod.promoted.filter(below(left)).filter(isCode).map(endingOf));
  const alike = prod.promoted
    .filter(below(right))
    .filter((path) => isCode(path) && endings.has(endingOf(path)));
  if (alike.length === 0) return undefined;
  const names = new Set(preprod.promoted.filter(below(left)).map(nameOf));
  const common = prod.promoted.filter(below(right)).filter((path) => names.has(nameOf(path))).length;
  return { from: left, to: right, isDirectory: true, notes: [note("weak", { files: common })] };
}

function below(directory: string): (path: string) => boolean {
  return (path) => path.startsWith(`${directory}/`);
}

function endingOf(path: string): string {
  return path.slice(path.lastIndexOf(".")).toLowerCase();
}

/** The deepest directory that has all the code; undefined when it lies in several, or at the root. */
function codeRoot(paths: readonly string[]): string | undefined {
  const code = paths.filter((path) => path.includes("/") && isCode(nameOf(path)));
  let root = "";
  for (;;) {
    const inside = root === "" ? code : code.filter(below(root));
    const rest = inside.map((path) => path.slice(root === "" ? 0 : root.length + 1));
    const next = new Set(rest.map((path) => path.split("/")[0] ?? ""));
    if (rest.some((path) => !path.includes("/")) || next.size !== 1) break;
    const [only = ""] = next;
    root = root === "" ? only : `${root}/${only}`;
  }
  return code.length === 0 ? undefined : root;
}

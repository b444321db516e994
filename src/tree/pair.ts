// Which PREPROD entry meets which PROD entry under the rules, and what follows without reading any content. Pure.

import type { PathRule } from "../config/config.ts";
import type { ChangeKind, Unexplained } from "./change.ts";
import { type CoverageCount, countCoverage } from "./coverage.ts";
import { type Entry, sameEntry } from "./entry.ts";
import type { Listing } from "./listing.ts";
import { conflict, type Draft, type OpenPairs, type Pair, type Pairing } from "./pairing.ts";
import { parentOf, parentsOf } from "./parents.ts";
import { plainPairs } from "./plain-pairs.ts";
import { planRemovals } from "./removals.ts";
import { bareOf, isSelected, mapToPreprod, mapToProd, type Rules } from "./rules.ts";
import { createTally } from "./tally.ts";

export function pairSides(preprod: Listing, prod: Listing, rules: Rules): Pairing {
  const plain = plainPairs(preprod, prod, rules);
  const isPaired = { preprod: new Uint8Array(preprod.count), prod: new Uint8Array(prod.count) };
  for (let at = 0; at < plain.count; at += 1) {
    isPaired.preprod[plain.preprod[at] ?? 0] = 1;
    isPaired.prod[plain.prod[at] ?? 0] = 1;
  }
  const coverage = { preprod: countCoverage(plain.count), prod: countCoverage(plain.count) };
  const wanted = collectWanted(preprod, rules, isPaired.preprod, coverage.preprod);
  for (const rule of plain.rules) wanted.emptyRules.delete(rule);
  const drafts: Draft[] = [];
  const open: OpenPairs = { preprod: [], prod: [] };
  const rewriting: Pair[] = [];
  const equal = createTally();
  const met = new Set<string>();
  const unexplained: Unexplained[] = [...wanted.unexplained];
  const directories = new Set<string>();
  const stays: number[] = [];
  const lonely: { readonly index: number; readonly path: string; readonly rule: PathRule }[] = [];
  const filledUnexplained = new Set<string>();
  const maybeUnexplained: string[] = [];

  for (let index = 1; index < prod.count; index += 1) {
    if (isPaired.prod[index] === 1) {
      stays.push(index);
      continue;
    }
    const path = prod.path(index);
    const type = prod.type(index);
    if (type === "directory") directories.add(path);
    const mapping = mapToPreprod(rules, path, type === "directory");
    const source = wanted.entries.get(path);
    coverage.prod.add(mapping.kind, type);
    const isUnderRules = mapping.kind === "mapped" || (mapping.kind === "unselected" && source !== undefined);
    if (!isUnderRules) {
      stays.push(index);
      if (mapping.kind === "ignored" || mapping.kind === "unexplained") filledUnexplained.add(parentOf(path));
      if (mapping.kind === "unexplained") maybeUnexplained.push(path);
      else if (mapping.kind !== "above") wanted.entries.delete(path);
      continue;
    }
    if (prod.isMounted(index)) {
      unexplained.push({ side: "prod", path });
      wanted.frozen.add(path);
    }
    if (isFrozen(wanted.frozen, path)) {
      stays.push(index);
      continue;
    }
    if (source === undefined) {
      lonely.push({ index, path, rule: mapping.rule });
      continue;
    }
    met.add(path);
    stays.push(index);
    meet({ path, preprod: source, prod: index, rule: wanted.ruleOf[source] ?? mapping.rule });
  }
  for (let at = 0; at < plain.count; at += 1) {
    meetFiles(plain.preprod[at] ?? 0, plain.prod[at] ?? 0);
  }
  for (const path of maybeUnexplained) {
    if (!filledUnexplained.has(path)) unexplained.push({ side: "prod", path });
  }

  function meet(pair: Pair): void {
    const { path, preprod: source, prod: index, rule } = pair;
    const type = preprod.type(source);
    if (type !== prod.type(index)) {
      if (prod.type(index) === "special")
        throw conflict(path, "PROD has a special file there, which is never replaced");
      if (path === bareOf(rule.to) && rule.to.endsWith("/")) {
        throw conflict(
          path,
          `the rule for ${rule.to} is about a directory, and PROD has a ${prod.type(index)} there`,
        );
      }
      drafts.push({ kind: "type", path, preprod: source, prod: index });
    } else if (type === "file") {
      if (isRewritten(rule, preprod, source)) rewriting.push(pair);
      else meetFiles(source, index);
    } else settle(source, index, type === "link" ? "change" : "mode");
  }

  function meetFiles(source: number, index: number): void {
    const size = preprod.size(source);
    if (size !== prod.size(index)) {
      drafts.push({ kind: "change", path: prod.path(index), preprod: source, prod: index });
    } else if (size > 0) {
      open.preprod.push(source);
      open.prod.push(index);
    } else settle(source, index, "mode");
  }

  function settle(source: number, index: number, kind: ChangeKind): void {
    const same =
      kind === "change"
        ? sameEntry(preprod.entry(source), prod.entry(index))
        : preprod.mode(source) === prod.mode(index);
    if (same) equal.add(prod, index, true);
    else drafts.push({ kind, path: prod.path(index), preprod: source, prod: index });
  }

  const added: string[] = [];
  for (const [path, source] of wanted.entries) {
    if (met.has(path) || isFrozen(wanted.frozen, path)) continue;
    added.push(path);
    const rule = wanted.ruleOf[source];
    if (rule !== undefined && isRewritten(rule, preprod, source)) {
      rewriting.push({ path, preprod: source, prod: -1, rule });
    } else drafts.push({ kind: "add", path, preprod: source, prod: -1 });
  }
  const removals = planRemovals(prod, {
    drafts,
    lonely,
    stays,
    added,
    emptyRules: wanted.emptyRules,
  });
  const gone = new Set(removals.removed.map(({ path }) => path));
  return {
    drafts: [
      ...drafts,
      ...removals.removed.map(
        ({ path, index }) => ({ kind: "remove", path, preprod: -1, prod: index }) as const,
      ),
      ...neededDirectories(added, {
        isWantedDirectory: (path) => {
          const source = wanted.entries.get(path);
          return source === undefined ? undefined : preprod.type(source) === "directory";
        },
        isDirectory: (path) => directories.has(path) && !gone.has(path),
        isThere: (path) => !gone.has(path) && hasPath(prod, path),
      }),
    ],
    open,
    rewriting,
    equal,
    onlyInProd: removals.onlyInProd,
    unexplained,
    emptySources: removals.emptySources,
    coverage: { preprod: coverage.preprod.covered(), prod: coverage.prod.covered() },
  };
}

/** Larger files are data, not texts in which a line is to differ. */
const mostRewritten = 8 * 1024 * 1024;

function isRewritten(rule: PathRule, preprod: Listing, source: number): boolean {
  return rule.rewrite.length > 0 && preprod.type(source) === "file" && preprod.size(source) <= mostRewritten;
}

type Wanted = {
  /** PROD path to the place of what is wanted there in PREPROD's listing. */
  readonly entries: Map<string, number>;
  /** By place in PREPROD's listing. */
  readonly ruleOf: readonly PathRule[];
  /** PROD paths that stay as they are with all in them: PREPROD has something there that cannot be promoted. */
  readonly frozen: Set<string>;
  readonly unexplained: readonly Unexplained[];
  readonly emptyRules: Set<PathRule>;
};

function collectWanted(
  preprod: Listing,
  rules: Rules,
  isPaired: Uint8Array,
  coverage: CoverageCount,
): Wanted {
  const entries = new Map<string, number>();
  const ruleOf: PathRule[] = [];
  const frozen = new Set<string>();
  const unexplained: Unexplained[] = [];
  const filled = new Set<string>();
  const maybe: string[] = [];
  const unselected = new Map<string, PathRule>();
  const comesFirst = (rule: PathRule, other: PathRule | undefined): boolean =>
    other === undefined || rules.paths.indexOf(rule) <= rules.paths.indexOf(other);
  const empty = new Set(rules.paths.filter((rule) => rule.from.endsWith("/") && isSelected(rules, rule)));
  for (let index = 1; index < preprod.count; index += 1) {
    if (isPaired[index] === 1) continue;
    const path = preprod.path(index);
    const type = preprod.type(index);
    const mapping = mapToProd(rules, path, type === "directory");
    coverage.add(mapping.kind, type);
    if (mapping.kind === "above" && type !== "directory") unexplained.push({ side: "preprod", path });
    if (mapping.kind === "ignored" || mapping.kind === "unexplained") filled.add(parentOf(path));
    if (mapping.kind === "unexplained") maybe.push(path);
    if (mapping.kind === "unselected" && comesFirst(mapping.rule, unselected.get(mapping.path))) {
      unselected.set(mapping.path, mapping.rule);
    }
    if (mapping.kind !== "mapped") continue;
    const { rule, path: prodPath } = mapping;
    const isRoot = path === bareOf(rule.from);
    if (!isRoot) empty.delete(rule);
    if (type === "special" || preprod.isMounted(index)) {
      unexplained.push({ side: "preprod", path });
      frozen.add(prodPath);
      continue;
    }
    if (isRoot && (type === "directory") !== rule.from.endsWith("/")) {
      throw conflict(prodPath, `the rule for ${rule.from} meets a ${type} in PREPROD`);
    }
    const other = entries.get(prodPath);
    if (other !== undefined && !comesFirst(rule, ruleOf[other])) continue;
    entries.set(prodPath, index);
    ruleOf[index] = rule;
  }
  for (const [path, rule] of unselected) {
    const source = entries.get(path);
    if (source !== undefined && comesFirst(rule, ruleOf[source])) entries.delete(path);
  }
  for (const path of maybe) if (!filled.has(path)) unexplained.push({ side: "preprod", path });
  return { entries, ruleOf, frozen, unexplained, emptyRules: empty };
}

function isFrozen(frozen: ReadonlySet<string>, path: string): boolean {
  return frozen.size > 0 && (frozen.has(path) || parentsOf(path).some((parent) => frozen.has(parent)));
}

/** Directories on the way to what is added that neither side's rules bring: the first parts of a rule's `to`. */
function neededDirectories(
  added: readonly string[],
  look: {
    readonly isWantedDirectory: (path: string) => boolean | undefined;
    readonly isDirectory: (path: string) => boolean;
    readonly isThere: (path: string) => boolean;
  },
): readonly Draft[] {
  const needed = new Map<string, Draft>();
  for (const path of added) {
    for (const parent of parentsOf(path)) {
      const isWanted = look.isWantedDirectory(parent);
      if (isWanted === false) throw conflict(parent, "a rule brings a file there, another one a directory");
      if (isWanted === true || needed.has(parent) || look.isDirectory(parent)) break;
      if (look.isThere(parent)) throw conflict(parent, `${path} needs a directory there, and PROD has none`);
      const entry: Entry = { type: "directory", mode: 0o755, mtime: "0.000000000" };
      needed.set(parent, { kind: "add", path: parent, preprod: -1, prod: -1, needed: entry });
    }
  }
  return [...needed.values()];
}

function hasPath(listing: Listing, path: string): boolean {
  for (let index = 1; index < listing.count; index += 1) if (listing.path(index) === path) return true;
  return false;
}

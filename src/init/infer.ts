// From two directories to everything `passerelle.yml` says of an app: rules, lists, restart and health, each with its reason. Pure.

import { inferData } from "./infer-data.ts";
import { inferFromShape, inferPlaces } from "./infer-directories.ts";
import { type FoundLists, inferLists } from "./infer-lists.ts";
import { withRewrites } from "./infer-rewrites.ts";
import { type FoundRunning, inferRunning } from "./infer-running.ts";
import { destination, type FoundRule, inOrder } from "./mapping.ts";
import { directoryOf, isComposeName, nameOf } from "./names.ts";
import { type Note, note } from "./note.ts";
import { type SortedSide, sortOut } from "./sort-out.ts";
import { mostAtRoot } from "./split-candidate.ts";
import type { Survey } from "./surveyed.ts";

export type Inference = {
  /** In the order in which they have to stand; none when the sides have nothing in common. */
  readonly rules: readonly FoundRule[];
  readonly lists: FoundLists;
  readonly running: FoundRunning;
  /** Directories of data that the archive need not hold. */
  readonly unarchived: readonly string[];
  /** What is not promoted, and why. */
  readonly notes: readonly Note[];
  /** What lies at each root, for a person who has to say what goes where. */
  readonly atRoots: { readonly preprod: readonly string[]; readonly prod: readonly string[] };
};

export type GivenRule = { readonly from: string; readonly to: string; readonly isDirectory: boolean };

/** `given` are rules that a person wrote: they stand, and the rest is inferred around them. */
export function infer(survey: Survey, given: readonly GivenRule[] = []): Inference {
  const preprod = sortOut(survey.preprod);
  const prod = sortOut(survey.prod);
  const places = placesOf(preprod, prod, given);
  const data = inferData(preprod, prod, places);
  const found = places.length === 0 ? [] : withRewrites(preprod, prod, [...places, ...data.rules]);
  const [rules, unwritable] = writableOnly(found);
  const lists = inferLists(preprod, prod, rules);
  return {
    rules: inOrder(rules),
    lists,
    running: inferRunning(preprod, prod, survey.surroundings),
    unarchived: unarchivedOf(preprod, rules),
    notes: [
      ...data.notes,
      ...leftOut(preprod, rules),
      ...(unwritable.length === 0
        ? []
        : [
            listed(
              "not-writable",
              unwritable.map(({ from }) => from),
            ),
          ]),
    ],
    atRoots: { preprod: rootsOf(preprod), prod: rootsOf(prod) },
  };
}

function placesOf(preprod: SortedSide, prod: SortedSide, given: readonly GivenRule[]): readonly FoundRule[] {
  const said = given.map((rule) => ({ ...rule, notes: [note("given")] }));
  if (prod.promoted.length === 0 && said.length === 0) return sameLayout(preprod);
  const places = inferPlaces(preprod, prod, said);
  const guess = inferFromShape(preprod, prod, places);
  return guess === undefined ? places : [...places, guess];
}

/** For a PROD that has nothing yet. */
function sameLayout(preprod: SortedSide): readonly FoundRule[] {
  const entries = new Map<string, boolean>();
  for (const path of preprod.promoted) {
    const [name = ""] = path.split("/");
    entries.set(name, path.includes("/"));
  }
  if (entries.size > mostAtRoot)
    return [{ from: "", to: "", isDirectory: true, notes: [note("prod-empty")] }];
  return [...entries].map(([name, isDirectory]) => ({
    from: name,
    to: name,
    isDirectory,
    notes: [note("prod-empty")],
  }));
}

/** A configuration is UTF-8: a name that is not cannot stand in it. */
function writableOnly(rules: readonly FoundRule[]): readonly [readonly FoundRule[], readonly FoundRule[]] {
  const isWritable = ({ from, to }: FoundRule): boolean => from.isWellFormed() && to.isWellFormed();
  return [rules.filter(isWritable), rules.filter((rule) => !isWritable(rule))];
}

/** Where all that is promoted is data, and all of it only when asked for. */
function unarchivedOf(preprod: SortedSide, rules: readonly FoundRule[]): readonly string[] {
  const directories = rules
    .filter(({ group }) => group !== undefined)
    .map((rule) => (rule.isDirectory ? rule.to : directoryOf(rule.to)))
    .filter(
      (directory) =>
        directory !== "" && directory.isWellFormed() && !/[*?[\]{}()!+@|\\\0-\x1f\x7f]/.test(directory),
    );
  return [...new Set(directories)]
    .filter(
      (directory) => !preprod.promoted.some((path) => destination(rules, path)?.startsWith(`${directory}/`)),
    )
    .sort();
}

function leftOut(preprod: SortedSide, rules: readonly FoundRule[]): readonly Note[] {
  const entries = new Set<string>();
  const compose: string[] = [];
  for (const path of preprod.promoted) {
    if (destination(rules, path) !== undefined) continue;
    if (isComposeName(nameOf(path))) compose.push(path);
    else entries.add(topmostOutside(path, rules));
  }
  return [
    ...(entries.size === 0 ? [] : [listed("left-out", [...entries])]),
    ...(compose.length === 0 ? [] : [listed("compose-differs", compose)]),
  ];
}

/** The topmost directory of a path that leads to nothing promoted. */
function topmostOutside(path: string, rules: readonly FoundRule[]): string {
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const directory = path.slice(0, slash);
    if (!rules.some(({ from }) => from === directory || from.startsWith(`${directory}/`)))
      return `${directory}/`;
  }
  return path;
}

function listed(code: "left-out" | "compose-differs" | "not-writable", paths: readonly string[]): Note {
  return note(code, { paths: paths.slice(0, 8), files: paths.length });
}

function rootsOf(side: SortedSide): readonly string[] {
  const names = new Set(
    side.promoted.map((path) => (path.includes("/") ? `${path.split("/")[0] ?? ""}/` : path)),
  );
  return [...names].slice(0, 12);
}

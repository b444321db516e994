// What is left out on both sides, and what of PROD is never written. Pure.

import { builtInIgnore } from "../config/defaults.ts";
import { globTrouble } from "../config/pattern.ts";
import { compilePatterns } from "../tree/patterns.ts";
import { broughtFrom, destination, type FoundRule } from "./mapping.ts";
import {
  directoryOf,
  documentDirectories,
  isCode,
  isDocument,
  isSqlite,
  litter,
  nameOf,
  runtimeDirectories,
  testDirectories,
} from "./names.ts";
import { type Note, note } from "./note.ts";
import { type SortedSide, topmostNamed } from "./sort-out.ts";

export type FoundPattern = { readonly pattern: string; readonly note: Note };

export type FoundLists = {
  readonly ignore: readonly FoundPattern[];
  readonly protect: readonly FoundPattern[];
};

export function inferLists(preprod: SortedSide, prod: SortedSide, rules: readonly FoundRule[]): FoundLists {
  return {
    ignore: usable([
      ...testPatterns(preprod, prod),
      ...documentPatterns(preprod, prod, rules),
      ...litterPatterns(preprod, prod),
    ]),
    protect: usable([
      { pattern: ".env", note: note("protect-env") },
      ...secretPatterns(preprod, prod, rules),
      ...runtimePatterns(preprod, prod, rules),
    ]),
  };
}

function testPatterns(preprod: SortedSide, prod: SortedSide): readonly FoundPattern[] {
  const named = [preprod, prod].flatMap((side) => topmostNamed(side, testDirectories)).map(nameOf);
  return unique(named).map((name) => ({ pattern: `${name}/`, note: note("ignore-tests") }));
}

function documentPatterns(
  preprod: SortedSide,
  prod: SortedSide,
  rules: readonly FoundRule[],
): readonly FoundPattern[] {
  const found: FoundPattern[] = [];
  for (const name of documentDirectories) {
    const holds = [preprod, prod].filter((side) => side.directories.has(name));
    const hasCode = holds.some((side) =>
      side.promoted.some((path) => path.startsWith(`${name}/`) && isCode(nameOf(path))),
    );
    if (holds.length > 0 && !hasCode) found.push({ pattern: `${name}/`, note: note("ignore-documents") });
  }
  const known = compilePatterns(found.map(({ pattern }) => pattern));
  const texts = [preprod, prod].flatMap((side) =>
    [...side.files.keys()].filter(
      (path) => side.sorts.get(path) === "document" && /\.md$/i.test(path) && !known.matches(path, false),
    ),
  );
  // A page of the app itself may be Markdown.
  const pages = texts.filter((path) => !isDocument(nameOf(path)) && destination(rules, path) !== undefined);
  if (pages.length === 0 && texts.length > 0) found.push({ pattern: "*.md", note: note("ignore-documents") });
  if (pages.length > 0) {
    for (const name of unique(texts.map(nameOf).filter(isDocument))) {
      found.push({ pattern: name, note: note("ignore-documents") });
    }
  }
  return found;
}

function litterPatterns(preprod: SortedSide, prod: SortedSide): readonly FoundPattern[] {
  const known: readonly string[] = builtInIgnore;
  return litter
    .filter((pattern) => !known.includes(pattern))
    .filter((pattern) => {
      const bare = pattern.replace(/\/$/, "");
      return [preprod, prod].some((side) =>
        pattern.endsWith("/")
          ? [...side.directories].some((path) => nameOf(path) === bare)
          : [...side.files.keys()].some((path) => nameOf(path) === bare),
      );
    })
    .map((pattern) => ({ pattern, note: note("ignore-litter") }));
}

function secretPatterns(
  preprod: SortedSide,
  prod: SortedSide,
  rules: readonly FoundRule[],
): readonly FoundPattern[] {
  const inProd = [...prod.files.keys()].filter((path) => prod.sorts.get(path) === "secret");
  const onTheirWay = [...preprod.files.keys()]
    .filter((path) => preprod.sorts.get(path) === "secret")
    .flatMap((path) => destination(rules, path) ?? []);
  const others = unique([...inProd, ...onTheirWay]).filter((path) => nameOf(path) !== ".env");
  return filePatterns(others).map((pattern) => ({ pattern, note: note("protect-secret") }));
}

function runtimePatterns(
  preprod: SortedSide,
  prod: SortedSide,
  rules: readonly FoundRule[],
): readonly FoundPattern[] {
  const withCode = new Set(
    prod.promoted.filter((path) => isCode(nameOf(path))).flatMap((path) => directoriesAbove(path)),
  );
  const shared = new Set(sharedPaths(preprod, prod, rules).flatMap((path) => directoriesAbove(path)));
  const directories = topmostNamed(prod, runtimeDirectories).filter(
    (directory) => !withCode.has(directory) && (/^logs?$/.test(nameOf(directory)) || !shared.has(directory)),
  );
  const named = new Set(directories);
  const isInside = (path: string): boolean =>
    directoriesAbove(path).some((directory) => named.has(directory));
  const databases = [...prod.files.keys()].filter((path) => {
    if (!isSqlite(nameOf(path)) || isInside(path) || prod.sorts.get(path) === "litter") return false;
    return !rules.some(({ to, group }) => group !== undefined && to === path);
  });
  return [
    ...directoryPatterns(directories, withCode).map((pattern) => ({
      pattern,
      note: note("protect-runtime"),
    })),
    ...filePatterns(databases).map((pattern) => ({ pattern, note: note("protect-database") })),
  ];
}

/** What came from PREPROD is not what the app wrote. */
function sharedPaths(preprod: SortedSide, prod: SortedSide, rules: readonly FoundRule[]): readonly string[] {
  return [...prod.hashes].flatMap(([path, hash]) => {
    if (prod.sorts.get(path) !== "runtime") return [];
    const source = rules.flatMap((rule) => broughtFrom(rule, path) ?? [])[0] ?? path;
    return preprod.hashes.get(source) === hash ? [path] : [];
  });
}

function directoriesAbove(path: string): readonly string[] {
  const found: string[] = [];
  for (let up = directoryOf(path); up !== ""; up = directoryOf(up)) found.push(up);
  return found;
}

const mostOfAKind = 5;

/** By path; where there are many of one name, by name, unless a directory of code has it too. */
function directoryPatterns(directories: readonly string[], withCode: ReadonlySet<string>): readonly string[] {
  const codeNames = new Set([...withCode].map(nameOf));
  const count = (name: string): number => counts.get(name) ?? 0;
  const counts = new Map<string, number>();
  for (const directory of directories) counts.set(nameOf(directory), count(nameOf(directory)) + 1);
  return directories.map((directory) => {
    const name = nameOf(directory);
    if (!directory.includes("/") || (count(name) > mostOfAKind && !codeNames.has(name))) return `${name}/`;
    return literalPattern(`${directory}/`);
  });
}

/** By path; where there are many of one kind, by the end of their names. */
function filePatterns(paths: readonly string[]): readonly string[] {
  const endingOf = (path: string): string => /\.[A-Za-z0-9]+$/.exec(nameOf(path))?.[0] ?? "";
  const counts = new Map<string, number>();
  for (const path of paths) counts.set(endingOf(path), (counts.get(endingOf(path)) ?? 0) + 1);
  return paths.map((path) => {
    const ending = endingOf(path);
    return ending !== "" && (counts.get(ending) ?? 0) > mostOfAKind ? `*${ending}` : literalPattern(path);
  });
}

/** A pattern that names nothing but this path. */
function literalPattern(path: string): string {
  return path.replaceAll(/[\\*?[\]{}()!+@|]/g, "\\$&");
}

/** What cannot be written as a pattern is left to the person. */
function usable(patterns: readonly FoundPattern[]): readonly FoundPattern[] {
  const seen = new Set<string>();
  return patterns.filter(({ pattern }) => {
    const isNew = !seen.has(pattern);
    seen.add(pattern);
    return (
      isNew && pattern.isWellFormed() && !/[\0-\x1f\x7f]/.test(pattern) && globTrouble(pattern) === undefined
    );
  });
}

function unique(names: readonly string[]): readonly string[] {
  return [...new Set(names)].sort();
}

// What is left out on both sides, and what of PROD is never written. Pure.

import { builtInIgnore } from "../config/defaults.ts";
import { globTrouble } from "../config/pattern.ts";
import { compilePatterns } from "../tree/patterns.ts";
import { broughtFrom, destination, type FoundRule } from "./mapping.ts";
import {
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
  return unique([...inProd, ...onTheirWay])
    .filter((path) => nameOf(path) !== ".env")
    .map((path) => ({ pattern: literalPattern(path), note: note("protect-secret") }));
}

function runtimePatterns(
  preprod: SortedSide,
  prod: SortedSide,
  rules: readonly FoundRule[],
): readonly FoundPattern[] {
  const directories = topmostNamed(prod, runtimeDirectories).filter(
    (directory) =>
      !prod.promoted.some((path) => path.startsWith(`${directory}/`) && isCode(nameOf(path))) &&
      !sharesContent(preprod, prod, directory, rules),
  );
  const isInside = (path: string): boolean =>
    directories.some((directory) => path.startsWith(`${directory}/`));
  const databases = [...prod.files.keys()].filter((path) => {
    if (!isSqlite(nameOf(path)) || isInside(path) || prod.sorts.get(path) === "litter") return false;
    return !rules.some(({ to, group }) => group !== undefined && to === path);
  });
  return [
    ...directories.map((directory) => ({
      pattern: directory.includes("/") ? literalPattern(`${directory}/`) : `${directory}/`,
      note: note("protect-runtime"),
    })),
    ...databases.map((path) => ({ pattern: literalPattern(path), note: note("protect-database") })),
  ];
}

/** What came from PREPROD is not what the app wrote. */
function sharesContent(
  preprod: SortedSide,
  prod: SortedSide,
  directory: string,
  rules: readonly FoundRule[],
): boolean {
  if (/^logs?$/.test(nameOf(directory))) return false;
  return [...prod.files.keys()].some((path) => {
    if (!path.startsWith(`${directory}/`)) return false;
    const source = rules.flatMap((rule) => broughtFrom(rule, path) ?? [])[0] ?? path;
    const hash = preprod.hashes.get(source);
    return hash !== undefined && hash === prod.hashes.get(path);
  });
}

/** A pattern that names nothing but this path. */
function literalPattern(path: string): string {
  const escaped = path.replaceAll(/[\\*?[\]{}()!+@|]/g, "\\$&");
  // Without a slash inside it would be any file of that name: that is what is wanted of a secret at the root.
  return escaped;
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

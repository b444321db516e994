// Sorts the files of a side into what a promotion may carry and what it is clear that it does not. Pure.

import { builtInIgnore } from "../config/defaults.ts";
import { compilePatterns, type Patterns } from "../tree/patterns.ts";
import { stateDirectory } from "../tree/rules.ts";
import {
  directoryOf,
  documentDirectories,
  isCode,
  isData,
  isDocument,
  isRuntime,
  isSecret,
  litter,
  nameOf,
  runtimeDirectories,
  testDirectories,
} from "./names.ts";
import type { SurveyedSide } from "./surveyed.ts";

export type Sort = "code" | "data" | "litter" | "test" | "document" | "secret" | "runtime";

export type SortedSide = SurveyedSide & {
  readonly sorts: ReadonlyMap<string, Sort>;
  /** What counts when directories are compared, in their order. */
  readonly promoted: readonly string[];
  readonly has: (path: string) => boolean;
};

const litterPatterns: Patterns = compilePatterns([stateDirectory, ...builtInIgnore, ...litter]);
const largeBytes = 20 * 1024 * 1024;

export function sortOut(side: SurveyedSide): SortedSide {
  const withCode = directoriesWith(side, isCode);
  const sorts = new Map<string, Sort>();
  for (const [path, { size }] of side.files) sorts.set(path, sortOf(path, size, withCode));
  const promoted = [...side.files.keys()].filter((path) => sorts.get(path) === "code").sort();
  return {
    ...side,
    sorts,
    promoted,
    has: (path) => side.files.has(path) || side.directories.has(path),
  };
}

function sortOf(path: string, size: number, withCode: ReadonlySet<string>): Sort {
  if (litterPatterns.matches(path, false)) return "litter";
  const name = nameOf(path);
  if (isSecret(name)) return "secret";
  const above = directoryOf(path).split("/");
  if (above.some((part) => testDirectories.includes(part))) return "test";
  // A directory of that name with code in it is a part of the app.
  if (isInside(path, runtimeDirectories, (directory) => !withCode.has(directory))) return "runtime";
  if (isData(name)) return "data";
  if (isRuntime(name)) return "runtime";
  if (isInside(path, documentDirectories, (directory) => !withCode.has(directory))) return "document";
  if (/\.md$/i.test(name) || isDocument(name)) return "document";
  return size > largeBytes && !isCode(name) ? "data" : "code";
}

function isInside(path: string, names: readonly string[], isSuch: (directory: string) => boolean): boolean {
  for (let slash = path.indexOf("/"); slash > 0; slash = path.indexOf("/", slash + 1)) {
    const directory = path.slice(0, slash);
    if (names.includes(nameOf(directory)) && isSuch(directory)) return true;
  }
  return false;
}

/** Every directory above such a file. */
function directoriesWith(side: SurveyedSide, isSuch: (name: string) => boolean): ReadonlySet<string> {
  const found = new Set<string>();
  for (const path of side.files.keys()) {
    if (!isSuch(nameOf(path))) continue;
    for (let up = directoryOf(path); up !== "" && !found.has(up); up = directoryOf(up)) found.add(up);
  }
  return found;
}

/** Directories whose name is one of these, topmost only. */
export function topmostNamed(side: SurveyedSide, names: readonly string[]): readonly string[] {
  const all = new Set(
    [...side.directories].filter(
      (path) => names.includes(nameOf(path)) && !litterPatterns.matches(path, true),
    ),
  );
  const isBelowOne = (path: string): boolean => {
    for (let up = directoryOf(path); up !== ""; up = directoryOf(up)) if (all.has(up)) return true;
    return false;
  };
  return [...all].filter((path) => !isBelowOne(path)).sort();
}

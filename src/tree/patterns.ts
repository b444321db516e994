// Glob patterns with gitignore's meaning: which paths they name, which directories need not even be looked into.

import picomatch from "picomatch";
import { decodeBytes, encodeBytes } from "../transport/bytes.ts";
import { parentOf } from "./parents.ts";

export type Patterns = {
  /** Whether the path, or a directory it is in, is named. */
  readonly matches: (path: string, isDirectory: boolean) => boolean;
  /** Directories that are named by literal text alone: by their last name anywhere, or by their path from the root. */
  /** Whether a pattern that begins at the root may name something that lies directly in this directory. */
  readonly mayNamePathsIn: (directory: string) => boolean;
  /** Whether a file of this name is named wherever it is, by the bytes of its name. */
  readonly namesFile: (bytes: Uint8Array, start: number, end: number) => boolean;
  readonly literalDirectories: { readonly names: readonly string[]; readonly paths: readonly string[] };
};

type Tests = {
  readonly names: Set<string>;
  readonly paths: Set<string>;
  /** `*.md`, without the star. */
  readonly endings: string[];
  readonly nameGlobs: RegExp[];
  readonly pathGlobs: RegExp[];
  /** Of each path glob the directory it is certain to be below. */
  readonly pathBases: string[];
};

/**
 * `tests/` is any directory of that name and all in it; `*.md` is a name at any depth; with a slash inside, as in `docs/*.md`,
 * a pattern starts at the root. What is in a named directory is named too.
 */
export function compilePatterns(patterns: readonly string[]): Patterns {
  const forAll = emptyTests();
  const forDirectories = emptyTests();
  for (const pattern of new Set(patterns)) {
    const directoriesOnly = pattern.endsWith("/");
    const bare = pattern.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
    const anchored = bare.includes("/") || pattern.startsWith("/");
    if (bare !== "") addTest(directoriesOnly ? forDirectories : forAll, bare, anchored);
  }
  const known = new Map<string, boolean>();

  function isNamed(path: string, name: string, isDirectory: boolean): boolean {
    return named(forAll, path, name) || (isDirectory && named(forDirectories, path, name));
  }

  function directoryMatches(path: string): boolean {
    const before = known.get(path);
    if (before !== undefined) return before;
    const slash = path.lastIndexOf("/");
    const answer =
      (slash > 0 && directoryMatches(path.slice(0, slash))) || isNamed(path, path.slice(slash + 1), true);
    known.set(path, answer);
    return answer;
  }

  const literalNames = [...forAll.names].map((name) => encodeBytes(name));
  const endings = forAll.endings.map((ending) => encodeBytes(ending));
  const parents = new Set([...forAll.paths, ...forDirectories.paths].map(parentOf));
  const bases = [...forAll.pathBases, ...forDirectories.pathBases];

  return {
    mayNamePathsIn: (directory) =>
      parents.has(directory) ||
      bases.some((base) => base === "" || directory === base || directory.startsWith(`${base}/`)),
    namesFile(bytes, start, end) {
      for (const name of literalNames) {
        if (name.length === end - start && endsWith(bytes, end, name)) return true;
      }
      for (const ending of endings) {
        if (ending.length <= end - start && endsWith(bytes, end, ending)) return true;
      }
      if (forAll.nameGlobs.length === 0) return false;
      const name = decodeBytes(bytes.subarray(start, end));
      return forAll.nameGlobs.some((glob) => glob.test(name));
    },
    matches(path, isDirectory) {
      if (isDirectory) return directoryMatches(path);
      const slash = path.lastIndexOf("/");
      return (
        (slash > 0 && directoryMatches(path.slice(0, slash))) || isNamed(path, path.slice(slash + 1), false)
      );
    },
    literalDirectories: {
      names: [...forAll.names, ...forDirectories.names],
      paths: [...forAll.paths, ...forDirectories.paths],
    },
  };
}

function emptyTests(): Tests {
  return { names: new Set(), paths: new Set(), endings: [], nameGlobs: [], pathGlobs: [], pathBases: [] };
}

function addTest(tests: Tests, pattern: string, anchored: boolean): void {
  const literal = isPlain(pattern);
  if (anchored) {
    if (literal) tests.paths.add(pattern);
    else {
      tests.pathGlobs.push(compile(pattern));
      tests.pathBases.push(picomatch.scan(pattern).base);
    }
  } else if (literal) tests.names.add(pattern);
  else if (isPlain(pattern.slice(1)) && pattern.startsWith("*")) tests.endings.push(pattern.slice(1));
  else tests.nameGlobs.push(compile(pattern));
}

function isPlain(text: string): boolean {
  return !/[*?[\]{}()!+@|\\]/.test(text);
}

function endsWith(bytes: Uint8Array, end: number, ending: Uint8Array): boolean {
  const start = end - ending.length;
  for (let at = ending.length - 1; at >= 0; at -= 1) if (bytes[start + at] !== ending[at]) return false;
  return true;
}

function compile(pattern: string): RegExp {
  // `s`: a name may hold a line break, which `**` must not stop at.
  return picomatch.makeRe(pattern, { dot: true, nonegate: true, flags: "s" });
}

function named(tests: Tests, path: string, name: string): boolean {
  return (
    tests.names.has(name) ||
    tests.paths.has(path) ||
    tests.endings.some((ending) => name.endsWith(ending)) ||
    tests.nameGlobs.some((glob) => glob.test(name)) ||
    tests.pathGlobs.some((glob) => glob.test(path))
  );
}

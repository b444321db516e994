// Glob patterns with gitignore's meaning: which paths they name, which directories need not even be looked into.

import picomatch from "picomatch";

export type Patterns = {
  /** Whether the path, or a directory it is in, is named. */
  readonly matches: (path: string, isDirectory: boolean) => boolean;
  /** Directories that are named by literal text alone: by their last name anywhere, or by their path from the root. */
  readonly literalDirectories: { readonly names: readonly string[]; readonly paths: readonly string[] };
};

type Tests = {
  readonly names: Set<string>;
  readonly paths: Set<string>;
  readonly nameGlobs: RegExp[];
  readonly pathGlobs: RegExp[];
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

  return {
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
  return { names: new Set(), paths: new Set(), nameGlobs: [], pathGlobs: [] };
}

function addTest(tests: Tests, pattern: string, anchored: boolean): void {
  const literal = !/[*?[\]{}()!+@|\\]/.test(pattern);
  if (anchored) {
    if (literal) tests.paths.add(pattern);
    else tests.pathGlobs.push(compile(pattern));
  } else if (literal) tests.names.add(pattern);
  else tests.nameGlobs.push(compile(pattern));
}

function compile(pattern: string): RegExp {
  // `s`: a name may hold a line break, which `**` must not stop at.
  return picomatch.makeRe(pattern, { dot: true, nonegate: true, flags: "s" });
}

function named(tests: Tests, path: string, name: string): boolean {
  return (
    tests.names.has(name) ||
    tests.paths.has(path) ||
    tests.nameGlobs.some((glob) => glob.test(name)) ||
    tests.pathGlobs.some((glob) => glob.test(path))
  );
}

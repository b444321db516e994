import { describe, expect, test } from "vitest";
import { compilePatterns } from "./patterns.ts";

const cases: readonly (readonly [pattern: string, named: readonly string[], free: readonly string[]])[] = [
  [
    "tests/",
    ["tests/", "tests/a.py", "src/tests/", "src/tests/deep/er.py"],
    ["tests", "src/tests", "testsuite/a"],
  ],
  ["*.md", ["README.md", "docs/deep/x.md", "notes.md/inside.txt"], ["README.mdx", "md"]],
  [".env", [".env", "sub/.env", ".env/", ".env/inside"], [".env.example", "x.env"]],
  ["docs/*.txt", ["docs/a.txt", "docs/.hidden.txt"], ["src/docs/a.txt", "docs/deep/a.txt"]],
  ["docs/api/", ["docs/api/", "docs/api/x"], ["src/docs/api/", "docs/api"]],
  ["/build", ["build", "build/x"], ["src/build"]],
  ["**/cache", ["cache", "a/b/cache", "a/cache/x"], ["a/cached"]],
  ["data/**/*.csv", ["data/a.csv", "data/x/y/b.csv"], ["a.csv", "other/data/a.csv"]],
  ["*.{png,jpg}", ["a.png", "x/b.jpg"], ["a.gif"]],
  ["a*b", ["a\nb", 'x/a "b'], ["a/b"]],
  ["deep/**", ["deep/a\nb/c"], ["x/deep/a"]],
  ["caf\u00e9", ["caf\u00e9"], ["cafe\u0301"]],
];

describe("a pattern", () => {
  test.each(cases)("%j names what gitignore would", (pattern, named, free) => {
    const { matches } = compilePatterns([pattern]);
    const isNamed = (path: string): boolean => matches(path.replace(/\/$/, ""), path.endsWith("/"));
    expect(named.filter((path) => !isNamed(path))).toEqual([]);
    expect(free.filter(isNamed)).toEqual([]);
  });

  test("that is plain text tells which directories need not be read", () => {
    const { literalDirectories } = compilePatterns(["tests/", "docs/api/", "*.md", ".env"]);
    expect(literalDirectories).toEqual({ names: [".env", "tests"], paths: ["docs/api"] });
  });
});

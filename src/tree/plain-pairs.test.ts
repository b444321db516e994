import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appWith, directory, file, listingOf, rule } from "../../test/comparing.ts";
import type { PathRule } from "../config/config.ts";
import type { Entry } from "./entry.ts";
import { plainPairs } from "./plain-pairs.ts";
import { compileRules, mapToPreprod, mapToProd } from "./rules.ts";

function tree(paths: readonly string[]): readonly (readonly [string, Entry])[] {
  const entries = new Map<string, Entry>();
  for (const path of paths) {
    const parts = path.split("/");
    for (let at = 1; at < parts.length; at += 1) entries.set(parts.slice(0, at).join("/"), directory());
    entries.set(path, file(path));
  }
  return [...entries];
}

const places = [
  "./",
  "src/",
  "src/app/",
  "src/app/deep/",
  "src/lib/",
  "site/",
  "site/app/",
  "src/app/x.py",
  "site/x.md",
];
const aRule: fc.Arbitrary<PathRule> = fc
  .record({
    from: fc.constantFrom(...places),
    to: fc.constantFrom(...places),
    group: fc.constantFrom(undefined, undefined, "data"),
    rewrite: fc.constantFrom([], [], [{ match: "a", replace: "b" }]),
  })
  .filter(({ from, to }) => from.endsWith("/") === to.endsWith("/"))
  .map(({ from, to, ...more }) => rule(from, to, more));
const pattern = fc.constantFrom(
  "*.md",
  "x.py",
  "deep/",
  "src/app/y.py",
  "site/*.py",
  "**/deep/**",
  "y*",
  "src/lib/",
);
const aPath = fc.constantFrom(
  ...["", "src/", "src/app/", "src/app/deep/", "src/lib/", "site/", "site/app/", "site/app/deep/"].flatMap(
    (dir) => ["x.py", "y.py", "x.md", "caf\u00e9", "b\udcff"].map((name) => dir + name),
  ),
);

describe("pairs made in bulk", () => {
  test("are only ever pairs that the rules make one by one", () => {
    let count = 0;
    fc.assert(
      fc.property(
        fc.array(aRule, { minLength: 1, maxLength: 3 }),
        fc.array(pattern, { maxLength: 2 }),
        fc.array(pattern, { maxLength: 1 }),
        fc.uniqueArray(aPath, { minLength: 12, maxLength: 30 }),
        fc.uniqueArray(aPath, { minLength: 12, maxLength: 30 }),
        (paths, ignore, protect, left, right) => {
          const rules = compileRules(appWith({ paths, ignore, protect }));
          const [preprod, prod] = [listingOf(tree(left)), listingOf(tree(right))];
          const pairs = plainPairs(preprod, prod, rules);
          for (let at = 0; at < pairs.count; at += 1) {
            const [from, to] = [preprod.path(pairs.preprod[at] ?? 0), prod.path(pairs.prod[at] ?? 0)];
            expect(mapToProd(rules, from)).toMatchObject({ kind: "mapped", path: to });
            expect(mapToPreprod(rules, to)).toMatchObject({ kind: "mapped", path: from });
            expect(paths.filter(({ from: a }) => a === from)).toEqual([]);
            count += 1;
          }
        },
      ),
      { numRuns: 2000 },
    );
    expect(count).toBeGreaterThan(100);
  });

  test("are all that lie plainly side by side", () => {
    const rules = compileRules(appWith({ paths: [rule("src/app/", "site/")], ignore: ["*.md"] }));
    const names = ["a.py", "deep/b.py", "deep/er/c.py", "x.md"];
    const pairs = plainPairs(
      listingOf(tree(["other/a.py", "src/app/only.py", ...names.map((name) => `src/app/${name}`)])),
      listingOf(tree(["other/a.py", "site/own.py", ...names.map((name) => `site/${name}`)])),
      rules,
    );
    expect(pairs.count).toBe(3);
  });
});

import { describe, expect, test } from "vitest";
import { appWith, rule } from "../../test/comparing.ts";
import { compileRules, mapToPreprod, mapToProd } from "./rules.ts";

const rules = compileRules(
  appWith({
    paths: [
      rule("config/prod.json", "app/config.json"),
      rule("data/big.duckdb", "data/big.duckdb", { group: "data" }),
      rule("src/shop/vendor/", "third-party/"),
      rule("src/shop/", "app/"),
      rule("config/", "app/"),
      rule("data/", "data/"),
    ],
    ignore: ["tests/", "*.md", "src/shop/generated/"],
    protect: [".env", "app/uploads/"],
  }),
);

const toProd: readonly (readonly [path: string, meaning: string])[] = [
  ["src/shop/main.py", "app/main.py"],
  ["src/shop/deep/er/x.py", "app/deep/er/x.py"],
  ["src/shop/vendor/lib.js", "third-party/lib.js"],
  ["config/prod.json", "app/config.json"],
  ["config/other.json", "app/other.json"],
  // So does `config/prod.json`, whose rule comes first: which of them it is depends on what there is.
  ["src/shop/config.json", "app/config.json"],
  ["data/big.duckdb", "unselected"],
  ["data/small.csv", "data/small.csv"],
  ["src/shop/tests/test_a.py", "ignored"],
  ["src/shop/README.md", "ignored"],
  ["src/shop/generated/x.py", "ignored"],
  ["src/shop/__pycache__/x.pyc", "ignored"],
  ["src/shop/.passerelle/journal", "ignored"],
  ["src/shop/.env", "protected"],
  ["src/shop/uploads/a.png", "protected"],
  ["src/other/x.py", "unexplained"],
  ["notes.txt", "unexplained"],
];

const toPreprod: readonly (readonly [path: string, meaning: string])[] = [
  ["app/main.py", "src/shop/main.py"],
  ["third-party/lib.js", "src/shop/vendor/lib.js"],
  // What goes elsewhere from `src/shop/vendor/` does not also come from `src/shop/`; `config/` is next to have it.
  ["app/vendor/lib.js", "config/vendor/lib.js"],
  ["app/config.json", "config/prod.json"],
  ["app/generated/x.py", "unselected"],
  ["app/.env", "protected"],
  ["app/uploads/a.png", "protected"],
  ["data/big.duckdb", "unselected"],
  ["logs/today.log", "unexplained"],
];

describe("path rules", () => {
  test.each(toProd)("take PREPROD's %s to %s", (path, meaning) => {
    const mapping = mapToProd(rules, path);
    expect(mapping.kind === "mapped" ? mapping.path : mapping.kind).toBe(meaning);
  });

  test.each(toPreprod)("find PROD's %s in %s", (path, meaning) => {
    const mapping = mapToPreprod(rules, path);
    expect(mapping.kind === "mapped" ? mapping.path : mapping.kind).toBe(meaning);
  });

  test("select a group's paths when it is asked for", () => {
    const withData = compileRules(appWith({ paths: [rule("data/big.duckdb", "db", { group: "data" })] }), [
      "data",
    ]);
    expect(mapToProd(withData, "data/big.duckdb")).toMatchObject({ kind: "mapped", path: "db" });
    expect(mapToPreprod(withData, "db")).toMatchObject({ kind: "mapped", path: "data/big.duckdb" });
  });

  test("map the whole root, and a root into a directory", () => {
    const whole = compileRules(appWith({ paths: [rule("./", "./")] }));
    expect(mapToProd(whole, "a/b")).toMatchObject({ path: "a/b" });
    const into = compileRules(appWith({ paths: [rule("./", "site/")] }));
    expect(mapToProd(into, "a/b")).toMatchObject({ path: "site/a/b" });
    expect(mapToPreprod(into, "site/a/b")).toMatchObject({ path: "a/b" });
    expect(mapToPreprod(into, "site", true)).toEqual({ kind: "above" });
    expect(mapToPreprod(into, "other")).toEqual({ kind: "unexplained" });
    const outOf = compileRules(appWith({ paths: [rule("dist/", "./")] }));
    expect(mapToProd(outOf, "dist", true)).toEqual({ kind: "above" });
    expect(mapToPreprod(outOf, "x")).toMatchObject({ path: "dist/x" });
  });

  test("know a directory that only leads to a rule's", () => {
    expect(mapToProd(rules, "src", true)).toEqual({ kind: "above" });
    expect(mapToProd(rules, "sr", true)).toEqual({ kind: "unexplained" });
    expect(mapToProd(rules, "src/shop", true)).toMatchObject({ kind: "mapped", path: "app" });
  });

  test("never disagree: what maps to PROD maps back", () => {
    for (const [path] of toProd) {
      const there = mapToProd(rules, path);
      if (there.kind !== "mapped" || there.path.startsWith("app/config") || path.startsWith("config/"))
        continue;
      expect(mapToPreprod(rules, there.path)).toMatchObject({ kind: "mapped", path });
    }
  });
});

import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { textsFor } from "./texts.ts";

const room = join(import.meta.dirname, "../checks");
const sources = readdirSync(room)
  .filter((name) => name.endsWith(".ts") && !name.endsWith(".test.ts"))
  .map((name) => readFileSync(join(room, name), "utf8"))
  .join("\n");
/** Made of parts in the checks, so that no search finds them whole. */
const composed = [
  "own-check-failed",
  "own-check-late",
  "own-check-not-run",
  "preprod-unhealthy",
  "rewrite-lost",
  "obstacle",
  "disk-space",
  "layout-path",
  "layout-root",
  "layout-module",
  "lock-missing",
  "lock-left",
  "lock-differing",
];
const codes = new Set([
  ...[...sources.matchAll(/(?:code: |code \? |finding\(|\? )"([a-z]+(?:-[a-z]+)+|secret|deletions)"/g)].map(
    (match) => match[1] ?? "",
  ),
  ...[...sources.matchAll(/\? "(import-\w+)" : "(import-\w+)"/g)].flatMap((match) => match.slice(1)),
  ...composed,
]);
const ids = new Set([...sources.matchAll(/^ {2,4}id: "([a-z-]+)"/gm)].map((match) => match[1] ?? ""));

test("the search finds the codes and the checks that there are", () => {
  expect([...codes].sort()).toMatchInlineSnapshot(`
    [
      "deletions",
      "dependency-file-broken",
      "dependency-missing",
      "disk-space",
      "empty-source",
      "import-file",
      "import-layout",
      "import-missing",
      "import-name",
      "layout-module",
      "layout-path",
      "layout-root",
      "lock-differing",
      "lock-left",
      "lock-missing",
      "obstacle",
      "own-check-failed",
      "own-check-late",
      "own-check-not-run",
      "preprod-unhealthy",
      "rewrite-lost",
      "secret",
      "special-file",
    ]
  `);
  expect([...ids].sort()).toMatchInlineSnapshot(`
    [
      "deletions",
      "dependencies",
      "empty-source",
      "imports",
      "layout-reference",
      "lock-file",
      "secrets",
      "special-files",
    ]
  `);
});

test.each(["en", "fr"] as const)(
  "every finding of a check has a sentence in %s, with and without its facts",
  (locale) => {
    const { checks } = textsFor(locale);
    for (const code of codes) {
      const sentence = checks.findings[code] ?? checks.summaries[code];
      expect(sentence, code).toBeDefined();
      for (const fact of [(name: string) => `<${name}>`, () => ""]) {
        expect(sentence?.(fact)?.trim()).toMatch(/^\S/);
        expect(sentence?.(fact)).not.toMatch(/undefined|\[object/);
      }
    }
    for (const id of ids) {
      expect(checks.titles[id], id).toBeDefined();
      expect(checks.remedies[id], id).toBeDefined();
    }
  },
);

test("both languages know the same findings, and say them differently", () => {
  const [en, fr] = [textsFor("en").checks, textsFor("fr").checks];
  for (const part of ["titles", "remedies", "findings", "summaries"] as const)
    expect(Object.keys(fr[part])).toEqual(Object.keys(en[part]));
  const fact = (name: string): string => name;
  for (const code of Object.keys(en.findings))
    expect(fr.findings[code]?.(fact)).not.toBe(en.findings[code]?.(fact));
});

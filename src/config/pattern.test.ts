import fc from "fast-check";
import { expect, test } from "vitest";
import { globTrouble, regexTrouble } from "./pattern.ts";

test.for([
  "Traceback",
  "^\\[build-system\\]$",
  "(foo|bar)+",
  "(?:ab)*c",
  "[a-z]+@[a-z]+",
  "(\\d{4})-(\\d{2})",
  "ERROR|FATAL",
  "(?<level>ERROR|WARN): .*",
  "(a{2})+",
  "[(+]+\\(+",
])("the regular expression %s is fine", (source) => {
  expect(regexTrouble(source)).toBeUndefined();
});

test.for(["(a+)+", "(a*)*$", "(\\w+\\s?)*", "((a+)b?)*", "(a|a)*", "(.|b)+", "(x+){2,}", "(?:a+){20}"])(
  "the regular expression %s can take for ever and is refused",
  (source) => {
    expect(regexTrouble(source)).toContain("for ever");
  },
);

test("a regular expression that does not compile, is empty or too long is refused", () => {
  expect(regexTrouble("[")).toContain("is not a regular expression");
  expect(regexTrouble("")).toContain("must not be empty");
  expect(regexTrouble("a".repeat(501))).toContain("longer than 500");
});

test("whatever is written, the answer comes and is a sentence or none", () => {
  fc.assert(
    fc.property(fc.string({ maxLength: 60 }), (source) => {
      for (const trouble of [regexTrouble(source), globTrouble(source)]) {
        expect(trouble === undefined || trouble.length > 5).toBe(true);
      }
    }),
  );
});

test.for(["tests/", "*.md", ".env", "logs/**", "{a,b}/*.py", "[abc].txt", "[]x].txt", "a\\[b", "été/*"])(
  "the glob %s is fine",
  (pattern) => {
    expect(globTrouble(pattern)).toBeUndefined();
  },
);

test.for(["", "/abs", "~/home", "../up", "a/../b", "!not", "[a", "{a,b", "(x"])(
  "the glob %s is refused",
  (pattern) => {
    expect(globTrouble(pattern)).toBeDefined();
  },
);

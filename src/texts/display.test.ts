import fc from "fast-check";
import { expect, test } from "vitest";
import { displayLine, displayName, displayText, shortenMiddle } from "./display.ts";

test.each([
  ["plain.py", "plain.py"],
  ["two\nlines\t.txt", "two\\nlines\\t.txt"],
  ["bell\u0007\u001b[31m", "bell\\x07\\x1b[31m"],
  ["caf\udcc3\udca9", "caf\\xc3\\xa9"],
  ["invoice\u202egnp.exe", "invoice\\u{202e}gnp.exe"],
  ["zero\u200bwidth", "zero\\u{200b}width"],
  ["alone\ud800", "alone\ufffd"],
  ["été 🎉", "été 🎉"],
])("the name %j is shown as %j", (name, shown) => {
  expect(displayName(name)).toBe(shown);
});

test("a shown name has no character that acts, whatever the name was", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 60 }), (name) => {
      expect(displayName(name)).not.toMatch(
        /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/,
      );
      expect(displayName(name).isWellFormed()).toBe(true);
    }),
  );
});

test("a long name keeps its beginning and more of its end", () => {
  expect(shortenMiddle("visualization/analyse_trendlines_v2.py", 20)).toBe("visual…ndlines_v2.py");
  expect([...displayName("🎉".repeat(300), 40)]).toHaveLength(40);
});

test("output loses its colours and cursor movements but keeps its lines", () => {
  expect(displayText("\u001b[1;31mError\u001b[0m: no\r\nnext\tcolumn")).toBe("Error: no\nnext\tcolumn");
  expect(displayText("\u001b]0;title\u0007shown")).toBe("shown");
  expect(displayLine("  one\n two ", 100)).toBe("one two");
});

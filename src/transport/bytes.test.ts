// What a name or an output may be made of, and what a person sees of it.

import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBytes, displayName, encodeBytes } from "./bytes.ts";

describe("bytes", () => {
  test("every byte string comes back as it was", () => {
    const anything = fc.uint8Array({ maxLength: 60 });
    const nearlyText = fc
      .array(
        fc.oneof(
          fc.string({ unit: "binary" }).map((text) => Buffer.from(text)),
          anything,
        ),
        { maxLength: 6 },
      )
      .map((parts) => Buffer.concat(parts));
    fc.assert(
      fc.property(fc.oneof(anything, nearlyText), (bytes) => {
        expect(encodeBytes(decodeBytes(bytes)).equals(Buffer.from(bytes))).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  test("text that is UTF-8 is read as such", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(decodeBytes(Buffer.from(text, "utf8"))).toBe(Buffer.from(text, "utf8").toString("utf8"));
      }),
    );
    expect(decodeBytes(Buffer.from("\u{feff}é😀"))).toBe("\u{feff}é😀");
  });

  test.each([
    ["a lone Latin-1 byte", [0x61, 0xe9, 0x62], "a\udce9b"],
    ["an overlong slash", [0xc0, 0xaf], "\udcc0\udcaf"],
    ["a surrogate written as UTF-8", [0xed, 0xa0, 0x80], "\udced\udca0\udc80"],
    ["a point beyond Unicode", [0xf4, 0x90, 0x80, 0x80], "\udcf4\udc90\udc80\udc80"],
    ["a character cut in half", [0xf0, 0x9f, 0x98], "\udcf0\udc9f\udc98"],
    ["a character after a broken one", [0xe2, 0x82, 0xc3, 0xa9], "\udce2\udc82é"],
  ])("%s is kept byte by byte, as Python does", (_name, bytes, text) => {
    expect(decodeBytes(Uint8Array.from(bytes))).toBe(text);
    expect([...encodeBytes(text)]).toEqual(bytes);
  });

  test("a surrogate that stands for no byte is refused", () => {
    expect(() => encodeBytes("a\ud800")).toThrow(TypeError);
    expect(() => encodeBytes("\udc7f")).toThrow(TypeError);
  });

  test.each([
    ["plain/näme 1.txt", "plain/näme 1.txt"],
    ["line\nbreak\ttab\x1b[31m", "line\\nbreak\\ttab\\x1b[31m"],
    ["back\\slash", "back\\\\slash"],
    ["exe\u202egpj.sh", "exe\\u{202e}gpj.sh"],
    ["a\u200bb\u2066c\u00a0d\u2028", "a\\u{200b}b\\u{2066}c\\u{a0}d\\u{2028}"],
    ["bad\udcff\udcfe", "bad\\xff\\xfe"],
    ["\u0085\u{e0041}", "\\u{85}\\u{e0041}"],
    ["日本 😀", "日本 😀"],
  ])("%j is shown as %j", (name, shown) => {
    expect(displayName(name)).toBe(shown);
  });
});

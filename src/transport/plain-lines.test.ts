import fc from "fast-check";
import { expect, test } from "vitest";
import { lastLines, plainLines } from "./plain-lines.ts";

const lines = (text: string) => plainLines(Buffer.from(text));

test("colours, titles and other escapes are taken out", () => {
  expect(lines("\x1b[1;31mERROR\x1b[0m no\n\x1b]0;title\x07web \x1b[2K\x1b(Bup\n")).toEqual([
    "ERROR no",
    "web up",
  ]);
});

test("of a line that wrote over itself the last state is kept", () => {
  expect(lines("pulling 10%\rpulling 99%\rdone\r\nnext\r\n")).toEqual(["done", "next"]);
});

test("control characters are taken out and tabs become spaces", () => {
  expect(lines("a\0b\x07c\td\n")).toEqual(["abc    d"]);
});

test("a last line without a line break is a line, an empty output has none", () => {
  expect(lines("one\ntwo")).toEqual(["one", "two"]);
  expect(lines("")).toEqual([]);
});

test("a line without an end is cut", () => {
  expect(lines("x".repeat(1_000_000))[0]).toHaveLength(2000);
});

test("the last lines leave out empty ones", () => {
  expect(lastLines(Buffer.from("a\n\nb\n \nc\n\n"), 2)).toEqual(["b", "c"]);
});

test("any bytes become lines without control characters", () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      for (const line of plainLines(bytes)) expect(line).not.toMatch(/[\0-\x1f\x7f-\x9f]/);
    }),
  );
});

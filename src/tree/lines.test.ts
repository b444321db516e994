import { describe, expect, test } from "vitest";
import { countLines, rewrite } from "./lines.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

describe("counting lines", () => {
  test.each([
    ["a\nb\n", "a\nb\nc\n", 1, 0],
    ["a\nb\n", "b\n", 0, 1],
    ["a\n", "a", 1, 1],
    ["", "a\nb", 2, 0],
    ["a\r\n", "a\n", 1, 1],
    ["caf\xe9\n", "caf\xe8\n", 1, 1],
  ])("from %j to %j", (before, after, linesAdded, linesRemoved) => {
    expect(countLines(bytes(before), bytes(after))).toEqual({ linesAdded, linesRemoved, binary: false });
  });

  test("of a file that comes or goes counts them all", () => {
    expect(countLines(undefined, bytes("a\nb\n"))).toEqual({ linesAdded: 2, linesRemoved: 0, binary: false });
    expect(countLines(bytes("a\n"), undefined)).toEqual({ linesAdded: 0, linesRemoved: 1, binary: false });
  });

  test("of what is not text counts none", () => {
    expect(countLines(bytes("a\n"), bytes("a\0\n"))).toEqual({
      linesAdded: 0,
      linesRemoved: 0,
      binary: true,
    });
  });

  test("of two long texts with little in common comes to an end, and counts what they share", () => {
    const text = (mark: string): Buffer =>
      bytes(
        Array.from({ length: 20_000 }, (_, n) => (n % 10 === 0 ? `same ${n}\n` : `${mark} ${n}\n`)).join(""),
      );
    expect(countLines(text("old"), text("new"))).toEqual({
      linesAdded: 18_000,
      linesRemoved: 18_000,
      binary: false,
    });
  });
});

describe("rewriting", () => {
  const rules = [
    { match: "^\\[build-system\\]$", replace: "# [build-system]" },
    { match: "preprod", replace: "prod" },
  ];

  test("works line by line, everywhere in a line, and keeps line ends and other bytes", () => {
    const content = bytes("[build-system]\r\nhost = preprod.preprod\n[build-system] # no\n\xff\n\n");
    expect(rewrite(content, rules).toString("latin1")).toBe(
      "# [build-system]\r\nhost = prod.prod\n[build-system] # no\n\xff\n\n",
    );
  });

  test("gives back the very content where nothing matches", () => {
    const content = bytes("nothing\n\xff");
    expect(rewrite(content, rules)).toBe(content);
    expect(rewrite(bytes(""), [{ match: "^$", replace: "x" }]).toString()).toBe("");
  });

  test("can use what it matched", () => {
    expect(
      rewrite(bytes("port = 80\n"), [{ match: "port = (\\d+)", replace: "port = 1$1" }]).toString(),
    ).toBe("port = 180\n");
  });
});

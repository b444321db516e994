// The checks that need no content: empty sources, deletions, special files.

import { describe, expect, test } from "vitest";
import { type Files, findingsOf, type Sample, sampleInput } from "../../test/check-samples.ts";
import { createDeletions, deletions } from "./deletions.ts";
import { emptySource } from "./empty-source.ts";
import { levelOf } from "./run-checks.ts";
import { specialFiles } from "./special-files.ts";

function files(count: number, prefix: string): Files {
  return Object.fromEntries(
    Array.from({ length: count }, (_, index) => [`${prefix}${index}.py`, `x = ${index}`]),
  );
}

describe("empty-source", () => {
  const rule = { from: "src/", to: "web/" };

  test.each<[string, Sample]>([
    ["PREPROD is empty", { paths: [rule], preprod: {}, prod: files(3, "web/") }],
    [
      "the directory of one rule is empty",
      {
        paths: [rule, { from: "lib/", to: "lib/" }],
        preprod: files(9, "lib/"),
        prod: { ...files(9, "lib/"), ...files(1, "web/") },
      },
    ],
    [
      "most of it is gone, where PROD would follow",
      { paths: [{ ...rule, delete: true }], preprod: files(3, "src/"), prod: files(40, "web/") },
    ],
    [
      "all files of file rules are gone",
      { paths: [{ from: "a.toml", to: "a.toml" }], preprod: {}, prod: { "a.toml": "" } },
    ],
    [
      "only ignored files are left",
      { paths: [rule], ignore: ["*.md"], preprod: { "src/README.md": "" }, prod: files(3, "web/") },
    ],
  ])("stops when %s", async (_, sample) => {
    expect(await findingsOf(emptySource, sample)).toHaveLength(1);
  });

  test.each<[string, Sample]>([
    [
      "PROD has more of its own, which stays",
      { paths: [rule], preprod: files(3, "src/"), prod: files(40, "web/") },
    ],
    ["PROD is empty", { paths: [rule], preprod: files(3, "src/"), prod: {} }],
    [
      "a group was not asked for",
      {
        paths: [rule, { from: "data/", to: "data/", group: "data" }],
        preprod: files(3, "src/"),
        prod: { ...files(3, "web/"), ...files(9, "data/") },
      },
    ],
    [
      "one file of a rule is gone",
      {
        paths: [rule, { from: "a.toml", to: "a.toml" }],
        preprod: files(3, "src/"),
        prod: { ...files(3, "web/"), "a.toml": "" },
      },
    ],
    [
      "some of it is gone",
      { paths: [{ ...rule, delete: true }], preprod: files(20, "src/"), prod: files(40, "web/") },
    ],
  ])("goes on when %s", async (_, sample) => {
    expect(await findingsOf(emptySource, sample)).toEqual([]);
  });

  test("cannot be turned down", () => {
    const { app } = sampleInput({
      paths: [rule],
      preprod: {},
      checks: { "empty-source": "off", deletions: "off" },
    });
    expect(levelOf(app, emptySource)).toBe("block");
    expect(levelOf(app, deletions)).toBe("off");
  });
});

describe("deletions", () => {
  const removing = (kept: number, removed: number, outside = 0): Sample => ({
    paths: [{ from: "src/", to: "web/", delete: true }],
    preprod: files(kept, "src/a"),
    prod: { ...files(kept, "web/a"), ...files(removed, "web/b"), ...files(outside, "other/") },
  });

  test("a large share of PROD's mapped files is listed, however much else PROD has", async () => {
    const found = await findingsOf(deletions, removing(6, 4, 100));
    expect(found).toEqual([
      "web/b0.py:0 deletions",
      "web/b1.py:0 deletions",
      "web/b2.py:0 deletions",
      "web/b3.py:0 deletions",
    ]);
  });

  test("a small share is not, nor two files", async () => {
    expect(await findingsOf(deletions, removing(7, 3))).toEqual([]);
    expect(await findingsOf(deletions, removing(1, 2))).toEqual([]);
  });

  test("the share can be another", async () => {
    expect(await findingsOf(createDeletions(0.2), removing(7, 3))).toHaveLength(3);
  });

  test("files that stay because the rule removes nothing do not count", async () => {
    expect(await findingsOf(deletions, { ...removing(1, 9), paths: [{ from: "src/", to: "web/" }] })).toEqual(
      [],
    );
  });
});

describe("special-files", () => {
  const fifo = { type: "special", kind: "fifo" } as const;
  const socket = { type: "special", kind: "socket" } as const;

  test("those within the rules are named by their PROD path", async () => {
    const preprod = { "src/a.py": "", "src/run/pipe": fifo, "src/app.sock": socket };
    expect(await findingsOf(specialFiles, { paths: [{ from: "src/", to: "web/" }], preprod })).toEqual([
      "web/run/pipe:0 special-file",
      "web/app.sock:0 special-file",
    ]);
  });

  test("those outside of the rules, ignored ones and PROD's own are not", async () => {
    const sample: Sample = {
      paths: [{ from: "src/", to: "web/" }],
      preprod: { "src/a.py": "", pipe: fifo, "src/tmp/pipe": fifo },
      prod: { "web/own.sock": socket },
      ignore: ["tmp/"],
    };
    expect(await findingsOf(specialFiles, sample)).toEqual([]);
  });
});

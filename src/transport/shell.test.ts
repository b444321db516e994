// Words that are hard to quote, in every shell this machine has.

import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decodeBytes, encodeBytes } from "./bytes.ts";
import { expandRoot, quote } from "./shell.ts";

const shells = [["sh"], ["dash"], ["bash"], ["busybox", "sh"], ["ksh"], ["zsh"]].filter(
  ([command]) => spawnSync("sh", ["-c", `command -v ${command ?? ""}`]).status === 0,
);

const word = fc
  .uint8Array({ maxLength: 40 })
  .map((bytes) => decodeBytes(bytes.map((byte) => (byte === 0 ? 1 : byte))));
const awkward = fc.constantFrom(
  ...[
    "",
    "'",
    "''",
    "'\\''",
    '"',
    "\\",
    "\\'",
    "$(id)",
    "`id`",
    "${x}",
    "!",
    "*",
    "~",
    "-n",
    "--",
    "a\nb",
    "\n",
    " ",
    "\t",
    "#",
    ";",
    "&",
    "\r",
  ],
);

describe("quote", () => {
  test.each(shells)("what is quoted reaches %s as it was", (...shell) => {
    const [command = "sh", ...args] = shell;
    fc.assert(
      fc.property(fc.array(fc.oneof(word, awkward), { minLength: 1, maxLength: 40 }), (words) => {
        const script = encodeBytes(`printf '%s\\0' ${words.map(quote).join(" ")}`);
        const { stdout } = spawnSync(command, args, {
          input: script,
          env: { LC_ALL: "C", PATH: process.env["PATH"] },
        });
        expect(decodeBytes(stdout)).toBe(words.map((each) => `${decodeBytes(encodeBytes(each))}\0`).join(""));
      }),
      { numRuns: 60 },
    );
  });

  test("a NUL byte is refused", () => {
    expect(() => quote("a\0b")).toThrow(TypeError);
  });
});

describe("expandRoot", () => {
  test.each([
    ["~", "/home/o'brien"],
    ["~/my app", "/home/o'brien/my app"],
    ["~/$(id)", "/home/o'brien/$(id)"],
    ["/srv/it's", "/srv/it's"],
    ["/~/x", "/~/x"],
  ])("%s becomes %s", (root, expanded) => {
    const { stdout } = spawnSync("sh", ["-c", `printf %s ${expandRoot(root)}`], {
      env: { HOME: "/home/o'brien" },
    });
    expect(stdout.toString()).toBe(expanded);
  });

  test("an unknown home is an error, not the root of the file system", () => {
    const { status, stdout } = spawnSync("sh", ["-c", `printf %s ${expandRoot("~/x")}`], { env: {} });
    expect([status === 0, stdout.toString()]).toEqual([false, ""]);
  });

  test.each(["relative", "~root/x", ""])("%j is refused", (root) => {
    expect(() => expandRoot(root)).toThrow(TypeError);
  });
});

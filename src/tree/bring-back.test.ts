import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  chmodSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { bringBackPatch, type DriftedPath } from "./bring-back.ts";
import type { Entry } from "./entry.ts";

const noMask = (text: string): string => text;
let root: string;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "bring-back-"));
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const sha256 = (text: string): string => createHash("sha256").update(text).digest("hex");
const many = (changed = ""): string =>
  Array.from({ length: 30 }, (_, line) => (line === 15 && changed !== "" ? changed : `line ${line}\n`)).join(
    "",
  );

function file(content: string, mode = 0o644): Entry {
  return {
    type: "file",
    mode,
    size: Buffer.byteLength(content),
    mtime: "",
    identity: "",
    sha256: sha256(content),
  };
}
const link = (target: string): Entry => ({ type: "link", target, mtime: "" });

type Side = { readonly content: string; readonly mode?: number } | undefined;

/** A file as PREPROD has it, as it was left in PROD, as PROD has it; `wanted` where rewrites make another one of PREPROD's. */
function drifted(
  from: string,
  sides: { preprod?: Side; left?: Side; now?: Side; wanted?: string },
): DriftedPath {
  const { preprod, left, now, wanted = preprod?.content } = sides;
  const entry = (side: Side): Entry | undefined => side && file(side.content, side.mode);
  const buffer = (text: string | undefined) => (text === undefined ? undefined : Buffer.from(text));
  const contents = {
    preprod: buffer(preprod?.content),
    wanted: buffer(wanted),
    now: buffer(now?.content),
    left: buffer(left?.content),
  };
  return {
    path: `app/${from}`,
    from,
    was: "changed",
    since: "2026-11-20T10:00:00.000Z",
    isSecret: false,
    preprod: entry(preprod),
    now: entry(now),
    left: left && {
      path: `app/${from}`,
      type: "file",
      mode: left.mode ?? 0o644,
      size: left.content.length,
      sha256: sha256(left.content),
    },
    contents: Object.fromEntries(Object.entries(contents).filter(([, value]) => value !== undefined)),
  };
}

function put(
  from: string,
  { content, mode = 0o644 }: { readonly content: string; readonly mode?: number },
): void {
  mkdirSync(dirname(join(root, from)), { recursive: true });
  writeFileSync(join(root, from), content);
  chmodSync(join(root, from), mode);
}

function apply(tool: "git" | "patch", patch: string): void {
  const env = { ...process.env, GIT_CEILING_DIRECTORIES: dirname(root) };
  const options = {
    cwd: root,
    input: patch,
    env,
    stdio: ["pipe", "pipe", "pipe"] as ["pipe", "pipe", "pipe"],
  };
  if (tool === "git") execFileSync("git", ["apply", "-"], options);
  else execFileSync("patch", ["-p1", "--batch", "--no-backup-if-mismatch"], options);
}

describe.each(["git", "patch"] as const)("applied with %s", (tool) => {
  test.each<[string, string, { preprod?: Side; left?: Side; now?: Side }]>([
    [
      "an edited line",
      "src/main.py",
      { preprod: { content: many() }, left: { content: many() }, now: { content: many("by hand\n") } },
    ],
    [
      "a missing last line break",
      "a",
      { preprod: { content: "one\n" }, left: { content: "one\n" }, now: { content: "one\ntwo" } },
    ],
    [
      "carriage returns",
      "a",
      {
        preprod: { content: "one\r\ntwo\r\n" },
        left: { content: "one\r\ntwo\r\n" },
        now: { content: "1\r\ntwo\r\n" },
      },
    ],
    [
      "a name with spaces",
      "my dir/my file.txt",
      { preprod: { content: "one\n" }, left: { content: "one\n" }, now: { content: "two\n" } },
    ],
    [
      "a name that needs quotes",
      'src/"é\t".txt',
      { preprod: { content: "one\n" }, left: { content: "one\n" }, now: { content: "two\n" } },
    ],
    ["an added file", "new/a b.txt", { now: { content: "added\n" } }],
    ["an added file that may be run", "run.sh", { now: { content: "#!/bin/sh\n", mode: 0o755 } }],
    [
      "a file that is gone",
      "src/gone.txt",
      { preprod: { content: "one\ntwo\n" }, left: { content: "one\ntwo\n" } },
    ],
    [
      "lines that look like a diff",
      "a",
      {
        preprod: { content: "-- x\n" },
        left: { content: "-- x\n" },
        now: { content: "-- x\n++ y\n@@ z\n# w\n" },
      },
    ],
    [
      "control characters",
      "a",
      {
        preprod: { content: "one\n" },
        left: { content: "one\n" },
        now: { content: "\u001b[1m\u202eone\f\n" },
      },
    ],
  ])("%s is as in PROD afterwards", (_, from, sides) => {
    if (sides.preprod !== undefined) put(from, sides.preprod);
    apply(tool, bringBackPatch("kitchen", [drifted(from, sides)], noMask));
    if (sides.now === undefined) {
      expect(existsSync(join(root, from))).toBe(false);
      return;
    }
    expect(readFileSync(join(root, from), "utf8")).toBe(sides.now.content);
    expect(lstatSync(join(root, from)).mode & 0o111).toBe((sides.now.mode ?? 0o644) & 0o111);
  });

  test("a mode alone is as in PROD afterwards", () => {
    put("run.sh", { content: "x\n" });
    const sides = {
      preprod: { content: "x\n" },
      left: { content: "x\n" },
      now: { content: "x\n", mode: 0o755 },
    };
    apply(tool, bringBackPatch("kitchen", [drifted("run.sh", sides)], noMask));
    expect(lstatSync(join(root, "run.sh")).mode & 0o777).toBe(0o755);
  });

  test("several files, with remarks between them, are all as in PROD afterwards", () => {
    put("a", { content: "a\n" });
    put("c", { content: "c\n" });
    const one = (from: string): DriftedPath =>
      drifted(from, {
        preprod: { content: `${from}\n` },
        left: { content: `${from}\n` },
        now: { content: `${from}!\n`, mode: 0o600 },
      });
    const secret = { ...one(".env"), isSecret: true };
    const patch = bringBackPatch("kitchen", [one("a"), secret, one("c")], noMask);
    expect(patch).toContain("# .env: not shown, for by its name it may be secret.");
    expect(patch).toContain("# a: its mode in PROD is 0600.");
    apply(tool, patch);
    expect([readFileSync(join(root, "a"), "utf8"), readFileSync(join(root, "c"), "utf8")]).toEqual([
      "a!\n",
      "c!\n",
    ]);
  });

  test("what PREPROD changed meanwhile elsewhere in the file stays", () => {
    const meanwhile = many().replace("line 2\n", "new in PREPROD\n");
    put("a", { content: meanwhile });
    const sides = {
      preprod: { content: meanwhile },
      left: { content: many() },
      now: { content: many("by hand\n") },
    };
    apply(tool, bringBackPatch("kitchen", [drifted("a", sides)], noMask));
    expect(readFileSync(join(root, "a"), "utf8")).toBe(
      many("by hand\n").replace("line 2\n", "new in PREPROD\n"),
    );
  });

  test("a link that points elsewhere does so afterwards", () => {
    symlinkSync("old", join(root, "link"));
    const base = drifted("link", {});
    const left = { path: "app/link", type: "link", target: "old" } as const;
    apply(
      tool,
      bringBackPatch("kitchen", [{ ...base, preprod: link("old"), now: link("new"), left }], noMask),
    );
    expect(readlinkSync(join(root, "link"))).toBe("new");
  });
});

test("a file that became a link becomes one", () => {
  put("a", { content: "one\n" });
  const base = drifted("a", { preprod: { content: "one\n" }, left: { content: "one\n" } });
  apply("git", bringBackPatch("kitchen", [{ ...base, now: link("b") }], noMask));
  expect(readlinkSync(join(root, "a"))).toBe("b");
});

test("lines that a rewrite made for PROD keep PREPROD's form", () => {
  const preprod = "[project]\n[build-system]\nversion = 1\n";
  const left = preprod.replace("[build-system]", "# [build-system]");
  const now = left.replace("1", "2");
  put("pyproject.toml", { content: preprod });
  const sides = {
    preprod: { content: preprod },
    left: { content: left },
    now: { content: now },
    wanted: left,
  };
  apply("git", bringBackPatch("kitchen", [drifted("pyproject.toml", sides)], noMask));
  expect(readFileSync(join(root, "pyproject.toml"), "utf8")).toBe(preprod.replace("1", "2"));
});

test("where nobody knows what was left, the whole difference is given and said to be it", () => {
  const { left, ...known } = drifted("a", {
    preprod: { content: "mine\n" },
    left: { content: "was\n" },
    now: { content: "yours\n" },
  });
  const { left: _, ...contents } = known.contents;
  const patch = bringBackPatch("kitchen", [{ ...known, left, contents }], noMask);
  expect(patch).toContain("# a: what was left there is not known any more");
  expect(patch).toContain("-mine\n+yours\n");
});

test("a file that holds a known secret, or is no text, is named and not shown", () => {
  const sides = (content: string) => ({
    preprod: { content: "x\n" },
    left: { content: "x\n" },
    now: { content },
  });
  const patch = bringBackPatch(
    "kitchen",
    [drifted("config.py", sides("token = 'hunter2'\n")), drifted("logo.png", sides("\0\u0001"))],
    (text) => text.replaceAll("hunter2", "***"),
  );
  expect(patch).not.toMatch(/hunter2|\*\*\*|^diff/m);
  expect(patch).toContain("# config.py: not shown, for it holds a secret.");
  expect(patch).toContain("# logo.png: not shown, for it is no text, or too long.");
});

import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compareDirectories, directory, file, link } from "../../test/comparing.ts";
import { writeTree } from "../../test/fixtures/seed-app.ts";
import { openLocal } from "../transport/local.ts";
import type { Change } from "./change.ts";
import { looksSecret, patchOf } from "./patch.ts";
import { patchSides } from "./patch-sides.ts";

const nothing = new Map<string, Buffer>();

function change(part: Partial<Change> & Pick<Change, "kind" | "path">): Change {
  return { linesAdded: 0, linesRemoved: 0, binary: false, ...part };
}

/** A change of text, with the contents that belong to it. */
function edited(path: string, before: string, after: string): string {
  return patchOf([change({ kind: "change", path, from: path, before: file(before), after: file(after) })], {
    before: new Map([[path, Buffer.from(before)]]),
    after: new Map([[path, Buffer.from(after)]]),
  });
}

describe("a diff", () => {
  test("shows PROD's lines against what PREPROD brings", () => {
    expect(edited("app/main.py", "a\nb\nc\n", "a\nB\nc")).toBe(
      [
        "diff --git prod/app/main.py preprod/app/main.py",
        "--- prod/app/main.py",
        "+++ preprod/app/main.py",
        "@@ -1,3 +1,3 @@",
        " a",
        "-b",
        "-c",
        "+B",
        "+c",
        "\\ No newline at end of file",
        "",
      ].join("\n"),
    );
  });

  test("says where it comes from, modes, types and directories", () => {
    const text = patchOf(
      [
        change({ kind: "add", path: "d", after: directory(0o2755) }),
        change({ kind: "mode", path: "run", from: "src/run", before: file("x"), after: file("x", 0o4755) }),
        change({ kind: "type", path: "thing", from: "thing", before: link("old"), after: file("t\n") }),
      ],
      { before: nothing, after: new Map([["thing", Buffer.from("t\n")]]) },
    );
    expect(text).toBe(
      [
        "new directory preprod/d mode 042755",
        "promoted from src/run",
        "diff --git prod/run preprod/run",
        "old mode 100644",
        "new mode 104755",
        "diff --git prod/thing preprod/thing",
        "deleted file mode 120000",
        "--- prod/thing",
        "+++ /dev/null",
        "@@ -1,1 +0,0 @@",
        "-old",
        "\\ No newline at end of file",
        "diff --git prod/thing preprod/thing",
        "new file mode 100644",
        "--- /dev/null",
        "+++ preprod/thing",
        "@@ -0,0 +1,1 @@",
        "+t",
        "",
      ].join("\n"),
    );
  });

  test("never shows what may be a secret, only its size and the beginning of its hash", () => {
    const text = edited("config/.env.prod", "TOKEN=hunter2\n", "TOKEN=hunter3\n");
    expect(text).not.toContain("hunter");
    expect(text).toMatch(/14 bytes, sha256 [0-9a-f]{16}… -> 14 bytes, sha256/);
  });

  test.each([
    ".env",
    "a/.env.local",
    "prod.env",
    "tls/server.pem",
    "x.key",
    "my_secret.yml",
    "Secrets.json",
    "id_ed25519",
    "secrets/db",
    ".ssh/config",
    "credentials.json",
  ])("takes %s for a secret", (path) => expect(looksSecret(path)).toBe(true));

  test.each(["main.py", "environment.py", "keys.py", "idea.txt", "monkey.txt"])("takes %s for none", (path) =>
    expect(looksSecret(path)).toBe(false),
  );

  test("tells binary files and ones nobody read by size and hash", () => {
    expect(edited("a.png", "\0one", "\0two!")).toMatch(/Binary content: 4 bytes, sha256 .* -> 5 bytes/);
    const unread = change({ kind: "add", path: "big.txt", after: file("x".repeat(99)) });
    expect(patchOf([unread], { before: nothing, after: nothing })).toContain(
      "too long to be shown: nothing -> 99 bytes",
    );
  });

  test("shows every character that would hide or reorder text, or act on a terminal", () => {
    const text = edited("x.py", "", "ok \u202e evil \u001b[2J \u200b\n");
    expect(text).toContain("+ok <U+202E> evil <U+001B>[2J <U+200B>\n");
  });

  test("quotes names that could be read as something else", () => {
    expect(edited("a\n+++ b\udcff", "1\n", "2\n")).toContain('--- "prod/a\\n+++ b\\377"\n');
    expect(edited("a b/\u00e9", "1\n", "2\n")).toContain("--- prod/a b/\u00e9\t\n");
  });

  test("says what it leaves out", () => {
    const long = "line\n".repeat(1000);
    const one = change({ kind: "add", path: "long.txt", after: file(long) });
    const contents = { before: nothing, after: new Map([["long.txt", Buffer.from(long)]]) };
    expect(patchOf([one], contents, { perFile: 500, inAll: 10_000 })).toMatch(
      /\\ Cut here: \d+ more lines of long.txt are not shown\.\n$/,
    );
    expect(patchOf([one], contents, { perFile: 50_000, inAll: 1000 })).toMatch(
      /^Not shown, .* 1 of 1 changes, among them long\.txt\.\n$/,
    );
  });

  test("of two long texts with nothing in common comes to an end", () => {
    const text = edited("x", "old\n".repeat(9000), Array.from({ length: 9000 }, (_, n) => `${n}\n`).join(""));
    expect(text).toContain("@@ -1,9000 +1,9000 @@");
  });
});

describe("the diff of two sides", () => {
  let home: string;
  beforeEach(() => {
    home = mkdtempSync(join(tmpdir(), "patch-"));
  });
  afterEach(() => rmSync(home, { recursive: true }));

  test.each([
    ["git", ["apply", "-p1", "--whitespace=nowarn", "-"]],
    ["patch", ["-s", "-p1"]],
  ] as const)("makes PROD's texts what PREPROD's are when %s applies it", async (programme, args) => {
    const [preprod, prod] = [join(home, "pre"), join(home, "prod")];
    const text = (mark: string, from: number): string =>
      Array.from({ length: 60 }, (_, n) => `${n % 20 === from ? mark : "same"} ${n}`).join("\n");
    writeTree(preprod, {
      "a/main.py": text("new", 3),
      "a/new/added.py": "one\ntwo\n",
      crlf: "a\r\nB\r\n",
      "x y": "1",
    });
    writeTree(prod, { "a/main.py": text("old", 3), "a/gone.py": "x\n", crlf: "a\r\nb\r\n", "x y": "2\n" });
    symlinkSync("new-target", join(preprod, "link"));
    symlinkSync("old-target", join(prod, "link"));
    const paths = [{ from: "./", to: "./", delete: true, group: undefined, rewrite: [] }];
    const { changes } = await compareDirectories(preprod, prod, { paths });
    const transport = openLocal();
    const sides = { preprod: { transport, root: preprod }, prod: { transport, root: prod } };
    const patch = await patchSides(sides, changes);
    execFileSync(programme, args, {
      cwd: prod,
      input: patch,
      env: { ...process.env, GIT_CEILING_DIRECTORIES: home },
    });
    expect((await compareDirectories(preprod, prod, { paths })).changes).toEqual([]);
    writeFileSync(join(preprod, "a/new/added.py"), "edited since\n");
    await expect(patchSides(sides, changes)).rejects.toMatchObject({ code: "scan-moved" });
    expect(readFileSync(join(prod, "a/new/added.py"), "utf8")).toBe("one\ntwo\n");
  });
});

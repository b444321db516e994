import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTree } from "../../test/changes-between.ts";
import { appWith, compareDirectories, memoryOfAMap, rule } from "../../test/comparing.ts";
import { writeTree } from "../../test/fixtures/seed-app.ts";
import { hostileNames, makeHostileTree } from "../../test/hostile-tree.ts";
import { openLocal } from "../transport/local.ts";
import type { Change } from "./change.ts";
import { compareSides } from "./compare.ts";
import { sameEntry } from "./entry.ts";
import { planOf } from "./plan.ts";

let home: string;
let preprod: string;
let prod: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "compare-"));
  preprod = join(home, "pre");
  prod = join(home, "prod");
  mkdirSync(preprod);
  mkdirSync(prod);
});

afterEach(() => {
  execFileSync("chmod", ["-R", "u+rwX", home]);
  rmSync(home, { recursive: true });
});

const replaceAll = { paths: [rule("./", "./", { delete: true })] };

function said(changes: readonly Change[]): readonly string[] {
  return changes.map(({ kind, path }) => `${kind} ${path}`).sort();
}

/** What PROD's tree is once the changes are made, from their entries alone. */
function carriedOut(changes: readonly Change[]): ReadonlyMap<string, unknown> {
  const result = new Map(readTree(prod));
  for (const { path, after } of changes) {
    if (after === undefined) result.delete(path);
    else result.set(path, after);
  }
  return result;
}

function expectAllMoved(changes: readonly Change[]): void {
  const wanted = readTree(preprod);
  const result = carriedOut(changes);
  expect([...result.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [path, entry] of wanted) {
    expect(sameEntry(readTreeEntry(result, path), entry), `${JSON.stringify(path)} is as wanted`).toBe(true);
  }
}

function readTreeEntry(tree: ReadonlyMap<string, unknown>, path: string): Parameters<typeof sameEntry>[0] {
  return tree.get(path) as Parameters<typeof sameEntry>[0];
}

describe("comparing two sides", () => {
  test("finds nothing where nothing differs, whatever the times are", async () => {
    for (const root of [preprod, prod]) writeTree(root, { "a/x.txt": "same\n", "b.txt": "" });
    utimesSync(join(prod, "b.txt"), 1, 1);
    const { changes, equal } = await compareDirectories(preprod, prod);
    expect(changes).toEqual([]);
    expect(equal.count).toBe(2);
  });

  test("finds an edit that keeps size and mtime", async () => {
    for (const [root, content] of [
      [preprod, "one"],
      [prod, "two"],
    ] as const) {
      writeTree(root, { f: content });
      utimesSync(join(root, "f"), 1_600_000_000, 1_600_000_000);
    }
    const { changes } = await compareDirectories(preprod, prod);
    expect(changes).toMatchObject([{ kind: "change", path: "f", linesAdded: 1, linesRemoved: 1 }]);
  });

  test("tells of each change what a plan needs: both entries with their hashes, lines, where it comes from", async () => {
    writeTree(preprod, { "src/app/main.py": "a\nb\nc\n", "src/app/new.bin": Buffer.from([1, 0, 2]) });
    writeTree(prod, { "app/main.py": "a\nB\n" });
    const { changes } = await compareDirectories(preprod, prod, { paths: [rule("src/app/", "app/")] });
    const [added, changed] = changes.toSorted((left, right) => (left.kind < right.kind ? -1 : 1));
    expect(changed).toMatchObject({
      kind: "change",
      path: "app/main.py",
      from: "src/app/main.py",
      before: readTree(prod).get("app/main.py"),
      after: readTree(preprod).get("src/app/main.py"),
      linesAdded: 2,
      linesRemoved: 1,
      binary: false,
    });
    expect(added).toMatchObject({ kind: "add", path: "app/new.bin", binary: true, linesAdded: 0 });
    expect(added).not.toHaveProperty("before");
  });

  test("is exact for every name a file system allows", async () => {
    makeHostileTree(preprod, "new content\n");
    makeHostileTree(prod, "old\n");
    for (const name of hostileNames.slice(0, 8)) {
      rmSync(Buffer.concat([Buffer.from(`${prod}/`), name]));
    }
    const { changes } = await compareDirectories(preprod, prod, replaceAll);
    expect(changes.length).toBe(hostileNames.length * 2);
    expectAllMoved(changes);
    writeFileSync(Buffer.concat([Buffer.from(`${prod}/only `), Buffer.from([0xff, 0x0a])]), "x");
    const again = await compareDirectories(preprod, prod, replaceAll);
    expectAllMoved(again.changes);
    expect(said(again.changes)).toContain("remove only \udcff\n");
  });

  const kinds = ["absent", "file", "directory", "link"] as const;
  const make = (root: string, kind: (typeof kinds)[number], mark: string): void => {
    const path = join(root, "thing");
    if (kind === "file") writeFileSync(path, `content of ${mark}`);
    if (kind === "directory") writeTree(root, { "thing/below": mark, "thing/empty/": "" });
    if (kind === "link") symlinkSync(`target-of-${mark}`, path);
  };
  test.each(kinds.flatMap((before) => kinds.map((after) => [before, after] as const)))(
    "turns %s into %s",
    async (before, after) => {
      for (const root of [preprod, prod]) writeTree(root, { stays: "here" });
      make(prod, before, "prod");
      make(preprod, after, "preprod");
      const { changes } = await compareDirectories(preprod, prod, replaceAll);
      expectAllMoved(changes);
      const thing = changes.find(({ path }) => path === "thing");
      const bothThere = before !== "absent" && after !== "absent";
      if (before !== after)
        expect(thing?.kind).toBe(bothThere ? "type" : before === "absent" ? "add" : "remove");
      else expect(thing?.kind).toBe(before === "absent" || before === "directory" ? undefined : "change");
    },
  );

  test("carries permissions with their special bits, also of directories", async () => {
    for (const root of [preprod, prod]) writeTree(root, { run: "#!/bin/sh\n", "d/x": "" });
    chmodSync(join(preprod, "run"), 0o4755);
    chmodSync(join(preprod, "d"), 0o2770);
    const { changes } = await compareDirectories(preprod, prod);
    expect(said(changes)).toEqual(["mode d", "mode run"]);
    expectAllMoved(changes);
    expect(changes.find(({ path }) => path === "run")?.after).toMatchObject({
      mode: 0o4755,
      sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
  });

  test("takes links as they are: dangling, in a loop, absolute, out of the tree", async () => {
    const targets = {
      dangling: "nowhere",
      loop: "loop",
      absolute: "/etc/hostname",
      out: "../../x",
      dir: "/etc",
    };
    for (const [name, target] of Object.entries(targets)) symlinkSync(target, join(preprod, name));
    symlinkSync("elsewhere", join(prod, "dangling"));
    const { changes } = await compareDirectories(preprod, prod);
    expect(said(changes)).toEqual(["add absolute", "add dir", "add loop", "add out", "change dangling"]);
    expectAllMoved(changes);
  });

  test("lists special files and never opens them", async () => {
    execFileSync("mkfifo", [join(preprod, "pipe"), join(prod, "live")]);
    writeFileSync(join(prod, "pipe"), "stays");
    const { changes, unexplained, onlyInProd } = await compareDirectories(preprod, prod, replaceAll);
    expect(changes).toEqual([]);
    expect(unexplained).toEqual([{ side: "preprod", path: "pipe" }]);
    expect(onlyInProd.paths).toEqual(["live"]);
  });

  test("does not count files that share one inode as different", async () => {
    writeTree(preprod, { f: "same" });
    linkSync(join(preprod, "f"), join(prod, "f"));
    expect((await compareDirectories(preprod, prod)).changes).toEqual([]);
  });

  test("compares by hashes where the host has nothing to compare bytes with", async () => {
    writeTree(preprod, { a: "1", b: "2", c: "3" });
    writeTree(prod, { a: "1", b: "x", c: "3" });
    const bin = join(home, "bin");
    mkdirSync(bin);
    for (const tool of [
      "sh",
      "find",
      "stat",
      "xargs",
      "cat",
      "date",
      "tr",
      "dd",
      "mktemp",
      "rm",
      "sha256sum",
      "head",
    ]) {
      const [path] = ["/usr/bin", "/bin"].map((dir) => join(dir, tool));
      symlinkSync(path ?? "", join(bin, tool));
    }
    const local = openLocal();
    const poor = {
      ...local,
      run: (script: string, options: Parameters<typeof local.run>[1]) =>
        local.run(`PATH=${bin}\n${script}`, options),
    };
    const { changes } = await compareSides({
      preprod: { transport: poor, root: preprod },
      prod: { transport: poor, root: prod },
      app: appWith({}),
    });
    expect(said(changes)).toEqual(["change b"]);
  });

  test("tries again when a file changes while it is read, and tells which one does so for ever", async () => {
    writeTree(preprod, { log: "1\n" });
    const local = openLocal();
    const busy = (times: number): typeof local => ({
      ...local,
      run(script, options) {
        if (script.includes("sha256sum") && script.includes("xargs") && times > 0) {
          times -= 1;
          appendFileSync(join(preprod, "log"), "more\n");
        }
        return local.run(script, options);
      },
    });
    const request = (times: number) =>
      compareDirectories(preprod, prod, {}, { preprod: { transport: busy(times), root: preprod } });
    expect((await request(2)).changes).toMatchObject([{ kind: "add", path: "log", linesAdded: 3 }]);
    await expect(request(100)).rejects.toMatchObject({
      code: "scan-moved",
      details: { path: join(preprod, "log") },
    });
  });

  test("compares two hosts by hashes", async () => {
    writeTree(preprod, { a: "1", b: "2", c: "3" });
    writeTree(prod, { a: "1", b: "x", c: "3" });
    const { changes } = await compareDirectories(
      preprod,
      prod,
      {},
      { prod: { transport: { ...openLocal(), host: "another" }, root: prod } },
    );
    expect(said(changes)).toEqual(["change b"]);
  });
});

describe("wanted differences", () => {
  const settings = {
    paths: [
      rule("pyproject.toml", "pyproject.toml", {
        rewrite: [{ match: "^\\[build-system\\]$", replace: "# [build-system]" }],
      }),
    ],
  };

  test("are no change where PROD has them already", async () => {
    writeTree(preprod, { "pyproject.toml": "[project]\r\n[build-system]\r\nrequires = []\r\n" });
    writeTree(prod, { "pyproject.toml": "[project]\r\n# [build-system]\r\nrequires = []\r\n" });
    const memory = memoryOfAMap();
    for (const fresh of [true, false]) {
      const { changes, equal } = await compareDirectories(preprod, prod, settings, { memory, fresh });
      expect(changes).toEqual([]);
      expect(equal.count).toBe(1);
    }
  });

  test("are made again in what PROD gets", async () => {
    writeTree(preprod, { "pyproject.toml": "[project]\nversion = 2\n[build-system]" });
    writeTree(prod, { "pyproject.toml": "[project]\nversion = 1\n# [build-system]" });
    const { changes } = await compareDirectories(preprod, prod, settings);
    expect(changes).toMatchObject([{ kind: "change", linesAdded: 1, linesRemoved: 1 }]);
    const wanted = "[project]\nversion = 2\n# [build-system]";
    const [change] = changes;
    expect(Buffer.from(change?.rewritten?.content ?? "", "base64").toString()).toBe(wanted);
    expect(change?.after).toMatchObject({ size: wanted.length });
    expect(change?.rewritten?.sha256).toBe(readTree(preprod).get("pyproject.toml")?.["sha256" as never]);
    writeTree(prod, { "pyproject.toml": wanted });
    expect((await compareDirectories(preprod, prod, settings)).changes).toEqual([]);
  });

  test("apply to a new file and to one of which only the mode differs", async () => {
    writeTree(preprod, { "pyproject.toml": "[build-system]\n" });
    const added = await compareDirectories(preprod, prod, settings);
    expect(added.changes).toMatchObject([{ kind: "add", after: { size: 17 } }]);
    writeTree(prod, { "pyproject.toml": "# [build-system]\n" });
    chmodSync(join(preprod, "pyproject.toml"), 0o755);
    const mode = await compareDirectories(preprod, prod, settings);
    expect(mode.changes).toMatchObject([
      { kind: "mode", after: { size: 17, mode: 0o755 }, rewritten: { size: 15 } },
    ]);
  });

  test("leave binary files alone", async () => {
    const content = Buffer.from("[build-system]\n\0");
    writeTree(preprod, { "pyproject.toml": content });
    const { changes } = await compareDirectories(preprod, prod, settings);
    expect(changes[0]).not.toHaveProperty("rewritten");
    expect(changes[0]).toMatchObject({ after: { size: content.length }, binary: true });
  });
});

describe("what is remembered", () => {
  test("makes a later comparison the same as the first, and sees every edit", async () => {
    for (const root of [preprod, prod]) writeTree(root, { a: "1\n", b: "2\n", "d/c": "3\n" });
    writeTree(preprod, { a: "x\n", n: "new\n" });
    const memory = memoryOfAMap();
    // What changed within the last two seconds is not remembered.
    await setTimeout(3100);
    const first = await compareDirectories(preprod, prod, {}, { memory });
    expect([...memory.values.keys()].some((key) => key.startsWith("comparison:"))).toBe(true);
    const again = await compareDirectories(preprod, prod, {}, { memory });
    expect({ ...again, trees: undefined }).toEqual({ ...first, trees: undefined });
    const trees = await again.trees();
    expect([...trees.prod.keys()].sort()).toEqual(["a", "b", "d", "d/c"]);
    expect(trees.preprod.get("n")).toMatchObject({ type: "file", size: 4 });

    writeFileSync(join(prod, "b"), "Z\n");
    utimesSync(join(prod, "b"), 1, 1);
    const edited = await compareDirectories(preprod, prod, {}, { memory });
    expect(said(edited.changes)).toEqual(["add n", "change a", "change b"]);
    const fresh = await compareDirectories(preprod, prod, {}, { memory, fresh: true });
    expect({ ...fresh, trees: undefined }).toEqual({ ...edited, trees: undefined });
  });

  test("spares two hosts the hashing of what is as it was", async () => {
    for (const root of [preprod, prod]) writeTree(root, { a: "1\n", b: "2\n", c: "3\n" });
    writeTree(preprod, { c: "x\n" });
    const local = openLocal();
    const hashed: string[] = [];
    const host = (name: string): typeof local => ({
      ...local,
      host: name,
      run(script, options) {
        if (script.includes("sha256sum -z")) hashed.push(Buffer.from(options.input as Uint8Array).toString());
        return local.run(script, options);
      },
    });
    const memory = memoryOfAMap();
    const compare = () =>
      compareDirectories(
        preprod,
        prod,
        {},
        {
          memory,
          preprod: { transport: host("one"), root: preprod },
          prod: { transport: host("two"), root: prod },
        },
      );
    await setTimeout(3100);
    const first = await compare();
    const paths = hashed.splice(0).map((list) => list.split("\0").filter((path) => path !== ""));
    expect(paths.map((some) => some.sort())).toEqual([
      ["./a", "./b", "./c"],
      ["./a", "./b", "./c"],
    ]);
    writeTree(prod, { b: "y\n" });
    expect(said((await compare()).changes)).toEqual([...said(first.changes), "change b"].sort());
    expect(hashed).toEqual(["./b\0"]);
  });

  test("is nothing of what changed a moment ago", async () => {
    for (const root of [preprod, prod]) writeTree(root, { a: "1\n" });
    const memory = memoryOfAMap();
    await compareDirectories(preprod, prod, {}, { memory });
    const values = [...memory.values].filter(([, value]) => value !== "");
    expect(values).toEqual([]);
  });

  test("does not outlive a change of the rules", async () => {
    writeTree(preprod, { a: "1\n", b: "1\n" });
    const memory = memoryOfAMap();
    await setTimeout(3100);
    await compareDirectories(preprod, prod, {}, { memory });
    const { changes } = await compareDirectories(preprod, prod, { ignore: ["b"] }, { memory });
    expect(said(changes)).toEqual(["add a"]);
  });
});

describe("a comparison is refused", () => {
  test("when the sides are one directory, or one lies in the other, by whatever name", async () => {
    const inside = join(preprod, "deep/inside");
    mkdirSync(inside, { recursive: true });
    symlinkSync(preprod, join(home, "alias"));
    const pairs = [
      [preprod, preprod],
      [preprod, join(home, "alias")],
      [inside, preprod],
      [preprod, join(home, "alias/deep/inside")],
    ] as const;
    for (const [left, right] of pairs) {
      await expect(compareDirectories(left, right)).rejects.toMatchObject({ code: "sides-overlap" });
    }
  });

  test("when a side is not there or no directory", async () => {
    await expect(compareDirectories(join(home, "none"), prod)).rejects.toMatchObject({
      code: "side-missing",
      details: { path: join(home, "none") },
    });
    writeFileSync(join(home, "file"), "");
    await expect(compareDirectories(preprod, join(home, "file"))).rejects.toMatchObject({
      code: "side-missing",
    });
  });
});

test("the same trees make the same plan whatever the order in which they were written", async () => {
  const files = { a: "1\n", "b/c": "2\n", "b/d": "3\n" };
  writeTree(preprod, files);
  const first = await compareDirectories(preprod, prod);
  rmSync(preprod, { recursive: true });
  writeTree(preprod, Object.fromEntries(Object.entries(files).reverse()));
  const second = await compareDirectories(preprod, prod);
  const [one, other] = [first, second].map((comparison) => planOf(comparison, appWith({})));
  expect(other?.digest).toBe(one?.digest);
  expect(readFileSync(join(preprod, "a"), "utf8")).toBe("1\n");
});

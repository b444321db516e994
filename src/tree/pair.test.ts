import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appWith, directory, file, link, listingOf, rule } from "../../test/comparing.ts";
import type { AppConfig } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import { type Entry, sameEntry, type Tree } from "./entry.ts";
import { type Listing, readListing } from "./listing.ts";
import { pairSides } from "./pair.ts";
import type { Draft } from "./pairing.ts";
import { compileRules } from "./rules.ts";

type Entries = Readonly<Record<string, Entry>>;

/** What would change, with the content standing in each entry's hash. */
function pair(preprod: Entries, prod: Entries, settings: Partial<AppConfig>, groups: readonly string[] = []) {
  const [left, right] = [listingOf(Object.entries(preprod)), listingOf(Object.entries(prod))];
  const pairing = pairSides(left, right, compileRules(appWith(settings), groups));
  const contentOf = (entries: Entries, path: string): string | undefined => {
    const entry = entries[path];
    return entry?.type === "file" ? entry.sha256 : undefined;
  };
  const drafts: Draft[] = [
    ...pairing.drafts,
    ...pairing.open.prod.flatMap((place, at): Draft[] => {
      const one = { path: right.path(place), preprod: pairing.open.preprod[at] ?? 0, prod: place };
      const same = contentOf(preprod, left.path(one.preprod)) === contentOf(prod, one.path);
      if (!same) return [{ ...one, kind: "change" }];
      return left.mode(one.preprod) === right.mode(one.prod) ? [] : [{ ...one, kind: "mode" }];
    }),
  ];
  const changes = drafts
    .map((draft) => ({
      kind: draft.kind,
      path: draft.path,
      after: draft.needed ?? (draft.preprod === -1 ? undefined : preprod[left.path(draft.preprod)]),
    }))
    .sort((one, other) => (one.path < other.path ? -1 : 1));
  return { ...pairing, changes, said: changes.map(({ kind, path }) => `${kind} ${path}`) };
}

const whole = { paths: [rule("./", "./", { delete: true })] };

describe("pairing two sides", () => {
  test("finds what is added, changed and removed, parents first", () => {
    const { said } = pair(
      { a: directory(), "a/new": file("1"), "a/same": file("2"), "a/other": file("33") },
      { a: directory(), "a/same": file("2"), "a/other": file("34"), old: directory(), "old/x": file("4") },
      whole,
    );
    expect(said).toEqual(["add a/new", "change a/other", "remove old", "remove old/x"]);
  });

  test("removes nothing unless the rule says so", () => {
    const { said, onlyInProd } = pair({}, { x: file("1"), d: directory() }, { paths: [rule("./", "./")] });
    expect(said).toEqual([]);
    expect(onlyInProd.map(({ path }) => path)).toEqual(["d", "x"]);
  });

  test("keeps a directory that is to go while it holds what is ignored, protected or not asked for", () => {
    const { said, onlyInProd } = pair(
      { app: directory(), "app/a": file("1") },
      {
        app: directory(),
        "app/old": directory(),
        "app/old/x": file("1"),
        "app/old/__pycache__": directory(),
        "app/gone": directory(),
        "app/gone/deep": directory(),
        "app/own": directory(),
        "app/own/.env": file("1"),
      },
      { paths: [rule("app/", "app/", { delete: true })], protect: [".env"] },
    );
    expect(said).toEqual(["add app/a", "remove app/gone", "remove app/gone/deep", "remove app/old/x"]);
    expect(onlyInProd.map(({ path }) => path)).toEqual(["app/old", "app/own"]);
  });

  test("takes an empty PREPROD directory for a missing mount, not for a wish to remove everything", () => {
    const prod = { app: directory(), "app/a": file("1") };
    const settings = { paths: [rule("app/", "app/", { delete: true })] };
    for (const preprod of [{}, { app: directory() }, { app: directory(), "app/x.pyc": file("1") }]) {
      const { said, emptySources } = pair(preprod, prod, settings);
      expect(said).toEqual([]);
      expect(emptySources).toEqual(["app/"]);
    }
  });

  test("makes what a directory holds go with it when it becomes a file", () => {
    const { said } = pair(
      { thing: file("now a file") },
      { thing: directory(), "thing/deep": directory(), "thing/deep/x": file("1") },
      { paths: [rule("./", "./")] },
    );
    expect(said).toEqual(["type thing", "remove thing/deep", "remove thing/deep/x"]);
  });

  test("refuses to replace a directory that holds something protected or ignored", () => {
    const holders: Entries[] = [{ "thing/.env": file("1") }, { "thing/__pycache__": directory() }];
    for (const held of holders) {
      const attempt = () =>
        pair({ thing: link("elsewhere") }, { thing: directory(), ...held }, { ...whole, protect: [".env"] });
      expect(attempt).toThrow(expect.objectContaining({ code: "path-conflict" }));
    }
  });

  test("never writes through a link that stands where a directory is needed", () => {
    const preprod = { src: directory(), "src/a": file("1") };
    for (const prod of [{ app: link("/elsewhere") }, { app: file("x") }]) {
      expect(() => pair(preprod, prod, { paths: [rule("src/", "app/")] })).toThrow(
        expect.objectContaining({ code: "path-conflict" }),
      );
      expect(() => pair(preprod, prod, { paths: [rule("src/a", "app/a")] })).toThrow(
        expect.objectContaining({ code: "path-conflict" }),
      );
    }
  });

  test("makes the directories on the way to a place that PROD does not have yet", () => {
    const { said, changes } = pair({ "a.txt": file("1") }, {}, { paths: [rule("a.txt", "x/y/a.txt")] });
    expect(said).toEqual(["add x", "add x/y", "add x/y/a.txt"]);
    expect(changes[0]?.after).toMatchObject({ type: "directory", mode: 0o755 });
  });

  test("leaves special files and what PROD has in their place alone", () => {
    const { said, unexplained, onlyInProd } = pair(
      { "app.sock": { type: "special", kind: "socket" }, pipe: { type: "special", kind: "fifo" } },
      { "app.sock": file("1"), live: { type: "special", kind: "socket" } },
      { paths: [rule("./", "./", { delete: true })] },
    );
    expect(said).toEqual([]);
    expect(unexplained).toEqual([
      { side: "preprod", path: "app.sock" },
      { side: "preprod", path: "pipe" },
    ]);
    expect(onlyInProd.map(({ path }) => path)).toEqual(["live"]);
  });

  test("leaves a mount point with all in it alone, on whichever side it is", () => {
    const mount = (path: string): Listing => {
      const reader = readListing();
      reader.push(Buffer.from("d 755 0 1.0 1.0 1 5 \0"));
      reader.push(Buffer.from(`d 755 0 1.0 1.0 2 15 ${path}\0f 644 1 1.0 1.0 3 5 x\0`));
      return reader.end();
    };
    const there = listingOf(Object.entries({ disk: directory(), "disk/a": file("1"), x: file("1") }));
    const rules = compileRules(appWith(whole));
    for (const [preprod, prod, side] of [
      [mount("disk"), there, "preprod"],
      [there, mount("disk"), "prod"],
    ] as const) {
      const { drafts, unexplained, onlyInProd } = pairSides(preprod, prod, rules);
      expect(drafts).toEqual([]);
      expect(onlyInProd).toEqual([]);
      expect(unexplained).toEqual([{ side, path: "disk" }]);
    }
  });

  test("says of every path that no rule is about it, by directory only where that is all there is", () => {
    const { unexplained } = pair(
      {
        src: directory(),
        "src/app": directory(),
        "src/app/x": file("1"),
        notes: directory(),
        "notes/a": file("1"),
        empty: directory(),
        docs: directory(),
        "docs/a.md": file("1"),
      },
      { app: directory(), uploads: directory(), "uploads/1": file("1") },
      { paths: [rule("src/app/", "app/")], ignore: ["*.md"] },
    );
    expect(unexplained).toEqual([
      { side: "preprod", path: "empty" },
      { side: "preprod", path: "notes/a" },
      { side: "prod", path: "uploads/1" },
    ]);
  });

  test("keeps paths of a group out of everything until it is asked for", () => {
    const preprod = { data: directory(), "data/big": file("new"), "data/x": file("1") };
    const prod = { data: directory(), "data/big": file("old") };
    const settings = {
      paths: [rule("data/big", "data/big", { group: "data" }), rule("data/", "data/", { delete: true })],
    };
    expect(pair(preprod, prod, settings).said).toEqual(["add data/x"]);
    expect(pair(preprod, prod, settings, ["data"]).said).toEqual(["change data/big", "add data/x"]);
    const without = { data: directory(), "data/x": file("1") };
    expect(pair(without, prod, settings).said).toEqual(["add data/x"]);
  });

  test("lets the earlier rule have a PROD path that two PREPROD paths want", () => {
    const settings = { paths: [rule("config.prod.json", "config.json"), rule("./", "./")] };
    const prod = { "config.json": file("0") };
    const both = pair(
      { "config.prod.json": file("for prod"), "config.json": file("for preprod!") },
      prod,
      settings,
    );
    expect(both.changes).toMatchObject([{ path: "config.json", after: { size: 8 } }]);
    const fallback = pair({ "config.json": file("for preprod!") }, prod, settings);
    expect(fallback.changes).toMatchObject([{ path: "config.json", after: { size: 12 } }]);
  });

  test("tells changes of mode alone, of files and of directories", () => {
    const { said } = pair(
      { d: directory(0o2775), f: file("1", 0o4755), g: file("2", 0o644) },
      { d: directory(0o755), f: file("1", 0o755), g: file("2", 0o644) },
      whole,
    );
    expect(said).toEqual(["mode d", "mode f"]);
  });
});

const names = ["a", "b", "a b", "-x", "z\nz"];
const anEntry: fc.Arbitrary<Entry> = fc.oneof(
  fc
    .record({ content: fc.constantFrom("", "1", "2", "long"), mode: fc.constantFrom(0o644, 0o755) })
    .map(({ content, mode }) => file(content, mode)),
  fc.constantFrom(0o755, 0o700).map(directory),
  fc.constantFrom("a", "../b", "nowhere").map(link),
);

/** Trees of up to three levels in which every parent is a directory. */
const aTree: fc.Arbitrary<Entries> = fc
  .array(fc.tuple(fc.array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 }), anEntry), {
    maxLength: 12,
  })
  .map((drawn) => {
    const tree: Record<string, Entry> = {};
    for (const [parts, entry] of drawn) {
      const parents = parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join("/"));
      if (parents.some((parent) => tree[parent] !== undefined && tree[parent].type !== "directory")) continue;
      const path = parts.join("/");
      if (tree[path] !== undefined) continue;
      for (const parent of parents) tree[parent] ??= directory();
      tree[path] = entry;
    }
    return tree;
  });

describe("carrying out what pairing found", () => {
  test("makes PROD what PREPROD is, where everything is mapped and may be removed", () => {
    fc.assert(
      fc.property(aTree, aTree, (preprod, prod) => {
        fc.pre(Object.keys(preprod).length > 0);
        const { changes } = pair(preprod, prod, whole);
        const result = new Map(Object.entries(prod));
        for (const { path, after } of changes) {
          if (after === undefined) result.delete(path);
          else result.set(path, after);
        }
        expectSameTree(result, new Map(Object.entries(preprod)));
      }),
      { numRuns: 500 },
    );
  });

  test("removes nothing and leaves no file without its directory, where nothing may be removed", () => {
    fc.assert(
      fc.property(aTree, aTree, (preprod, prod) => {
        try {
          const { changes } = pair(preprod, prod, { paths: [rule("./", "./")] });
          const replaced = changes.filter(({ kind }) => kind === "type").map(({ path }) => `${path}/`);
          for (const { kind, path } of changes) {
            if (kind === "remove") expect(replaced.some((parent) => path.startsWith(parent))).toBe(true);
          }
        } catch (error) {
          if (!isFailure(error, "path-conflict")) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});

function expectSameTree(actual: Tree, wanted: Tree): void {
  expect([...actual.keys()].sort()).toEqual([...wanted.keys()].sort());
  for (const [path, entry] of wanted) {
    expect(sameEntry(actual.get(path), entry), `${JSON.stringify(path)} is as wanted`).toBe(true);
  }
}

import { describe, expect, test } from "vitest";
import { rule } from "../../test/comparing.ts";
import type { PathRule } from "../config/config.ts";
import { driftOf, overwrittenDrift } from "./drift.ts";
import type { Entry, Tree } from "./entry.ts";
import { asPromised, type Left, leftPaths, readLeft, writeLeft } from "./left.ts";
import type { Change } from "./plan.ts";
import { compileRules } from "./rules.ts";

const at = "2026-11-20T10:00:00.000Z";
const since = at;
const paths = [rule("src/", "app/")];

function file(content: string, more: { mode?: number; identity?: string; hashed?: boolean } = {}): Entry {
  const { mode = 0o644, identity = `id of ${content}`, hashed = true } = more;
  const entry = { type: "file", mode, size: content.length, mtime: "1.000000000", identity } as const;
  return hashed ? { ...entry, sha256: `sha of ${content}` } : entry;
}
const directory: Entry = { type: "directory", mode: 0o755, mtime: "1.000000000" };

type Files = Readonly<Record<string, Entry>>;
const tree = (files: Files): Tree => new Map(Object.entries(files));

function left(
  files: Files,
  more: { paths?: readonly PathRule[]; before?: Left; changes?: readonly Change[] } = {},
): Left {
  const spoken = more.paths ?? paths;
  const rules = { paths: spoken, ignore: [], protect: [] };
  const request = {
    prod: Object.entries(files),
    rules: compileRules(rules),
    changes: more.changes ?? [],
    before: more.before,
  };
  return {
    promotion: "pr_1",
    kind: "promotion",
    to: undefined,
    digest: undefined,
    at,
    side: { host: "local", root: "/srv/prod" },
    rules: { ...rules, whole: true },
    paths: asPromised(leftPaths(request), more.changes ?? []),
  };
}

function change(kind: Change["kind"], path: string, before?: Entry, after?: Entry): Change {
  const lines = { linesAdded: 0, linesRemoved: 0, binary: false };
  return {
    kind,
    path,
    ...lines,
    ...(before && { before }),
    ...(after && { after, from: path.replace("app/", "src/") }),
  };
}

function found(
  was: Left,
  changes: readonly Change[],
  trees: { preprod?: Files; prod?: Files } = {},
  rules: readonly PathRule[] = paths,
  groups: readonly string[] = [],
): readonly string[] {
  return driftOf({
    left: was,
    changes,
    trees: { preprod: tree(trees.preprod ?? {}), prod: tree(trees.prod ?? {}) },
    rules: compileRules({ paths: rules, ignore: ["*.log"], protect: ["app/.env"] }, groups),
  }).map((one) => `${one.was} ${one.path}`);
}

describe("drift", () => {
  test("is a change of the plan in what was left, whatever moved of it", () => {
    const was = left({
      "app/a": file("one"),
      "app/b": file("one"),
      "app/c": directory,
      "app/d": file("one"),
    });
    expect(
      found(was, [
        change("change", "app/a", file("two"), file("three")),
        change("mode", "app/b", file("one", { mode: 0o600 }), file("one")),
        change("mode", "app/c", { ...directory, mode: 0o700 } as Entry, directory),
        change("type", "app/d", { type: "link", target: "a", mtime: "" }, file("one")),
      ]),
    ).toEqual(["changed app/a", "changed app/b", "changed app/c", "changed app/d"]);
  });

  test("is not what PREPROD changed", () => {
    const was = left({ "app/a": file("one"), "app/gone": file("one") });
    expect(
      found(was, [
        change("change", "app/a", file("one"), file("two")),
        change("remove", "app/gone", file("one")),
        change("add", "app/new", undefined, file("new")),
      ]),
    ).toEqual([]);
  });

  test("of a file that was only touched is none, as long as its content is known", () => {
    const changes = [change("change", "app/a", file("one", { identity: "touched" }), file("two"))];
    expect(found(left({ "app/a": file("one") }), changes)).toEqual([]);
    const unhashed = { "app/a": file("one", { hashed: false }) };
    expect(found(left(unhashed), changes)).toEqual(["changed app/a"]);
    expect(found(left(unhashed), [change("change", "app/a", file("one"), file("two"))])).toEqual([]);
  });

  test("is what is gone from PROD and would come again, its directory once by its files", () => {
    const was = left({ "app/d": directory, "app/d/a": file("one") });
    const changes = [
      change("add", "app/d", undefined, directory),
      change("add", "app/d/a", undefined, file("one")),
    ];
    expect(found(was, changes)).toEqual(["removed app/d/a"]);
  });

  test("is what is new under the rules and not PREPROD's, removed by the plan or not; never what is ignored or protected", () => {
    const was = left({ "app/theirs": file("theirs") });
    const prod = {
      "app/theirs": file("theirs, changed by the app"),
      "app/new": directory,
      "app/new/a": file("a"),
      "app/empty": directory,
      "app/trace.log": file("log"),
      "app/.env": file("secret"),
      "elsewhere/b": file("b"),
      "app/both": file("both"),
    };
    expect(
      found(was, [change("remove", "app/goes", file("x"))], { prod, preprod: { "src/both": file("both") } }),
    ).toEqual(["added app/empty", "added app/goes", "added app/new/a"]);
  });

  test("is a file made by hand where PREPROD has another one now", () => {
    expect(found(left({}), [change("change", "app/a", file("by hand"), file("theirs"))])).toEqual([
      "changed app/a",
    ]);
  });

  test("is not told of paths that no rule spoke of when the promotion ended", () => {
    const was = left({}, { paths: [rule("src/lib/", "app/lib/")] });
    const prod = { "app/old": file("there before"), "app/lib/new": file("new") };
    expect(found(was, [change("change", "app/x", file("1"), file("2"))], { prod })).toEqual([
      "added app/lib/new",
    ]);
  });

  test("is not told of what only PROD has of a group that nobody asked for", () => {
    const grouped = [rule("data/", "data/", { group: "data" })];
    const was = left({ "data/big.db": file("one") }, { paths: grouped });
    expect(was.paths).toEqual([{ path: "data/big.db", type: "own" }]);
    const changes = [change("change", "data/big.db", file("written by the app"), file("two"))];
    expect(found(was, changes, {}, grouped, ["data"])).toEqual([]);
  });

  test("of a group outlives promotions without it", () => {
    const grouped = [rule("data/", "data/", { group: "data" })];
    const put = change("add", "data/big.db", undefined, file("one"));
    const first = left({ "data/big.db": file("one") }, { paths: grouped, changes: [put] });
    const second = {
      ...left({ "data/big.db": file("by hand") }, { paths: grouped, before: first }),
      at: "2026-11-21T10:00:00.000Z",
    };
    const drift = driftOf({
      left: second,
      changes: [change("change", "data/big.db", file("by hand"), file("two"))],
      trees: { preprod: tree({}), prod: tree({}) },
      rules: compileRules({ paths: grouped, ignore: [], protect: [] }, ["data"]),
    });
    expect(drift).toEqual([{ path: "data/big.db", was: "changed", since }]);
  });

  test("is only what the plan touches when it comes to acknowledging it", () => {
    const drift = [
      { path: "app/a", was: "changed", since },
      { path: "app/b", was: "added", since },
    ] as const;
    expect(overwrittenDrift({ drift, changes: [change("change", "app/a", file("1"), file("2"))] })).toEqual([
      drift[0],
    ]);
  });
});

describe("what was left", () => {
  test("is what the promotion put there, not what somebody made of it before the promotion ended", () => {
    const changes = [
      change("change", "app/a", file("old"), file("new")),
      change("add", "app/b", undefined, file("new")),
      change("remove", "app/c", file("old")),
    ];
    const was = left({ "app/a": file("mended in a hurry"), "app/c": file("came back") }, { changes });
    expect(was.paths).toEqual([
      { path: "app/a", type: "file", mode: 0o644, size: 3, sha256: "sha of new" },
      { path: "app/b", type: "file", mode: 0o644, size: 3, sha256: "sha of new" },
    ]);
  });

  test("keeps the hash of what has not moved since the last time", () => {
    const before = left({ "app/a": file("one", { identity: "1:1" }) });
    const now = left({ "app/a": file("one", { identity: "1:1", hashed: false }) }, { before });
    expect(now.paths).toMatchObject([{ sha256: "sha of one" }]);
  });

  test("can be written and read, names of any bytes included", () => {
    const was = left({
      'app/\udcff\n"<é': file("one"),
      "app/link": { type: "link", target: "\udc80", mtime: "" },
    });
    expect(readLeft(writeLeft(was))).toEqual(JSON.parse(JSON.stringify(was)));
    expect(readLeft(writeLeft(was).slice(0, -10))).toBeUndefined();
    expect(readLeft('{"promotion":"pr_0","paths":[]}')).toBeUndefined();
  });
});

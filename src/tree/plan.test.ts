import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { appWith, directory, file, link, rule } from "../../test/comparing.ts";
import type { AppConfig } from "../config/config.ts";
import type { Change, Comparison } from "./change.ts";
import { diffJson } from "./diff-json.ts";
import { describeMove, isEmpty, type Plan, planOf } from "./plan.ts";
import { changeLines, shownChanges } from "./summary.ts";

function change(part: Partial<Change> & Pick<Change, "kind" | "path">): Change {
  return { linesAdded: 0, linesRemoved: 0, binary: false, ...part };
}

const changes: readonly Change[] = [
  change({ kind: "add", path: "app/new", after: directory() }),
  change({ kind: "add", path: "app/new/a.py", from: "src/new/a.py", after: file("1\n"), linesAdded: 1 }),
  change({ kind: "add", path: "app/spool", from: "src/spool", after: directory() }),
  change({
    kind: "change",
    path: "app/main.py",
    from: "src/main.py",
    before: file("old\n"),
    after: file("new!\n"),
    linesAdded: 1,
    linesRemoved: 1,
  }),
  change({
    kind: "mode",
    path: "app/run",
    from: "src/run",
    before: file("x", 0o644),
    after: file("x", 0o755),
  }),
  change({ kind: "remove", path: "app/old.py", before: file("gone\n"), linesRemoved: 1 }),
  change({
    kind: "type",
    path: "app/thing",
    from: "src/thing",
    before: link("x"),
    after: file("t\n"),
    linesAdded: 1,
  }),
];

function comparison(part: Partial<Comparison> = {}): Comparison {
  return {
    preprod: { host: "a", root: "/srv/pre" },
    prod: { host: "b", root: "/srv/prod" },
    groups: [],
    changes,
    equal: { count: 3, digest: "e" },
    onlyInProd: { count: 2, digest: "o", paths: ["app/own", "app/other"] },
    unexplained: [{ side: "prod", path: "notes" }],
    emptySources: [],
    ...part,
  };
}

describe("a plan", () => {
  test("is ordered by path, with numbers as a person counts", () => {
    const plan = planOf(comparison(), appWith({}));
    expect(plan.changes.map(({ path }) => path)).toEqual(changes.map(({ path }) => path).toSorted());
    expect(plan.summary).toEqual({
      added: 2,
      changed: 3,
      removed: 1,
      kept: 5,
      bytes: 2 + 5 + 2,
      linesAdded: 3,
      linesRemoved: 2,
    });
    expect(plan.digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(isEmpty(plan)).toBe(false);
  });

  test("is the same plan in whatever order things were found", () => {
    const digest = planOf(comparison(), appWith({})).digest;
    fc.assert(
      fc.property(fc.shuffledSubarray([...changes], { minLength: changes.length }), (shuffled) => {
        expect(planOf(comparison({ changes: shuffled }), appWith({})).digest).toBe(digest);
      }),
      { numRuns: 30 },
    );
  });

  test("stays the same when only times, inodes or line counts differ", () => {
    const other = changes.map((one) => ({
      ...one,
      linesAdded: 7,
      ...(one.after?.type === "file"
        ? { after: { ...one.after, mtime: "9.000000000", identity: "another" } }
        : {}),
    }));
    expect(planOf(comparison({ changes: other }), appWith({})).digest).toBe(
      planOf(comparison(), appWith({})).digest,
    );
  });

  const edits: readonly (readonly [
    what: string,
    comparison: Partial<Comparison>,
    app: Partial<AppConfig>,
  ])[] = [
    ["content", { changes: changes.with(3, { ...(changes[3] as Change), after: file("nex!\n") }) }, {}],
    ["a mode", { changes: changes.with(4, { ...(changes[4] as Change), after: file("x", 0o700) }) }, {}],
    [
      "PROD's side of a change",
      { changes: changes.with(5, { ...(changes[5] as Change), before: file("other\n") }) },
      {},
    ],
    ["a source", { changes: changes.with(3, { ...(changes[3] as Change), from: "src/other.py" }) }, {}],
    ["a change less", { changes: changes.slice(1) }, {}],
    ["a path only PROD has", { onlyInProd: { count: 2, digest: "p", paths: [] } }, {}],
    ["an equal pair", { equal: { count: 3, digest: "f" } }, {}],
    ["a group", { groups: ["data"] }, {}],
    ["where PROD is", { prod: { host: "b", root: "/srv/elsewhere" } }, {}],
    ["the rules", {}, { paths: [rule("./", "./", { delete: true })] }],
    ["what is ignored", {}, { ignore: ["*.md"] }],
    ["what is protected", {}, { protect: [".env"] }],
    ["the restart", {}, { restart: { kind: "command", command: "true", timeoutSeconds: 1 } }],
    ["a check's level", {}, { checks: { imports: "block" } }],
    ["the name", {}, { name: "other" }],
  ];
  test.each(edits)("is another one when %s changes", (_, otherComparison, otherApp) => {
    const digest = planOf(comparison(), appWith({})).digest;
    expect(planOf(comparison(otherComparison), appWith(otherApp)).digest).not.toBe(digest);
  });

  test("does not change with who may approve it", () => {
    const approval = { approvers: ["U0X"], required: 2, byRequester: true, expiresSeconds: 1 };
    expect(planOf(comparison(), appWith({ approval })).digest).toBe(planOf(comparison(), appWith({})).digest);
  });

  test("has another digest when its drift is another, in whatever order it comes", () => {
    const drift = (...paths: readonly string[]) =>
      planOf(comparison(), appWith({}), {
        drift: paths.map((path) => ({ path, was: "changed", since: "2026-01-01T00:00:00.000Z" })),
      }).digest;
    expect(drift("app/a", "app/b")).toBe(drift("app/b", "app/a"));
    expect(new Set([drift(), drift("app/a"), drift("app/b")]).size).toBe(3);
  });

  test("warns of a directory that is empty in PREPROD", () => {
    const plan = planOf(comparison({ emptySources: ["src/"] }), appWith({}));
    expect(plan.checks).toMatchObject([{ id: "source-empty", where: [{ path: "src/", line: 0 }] }]);
  });
});

describe("what made a plan stale", () => {
  const planned = planOf(comparison(), appWith({}));
  const now = (part: Partial<Comparison>): readonly string[] =>
    describeMove(planned, planOf(comparison(part), appWith({})));

  test("is nothing where nothing moved", () => {
    expect(now({})).toEqual([]);
  });

  test("is PROD's path when PROD was edited, PREPROD's when PREPROD was", () => {
    const main = changes[3] as Change;
    expect(now({ changes: changes.with(3, { ...main, before: file("hot fix\n") }) })).toEqual([
      "app/main.py",
    ]);
    expect(now({ changes: changes.with(3, { ...main, after: file("newer\n") }) })).toEqual(["src/main.py"]);
  });

  test("is what drifted since, though the plan does not change it", () => {
    const drift = [{ path: "app/by hand", was: "added", since: "" }] as const;
    expect(describeMove(planned, planOf(comparison(), appWith({}), { drift }))).toEqual(["app/by hand"]);
  });

  test("is a path that is no change any more, or has become one", () => {
    expect(now({ changes: changes.filter(({ path }) => path !== "app/main.py") })).toEqual(["app/main.py"]);
    const more = change({ kind: "add", path: "app/z", from: "src/z", after: file("z") });
    expect(now({ changes: [...changes, more] })).toEqual(["app/z"]);
  });

  test("is a path that came to be, or went, only in PROD", () => {
    expect(now({ onlyInProd: { count: 2, digest: "p", paths: ["app/own", "app/tmp"] } })).toEqual([
      "app/other",
      "app/tmp",
    ]);
  });
});

describe("the changes to show", () => {
  test("leave out a directory that what is in it speaks for", () => {
    expect(shownChanges(changes).map(({ path }) => path)).not.toContain("app/new");
    expect(shownChanges(changes).map(({ path }) => path)).toContain("app/spool");
  });

  test("say how a mode or a type turns, and end a directory in a slash", () => {
    const lines = changeLines(changes);
    expect(
      lines.map(({ mark, path, was, is }) => [mark, path, was, is].join(" ").trim()),
    ).toMatchInlineSnapshot(`
      [
        "A app/new/a.py",
        "A app/spool/",
        "M app/main.py",
        "M app/run 0644 0755",
        "D app/old.py",
        "T app/thing link file",
      ]
    `);
  });
});

describe("diff --json", () => {
  const plan: Plan = {
    ...planOf(
      comparison({
        changes: [
          ...changes,
          change({ kind: "add", path: "app/bad\udcff", from: "src/bad\udcff", after: file("x") }),
        ],
      }),
      appWith({}),
    ),
    id: "pl_1",
    requester: "U0ANA",
    createdAt: "2026-01-01T00:00:00.000Z",
    expiresAt: "2026-01-01T01:00:00.000Z",
  };

  test("has the documented shape", () => {
    const json = JSON.parse(JSON.stringify(diffJson(plan)));
    expect(Object.keys(json)).toEqual(
      expect.arrayContaining([
        "app",
        "id",
        "digest",
        "expiresAt",
        "summary",
        "changes",
        "onlyInProd",
        "unexplained",
        "drift",
        "checks",
      ]),
    );
    expect(json.changes.find(({ path }: { path: string }) => path === "app/main.py")).toEqual({
      kind: "change",
      path: "app/main.py",
      from: "src/main.py",
      bytesBefore: 4,
      bytesAfter: 5,
      linesAdded: 1,
      linesRemoved: 1,
      binary: false,
      typeBefore: "file",
      typeAfter: "file",
      modeBefore: "0644",
      modeAfter: "0644",
    });
    expect(json.onlyInProd).toEqual(["app/other", "app/own"]);
    expect(json.unexplained).toEqual([{ side: "prod", path: "notes" }]);
  });

  test("keeps the bytes of a name that is not UTF-8 beside what can be read", () => {
    const bad = diffJson(plan).changes.find(({ pathBytes }) => pathBytes !== undefined);
    expect(bad).toMatchObject({ path: "app/bad\\xff", from: "src/bad\\xff" });
    expect(Buffer.from(bad?.pathBytes ?? "", "base64")).toEqual(Buffer.from("app/bad\xff", "latin1"));
  });
});

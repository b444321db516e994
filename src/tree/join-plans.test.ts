import { describe, expect, test } from "vitest";
import { appWith, directory, file, rule } from "../../test/comparing.ts";
import type { Change, Comparison } from "./change.ts";
import { diffJson } from "./diff-json.ts";
import type { Entry } from "./entry.ts";
import { areOfOneSource, describeMoves, type HostPlan, joinPlans, planOn } from "./join-plans.ts";
import { type Drift, type Plan, planOf } from "./plan.ts";

const app = appWith({ paths: [rule("src/", "app/")] });
const added: Change = {
  ...{ kind: "add", path: "app/new.txt", from: "src/new.txt", after: file("new\n") },
  ...{ linesAdded: 1, linesRemoved: 0, binary: false },
};
const main = (before: string, identity: string): Change => ({
  ...{ kind: "change", path: "app/main.txt", from: "src/main.txt", after: file("v2\n") },
  before: { ...file(before), identity } as Entry,
  ...{ linesAdded: 1, linesRemoved: 1, binary: false },
});

function bodyOn(host: string, changes: readonly Change[], drift: readonly Drift[] = []): HostPlan {
  const comparison: Comparison = {
    preprod: { host: "p", root: "/srv/pre" },
    prod: { host, root: "/srv/prod" },
    groups: [],
    changes,
    equal: { count: 3, digest: "e" },
    onlyInProd: { count: 0, digest: "o", paths: [] },
    unexplained: [],
    emptySources: [],
  };
  return { host, body: planOf(comparison, app, { drift }) };
}

describe("the plan of several hosts", () => {
  test("of one host is its own, as it is", () => {
    const only = bodyOn("a", [added]);
    expect(joinPlans([only], undefined)).toBe(only.body);
  });

  test("that are the same shows each change once, and keeps what each host's file is", () => {
    const each = [bodyOn("a", [added, main("v1\n", "1:1")]), bodyOn("b", [added, main("v1\n", "2:9")])];
    const plan = joinPlans(each, undefined);
    expect(plan.changes.map(({ path, hosts }) => [path, hosts])).toEqual([
      ["app/main.txt", undefined],
      ["app/new.txt", undefined],
    ]);
    expect(plan.summary).toEqual(each[0]?.body.summary);
    expect(plan.checks).toEqual([]);
    for (const { host, body } of each) expect(planOn(plan, host).changes).toEqual(body.changes);
  });

  test("that differ says which host has what, and gives each its own", () => {
    const drift: Drift = { path: "app/main.txt", was: "changed", since: "2026-11-22T07:00:00.000Z" };
    const each = [
      bodyOn("a", [added, main("v1\n", "1:1")]),
      bodyOn("b", [added, main("by hand\n", "2:1")], [drift]),
      bodyOn("c", [added]),
    ];
    const plan = joinPlans(each, 2);
    expect(plan.changes.map(({ path, hosts }) => [path, hosts])).toEqual([
      ["app/main.txt", ["a"]],
      ["app/main.txt", ["b"]],
      ["app/new.txt", undefined],
    ]);
    expect(plan.summary).toMatchObject({ added: 1, changed: 1 });
    expect(plan.drift).toEqual([{ ...drift, hosts: ["b"] }]);
    const facts = { onHost: "a, b" };
    expect(plan.checks).toMatchObject([
      { id: "hosts-differ", level: "warn", findings: [{ path: "app/main.txt", facts }] },
    ]);
    for (const { host, body } of each) {
      expect(planOn(plan, host).changes).toEqual(body.changes);
      expect(planOn(plan, host).drift.length).toBe(host === "b" ? 1 : 0);
    }
    const json = diffJson({ ...plan, id: "pl_1", requester: "", createdAt: "", expiresAt: "" } as Plan);
    expect(json).toMatchObject({ hosts: ["a", "b", "c"], batch: 2 });
    expect(json.changes.map(({ hosts }) => hosts)).toEqual([["a"], ["b"], undefined]);
  });

  test("has a digest over all of them, their order and how many change at a time", () => {
    const [a, b] = [bodyOn("a", [added]), bodyOn("b", [added])];
    const digests = [
      joinPlans([a, b], undefined),
      joinPlans([b, a], undefined),
      joinPlans([a, b], 2),
      joinPlans([a, bodyOn("b", [])], undefined),
      joinPlans([a, b, bodyOn("c", [added])], undefined),
    ].map(({ digest }) => digest);
    expect(new Set(digests).size).toBe(digests.length);
    expect(joinPlans([bodyOn("a", [added]), bodyOn("b", [added])], 1).digest).toBe(digests[0]);
  });

  test("names what moved on whichever host it did", () => {
    const before = joinPlans([bodyOn("a", [added]), bodyOn("b", [added])], undefined);
    const now = joinPlans([bodyOn("a", [added]), bodyOn("b", [added, main("v1\n", "1:1")])], undefined);
    expect(describeMoves(before, now)).toEqual(["app/main.txt"]);
    expect(describeMoves(before, before)).toEqual([]);
  });

  test("is of one PREPROD only where every host gets the same", () => {
    const other: Change = { ...added, after: file("newer\n") };
    expect(areOfOneSource([[added], [added], []])).toBe(true);
    expect(areOfOneSource([[added], [other]])).toBe(false);
  });

  test("keeps the directories that only one host has to get", () => {
    const made: Change = { ...added, path: "app/d", from: "src/d", after: directory() };
    const plan = joinPlans([bodyOn("a", [made]), bodyOn("b", [])], undefined);
    expect(planOn(plan, "a").changes.map(({ path }) => path)).toEqual(["app/d"]);
    expect(planOn(plan, "b").changes).toEqual([]);
  });

  test("tells findings of checks with the host where not all have them", () => {
    const check = (message: string, found: readonly string[]) => ({
      ...{
        id: "replaceable",
        level: found.length > 0 ? ("block" as const) : ("ok" as const),
        message,
        where: [],
      },
      findings: found.map((path) => ({ code: "obstacle", path, line: 0, facts: {}, message: path })),
    });
    const withCheck = ({ host, body }: HostPlan, result: ReturnType<typeof check>): HostPlan => ({
      host,
      body: { ...body, checks: [result] },
    });
    const [joined] = joinPlans(
      [
        withCheck(bodyOn("a", [added]), check("fine", [])),
        withCheck(bodyOn("b", [added]), check("one is not", ["app/x"])),
      ],
      undefined,
    ).checks;
    expect(joined).toMatchObject({
      level: "block",
      message: "b: one is not",
      findings: [{ path: "app/x", facts: { onHost: "b" }, message: "b: app/x" }],
    });
  });
});

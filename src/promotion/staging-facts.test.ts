import { expect, test } from "vitest";
import { rule } from "../../test/comparing.ts";
import type { Change, Plan } from "../tree/plan.ts";
import type { Facts } from "./promotions.ts";
import { broughtFacts, sameDependencyFiles, stagingProgress } from "./staging-facts.ts";

const file = { type: "file", mode: 0o644, size: 3, mtime: "0", identity: "1" } as const;
const add = (path: string): Change => ({
  ...{ kind: "add", path, from: path, after: file, linesAdded: 1, linesRemoved: 0, binary: false },
});
const planWith = (changes: readonly Change[], more: Partial<Plan> = {}): Plan => ({
  ...{ id: "pl_1", app: "kitchen", digest: "sha256:0", groups: [], changes },
  summary: { added: 5, changed: 1, removed: 0, kept: 4, bytes: 99, linesAdded: 5, linesRemoved: 0 },
  ...{ onlyInProd: [], unexplained: [], drift: [], checks: [] },
  ...{ requester: "U1", createdAt: "", expiresAt: "", ...more },
});

test("progress is told about once a second, with the rate since the last time and what is left", () => {
  let now = 0;
  const told: Facts[] = [];
  const progress = stagingProgress(
    1000,
    (facts) => told.push(facts),
    () => now,
  );
  for (const [at, bytes] of [
    [400, 100],
    [1000, 200],
    [1500, 300],
    [2500, 500],
    [3500, 50],
    [4500, 1200],
  ] as const) {
    now = at;
    progress(bytes);
  }
  expect(told).toEqual([
    { staged: 200, stagedOf: 1000, rate: 200, secondsLeft: 4 },
    { staged: 500, stagedOf: 1000, rate: 200, secondsLeft: 3 },
    // A stream that broke goes on with less than was sent, and what is left is judged by more than that moment.
    { staged: 50, stagedOf: 1000, rate: 0, secondsLeft: 7 },
    { staged: 1000, stagedOf: 1000, rate: 1150, secondsLeft: 0 },
  ]);
});

test("what was brought is counted by kind and by the directories that most of it goes to", () => {
  const paths = [
    "streamlit/utils/a.py",
    "streamlit/utils/b.py",
    "streamlit/utils/c.py",
    "v/1.py",
    "v/2.py",
    "main.py",
  ];
  expect(broughtFacts(planWith(paths.map(add)))).toEqual({
    ...{ added: 5, changed: 1, removed: 0 },
    places: "streamlit/utils/ 3 · v/ 2",
  });
});

test("dependency files that a rule or a change brings are said to be as in PREPROD, unless only PROD has them", () => {
  const paths = [
    rule("pyproject.toml", "pyproject.toml"),
    rule("uv.lock", "uv.lock"),
    rule("req.txt", "requirements.txt", { group: "other" }),
    rule("src/", "app/"),
  ];
  expect(sameDependencyFiles(planWith([add("package.json"), add("x.py")]), { paths })).toBe(
    "pyproject.toml, uv.lock, package.json",
  );
  expect(sameDependencyFiles(planWith([], { onlyInProd: ["uv.lock"] }), { paths })).toBe("pyproject.toml");
});

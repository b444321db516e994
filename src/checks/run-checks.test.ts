import { describe, expect, test } from "vitest";
import { type Sample, sampleInput } from "../../test/check-samples.ts";
import type { Check, Finding } from "./check.ts";
import { allChecks, checkResult, runChecks } from "./run-checks.ts";
import { defaultLimits } from "./sources.ts";

const sample: Sample = {
  paths: [{ from: "src/", to: "web/" }],
  preprod: { "src/a.py": "import gone\n", "src/b.py": "x = 1\n", "src/c.bin": Buffer.from([1, 0, 2]) },
  prod: { "requirements.txt": "flask\n" },
};

function checking(id: string, find: Check["find"]): Check {
  return { id, level: "block", fine: "All is fine.", find, summary: (found) => `${found.length} found.` };
}

const finding: Finding = { code: "c", path: "p", line: 1, facts: {}, message: "m" };

test("a check that throws becomes a warning, and the others go on", async () => {
  const broken = checking("broken", async () => {
    throw new Error("no such thing\n    at somewhere");
  });
  const results = await runChecks(sampleInput(sample), [broken, checking("fine", async () => [])]);
  expect(results).toEqual([
    {
      id: "broken",
      level: "warn",
      message: "This check itself failed, so nothing is known: no such thing",
      where: [],
    },
    { id: "fine", level: "ok", message: "All is fine.", where: [], findings: [] },
  ]);
});

test("a reader that fails or never answers makes warnings, not exceptions", async () => {
  const input = sampleInput(sample);
  const failing = await runChecks({ ...input, read: () => Promise.reject(new Error("host lost")) });
  expect(failing.filter(({ level }) => level === "warn").map(({ id }) => id)).toEqual([
    "layout-reference",
    "imports",
    "dependencies",
    "secrets",
  ]);
  const silent = await runChecks({ ...input, read: () => new Promise(() => {}) }, allChecks, {
    ...defaultLimits,
    secondsPerCheck: 0.05,
  });
  expect(silent.find(({ id }) => id === "imports")?.message).toContain("no answer within 0.1 s");
});

describe("the level", () => {
  const one = checking("one", async () => [finding]);
  test.each<[Sample["checks"], string]>([
    [{}, "block"],
    [{ one: "block" }, "block"],
    [{ one: "warn" }, "warn"],
  ])("of the app (%o) is that of what is found", async (checks, level) => {
    const [result] = await runChecks(sampleInput({ ...sample, checks: checks ?? {} }), [one]);
    expect(result?.level).toBe(level);
  });

  test("is a warning where all is uncertain, and ok where nothing is found", () => {
    expect(checkResult("x", "block", "", [{ ...finding, uncertain: true }]).level).toBe("warn");
    expect(checkResult("x", "block", "", [finding, { ...finding, uncertain: true }]).level).toBe("block");
    expect(checkResult("x", "block", "", []).level).toBe("ok");
  });

  test("off leaves the check out", async () => {
    expect(await runChecks(sampleInput({ ...sample, checks: { one: "off" } }), [one])).toEqual([]);
  });
});

test("a long list of findings is cut, its message is not", async () => {
  const many = checking("many", async () => Array.from({ length: 300 }, (_, line) => ({ ...finding, line })));
  const [result] = await runChecks(sampleInput(sample), [many]);
  expect(result?.where).toHaveLength(50);
  expect(result?.message).toBe("300 found.");
});

test("what could not be looked at is said beside the result", async () => {
  const reading = checking("reading", async (input, sources) => {
    const read: string[] = [];
    for await (const source of sources.texts([...input.result.keys(), "gone.py"])) read.push(source.path);
    expect(read).toEqual(["requirements.txt", "web/b.py"]);
    return [];
  });
  const input = sampleInput({
    ...sample,
    preprod: { ...sample.preprod, "src/big.py": "x".repeat(3000), "src/a.py": Buffer.from([0, 0]) },
  });
  const [result] = await runChecks(input, [reading], { ...defaultLimits, maxFileBytes: 2000 });
  expect(result).toMatchObject({
    level: "ok",
    message:
      "All is fine. (1 file not text: web/a.py.) (1 file too large to look into: web/big.py.) (1 file could not be read: gone.py.)",
  });
});

test("no more is read than the run may read, and each file once", async () => {
  const input = sampleInput({
    ...sample,
    preprod: { "src/a.py": "x".repeat(600), "src/b.py": "x".repeat(600), "src/c.py": "" },
  });
  const asked: string[] = [];
  const counting = {
    ...input,
    read: (paths: readonly string[], most: number) => {
      asked.push(...paths);
      return input.read(paths, most);
    },
  };
  const results = await runChecks(counting, allChecks, { ...defaultLimits, maxTotalBytes: 1000 });
  expect(asked.filter((path) => path.endsWith(".py"))).toEqual(["web/a.py", "web/c.py"]);
  expect(results.find(({ id }) => id === "imports")?.message).toContain(
    "(1 file not looked at, too much to read in all: web/b.py.)",
  );
});

test("a check that has used up its time says which files it did not come to", async () => {
  let now = 0;
  const results = await runChecks(sampleInput(sample), allChecks, {
    ...defaultLimits,
    clock: () => now++ * 20_000,
  });
  expect(results.find(({ id }) => id === "imports")?.message).toContain("not looked at for lack of time");
});

test("the same plan gets the same results", async () => {
  const [once, twice] = [await runChecks(sampleInput(sample)), await runChecks(sampleInput(sample))];
  expect(twice).toEqual(once);
  expect(once.find(({ id }) => id === "dependencies")?.where).toEqual([{ path: "web/a.py", line: 1 }]);
});

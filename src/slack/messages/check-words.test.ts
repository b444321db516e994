import { expect, test } from "vitest";
import type { CheckResult } from "../../tree/plan.ts";
import { checkWords } from "./check-words.ts";
import { english, french } from "./sample-records.ts";

const space = { rows: 3, width: 80 };
const layout: CheckResult = {
  id: "layout-reference",
  level: "block",
  message: "1 place in promoted files names PREPROD's layout",
  where: [{ path: "streamlit/main.py", line: 62 }],
  findings: [
    {
      code: "layout-path",
      path: "streamlit/main.py",
      line: 62,
      facts: { named: "src/assets/custom.css", prodPath: "streamlit/assets/custom.css" },
      message: "names src/assets/custom.css, which PROD will not have",
    },
  ],
};

test("a blocking check says where, what, and what to do", () => {
  expect(checkWords(english, layout, space)).toBe(
    [
      "*PREPROD's layout is written into promoted files* (`layout-reference`)",
      "• `streamlit/main.py:62` names `src/assets/custom.css`, which PROD will not have; in PROD it is `streamlit/assets/custom.css`",
      ":point_right: Write these paths relative to the file in PREPROD, then make a new plan.",
    ].join("\n"),
  );
});

test("several findings of one file name it once, however long its name is", () => {
  const path = "streamlit/visualization/analyse_trendlines_v2.py";
  const findings = ["polars", "scipy"].map((name, index) => ({
    ...{ code: "dependency-missing", path, line: 3 + index, message: "m" },
    facts: { package: name, module: name, file: "pyproject.toml", files: 1 },
  }));
  const other = {
    ...findings[0],
    path: "a.py",
    line: 1,
    facts: { package: "scikit-learn", module: "sklearn", file: "pyproject.toml" },
  };
  const check = { ...layout, id: "dependencies", findings: [...findings, other] } as CheckResult;
  expect(checkWords(english, check, space).split("\n").slice(1, -1)).toEqual([
    "• `streamlit/…lyse_trendlines_v2.py`",
    "   `:3` needs `polars`, which `pyproject.toml` lacks",
    "   `:4` needs `scipy`, which `pyproject.toml` lacks",
    "• `a.py:1` imports `sklearn`, so needs `scikit-learn`, which `pyproject.toml` lacks",
  ]);
});

test("the French read it in French", () => {
  expect(checkWords(french, layout, space)).toBe(
    [
      "*la structure de PREPROD est écrite dans des fichiers promus* (`layout-reference`)",
      "• `streamlit/main.py:62` nomme `src/assets/custom.css`, que PROD n'aura pas ; dans PROD c'est `streamlit/assets/custom.css`",
      ":point_right: Écrivez ces chemins relativement au fichier dans PREPROD, puis faites un nouveau plan.",
    ].join("\n"),
  );
});

test("what may well be harmless gets no advice", () => {
  const findings = layout.findings?.map((finding) => ({ ...finding, uncertain: true })) ?? [];
  const doubtful: CheckResult = { ...layout, level: "warn", findings };
  expect(checkWords(english, doubtful, space)).not.toContain(":point_right:");
  expect(checkWords(english, { ...layout, level: "warn" }, space)).toContain(":point_right:");
});

test("a finding without words in the catalogue keeps its English sentence, made safe", () => {
  const strange = { code: "moon-phase", path: "a", line: 0, facts: {}, message: "is <!channel> & waning" };
  expect(checkWords(french, { ...layout, level: "warn", findings: [strange] }, space)).toContain(
    "• `a` is &lt;!channel&gt; &amp; waning",
  );
});

test("a check without findings says its sentence; more places than fit are counted", () => {
  const failed = { id: "moon", level: "warn", message: "This check itself failed", where: [] } as const;
  expect(checkWords(english, failed, space)).toBe("(`moon`)\nThis check itself failed");
  const where = ["a", "b", "c", "d"].map((path) => ({ path, line: 0 }));
  const empty = {
    id: "source-empty",
    level: "warn",
    message: "PREPROD has nothing in a, b, c, d",
    where,
  } as const;
  expect(checkWords(french, empty, space)).toBe(
    "*rien à cet endroit dans PREPROD* (`source-empty`)\n`a`, `b`, `c` et 1 autre",
  );
});

test("what removes a large part of PROD is said once, with names", () => {
  const findings = ["a.py", "b.py", "c.py", "d.py"].map((path) => ({
    ...{ code: "deletions", path, line: 0, message: "would be removed" },
    facts: { removed: 4, mapped: 10 },
  }));
  expect(checkWords(english, { ...layout, id: "deletions", level: "warn", findings }, space)).toBe(
    "*a large part of PROD is removed* (`deletions`)\n4 of PROD's 10 files that follow a rule go: `a.py`, `b.py`, `c.py` and 1 more\n:point_right: Put back what is missing in PREPROD, or take `delete: true` off the rule, then make a new plan.",
  );
});

test("a name from a plan cannot reach into the catalogue", () => {
  const odd = {
    ...layout,
    id: "constructor",
    findings: [{ code: "toString", path: "a", line: 1, facts: {}, message: "m" }],
  };
  expect(checkWords(english, odd, space)).toBe("(`constructor`)\n• `a:1` m");
});

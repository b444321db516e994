import { describe, expect, test } from "vitest";
import { type Files, findingsOf, type Sample, sampleInput } from "../../test/check-samples.ts";
import { lockFile } from "./lock-file.ts";
import { createSourceCache, defaultLimits } from "./sources.ts";

/** All of it is promoted. */
function promoting(files: Files): Sample {
  return { paths: [{ from: "./", to: "./" }], preprod: files };
}

const pyproject = '[project]\nname = "shop"\ndependencies = [\n  "polars>=1",\n  "numpy",\n]\n';
const locked = (...names: string[]): string =>
  names.map((name) => `[[package]]\nname = "${name}"\nversion = "1"\n`).join("\n");
const own = (...names: string[]): string =>
  `[[package]]\nname = "shop"\nversion = "0.1"\nsource = { virtual = "." }\n\n[package.metadata]\nrequires-dist = [\n${names.map((name) => `    { name = "${name}" },\n`).join("")}]\n\n`;

describe("files in step are fine", () => {
  test.each<[string, Files]>([
    [
      "uv",
      {
        "pyproject.toml": pyproject,
        "uv.lock": own("polars", "numpy") + locked("numpy", "polars", "others"),
      },
    ],
    ["uv without its notes", { "pyproject.toml": pyproject, "uv.lock": locked("numpy", "polars") }],
    ["Poetry", { "pyproject.toml": pyproject, "poetry.lock": locked("numpy", "polars") }],
    ["Pipenv", { Pipfile: '[packages]\nnumpy = "*"\n', "Pipfile.lock": '{"default":{"numpy":{}}}' }],
    [
      "npm",
      {
        "package.json": '{"dependencies":{"a":"^1"},"devDependencies":{"b":"2"}}',
        "package-lock.json": '{"packages":{"":{"dependencies":{"a":"^1"},"devDependencies":{"b":"2"}}}}',
      },
    ],
    [
      "npm's first form",
      {
        "package.json": '{"dependencies":{"a":"^1"}}',
        "package-lock.json": '{"dependencies":{"a":{"version":"1"}}}',
      },
    ],
    [
      "Yarn",
      {
        "package.json": '{"dependencies":{"a":"^1","@x/y":"1","z":"workspace:*"}}',
        "yarn.lock": 'a@^1:\n  version "1"\n\n"@x/y@1", "@x/y@^1":\n  version "1"\n',
      },
    ],
    [
      "pnpm",
      {
        "package.json": '{"dependencies":{"a":"^1","@x/y":"1"}}',
        "pnpm-lock.yaml":
          "importers:\n  .:\n    dependencies:\n      a:\n        specifier: ^1\n      '@x/y':\n        specifier: 1\n",
      },
    ],
    ["no lock", { "pyproject.toml": pyproject, "package.json": '{"dependencies":{"a":"1"}}' }],
    [
      "an empty lock",
      {
        "pyproject.toml": pyproject,
        "uv.lock": "version = 1\n",
        "package.json": '{"dependencies":{"a":"1"}}',
        "package-lock.json": "not json",
      },
    ],
  ])("%s", async (_, files) => {
    expect(await findingsOf(lockFile, promoting(files))).toEqual([]);
  });
});

describe("a difference is found where it is written", () => {
  test.each<[string, Files, string[]]>([
    [
      "uv",
      { "pyproject.toml": pyproject, "uv.lock": own("numpy", "scipy") + locked("numpy", "scipy") },
      ["pyproject.toml:4 lock-missing", "uv.lock:9 lock-left"],
    ],
    [
      "uv, still locked by way of another",
      { "pyproject.toml": pyproject, "uv.lock": own("numpy") + locked("numpy", "polars") },
      ["pyproject.toml:4 lock-missing"],
    ],
    [
      "Poetry",
      { "pyproject.toml": pyproject, "poetry.lock": locked("numpy") },
      ["pyproject.toml:4 lock-missing"],
    ],
    [
      "npm",
      {
        "package.json": '{"dependencies":{\n"a":"^2",\n"b":"1"}}',
        "package-lock.json": '{"packages":{"":{"dependencies":{"a":"^1",\n"c":"1"}}}}',
      },
      ["package.json:2 lock-differing", "package.json:3 lock-missing", "package-lock.json:2 lock-left"],
    ],
    [
      "Yarn",
      { "package.json": '{"dependencies":{"left":"^1"}}', "yarn.lock": 'left-pad@^1:\n  version "1"\n' },
      ["package.json:1 lock-missing"],
    ],
  ])("%s", async (_, files, found) => {
    expect(await findingsOf(lockFile, promoting(files))).toEqual(found);
  });
});

test("PROD's lock file left behind by a new pyproject.toml is found", async () => {
  const sample: Sample = {
    paths: [{ from: "pyproject.toml", to: "pyproject.toml" }],
    preprod: { "pyproject.toml": pyproject },
    prod: {
      "pyproject.toml": pyproject.replace('"polars>=1",', ""),
      "uv.lock": own("numpy") + locked("numpy"),
    },
  };
  const input = sampleInput(sample);
  const findings = await lockFile.find(input, createSourceCache(input, defaultLimits).open());
  expect(lockFile.summary(findings)).toBe(
    "pyproject.toml and uv.lock are out of step about polars. Lock again in PREPROD, then promote both.",
  );
});

test("what was out of step before is a warning", async () => {
  const sample: Sample = {
    paths: [{ from: "a/", to: "a/" }],
    preprod: {},
    prod: { "pyproject.toml": pyproject, "uv.lock": locked("numpy") },
  };
  expect(await findingsOf(lockFile, sample)).toEqual(["?pyproject.toml:4 lock-missing"]);
});

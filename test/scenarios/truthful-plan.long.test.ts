import { execFileSync } from "node:child_process";
import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { DiffJson } from "../../src/tree/diff-json.ts";
import { makeSeedSides, type SeedSides, seedConfigYaml } from "../fixtures/seed-app.ts";

let directory: string;
let sides: SeedSides;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), "passerelle-truth-"));
  sides = makeSeedSides(directory);
  writeFileSync(
    join(directory, "passerelle.yml"),
    seedConfigYaml({
      preprodRoot: sides.preprod,
      prodRoot: sides.prod,
      more: "    checks: { layout-reference: block, imports: block, dependencies: block }\n",
    }),
  );
});
afterEach(() => rmSync(directory, { recursive: true, force: true, maxRetries: 5 }));

function passerelle(...args: readonly string[]): { readonly code: number; readonly stdout: string } {
  const bin = join(import.meta.dirname, "../../bin/passerelle.js");
  try {
    const stdout = execFileSync(process.execPath, [bin, ...args], {
      cwd: directory,
      encoding: "utf8",
      stdio: ["ignore", "pipe", "pipe"],
    });
    return { code: 0, stdout };
  } catch (error) {
    const { status, stdout } = error as { status: number; stdout: string };
    return { code: status, stdout };
  }
}

function diff(): { readonly code: number; readonly plan: DiffJson } {
  const { code, stdout } = passerelle("diff", "--json");
  return { code, plan: JSON.parse(stdout) as DiffJson };
}

const main = (): string => join(sides.preprod, "src/mangetamain_analytics/main.py");
const withoutHardCodedPath = (text: string): string =>
  text.replaceAll("src/mangetamain_analytics/assets/custom.css", "streamlit/assets/custom.css");
const found = ({ plan }: ReturnType<typeof diff>): readonly string[] =>
  plan.checks
    .filter(({ level }) => level !== "ok")
    .flatMap(({ id, level, where }) => where.map(({ path, line }) => `${level} ${id} ${path}:${line}`));
const lineOf = (text: string): number =>
  readFileSync(main(), "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

test("the plan of a tree like the seed's tells what its authors found out in PROD, and nothing else", () => {
  writeFileSync(main(), withoutHardCodedPath(readFileSync(main(), "utf8")));
  const first = diff();
  expect(found(first)).toEqual([]);
  expect(first.code).toBe(2);
  expect(first.plan.changes.map(({ path }) => path)).not.toContain("pyproject.toml");
  expect(passerelle("promote", "--plan", first.plan.id).code).toBe(0);
  expect(diff().code).toBe(0);

  const lacking = ["polars", "scipy", "statsmodels"];
  const good = readFileSync(main(), "utf8");
  appendFileSync(
    main(),
    [
      'STYLE = "src/mangetamain_analytics/assets/custom.css"',
      'LOGO = "src/mangetamain_analytics/assets/back_to_the_kitchen_logo.png"',
      "from src.mangetamain_analytics.utils.colors import PALETTE as AGAIN",
      ...lacking.map((name) => `import ${name}`),
      "# src/mangetamain_analytics/assets/favicon.ico is only named in a comment",
      "",
    ].join("\n"),
  );
  const project = join(sides.preprod, "pyproject.toml");
  const lock = join(sides.preprod, "uv.lock");
  const [declared, locked] = [readFileSync(project, "utf8"), readFileSync(lock, "utf8")];
  writeFileSync(
    project,
    declared
      .split("\n")
      .filter((line) => !lacking.some((name) => line.includes(`"${name}`)))
      .join("\n"),
  );
  writeFileSync(
    lock,
    locked
      .split(/(?=\[\[package\]\])/)
      .filter((part) => !lacking.some((name) => part.includes(`name = "${name}"`)))
      .join(""),
  );
  const byHand = join(sides.prod, "streamlit/utils/colors.py");
  appendFileSync(byHand, "# mended at night\n");

  const told = diff();
  expect(told.code).toBe(3);
  const [style, logo, source] = [lineOf("STYLE ="), lineOf("LOGO ="), lineOf("from src.")];
  const others = found(told).filter((line) => !line.includes("dependencies"));
  expect(others).toEqual([
    `block layout-reference streamlit/main.py:${style}`,
    `block layout-reference streamlit/main.py:${logo}`,
    `block imports streamlit/main.py:${source}`,
  ]);
  const dependencies = told.plan.checks.find(({ id }) => id === "dependencies");
  expect(dependencies?.level).toBe("block");
  const places = dependencies?.where.map(({ path, line }) => `${path}:${line}`) ?? [];
  for (const name of lacking) {
    expect(dependencies?.message).toContain(name);
    expect(places).toContain(`streamlit/main.py:${lineOf(`import ${name}`)}`);
  }
  expect(told.plan.drift.map(({ path, was }) => ({ path, was }))).toEqual([
    { path: "streamlit/utils/colors.py", was: "changed" },
  ]);
  expect(told.plan.changes.map(({ path }) => path)).toEqual([
    "pyproject.toml",
    "streamlit/main.py",
    "streamlit/utils/colors.py",
    "uv.lock",
  ]);

  writeFileSync(main(), good);
  writeFileSync(project, declared);
  writeFileSync(lock, locked);
  writeFileSync(join(sides.preprod, "src/mangetamain_analytics/utils/colors.py"), readFileSync(byHand));
  const after = diff();
  expect(found(after)).toEqual([]);
  expect(after.plan.drift).toEqual([]);
  expect(after.code).toBe(0);
}, 120_000);

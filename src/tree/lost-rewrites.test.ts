import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appWith, compareDirectories, memoryOfAMap, rule } from "../../test/comparing.ts";
import { writeTree } from "../../test/fixtures/seed-app.ts";
import type { PathRule } from "../config/config.ts";
import type { HashMemory } from "./memory.ts";
import { planOf } from "./plan.ts";

let home: string;
let preprod: string;
let prod: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "rewrites-"));
  preprod = join(home, "pre");
  prod = join(home, "prod");
  mkdirSync(preprod);
  mkdirSync(prod);
});

afterEach(() => rmSync(home, { recursive: true }));

const rewrite = [{ match: "^debug = true$", replace: "debug = false" }];
const oneFile = rule("settings.toml", "settings.toml", { rewrite });

async function warnings(path: PathRule, memory?: HashMemory) {
  const settings = { paths: [path] };
  const comparison = await compareDirectories(
    preprod,
    prod,
    settings,
    memory === undefined ? {} : { memory },
  );
  const { lostRewrites: _, ...unaware } = comparison;
  const plan = planOf(comparison, appWith(settings));
  expect(plan.digest).toBe(planOf(unaware, appWith(settings)).digest);
  return plan.checks.filter(({ id }) => id === "rewrite");
}

test("a rewrite that no line of PREPROD matches any more is a warning with its file and its expression", async () => {
  writeTree(preprod, { "settings.toml": "[app]\ndebug = True\n" });
  writeTree(prod, { "settings.toml": "[app]\ndebug = false\n" });
  expect(await warnings(oneFile)).toMatchObject([
    {
      level: "warn",
      where: [{ path: "settings.toml", line: 0 }],
      findings: [{ code: "rewrite-lost", facts: { match: "^debug = true$", from: "settings.toml" } }],
    },
  ]);
});

test("a rewrite that still matches is no warning, nor one of a file that is already as it has to be", async () => {
  writeTree(preprod, { "settings.toml": "[app]\ndebug = true\nname = 2\n" });
  writeTree(prod, { "settings.toml": "[app]\ndebug = false\n" });
  expect(await warnings(oneFile)).toEqual([]);
  writeTree(prod, { "settings.toml": "[app]\ndebug = false\nname = 2\n" });
  expect(await warnings(oneFile)).toEqual([]);
});

test("a rewrite of a directory has to match in one of its files, also in one that was read before", async () => {
  const directory = rule("etc/", "conf/", { rewrite });
  const memory = memoryOfAMap();
  writeTree(preprod, { "etc/a": "debug = true\n", "etc/b": "x\n" });
  writeTree(prod, { "conf/a": "debug = false\n", "conf/b": "old\n" });
  expect(await warnings(directory, memory)).toEqual([]);
  writeTree(preprod, { "etc/b": "newer\n" });
  expect(await warnings(directory, memory)).toEqual([]);
  writeTree(preprod, { "etc/a": "nothing to rewrite\n" });
  expect(await warnings(directory, memory)).toMatchObject([{ where: [{ path: "conf/" }] }]);
});

import { mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { compareDirectories } from "../../test/comparing.ts";
import {
  makeSeedSides,
  type SeedSides,
  seedAssets,
  seedConfigYaml,
  seedUtils,
  seedVisualization,
} from "../../test/fixtures/seed-app.ts";
import type { AppConfig } from "../config/config.ts";
import { parseConfig } from "../config/read-config.ts";
import { planOf } from "./plan.ts";
import { shownChanges } from "./summary.ts";

let home: string;
let sides: SeedSides;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "seed-"));
  sides = makeSeedSides(home);
});

afterEach(() => rmSync(home, { recursive: true }));

function seedApp(): AppConfig {
  const yaml = seedConfigYaml({ preprodRoot: sides.preprod, prodRoot: sides.prod });
  const app = parseConfig("/etc/passerelle.yml", yaml).apps.get("mangetamain");
  if (app === undefined) throw new Error("the seed's configuration has no app");
  return app;
}

describe("the seed team's two sides", () => {
  test("differ in what their page lists, and in nothing else", async () => {
    const app = seedApp();
    const comparison = await compareDirectories(sides.preprod, sides.prod, app);
    const plan = planOf(comparison, app);
    const added = [
      ...seedVisualization.filter((name) => name !== "__init__.py").map((name) => `visualization/${name}`),
      ...seedUtils.map((name) => `utils/${name}`),
      ...seedAssets.map((name) => `assets/${name}`),
    ];
    const shown = shownChanges(plan.changes);
    expect(shown.filter(({ kind }) => kind === "add").map(({ path }) => path)).toEqual(
      added.map((path) => `streamlit/${path}`).sort(),
    );
    expect(shown.filter(({ kind }) => kind !== "add").map(({ kind, path }) => [kind, path])).toEqual([
      ["change", "streamlit/main.py"],
    ]);
    expect(plan.summary).toMatchObject({ added: 14, changed: 1, removed: 0 });
    const main = plan.changes.find(({ path }) => path === "streamlit/main.py");
    expect((main?.linesAdded ?? 0) - (main?.linesRemoved ?? 0)).toBe(845 - 512);
    expect(plan.onlyInProd).toEqual(["streamlit/logo_btfkitchen.png"]);
    expect(plan.unexplained).toEqual([
      { side: "preprod", path: "data/RAW_interactions.csv" },
      { side: "preprod", path: "data/RAW_recipes.csv" },
    ]);
  });

  test("differ in their database too when it is asked for", async () => {
    const app = seedApp();
    const comparison = await compareDirectories(sides.preprod, sides.prod, app, { groups: ["data"] });
    expect(shownChanges(comparison.changes).map(({ path }) => path)).toContain("data/mangetamain.duckdb");
  });

  test("make a plan that a new mtime does not make another", async () => {
    const app = seedApp();
    const before = planOf(await compareDirectories(sides.preprod, sides.prod, app), app);
    utimesSync(join(sides.prod, "streamlit/main.py"), 1, 1);
    utimesSync(join(sides.preprod, "uv.lock"), 1, 1);
    const after = planOf(await compareDirectories(sides.preprod, sides.prod, app), app);
    expect(after.digest).toBe(before.digest);
  });

  test("show old packages as a change when PROD's are behind", async () => {
    sides = makeSeedSides(join(home, "behind"), { packagesBehind: true });
    const app = seedApp();
    const { changes } = await compareDirectories(sides.preprod, sides.prod, app);
    const packages = changes.filter(({ path }) => path === "pyproject.toml" || path === "uv.lock");
    expect(packages.map(({ kind, linesAdded }) => [kind, linesAdded > 0])).toEqual([
      ["change", true],
      ["change", true],
    ]);
  });
});

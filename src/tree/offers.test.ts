import { chmodSync, mkdirSync, mkdtempSync, rmSync, utimesSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appWith, compareDirectories, memoryOfAMap, rule } from "../../test/comparing.ts";
import { writeTree } from "../../test/fixtures/seed-app.ts";
import { planOf } from "./plan.ts";

let home: string;
let preprod: string;
let prod: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "offers-"));
  preprod = join(home, "pre");
  prod = join(home, "prod");
  mkdirSync(preprod);
  mkdirSync(prod);
});
afterEach(() => rmSync(home, { recursive: true }));

const paths = [
  rule("src/", "app/"),
  rule("data/kitchen.duckdb", "data/kitchen.duckdb", { group: "data" }),
  rule("media/", "static/media/", { group: "media" }),
  rule("conf/", "conf/", { group: "conf", rewrite: [{ match: "a", replace: "b" }] }),
];
const threeDaysAgo = new Date("2026-01-02T03:04:05Z");

test("each group says what it holds, how old it is and whether PROD has it, chosen or not", async () => {
  writeTree(preprod, {
    "src/main.py": "new\n",
    "data/kitchen.duckdb": "the same bytes",
    "media/a.bin": "aaaa",
    "media/b.bin": "bbbb",
    "media/c.bin": "cccccccc",
    "conf/x.ini": "a",
    "database.txt": "not of a group, though it begins alike",
  });
  writeTree(prod, {
    "app/main.py": "old\n",
    "data/kitchen.duckdb": "the same bytes",
    "static/media/a.bin": "aaaa",
    "static/media/b.bin": "BBBB",
    "conf/x.ini": "b",
  });
  utimesSync(join(preprod, "data/kitchen.duckdb"), threeDaysAgo, threeDaysAgo);
  const offersWith = async (groups: readonly string[]) =>
    (await compareDirectories(preprod, prod, { paths }, { groups })).offers?.map((offer) => ({
      ...offer,
      largest: offer.largest.map(({ path, size, inProd }) => `${path} ${size} ${inProd}`),
    }));
  const unchosen = await offersWith([]);
  expect(unchosen).toEqual([
    { name: "data", files: 1, bytes: 14, behind: 0, unsure: 0, largest: ["data/kitchen.duckdb 14 same"] },
    {
      ...{ name: "media", files: 3, bytes: 16, behind: 2, unsure: 0 },
      largest: ["static/media/c.bin 8 missing", "static/media/a.bin 4 same", "static/media/b.bin 4 other"],
    },
    { name: "conf", files: 1, bytes: 1, behind: 0, unsure: 1, largest: ["conf/x.ini 1 unsure"] },
  ]);
  const chosen = await offersWith(["data", "media", "conf"]);
  expect(chosen?.slice(0, 2)).toEqual(unchosen?.slice(0, 2));
  // Once asked for, a rewritten file was compared as it would be written.
  expect(chosen?.[2]).toMatchObject({ behind: 0, unsure: 0, largest: ["conf/x.ini 1 same"] });
  const { offers } = await compareDirectories(preprod, prod, { paths });
  expect(offers?.[0]?.largest[0]?.modifiedAt).toBe("2026-01-02T03:04:05.000Z");
});

test("a group that cannot be read stands in nobody's way", async () => {
  writeTree(preprod, { "src/main.py": "new\n", "data/kitchen.duckdb": "abc" });
  writeTree(prod, { "data/kitchen.duckdb": "abd" });
  chmodSync(join(preprod, "data/kitchen.duckdb"), 0);
  const { changes, offers } = await compareDirectories(preprod, prod, { paths });
  expect(changes.map(({ path }) => path)).toContain("app/main.py");
  // Whoever runs this as root reads it all the same.
  expect(["unsure", "other"]).toContain(offers?.[0]?.largest[0]?.inProd);
});

test("what is offered is remembered with the comparison, and is not part of the digest", async () => {
  writeTree(preprod, { "src/main.py": "new\n", "data/kitchen.duckdb": "abc" });
  const memory = memoryOfAMap();
  const app = appWith({ paths });
  const first = await compareDirectories(preprod, prod, { paths }, { memory });
  const second = await compareDirectories(preprod, prod, { paths }, { memory });
  expect(second.offers).toEqual(first.offers);
  const { offers: _, coverage: __, ...bare } = first;
  expect(planOf(bare, app).digest).toBe(planOf(first, app).digest);
  expect(planOf(bare, app)).not.toHaveProperty("offers");
  expect(planOf(first, app).offers?.map(({ name }) => name)).toEqual(["data", "media", "conf"]);
});

test("every path of both sides is accounted for", async () => {
  writeTree(preprod, {
    "src/a.py": "a",
    "src/sub/b.py": "b",
    "src/notes.md": "n",
    "src/__pycache__/a.pyc": "p",
    "data/kitchen.duckdb": "abc",
    "data/other.csv": "c",
    README: "r",
  });
  writeTree(prod, {
    "app/a.py": "a",
    "app/own.py": "o",
    "app/.env": "S=1",
    "logs/x.log": "l",
    "app/z.md": "z",
  });
  const { coverage } = await compareDirectories(preprod, prod, {
    paths,
    ignore: ["*.md"],
    protect: [".env"],
  });
  expect(coverage).toEqual({
    preprod: { mapped: 2, unselected: 1, ignored: 2, protected: 0, unexplained: 2 },
    prod: { mapped: 2, unselected: 0, ignored: 1, protected: 1, unexplained: 1 },
  });
});

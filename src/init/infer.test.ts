// What is inferred of sides with different layouts, as tables.

import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { makeSeedSides, type SeedOptions } from "../../test/fixtures/seed-app.ts";
import { type Contents, contentsOf, surveyOf } from "../../test/surveyed.ts";
import { type Inference, infer } from "./infer.ts";
import { writtenFrom, writtenTo } from "./mapping.ts";

const code = (name: string, lines = 20): string =>
  Array.from({ length: lines }, (_, line) => `${name}_${line} = "value ${line} of ${name}"`).join("\n");

function rulesOf({ rules }: Inference): readonly string[] {
  return rules.map((rule) => {
    const group = rule.group === undefined ? "" : ` (${rule.group})`;
    return `${writtenFrom(rule)} -> ${writtenTo(rule)}${group}`;
  });
}

const codesOf = (inference: Inference): readonly string[] =>
  [...inference.rules.flatMap(({ notes }) => notes), ...inference.notes].map((one) => one.code);

function seedInference(options: SeedOptions = {}): Inference {
  const directory = mkdtempSync(join(tmpdir(), "init-seed-"));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  const sides = makeSeedSides(directory, options);
  const path = join(sides.docker, "docker-compose-prod.yml");
  const composeFiles = [{ path, text: readFileSync(path, "utf8") }];
  const around = { prodRoot: sides.prod, preprodRoot: sides.preprod, composeFiles };
  return infer(surveyOf(contentsOf(sides.preprod), contentsOf(sides.prod), around));
}

describe("the seed's app", () => {
  test.each([{}, { packagesBehind: true }])("has exactly the rules that its team wrote (%j)", (options) => {
    const inference = seedInference(options);
    expect(rulesOf(inference)).toEqual([
      "src/mangetamain_analytics/ -> streamlit/",
      "pyproject.toml -> pyproject.toml",
      "uv.lock -> uv.lock",
      "data/mangetamain.duckdb -> data/mangetamain.duckdb (data)",
    ]);
    expect(inference.rules.map(({ rewrite }) => rewrite)).toEqual([
      undefined,
      [{ match: "^\\[build-system\\]$", replace: "# [build-system]" }],
      undefined,
      undefined,
    ]);
    expect(inference.lists.ignore.map(({ pattern }) => pattern)).toEqual(["tests/", "*.md"]);
    expect(inference.lists.protect.map(({ pattern }) => pattern)).toEqual([".env", "logs/"]);
    expect(inference.unarchived).toEqual(["data"]);
  });

  test("is restarted by its compose file and asked on the port that it publishes", () => {
    const { running } = seedInference();
    expect(running).toMatchObject({
      restart: { kind: "compose", mode: "restart", services: [] },
      url: "http://localhost:8501",
      container: "mange_prod",
      forbid: ["Traceback", "ModuleNotFoundError"],
    });
  });
});

const layouts: readonly {
  readonly name: string;
  readonly preprod: Contents;
  readonly prod: Contents;
  readonly rules: readonly string[];
  readonly notes?: readonly string[];
}[] = [
  {
    name: "the same layout on both sides",
    preprod: {
      "app/main.py": code("new"),
      "app/util.py": code("u"),
      "conf/site.ini": code("c"),
      "run.sh": code("r"),
    },
    prod: {
      "app/main.py": code("old"),
      "app/util.py": code("u"),
      "conf/site.ini": code("c"),
      "run.sh": code("r"),
    },
    rules: ["app/ -> app/", "conf/ -> conf/", "run.sh -> run.sh"],
    notes: ["same-directory", "same-place"],
  },
  {
    name: "the same layout with many entries at the root",
    preprod: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`page${n}.php`, code(`p${n}`)])),
    prod: Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`page${n}.php`, code(`p${n}`)])),
    rules: ["./ -> ./"],
    notes: ["whole-root"],
  },
  {
    name: "src/ in PREPROD and app/ in PROD",
    preprod: { "src/a.py": code("a"), "src/b/c.py": code("c"), "src/new.py": code("n") },
    prod: { "app/a.py": code("a"), "app/b/c.py": code("other") },
    rules: ["src/ -> app/"],
    notes: ["evidence"],
  },
  {
    name: "a package deep in PREPROD at the root of PROD",
    preprod: { "src/shop/main.py": code("m"), "src/shop/cart.py": code("c"), "pyproject.toml": code("p") },
    prod: { "main.py": code("m"), "cart.py": code("c"), "pyproject.toml": code("p") },
    rules: ["src/shop/ -> ./", "pyproject.toml -> pyproject.toml"],
  },
  {
    name: "PREPROD's root in a directory of PROD",
    preprod: { "main.py": code("m"), "cart.py": code("c") },
    prod: { "app/main.py": code("m"), "app/cart.py": code("c") },
    rules: ["./ -> app/"],
  },
  {
    name: "single files taken out of several directories",
    preprod: { "deploy/run.sh": code("run"), "conf/prod/site.conf": code("site"), "src/x.py": code("x") },
    prod: { "run.sh": code("run"), "site.conf": code("site") },
    rules: ["conf/prod/site.conf -> site.conf", "deploy/run.sh -> run.sh"],
    notes: ["same-content", "left-out"],
  },
  {
    name: "a renamed directory with little content in common",
    preprod: {
      "src/shop/main.py": code("new"),
      "src/shop/cart.py": code("cart"),
      "src/shop/tax.py": code("tax"),
    },
    prod: { "www/main.py": code("old"), "www/basket.py": code("basket") },
    rules: ["src/shop/ -> www/"],
    notes: ["weak"],
  },
  {
    name: "nothing in common",
    preprod: { "src/main.py": code("m"), "src/b.py": code("b") },
    prod: { "public/index.html": code("i"), "public/site.css": code("s") },
    rules: [],
  },
  {
    name: "a monorepo with two apps that look like PROD's",
    preprod: {
      "apps/web/server.js": code("s"),
      "apps/web/routes.js": code("r"),
      "apps/web/views/home.js": code("h"),
      "apps/admin/server.js": code("admin"),
      "apps/admin/routes.js": code("r"),
      "apps/admin/users.js": code("users"),
    },
    prod: { "app/server.js": code("s"), "app/routes.js": code("r"), "app/views/home.js": code("h") },
    rules: ["apps/web/ -> app/"],
    notes: ["evidence", "rival", "left-out"],
  },
  {
    name: "a monorepo of which PROD has one app at the same place",
    preprod: { "apps/web/a.js": code("a"), "apps/web/b.js": code("b"), "apps/admin/c.js": code("c") },
    prod: { "apps/web/a.js": code("a"), "apps/web/b.js": code("old") },
    rules: ["apps/web/ -> apps/web/"],
  },
  {
    name: "a node app that is built into dist/",
    preprod: {
      "src/server.ts": code("ts"),
      "dist/server.js": code("new"),
      "dist/lib/db.js": code("db"),
      "package.json": '{ "name": "shop", "scripts": { "start": "node dist/server.js" } }',
      "package-lock.json": code("lock"),
      "tsconfig.json": "{ }",
      "node_modules/x/index.js": "x",
    },
    prod: {
      "dist/server.js": code("old"),
      "dist/lib/db.js": code("db"),
      "package.json": '{ "name": "shop", "scripts": { "start": "node dist/server.js" } }',
      "package-lock.json": code("old lock"),
      "node_modules/x/index.js": "x",
      "uploads/a.png": "png",
    },
    rules: ["dist/ -> dist/", "package-lock.json -> package-lock.json", "package.json -> package.json"],
    notes: ["left-out"],
  },
  {
    name: "a directory that goes elsewhere than what is around it",
    preprod: {
      "src/shop/a.py": code("a"),
      "src/shop/b.py": code("b"),
      "src/shop/static/site.css": code("css"),
      "src/shop/static/logo.svg": code("svg"),
    },
    prod: {
      "app/a.py": code("a"),
      "app/b.py": code("b"),
      "public/site.css": code("css"),
      "public/logo.svg": code("svg"),
    },
    rules: ["src/shop/static/ -> public/", "src/shop/ -> app/"],
  },
  {
    name: "a PROD that has nothing yet",
    preprod: { "src/main.py": code("m"), "requirements.txt": code("r"), "tests/test_main.py": code("t") },
    prod: { ".env": "A=1\n", "logs/": "" },
    rules: ["src/ -> src/", "requirements.txt -> requirements.txt"],
    notes: ["prod-empty"],
  },
  {
    name: "compose files that differ on both sides",
    preprod: { "app/a.py": code("a"), "docker-compose.yml": "services: { preprod: {} }\n" },
    prod: { "app/a.py": code("a"), "docker-compose.yml": "services: { prod: {} }\n" },
    rules: ["app/ -> app/"],
    notes: ["compose-differs"],
  },
  {
    name: "a large data file among the code",
    preprod: { "app/a.py": code("a"), "app/model.bin": Buffer.alloc(21 * 1024 * 1024, 1) },
    prod: { "app/a.py": code("a") },
    rules: ["app/model.bin -> app/model.bin (data)", "app/ -> app/"],
    notes: ["data-large"],
  },
];

describe("path rules", () => {
  test.each(layouts)("of $name", ({ preprod, prod, rules, notes }) => {
    const inference = infer(surveyOf(preprod, prod));
    expect(rulesOf(inference)).toEqual(rules);
    expect(codesOf(inference)).toEqual(expect.arrayContaining([...(notes ?? [])]));
  });

  test("of a monorepo name the other candidate", () => {
    const layout = layouts.find(({ name }) => name.includes("two apps"));
    const inference = infer(surveyOf(layout?.preprod ?? {}, layout?.prod ?? {}));
    const rival = inference.rules[0]?.notes.find(({ code: which }) => which === "rival");
    expect(rival?.facts["from"]).toBe("apps/admin/");
  });

  test("that were said stand, and the rest is inferred around them", () => {
    const preprod = { "src/main.py": code("m"), "requirements.txt": code("r") };
    const prod = { "public/index.html": code("i"), "requirements.txt": code("r") };
    const given = [{ from: "src", to: "public", isDirectory: true }];
    expect(rulesOf(infer(surveyOf(preprod, prod), given))).toEqual([
      "src/ -> public/",
      "requirements.txt -> requirements.txt",
    ]);
  });

  test("leave out what cannot be named in a configuration, and say so", () => {
    const inference = infer(
      surveyOf(
        { "app/a.py": code("a"), "bad\udcff/b.py": code("b") },
        { "app/a.py": code("a"), "bad\udcff/b.py": code("b") },
      ),
    );
    expect(rulesOf(inference)).toEqual(["app/ -> app/"]);
    expect(codesOf(inference)).toContain("not-writable");
  });
});

describe("lists", () => {
  const patterns = (preprod: Contents, prod: Contents) => {
    const { ignore, protect } = infer(surveyOf(preprod, prod)).lists;
    return { ignore: ignore.map(({ pattern }) => pattern), protect: protect.map(({ pattern }) => pattern) };
  };
  const app = { "app/main.py": code("m") };

  test("protect what only PROD writes: databases, uploads, secrets", () => {
    const prod = {
      ...app,
      "app/instance/shop.sqlite3": "db",
      "uploads/a.png": "png",
      "var/run.pid": "1",
      ".env.production": "A=1",
      "certs/site.key": "key",
    };
    expect(patterns(app, prod).protect).toEqual([
      ".env",
      ".env.production",
      "certs/site.key",
      "app/instance/",
      "uploads/",
      "var/",
    ]);
  });

  test("protect a database that differs on each side, and promote none of it", () => {
    const inference = infer(surveyOf({ ...app, "shop.db": "new" }, { ...app, "shop.db": "old" }));
    expect(rulesOf(inference)).toEqual(["app/ -> app/"]);
    expect(inference.lists.protect.map(({ pattern }) => pattern)).toEqual([".env", "shop.db"]);
    expect(codesOf(inference)).toContain("data-state");
  });

  test("take a directory of that name with code in it for a part of the app", () => {
    const both = { ...app, "app/cache/redis.py": code("r"), "app/logs/format.py": code("f") };
    expect(patterns(both, both).protect).toEqual([".env"]);
  });

  test("leave Markdown alone where the app has pages of it", () => {
    const both = { ...app, "app/pages/about.md": "# About", "README.md": "# Read" };
    expect(patterns(both, both).ignore).toEqual(["README.md"]);
    expect(patterns({ ...app, "README.md": "# Read" }, app).ignore).toEqual(["*.md"]);
  });

  test("leave out tests and what tools leave", () => {
    const preprod = {
      ...app,
      "spec/a.rb": "a",
      ".mypy_cache/x": "x",
      ".github/ci.yml": "on: push",
      ".gitignore": "data",
      "docs/guide.html.txt": "x",
    };
    expect(patterns(preprod, app).ignore).toEqual([
      "spec/",
      "docs/",
      ".mypy_cache/",
      ".github/",
      ".gitignore",
    ]);
  });

  test("name a path with signs of a pattern as itself, and leave out what cannot be said", () => {
    const prod = { ...app, "a[1]/x(2).key": "k", "b\nc/y.key": "k", "d/z\udcff.key": "k" };
    expect(patterns(app, prod).protect).toEqual([".env", "a\\[1\\]/x\\(2\\).key"]);
  });
});

describe("wanted differences", () => {
  const rewritesOf = (preprod: Contents, prod: Contents) =>
    infer(surveyOf(preprod, prod)).rules.flatMap(({ from, rewrite }) =>
      rewrite === undefined ? [] : [{ from, rewrite }],
    );
  const settings = (line: string): string => `${code("s", 6)}\n${line}\n`;

  test.each([
    ["a line commented out", "conf.ini", "debug = on", "; debug = on", "^debug = on$", "; debug = on"],
    ["a line commented in", "conf.yml", "# cache: yes", "cache: yes", "^# cache: yes$", "cache: yes"],
    [
      "the name of the side",
      "conf.toml",
      "host = 'api.preprod.io'",
      "host = 'api.prod.io'",
      "^host = 'api\\.preprod\\.io'$",
      "host = 'api.prod.io'",
    ],
    [
      "a dollar",
      "a.conf",
      "root = $HOME/staging",
      "root = $HOME/production",
      "^root = \\$HOME/staging$",
      "root = $$HOME/production",
    ],
  ])("are %s", (_name, file, left, right, match, replace) => {
    expect(rewritesOf({ [file]: settings(left) }, { [file]: settings(right) })).toEqual([
      { from: file, rewrite: [{ match, replace }] },
    ]);
  });

  test("in a directory become a rule of their own before it", () => {
    const preprod = { "app/a.py": code("a"), "app/c.ini": settings("x = 1") };
    const inference = infer(surveyOf(preprod, { ...preprod, "app/c.ini": settings("# x = 1") }));
    expect(rulesOf(inference)).toEqual(["app/c.ini -> app/c.ini", "app/ -> app/"]);
  });

  test.each([
    ["a secret", "c.ini", "api_key = preprod-1", "api_key = prod-1"],
    ["a line of code that was commented out", "a.py", "print(total)", "# print(total)"],
    ["another version", "c.ini", "size = 10", "size = 20"],
  ])("are not %s", (_name, file, left, right) => {
    expect(rewritesOf({ [file]: settings(left) }, { [file]: settings(right) })).toEqual([]);
  });
});

describe("many of a kind", () => {
  const app = { "app/main.py": code("m") };
  const many = (name: (at: number) => string): Contents =>
    Object.fromEntries(Array.from({ length: 8 }, (_, at) => [name(at), `content ${at}`]));

  test.each([
    ["secrets", many((at) => `certs/${at}.pem`), ["*.pem"]],
    ["databases", many((at) => `tenants/${at}.sqlite3`), ["*.sqlite3"]],
    ["directories that the app fills", many((at) => `tenants/${at}/uploads/a.png`), ["uploads/"]],
  ])("%s are one pattern", (_what, prod, protect) => {
    const { lists } = infer(surveyOf(app, { ...app, ...prod }));
    expect(lists.protect.map(({ pattern }) => pattern)).toEqual([".env", ...protect]);
  });

  test("data files are one rule", () => {
    const both = { ...app, ...many((at) => `data/${at}.csv`) };
    expect(rulesOf(infer(surveyOf(both, both)))).toEqual(["app/ -> app/", "data/ -> data/ (data)"]);
  });
});

describe("20,000 files on each side", () => {
  const tree = (name: (at: number) => string, content: (at: number) => string): Contents =>
    Object.fromEntries(Array.from({ length: 20_000 }, (_, at) => [name(at), content(at)]));

  test.each([
    ["of one name", (root: string, at: number) => `${root}/d${at}/index.js`, ["old/ -> new/"]],
    ["in many directories", (root: string, at: number) => `${root}/d${at % 200}/f${at}.js`, ["old/ -> new/"]],
    ["of tests", (root: string, at: number) => `${root}/d${at}/tests/a.js`, []],
    ["of data", (root: string, at: number) => `${root}/d${at % 200}/f${at}.csv`, []],
  ])("%s are no burden", { timeout: 240_000 }, (_what, name, rules) => {
    const content = (at: number): string => `number = ${at}\n`;
    const survey = surveyOf(
      tree((at) => name("old", at), content),
      tree((at) => name("new", at), content),
    );
    const start = performance.now();
    const inference = infer(survey);
    expect(rulesOf(inference)).toEqual(rules);
    // A second where nothing else runs; minutes when something grows with the square.
    expect(performance.now() - start).toBeLessThan(100_000);
  });
});

import { describe, expect, test } from "vitest";
import { type Files, findingsOf, type Sample, sampleInput } from "../../test/check-samples.ts";
import { layoutReference } from "./layout-reference.ts";
import { createSourceCache, defaultLimits } from "./sources.ts";

const paths = [{ from: "src/shop/", to: "web/" }];

function promoting(
  name: string,
  content: string | Buffer,
  more: Partial<Sample> = {},
  others: Files = {},
): Sample {
  const preprod = { "src/shop/assets/site.css": "", [`src/shop/${name}`]: content, ...others };
  return { paths, ...more, preprod };
}

describe("in code, a path of PREPROD's layout that PROD will not have is found", () => {
  test.each<[string, string, string, number]>([
    ["a plain string", "app.py", 'x = 1\nopen("src/shop/assets/site.css")\n', 2],
    ["a directory", "app.py", "ROOT = 'src/shop'\n", 1],
    ["with ./ before it", "app.py", 'open("./src/shop/assets/site.css")', 1],
    ["with other directories before it", "app.py", 'open("../../10_preprod/src/shop/assets/site.css")', 1],
    ["an f-string", "app.py", 'x = f"{root}/src/shop/assets/{name}.css"', 1],
    ["a raw string", "app.py", "x = r'src/shop/assets/site.css'", 1],
    ["the third line of a long string", "app.py", 'x = """\n\nsrc/shop/assets/site.css\n"""', 3],
    ["literals side by side", "app.py", 'x = ("src/"\n     "shop/assets/site.css")', 1],
    ["Path divided by names", "app.py", 'x = Path(__file__).parent / "src" / "shop" / "assets"', 1],
    ["os.path.join", "app.py", 'import os\nx = os.path.join(root, "src", "shop", "assets")', 2],
    [
      "a default argument in a class in a match",
      "app.py",
      "class A:\n  def f(self, p='src/shop/x'):\n    match p:\n      case 'a':\n        pass\n",
      2,
    ],
    ["JavaScript", "app.js", 'const a = 1;\nread("src/shop/assets/site.css");', 2],
    ["a template", "app.ts", "const a: string = `${root}/src/shop/assets/${name}.css`;", 1],
    ["path.join", "app.mjs", 'path.join(root, "src", "shop", "assets")', 1],
    ["markup in code", "app.jsx", "const a = <img src='src/shop/assets/logo.png'/>;", 1],
  ])("%s", async (_, name, content, line) => {
    expect(await findingsOf(layoutReference, promoting(name, content))).toEqual([
      `web/${name}:${line} layout-path`,
    ]);
  });
});

describe("in configuration, too", () => {
  test.each<[string, string, string, number]>([
    ["YAML", "app.yml", "# src/shop/a\ncss: src/shop/assets/site.css # src/shop/b\n", 2],
    ["a volume", "compose.yaml", "volumes:\n  - ./src/shop/assets:/app/assets:ro\n", 2],
    ["TOML", "app.toml", 'note = "a # b" # src/shop/x\ncss = "src/shop/assets/site.css"', 2],
    ["INI", "app.ini", "; src/shop/x\n[a]\ncss = src/shop/assets/site.css", 3],
    ["a script", "run.sh", "#!/bin/sh\ncd src/shop && exec python main.py # it's src/shop/x\n", 2],
    ["an image", "Dockerfile", "FROM python\nCOPY src/shop/ /app\n", 2],
    ["JSON", "app.json", '{\n "css": "src/shop/assets/site.css" }', 2],
    ["a page", "a.html", "<!-- src/shop/a\n -->\n<link href='src/shop/assets/site.css'>", 3],
    ["a style sheet", "a.css", "/* src/shop/x */ a { background: url(src/shop/assets/logo.png) }", 1],
  ])("%s", async (_, name, content, line) => {
    expect(await findingsOf(layoutReference, promoting(name, content))).toEqual([
      `web/${name}:${line} layout-path`,
    ]);
  });
});

describe("nothing is said of", () => {
  test.each<[string, string, string]>([
    ["comments", "app.py", "# src/shop/assets/site.css\nx = 1  # src/shop\n"],
    ["docstrings", "app.py", '"""See src/shop/assets/site.css."""\ndef f():\n    """src/shop"""\n'],
    ["comments in JavaScript", "app.js", "// src/shop/assets/site.css\n/* src/shop */ const a = 1;"],
    ["a URL", "app.py", 'x = "https://example.org/repo/src/shop/assets/site.css"'],
    ["a longer name", "app.py", 'x = "src/shopping/a.css"; y = "my-src/shop/a"; z = "src/shop2"'],
    ["imports", "app.py", "import src.shop.assets\n"],
    ["a place of its own in a container", "run.sh", "docker run -v $PWD:/usr/src/shop node"],
    ["documents", "README.md", "src/shop/assets/site.css"],
    ["CI", ".github/workflows/ci.yml", "run: pytest src/shop/tests"],
    [
      "test settings in pyproject.toml",
      "pyproject.toml",
      "[project]\nname = 'a'\n[tool.pytest.ini_options]\ntestpaths = ['src/shop/tests']\n",
    ],
  ])("%s", async (_, name, content) => {
    expect(await findingsOf(layoutReference, promoting(name, content))).toEqual([]);
  });

  test("paths that exist in both layouts", async () => {
    const sample = promoting("app.py", 'open("src/shop/assets/site.css"); open("src/shop/data/new.txt")', {
      prod: { "src/shop/assets/site.css": "" },
    });
    expect(await findingsOf(layoutReference, sample)).toEqual([`web/app.py:1 layout-path`]);
    const both = { ...sample, prod: { "src/shop/assets/site.css": "", "src/shop/other": "" } };
    expect(
      await findingsOf(layoutReference, {
        ...both,
        preprod: { "src/shop/app.py": 'open("src/shop/assets/site.css")' },
      }),
    ).toEqual([]);
  });

  test("files that are not promoted", async () => {
    const code = 'open("src/shop/assets/site.css")';
    const sample = promoting("app.py", code, { prod: { "web/app.py": code, "other.py": code } });
    expect(await findingsOf(layoutReference, sample)).toEqual([]);
  });

  test("a rule that keeps its path", async () => {
    const sample: Sample = {
      paths: [{ from: "data/", to: "data/" }],
      preprod: { "data/a.py": 'open("data/gone.csv")' },
    };
    expect(await findingsOf(layoutReference, sample)).toEqual([]);
  });

  test("a single common word that happens to be a directory's name", async () => {
    const sample: Sample = {
      paths: [{ from: "app/", to: "web/" }],
      preprod: {
        "app/main.py": 'x = "app"; y = "app/unknown.css"; z = "my/app/site.css"',
        "app/site.css": "",
      },
    };
    expect(await findingsOf(layoutReference, sample)).toEqual([]);
  });
});

test("a path of PREPROD under a directory of one name is found when PREPROD has it", async () => {
  const sample: Sample = {
    paths: [{ from: "app/", to: "web/" }],
    preprod: { "app/main.py": '\nopen("app/site.css")', "app/site.css": "" },
  };
  expect(await findingsOf(layoutReference, sample)).toEqual(["web/main.py:2 layout-path"]);
});

test("a file that a rule renames is found under its old name", async () => {
  const sample: Sample = {
    paths: [
      { from: "config/preprod.yml", to: "config/prod.yml" },
      { from: "main.py", to: "main.py" },
    ],
    preprod: { "config/preprod.yml": "a: 1", "main.py": 'load("config/preprod.yml")' },
  };
  expect(await findingsOf(layoutReference, sample)).toEqual(["main.py:1 layout-path"]);
});

test("PREPROD's own root is found", async () => {
  const code = 'open("/home/deploy/shop/10_preprod/data/shop.db")';
  expect(await findingsOf(layoutReference, promoting("app.py", code))).toEqual(["web/app.py:1 layout-root"]);
});

test("what may be a message, a module's name or a test is a warning at most", async () => {
  const uncertain = promoting(
    "app.py",
    'log("cannot read src/shop/assets/site.css")\nrun("src.shop.main:app")\n',
    {},
    {
      "src/shop/tests/test_app.py": 'open("src/shop/assets/site.css")',
    },
  );
  expect(await findingsOf(layoutReference, uncertain)).toEqual([
    "?web/app.py:1 layout-path",
    "?web/app.py:2 layout-module",
    "?web/tests/test_app.py:1 layout-path",
  ]);
});

test("the message says what the path is in PROD", async () => {
  const input = sampleInput(promoting("app.py", 'open("src/shop/assets/site.css")'));
  const [finding] = await layoutReference.find(input, createSourceCache(input, defaultLimits).open());
  expect(finding?.message).toBe(
    "names src/shop/assets/site.css, which PROD will not have; its place in PROD is web/assets/site.css",
  );
  expect(layoutReference.summary(finding === undefined ? [] : [finding])).toBe(
    "1 place in promoted files names PREPROD's layout, which PROD will not have: src/shop/assets/site.css (in PROD: web/assets/site.css).",
  );
});

test("line numbers and paths hold in a file that is not UTF-8, and with Windows line ends", async () => {
  const content = Buffer.from(
    '# -*- coding: latin-1 -*-\r\nx = "caf\xe9"\r\nopen("src/shop/assets/site.css")\r\n',
    "latin1",
  );
  expect(await findingsOf(layoutReference, promoting("app.py", content))).toEqual([
    "web/app.py:3 layout-path",
  ]);
});

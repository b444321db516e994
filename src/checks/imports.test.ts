import { describe, expect, test } from "vitest";
import { type Files, findingsOf, type Sample } from "../../test/check-samples.ts";
import { imports } from "./imports.ts";

const paths = [{ from: "src/shop/", to: "web/" }];
const shop: Files = {
  "src/shop/utils/__init__.py": "from .colors import PALETTE\nfrom . import chart\n",
  "src/shop/utils/colors.py": "PALETTE = []\n",
  "src/shop/utils/chart.py": "",
  "src/shop/plain/deep/thing.py": "",
  "src/shop/native.cpython-311-x86_64-linux-gnu.so": "",
};

function importing(code: string, more: Files = {}, rest: Partial<Sample> = {}): Sample {
  return { paths, ...rest, preprod: { ...shop, "src/shop/main.py": code, ...more } };
}

describe("an import that PROD's layout resolves is fine", () => {
  test.each([
    "from utils.colors import PALETTE",
    "import utils.colors as colors, utils",
    "from utils import PALETTE, chart",
    "from utils import colors",
    "from utils import *",
    "from plain.deep import thing",
    "import plain.deep.thing",
    "from plain.deep.thing import *",
    "import native",
    "import os.path, sys, tomllib, asyncio, distutils",
    "from __future__ import annotations",
    "import numpy as np\nfrom google.cloud import storage\nimport a.b.c",
    "from .utils import colors\nfrom .utils.colors import PALETTE\nfrom . import utils",
    "from web.utils import colors",
    "import utils.colors.PALETTE.append",
    "from utils.colors import (\n    PALETTE,  # the colours\n)",
  ])("%s", async (code) => {
    expect(await findingsOf(imports, importing(`${code}\n`))).toEqual([]);
  });
});

describe("an import that only PREPROD's layout resolves is found at its line", () => {
  test.each<[string, string[]]>([
    ["\nfrom src.shop.utils.colors import PALETTE", ["web/main.py:2 import-layout"]],
    ["from src.utils.colors import PALETTE", ["web/main.py:1 import-layout"]],
    ["import src.shop.utils", ["web/main.py:1 import-layout"]],
    ["from shop.utils import colors", ["web/main.py:1 import-layout"]],
    ["from shop import utils", ["web/main.py:1 import-layout"]],
    ["import os, shop.utils.chart", ["web/main.py:1 import-layout"]],
    ["def f():\n    from src.shop.utils import colors\n", ["web/main.py:2 import-layout"]],
    ["from tools.build import run", ["web/main.py:1 import-layout"]],
  ])("%s", async (code, found) => {
    expect(await findingsOf(imports, importing(code, { "tools/build.py": "" }))).toEqual(found);
  });
});

describe("a local module that PROD will lack is found", () => {
  test("because a rule leaves it out", async () => {
    const sample = importing(
      "from utils import secret\nimport utils.secret\nfrom .local import x\n",
      {
        "src/shop/utils/secret.py": "",
        "src/shop/local.py": "x = 1",
      },
      { ignore: ["secret.py", "local.py"] },
    );
    expect(await findingsOf(imports, sample)).toEqual([
      "web/main.py:2 import-missing",
      "web/main.py:3 import-missing",
      "?web/main.py:1 import-name",
    ]);
  });

  test("and is uncertain when PREPROD lacks it, too", async () => {
    const code = "import utils.generated\nfrom ._version import version\nfrom ..above import x\n";
    expect(await findingsOf(imports, importing(code))).toEqual([
      "?web/main.py:1 import-missing",
      "?web/main.py:2 import-missing",
      "?web/main.py:3 import-missing",
    ]);
  });

  test("when a file that stays in PROD still imports what the promotion removes", async () => {
    const sample: Sample = {
      paths: [
        { from: "src/shop/", to: "web/", delete: true },
        { from: "jobs/", to: "jobs/" },
      ],
      preprod: { "src/shop/main.py": "" },
      prod: {
        "web/main.py": "",
        "web/old.py": "",
        "jobs/nightly.py": "from web.old import run\nimport nothing.of.ours\n",
        "jobs/fine.py": "from web import main\n",
      },
    };
    expect(await findingsOf(imports, sample)).toEqual(["jobs/nightly.py:1 import-missing"]);
  });
});

describe("an import that may fail is no finding", () => {
  test.each([
    "try:\n    from src.shop import utils\nexcept ImportError:\n    from utils import colors\n",
    "try:\n    import src.shop.utils\nexcept (ValueError, ModuleNotFoundError):\n    pass\n",
    "try:\n    import src.shop.utils\nexcept Exception as error:\n    print(error)\n",
    "try:\n    from utils import colors\nexcept ImportError:\n    from src.shop.utils import colors\n",
    "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from src.shop.utils import colors\n",
    "import typing\nif typing.TYPE_CHECKING:\n    from src.shop.utils import colors\nelse:\n    colors = None\n",
    "import sys\nif sys.platform == 'win32':\n    import src.shop.win\n",
    "with contextlib.suppress(ImportError):\n    import src.shop.utils\n",
    "'''\nimport src.shop.utils\n'''\n# import src.shop.utils\n",
  ])("%s", async (code) => {
    expect(await findingsOf(imports, importing(code))).toEqual([]);
  });

  test("unless its replacement fails as well", async () => {
    const code = "try:\n    import src.shop.utils\nexcept ImportError:\n    import shop.utils\n";
    expect(await findingsOf(imports, importing(code))).toEqual(["web/main.py:4 import-layout"]);
  });

  test("but one beside the type checker's is", async () => {
    const code = "if TYPE_CHECKING:\n    import a\nelse:\n    import src.shop.utils\n";
    expect(await findingsOf(imports, importing(code))).toEqual(["web/main.py:4 import-layout"]);
  });

  test("nor is one whose try forgives other errors only", async () => {
    const code = "try:\n    import src.shop.utils\nexcept ValueError:\n    pass\n";
    expect(await findingsOf(imports, importing(code))).toEqual(["web/main.py:2 import-layout"]);
  });
});

describe("an installed package is not taken for a directory of its name", () => {
  test("PROD's directory is called streamlit", async () => {
    const sample: Sample = {
      paths: [{ from: "src/shop/", to: "streamlit/" }],
      preprod: {
        "src/shop/__init__.py": "",
        "src/shop/main.py":
          "import streamlit as st\nfrom streamlit.components.v1 import html\nfrom streamlit import cache_data\n",
      },
    };
    expect(await findingsOf(imports, sample)).toEqual([]);
  });

  test("migrations are in alembic/", async () => {
    const sample: Sample = {
      paths: [{ from: "alembic/", to: "migrations/" }],
      preprod: {
        "alembic/env.py": "from alembic import context\nimport alembic\n",
        "alembic/versions/a.py": "from alembic import op\n",
      },
      prod: { "requirements.txt": "alembic==1.13\n" },
    };
    expect(await findingsOf(imports, sample)).toEqual([]);
  });

  test("docker/ holds no Python", async () => {
    const sample = importing("import docker\nfrom docker import errors\n", {
      "docker/Dockerfile": "FROM python",
    });
    expect(await findingsOf(imports, sample)).toEqual([]);
  });
});

test("modules that a package makes as it loads are not missed", async () => {
  const code =
    "from vendored.six.moves import urllib\nfrom vendored import extern_a\nimport vendored.made.thing\n";
  const sample = importing(code, {
    "src/shop/vendored/__init__.py": "import sys\nsys.modules['vendored.made'] = None\nextern_a = 1\n",
    "src/shop/vendored/six.py": "",
  });
  expect(await findingsOf(imports, sample)).toEqual([]);
});

test("a name that PROD's older copy of a module does not know is a warning", async () => {
  const sample: Sample = {
    paths: [{ from: "src/shop/main.py", to: "web/main.py" }],
    preprod: {
      "src/shop/main.py": "from utils.colors import PALETTE, OLD\n",
      "src/shop/utils/colors.py": "PALETTE = OLD = 1",
    },
    prod: { "web/utils/colors.py": "OLD = 1\n" },
  };
  expect(await findingsOf(imports, sample)).toEqual(["?web/main.py:1 import-name"]);
});

test("behind a syntax error nothing is certain, before it all is", async () => {
  const code = "import src.shop.utils\ndef broken(:\n  ] = '\nimport src.shop.chart\n";
  expect(await findingsOf(imports, importing(code))).toEqual([
    "web/main.py:1 import-layout",
    "?web/main.py:4 import-layout",
  ]);
});

describe("JavaScript and TypeScript", () => {
  const files: Files = {
    "src/shop/a.ts": "",
    "src/shop/b/index.tsx": "",
    "src/shop/c.json": "{}",
    "src/shop/d/package.json": "{}",
    "src/shop/e.svg": "",
  };
  test.each([
    "import a from './a';",
    "import a from './a.js';",
    "import './b'; import './b/';",
    "const c = require('./c');",
    "export * from './d';",
    "const e = await import('./e.svg?url');",
    "import x from './x' with { type: 'json' };".replace("./x", "./c.json"),
    "import type { T } from './gone';",
    "import { type T } from './gone';",
    "try { require('./gone') } catch {}",
    "import react from 'react'; import fs from 'node:fs';",
    "// import './gone'\n/* require('./gone') */",
    "import('../../../outside')",
    "import(`./${name}`)",
  ])("finds nothing in %s", async (code) => {
    expect(await findingsOf(imports, importing("", { ...files, "src/shop/m.ts": code }))).toEqual([]);
  });

  test("finds a file that the rules leave out, and one that leads out of the layout", async () => {
    const sample = importing(
      "",
      {
        ...files,
        "src/shop/m.ts": "import './a';\nimport './left-out';\nconst x = require('../shared/x');\n",
        "src/shop/left-out.ts": "",
        "src/shared/x.js": "",
      },
      { ignore: ["left-out.ts"] },
    );
    expect(await findingsOf(imports, sample)).toEqual(["web/m.ts:2 import-file", "web/m.ts:3 import-file"]);
  });

  test("is uncertain about what PREPROD lacks as well", async () => {
    const sample = importing("", { "src/shop/m.js": "import './generated.js';" });
    expect(await findingsOf(imports, sample)).toEqual(["?web/m.js:1 import-file"]);
  });
});

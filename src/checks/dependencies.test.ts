import { describe, expect, test } from "vitest";
import { type Files, findingsOf, type Sample, sampleInput } from "../../test/check-samples.ts";
import { dependencies } from "./dependencies.ts";
import { createSourceCache, defaultLimits } from "./sources.ts";

const paths = [{ from: "src/shop/", to: "web/" }];

function importing(code: string, prod: Files, more: Files = {}): Sample {
  return { paths, preprod: { "src/shop/main.py": code, ...more }, prod };
}

async function missing(code: string, prod: Files, more: Files = {}): Promise<readonly string[]> {
  const input = sampleInput(importing(code, prod, more));
  const findings = await dependencies.find(input, createSourceCache(input, defaultLimits).open());
  return findings.map(
    ({ line, facts, uncertain }) => `${uncertain === true ? "?" : ""}${line} ${facts["package"]}`,
  );
}

const project = (names: readonly string[], more = ""): Files => ({
  "pyproject.toml": `[project]\nname = "shop"\ndependencies = ${JSON.stringify(names)}\n${more}`,
});

describe("a package is declared", () => {
  const code = "import numpy as np\nfrom sklearn.linear_model import Ridge\n";
  const wanted = ["numpy", "scikit-learn"];
  test.each<[string, Files]>([
    ["[project]", project(["numpy>=1.26", "scikit_learn[all] ~= 1.4 ; python_version > '3.8'"])],
    ["optional dependencies", project(["NumPy"], '[project.optional-dependencies]\nml = ["scikit-learn"]\n')],
    [
      "dependency groups",
      project(["numpy"], '[dependency-groups]\nml = ["scikit-learn", {include-group = "dev"}]\n'),
    ],
    [
      "Poetry",
      {
        "pyproject.toml":
          '[tool.poetry.dependencies]\npython = "^3.11"\nnumpy = "*"\n[tool.poetry.group.ml.dependencies]\nscikit-learn = {version = "1.4"}\n',
      },
    ],
    [
      "requirements",
      {
        "requirements.txt":
          "# numpy 1\n--index-url https://x.example\nnumpy==1.26.4 --hash=sha256:aa\n-r more/ml.txt\n",
        "more/ml.txt": "scikit-learn @ https://x.example/a.whl\n",
      },
    ],
    [
      "requirements/",
      {
        "requirements/base.txt": "numpy",
        "requirements/ml.in": "git+https://git.example/scikit-learn.git@main\n",
      },
    ],
    ["Pipfile", { Pipfile: '[packages]\nnumpy = "*"\nscikit-learn = "*"\n' }],
    ["setup.py", { "setup.py": 'setup(install_requires=["numpy>=1", "scikit-learn"])' }],
    [
      "environment.yml",
      { "environment.yml": "dependencies:\n  - numpy=1.26\n  - pip:\n    - scikit-learn\n" },
    ],
    [
      "an image",
      {
        "requirements.txt": "numpy",
        Dockerfile: "FROM python\nRUN pip install --no-cache-dir 'scikit-learn>=1' && true\n",
      },
    ],
    [
      "a lock file",
      {
        ...project(["numpy", "imbalanced-learn"]),
        "uv.lock": '[[package]]\nname = "scikit-learn"\nversion = "1"\n',
      },
    ],
    ["beside the code", { "pyproject.toml": "[tool.ruff]\n", "web/requirements.txt": "numpy\nscikit-learn" }],
  ])("in %s", async (_, prod) => {
    expect(await missing(code, prod)).toEqual([]);
    expect(await missing(`${code}import polars\n`, prod)).toEqual(["3 polars"]);
    expect(await missing(code, { "requirements.txt": "flask" })).toEqual(
      wanted.map((name, at) => `${at + 1} ${name}`),
    );
  });
});

describe("an import is known by the package that brings it", () => {
  test.each([
    ["import sklearn", "scikit-learn"],
    ["from PIL import Image", "Pillow"],
    ["import yaml", "PyYAML"],
    ["import cv2", "opencv-python"],
    ["import cv2", "opencv-python-headless"],
    ["from dateutil.parser import parse", "python-dateutil"],
    ["from bs4 import BeautifulSoup", "beautifulsoup4"],
    ["from dotenv import load_dotenv", "python-dotenv"],
    ["import jwt", "PyJWT"],
    ["from google.cloud import storage", "google-cloud-storage"],
    ["import google.cloud.storage as s", "google-cloud-storage"],
    ["from google.protobuf import message", "protobuf"],
    ["import psycopg2", "psycopg2-binary"],
    ["from rest_framework import views", "djangorestframework"],
    ["import serial", "pyserial"],
    ["import Crypto.Cipher", "pycryptodome"],
    ["import MySQLdb", "mysqlclient"],
    ["from azure.storage.blob import X", "azure-storage-blob"],
    ["from azure.identity import X", "azure-identity"],
    ["import fitz", "PyMuPDF"],
    ["from pydantic_settings import X", "pydantic-settings"],
    ["import mpl_toolkits.mplot3d", "matplotlib"],
    ["import zmq", "pyzmq"],
    ["import git", "GitPython"],
    ["import attr", "attrs"],
    ["import flask_sqlalchemy", "Flask-SQLAlchemy"],
    ["from ruamel.yaml import YAML", "ruamel.yaml"],
    ["import st_aggrid", "streamlit-aggrid"],
    ["import redis", "redis[hiredis]"],
    ["import numpy", "pandas"],
    ["import werkzeug", "Flask"],
    ["import opentelemetry.trace", "opentelemetry-api"],
  ])("%s, %s", async (code, name) => {
    expect(await missing(code, project([name]))).toEqual([]);
    expect(await missing(code, project(["unrelated"]))).toHaveLength(1);
  });
});

describe("nothing is said of", () => {
  const none = project([]);
  test.each([
    "import os, sys, json, tomllib, distutils.core, asyncio.events",
    "from utils import x\nimport utils.y\nfrom . import utils",
    "try:\n    import polars\nexcept ImportError:\n    polars = None\n",
    "if TYPE_CHECKING:\n    import polars\n",
    "import sys\nif sys.platform == 'win32':\n    import winfast\n",
    '"""import polars"""\n# import polars\n',
  ])("%s", async (code) => {
    expect(
      await missing(code, none, { "src/shop/utils/__init__.py": "x = 1", "src/shop/utils/y.py": "" }),
    ).toEqual([]);
  });

  test("a PROD that does not declare its packages anywhere", async () => {
    expect(await missing("import polars", { "pyproject.toml": "[tool.ruff]\n" })).toEqual([]);
    expect(await missing("import polars", {})).toEqual([]);
  });

  test("a declaration that only code can complete", async () => {
    expect(
      await missing("import polars", { "pyproject.toml": '[project]\nname="a"\ndynamic = ["dependencies"]' }),
    ).toEqual([]);
    expect(await missing("import polars", { "setup.py": "setup(install_requires=read('x'))" })).toEqual([]);
  });

  test("tests", async () => {
    expect(
      await missing("", none, {
        "src/shop/tests/test_a.py": "import pytest",
        "src/shop/conftest.py": "import pytest",
      }),
    ).toEqual([]);
  });
});

test("a missing package is told once, at its first import, with how many files want it", async () => {
  const input = sampleInput(
    importing("\nimport polars\nimport polars.io\n", project([]), { "src/shop/z.py": "import polars" }),
  );
  const findings = await dependencies.find(input, createSourceCache(input, defaultLimits).open());
  expect(findings).toEqual([
    {
      code: "dependency-missing",
      path: "web/main.py",
      line: 2,
      facts: { package: "polars", module: "polars", file: "pyproject.toml", files: 2 },
      message: "imports polars, but pyproject.toml does not have polars",
    },
  ]);
  expect(dependencies.summary(findings)).toBe(
    "PROD's pyproject.toml lacks 1 package that promoted code imports: polars.",
  );
});

test("what only comes along with something else is a warning, as is what is nearly always there", async () => {
  expect(await missing("import scipy\nimport setuptools", project(["scikit-learn"]))).toEqual([
    "?1 scipy",
    "?2 setuptools",
  ]);
});

test("a pyproject.toml that the promotion breaks is found at the line", async () => {
  const sample: Sample = {
    paths: [...paths, { from: "pyproject.toml", to: "pyproject.toml" }],
    preprod: {
      "src/shop/main.py": "import polars",
      "pyproject.toml": '[project]\nname = "shop"\ndependencies = [\n  "polars"\n  "numpy",\n]\n',
    },
    prod: project([]),
  };
  expect(await findingsOf(dependencies, sample)).toEqual(["pyproject.toml:5 dependency-file-broken"]);
});

test("when the promotion takes a package from the declaration, code that stays is asked too", async () => {
  const sample: Sample = {
    paths: [{ from: "pyproject.toml", to: "pyproject.toml" }],
    preprod: project(["numpy"]),
    prod: { ...project(["numpy", "polars"]), "jobs/nightly.py": "import polars\nimport numpy" },
  };
  expect(await findingsOf(dependencies, sample)).toEqual(["?jobs/nightly.py:1 dependency-missing"]);
});

describe("JavaScript and TypeScript", () => {
  const manifest = {
    "package.json": JSON.stringify({
      name: "shop",
      dependencies: { react: "1", "@scope/kit": "1" },
      devDependencies: { vite: "1" },
    }),
  };
  const js = (code: string, prod: Files = manifest): Sample => ({
    paths,
    preprod: { "src/shop/m.ts": code },
    prod,
  });

  test.each([
    "import React from 'react'; import x from 'react/jsx-runtime'; import '@scope/kit/style.css'; import { a } from 'shop/a';",
    "import fs from 'node:fs'; import { join } from 'path'; import 'fs/promises'; import t from 'node:test';",
    "import x from '@/components/x'; import y from '~/y'; import z from '#internal'; import 'virtual:pwa'; import 'https://x.example/a.js';",
    "import type { T } from 'gone'; try { require('gone') } catch {} ",
    "import a from 'web/lib/a'; require(name); import(`gone-${name}`)",
  ])("finds nothing in %s", async (code) => {
    expect(await findingsOf(dependencies, js(code, { ...manifest, "web/lib/a.ts": "" }))).toEqual([]);
  });

  test.each([
    "import x from 'lodash';",
    "const x = require('lodash/get');",
    "export * from 'lodash';",
    "await import('lodash');",
  ])("finds %s", async (code) => {
    expect(await findingsOf(dependencies, js(`\n${code}`))).toEqual(["web/m.ts:2 dependency-missing"]);
  });

  test("knows the aliases of tsconfig.json and the nearest package.json", async () => {
    const prod = {
      ...manifest,
      "tsconfig.json": '{ // aliases\n "compilerOptions": { "paths": { "app/*": ["src/*"], }, }, }',
    };
    expect(await findingsOf(dependencies, js("import x from 'app/x'; import 'other';", prod))).toEqual([
      "web/m.ts:1 dependency-missing",
    ]);
    const nested = { ...manifest, "web/package.json": '{"dependencies":{"lodash":"1"}}' };
    expect(await findingsOf(dependencies, js("import 'lodash'; import 'react'", nested))).toEqual([]);
  });

  test("says nothing without a package.json", async () => {
    expect(await findingsOf(dependencies, js("import 'lodash'", {}))).toEqual([]);
  });
});

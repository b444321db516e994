// The checks together on an app like the one that Passerelle was made for, before its code was made fit for PROD and after.

import { expect, test } from "vitest";
import { type Files, type Sample, sampleInput } from "../../test/check-samples.ts";
import { runChecks } from "./run-checks.ts";

const main = `"""Dashboard. It used to live in src/mangetamain_analytics/main.py."""
import sys
from pathlib import Path

import duckdb
import pandas as pd
import polars as pl
import streamlit as st

from data.loaders import load_recipes
from src.utils.colors import PALETTE
from utils.chart_theme import apply_chart_theme
from visualization.analyse_ratings import render_ratings_page

# The style sheet is in src/mangetamain_analytics/assets/custom.css
css = Path("src/mangetamain_analytics/assets/custom.css")
st.markdown(f"<style>{css.read_text()}</style>", unsafe_allow_html=True)
st.image("src/mangetamain_analytics/assets/back_to_the_kitchen_logo.png")
db = "data/mangetamain.duckdb"


def main():
    """Reads src/mangetamain_analytics/assets/favicon.ico, once."""
    render_ratings_page(apply_chart_theme, PALETTE, load_recipes(db))
`;

const ratings = `import numpy as np
import plotly.express as px
import statsmodels.api as sm
from scipy import stats
from sklearn.linear_model import LinearRegression

from .custom_charts import bar


def render_ratings_page(*args):
    return bar(px, np, sm, stats, LinearRegression)
`;

const pyproject = (more: readonly string[]): string => `[project]
name = "mangetamain"
version = "0.1.0"
requires-python = ">=3.11"
dependencies = [
${["duckdb>=1.0", "pandas>=2.0", "streamlit>=1.28", "plotly", "scikit-learn", ...more].map((name) => `    "${name}",`).join("\n")}
]

# [build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[tool.hatch.build.targets.wheel]
packages = ["src/mangetamain_analytics"]

[tool.pytest.ini_options]
testpaths = ["src/mangetamain_analytics/tests"]
`;

const source = "src/mangetamain_analytics";
const preprod: Files = {
  [`${source}/main.py`]: main,
  [`${source}/assets/custom.css`]: "body { color: red }\n",
  [`${source}/assets/back_to_the_kitchen_logo.png`]: Buffer.from([0x89, 0x50, 0x4e, 0x47, 0]),
  [`${source}/utils/__init__.py`]: "",
  [`${source}/utils/colors.py`]: "PALETTE = ['#fff']\n",
  [`${source}/utils/chart_theme.py`]:
    "from utils.colors import PALETTE\n\n\ndef apply_chart_theme():\n    return PALETTE\n",
  [`${source}/visualization/__init__.py`]: "",
  [`${source}/visualization/custom_charts.py`]: "def bar(*args):\n    return args\n",
  [`${source}/visualization/analyse_ratings.py`]: ratings,
  [`${source}/data/__init__.py`]: "",
  [`${source}/data/loaders.py`]:
    "import duckdb\n\n\ndef load_recipes(path):\n    return duckdb.connect(path)\n",
  "data/mangetamain.duckdb": "db",
  "pyproject.toml": pyproject(["polars", "scipy", "statsmodels"]),
};
const prod: Files = {
  "streamlit/main.py": "import streamlit\n",
  "streamlit/logo_btfkitchen.png": "logo",
  "streamlit/visualization/__init__.py": "",
  "streamlit/data/__init__.py": "",
  "streamlit/data/loaders.py": "old = 1\n",
  "data/mangetamain.duckdb": "db",
  "pyproject.toml": pyproject([]),
};
const sample: Sample = {
  paths: [{ from: `${source}/`, to: "streamlit/" }],
  preprod,
  prod,
  checks: { "layout-reference": "block", imports: "block", dependencies: "block" },
};

test("the three traps of the move are found, each at its line, and nothing else", async () => {
  const results = await runChecks(sampleInput(sample));
  const found = results.flatMap(({ id, findings = [] }) =>
    findings.map(({ path, line, facts }) => ({ id, path, line, facts })),
  );
  expect(found).toEqual([
    {
      id: "layout-reference",
      path: "streamlit/main.py",
      line: 16,
      facts: { named: `${source}/assets/custom.css`, prodPath: "streamlit/assets/custom.css" },
    },
    {
      id: "layout-reference",
      path: "streamlit/main.py",
      line: 18,
      facts: {
        named: `${source}/assets/back_to_the_kitchen_logo.png`,
        prodPath: "streamlit/assets/back_to_the_kitchen_logo.png",
      },
    },
    {
      id: "imports",
      path: "streamlit/main.py",
      line: 11,
      facts: { module: "src.utils.colors", instead: "utils.colors" },
    },
    missing("streamlit/main.py", 7, "polars", "polars"),
    missing("streamlit/visualization/analyse_ratings.py", 3, "statsmodels", "statsmodels.api"),
    missing("streamlit/visualization/analyse_ratings.py", 4, "scipy", "scipy"),
  ]);
  expect(results.map(({ id, level }) => [id, level])).toEqual([
    ["empty-source", "ok"],
    ["layout-reference", "block"],
    ["imports", "block"],
    ["dependencies", "block"],
    ["lock-file", "ok"],
    ["deletions", "ok"],
    ["secrets", "ok"],
    ["special-files", "ok"],
  ]);
  expect(results.find(({ id }) => id === "dependencies")?.message).toBe(
    "PROD's pyproject.toml lacks 3 packages that promoted code imports: polars, statsmodels, scipy.",
  );
});

test("once PREPROD's code is fit for both layouts and pyproject.toml goes along, nothing is left to say", async () => {
  const fixed = main
    .replace(
      'Path("src/mangetamain_analytics/assets/custom.css")',
      'Path(__file__).parent / "assets" / "custom.css"',
    )
    .replace('"src/mangetamain_analytics/assets/back', 'f"{Path(__file__).parent}/assets/back')
    .replace("from src.utils", "from utils");
  const results = await runChecks(
    sampleInput({
      ...sample,
      paths: [...sample.paths, { from: "pyproject.toml", to: "pyproject.toml" }],
      preprod: { ...preprod, [`${source}/main.py`]: fixed },
    }),
  );
  expect(results.filter(({ level }) => level !== "ok")).toEqual([]);
});

function missing(path: string, line: number, name: string, module: string): object {
  return {
    id: "dependencies",
    path,
    line,
    facts: { package: name, module, file: "pyproject.toml", files: 1 },
  };
}

// Whatever a file holds, the checks answer: some are as large as is looked into, some are made to be difficult.

import { expect, test } from "vitest";
import { sampleInput } from "../../test/check-samples.ts";
import { runChecks } from "./run-checks.ts";

const large = 5 * 1024 * 1024 - 1;
const parsed = 100 * 1024;
const fill = (unit: string, bytes: number): string => unit.repeat(Math.floor(bytes / unit.length));

test.each<[string, string, string | Buffer]>([
  ["Python that is one open bracket after another", "a.py", fill("(", parsed)],
  ["Python strings that never end", "a.py", fill('f"{', parsed)],
  ["a Python sum of thousands", "a.py", `x = ${fill('"src/app" / ', parsed)}1`],
  ["thousands of imports in a line", "a.py", `import a${fill(", a.b", parsed)}`],
  ["a Python file too large to parse", "a.py", fill("import os\n", large)],
  ["Python 2", "a.py", "print 'src', x\nexec 'a' in b\nraise E, 'x'\n`a`\n"],
  ["JavaScript blocks in blocks", "a.js", fill("{[", parsed)],
  ["templates in templates", "a.ts", fill("`${", parsed)],
  ["a bundle", "a.js", fill("a(b,c);", large)],
  ["zero bytes", "a.py", Buffer.alloc(large)],
  ["Latin-1", "a.py", Buffer.from("# -*- coding: latin-1 -*-\nimport caf\xe9\nx = '\xff\xfe'\n", "latin1")],
  ["UTF-16", "a.py", Buffer.from("\ufeffimport os\n", "utf16le")],
  ["surrogates", "a.js", "const a = '\\ud800'; import('\\udfff')"],
  ["an empty file", "a.py", ""],
  ["one long line of YAML", "a.yml", fill("k: src/app/x.css ", large / 4)],
  ["brackets in TOML", "pyproject.toml", `[project]\ndependencies = ${fill("[", parsed)}`],
  [
    "TOML that is something else",
    "pyproject.toml",
    "[project]\nname = 3\ndependencies = 'a'\n[project.optional-dependencies]\nx = 1\n",
  ],
  ["nested JSON", "package.json", fill('{"a":', parsed)],
  ["JSON that is something else", "package.json", '[1, null, {"dependencies": 3}]'],
  ["half a token again and again", "a.txt", fill("eyJ-sk-", large / 8)],
  ["comments that never end", "a.html", fill("<!--", large)],
])(
  "%s",
  async (_, name, content) => {
    const preprod = {
      [`src/app/${name}`]: content,
      [name]: content,
      "src/app/other.py": "import os\n",
      "src/app/x.css": "",
    };
    const paths = [
      { from: "src/app/", to: "lib/" },
      { from: name, to: name },
    ];
    const results = await runChecks(sampleInput({ paths, preprod, prod: {} }));
    expect(results).toHaveLength(8);
    expect(
      results.map(({ message }) => message).filter((message) => message.includes("itself failed")),
    ).toEqual([]);
  },
  120_000,
);

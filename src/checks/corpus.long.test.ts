// False alarms, counted: real packages are taken through a move to another layout, and nearly nothing may be said of them.

import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { type Files, sampleInput } from "../../test/check-samples.ts";
import type { Check } from "./check.ts";
import { dependencies } from "./dependencies.ts";
import { imports } from "./imports.ts";
import { readJavascript } from "./javascript-source.ts";
import { layoutReference } from "./layout-reference.ts";
import { readPython } from "./python-source.ts";
import { secrets } from "./secrets.ts";
import { createSourceCache, defaultLimits } from "./sources.ts";

const mostShare = 0.01;
const limits = { ...defaultLimits, secondsPerCheck: 300 };
const isCode = /\.(?:py|[cm]?[jt]sx?)$/;
const skipped = /(?:^|\/)(?:__pycache__|\.bin|tests?|lib2to3|idlelib|turtledemo)\/|\.map$|\.min\.[cm]?js$/;

/** Whole packages and modules of a directory, in the order of their names, up to a number of bytes of code. */
function filesOf(root: string, mostBytes: number): Files {
  const files: Record<string, string | Buffer> = {};
  let bytes = 0;
  for (const name of readdirSync(root).sort()) {
    const isDirectory = lstatSync(join(root, name)).isDirectory();
    const paths = isDirectory ? readdirSync(join(root, name), { recursive: true, encoding: "utf8" }) : [""];
    const found: Record<string, Buffer> = {};
    for (const path of paths) {
      const whole = path === "" ? name : `${name}/${path}`;
      if (skipped.test(whole) || !lstatSync(join(root, whole)).isFile()) continue;
      const isRead = isCode.test(whole) || whole.endsWith("package.json");
      found[whole] = isRead ? readFileSync(join(root, whole)) : Buffer.alloc(0);
    }
    const size = Object.values(found).reduce((sum, content) => sum + content.length, 0);
    if (bytes + size > mostBytes) continue;
    bytes += size;
    Object.assign(files, found);
  }
  return files;
}

/** How many imports the files hold, and what the checks say of them all the same. */
async function alarmsIn(
  files: Files,
  checks: readonly Check[],
): Promise<{ readonly asked: number; readonly alarms: readonly string[] }> {
  const preprod = Object.fromEntries(
    Object.entries(files).map(([path, content]) => [`src/mangetamain_analytics/${path}`, content]),
  );
  const paths = [{ from: "src/mangetamain_analytics/", to: "streamlit/" }];
  const input = sampleInput({ paths, preprod, prod: {} });
  const cache = createSourceCache(input, limits);
  const alarms: string[] = [];
  for (const check of checks) {
    for (const { path, line, message } of await check.find(input, cache.open())) {
      alarms.push(`${check.id}: ${path}:${line} ${message}`);
    }
  }
  let asked = 0;
  const sources = cache.open();
  for await (const source of sources.texts([...input.result.keys()].filter((path) => isCode.test(path)))) {
    const reading = source.path.endsWith(".py")
      ? readPython(source, sources)
      : readJavascript(source, sources);
    asked += (await reading).imports.length;
  }
  return { asked, alarms };
}

describe("packages that this programme depends on find their own files and have theirs declared", () => {
  const root = join(import.meta.dirname, "../../node_modules");
  const packages = [
    "@slack/bolt",
    "@slack/socket-mode",
    "node-ssh",
    "openworkflow",
    "pino",
    "postgres",
    "ws",
  ];

  test.each(packages)("%s", async (name) => {
    const { asked, alarms } = await alarmsIn(filesOf(join(root, name), 600_000), [imports, dependencies]);
    expect(asked).toBeGreaterThan(3);
    expect(alarms.length, alarms.join("\n")).toBeLessThanOrEqual(asked * mostShare);
  });
});

for (const [root, mostBytes] of [
  ["/usr/lib/python3/dist-packages", 2_000_000],
  ["/usr/lib/python3.11", 1_500_000],
] as const) {
  test.skipIf(!existsSync(root))(
    `${root} raises next to no false alarm (runs where Debian's Python is installed)`,
    async () => {
      const checks = [imports, layoutReference, secrets];
      const { asked, alarms } = await alarmsIn(filesOf(root, mostBytes), checks);
      expect(asked).toBeGreaterThan(300);
      expect(alarms.length, alarms.join("\n")).toBeLessThanOrEqual(asked * mostShare);
    },
    120_000,
  );
}

// The relative imports of promoted JavaScript and TypeScript, looked up in PROD's result.

import { posix } from "node:path";
import type { Tree } from "../tree/entry.ts";
import { type CheckInput, type Finding, promotedFiles, runsElsewhere } from "./check.ts";
import { missingFile } from "./import-findings.ts";
import { isJavascript, readJavascript } from "./javascript-source.ts";
import { directoryOf } from "./layout.ts";
import type { Sources } from "./sources.ts";

const extensions = [
  ".js",
  ".mjs",
  ".cjs",
  ".jsx",
  ".ts",
  ".mts",
  ".cts",
  ".tsx",
  ".d.ts",
  ".d.mts",
  ".d.cts",
  ".json",
  ".node",
  ".wasm",
  ".vue",
  ".svelte",
];
const writtenFor: Readonly<Record<string, readonly string[]>> = {
  ".js": [".ts", ".tsx", ".jsx", ".d.ts"],
  ".jsx": [".tsx"],
  ".mjs": [".mts", ".d.mts"],
  ".cjs": [".cts", ".d.cts"],
};

export async function findMissingFiles(input: CheckInput, sources: Sources): Promise<readonly Finding[]> {
  const promoted = promotedFiles(input.changes).filter((change) => isJavascript(change.path));
  const origins = new Map(promoted.map((change) => [change.path, change.from]));
  const findings: Finding[] = [];
  for await (const source of sources.texts(promoted.map((change) => change.path))) {
    for (const { specifier, line, optional, typeOnly } of (await readJavascript(source, sources)).imports) {
      if (optional || typeOnly || !isRelative(specifier)) continue;
      if (resolves(input.result, source.path, specifier)) continue;
      const from = origins.get(source.path);
      const works = from !== undefined && resolves(input.preprod, from, specifier);
      // What PREPROD lacks too is built later, or never reached.
      findings.push(missingFile(source.path, line, specifier, !works || runsElsewhere(source.path)));
    }
  }
  return findings;
}

export function isRelative(specifier: string): boolean {
  return /^\.\.?(?:\/|$)/.test(specifier);
}

export function resolves(tree: Tree, importer: string, specifier: string): boolean {
  const target = posix.join(directoryOf(importer), specifier.replace(/[?#].*$/, "")).replace(/\/$/, "");
  // Outside of the tree, nothing is known.
  if (target === ".." || target.startsWith("../")) return true;
  const path = target === "." ? "" : target;
  const beside = path === "" ? "" : `${path}/`;
  return (
    (path !== "" && isFile(tree, path)) ||
    extensions.some(
      (extension) => isFile(tree, path + extension) || isFile(tree, `${beside}index${extension}`),
    ) ||
    Object.entries(writtenFor).some(
      ([written, sources]) =>
        path.endsWith(written) &&
        sources.some((source) => isFile(tree, path.slice(0, -written.length) + source)),
    ) ||
    isFile(tree, `${beside}package.json`) ||
    isUnderLink(tree, path)
  );
}

function isFile(tree: Tree, path: string): boolean {
  const entry = tree.get(path);
  return entry?.type === "file" || entry?.type === "link";
}

function isUnderLink(tree: Tree, path: string): boolean {
  for (let at = directoryOf(path); at !== ""; at = directoryOf(at)) {
    if (tree.get(at)?.type === "link") return true;
  }
  return false;
}

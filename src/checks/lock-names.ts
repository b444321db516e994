// The names that lock files pin, read line by line: some are megabytes long.

import type { Tree } from "../tree/entry.ts";
import { at, keys } from "./dependency-files.ts";
import { normalise } from "./python-distributions.ts";
import type { Sources } from "./sources.ts";

export function isPythonLock(path: string): boolean {
  return /(?:^|\/)(?:uv|poetry|pdm)\.lock$|(?:^|\/)Pipfile\.lock$/.test(path);
}

export async function lockedPythonNames(result: Tree, sources: Sources): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for await (const { path, text } of sources.texts([...result.keys()].filter(isPythonLock))) {
    for (const name of pythonLockNames(path, text)) names.add(name);
  }
  return names;
}

export function pythonLockNames(path: string, text: string): ReadonlySet<string> {
  if (path.endsWith("Pipfile.lock")) {
    const document = parseJson(text);
    return new Set([...keys(at(document, "default")), ...keys(at(document, "develop"))].map(normalise));
  }
  return new Set(
    [...text.matchAll(/^\[\[package\]\]\r?\nname = "([^"]+)"/gm)].map((match) => normalise(match[1] ?? "")),
  );
}

/** What uv noted of the project's own declaration when it locked; undefined where it did not. */
export function uvDeclaredNames(text: string, project: string): ReadonlySet<string> | undefined {
  const block = text
    .split(/^\[\[package\]\]\r?\n/m)
    .find((each) => normalise(/^name = "([^"]+)"/.exec(each)?.[1] ?? "") === project);
  const metadata = block === undefined ? -1 : block.indexOf("[package.metadata");
  if (block === undefined || metadata === -1) return undefined;
  const names = [...block.slice(metadata).matchAll(/\{ name = "([^"]+)"/g)].map((match) =>
    normalise(match[1] ?? ""),
  );
  return new Set(names);
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

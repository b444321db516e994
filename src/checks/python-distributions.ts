// Which distribution brings a Python import: the names under which packages are declared differ from those imported.

import { bringsAlong, importNames } from "./python-distribution-names.ts";

const byImport = parse(importNames);
const companions = parse(bringsAlong);
/** Worth declaring by whoever imports them. */
const notable = new Set([
  "matplotlib",
  "pandas",
  "pillow",
  "plotly",
  "pyarrow",
  "pydantic",
  "requests",
  "scipy",
  "sqlalchemy",
]);

function parse(text: string): ReadonlyMap<string, readonly string[]> {
  const lines = text.split("\n").filter((line) => line !== "");
  return new Map(
    lines.map((line) => {
      const [name = "", ...rest] = line.split(" ");
      return [name, rest];
    }),
  );
}

/** PEP 503: `Foo.Bar_baz` and `foo-bar-baz` are one distribution. */
export function normalise(distribution: string): string {
  return distribution.toLowerCase().replace(/[-_.]+/g, "-");
}

/** The distributions that may bring a module, the usual one first. Never empty. */
export function distributionsOf(module: string): readonly string[] {
  const names = module.split(".");
  const candidates: string[] = [];
  for (let length = names.length; length > 0; length--) {
    const prefix = names.slice(0, length);
    candidates.push(...(byImport.get(prefix.join(".")) ?? []));
  }
  // A namespace shared by many distributions is named in full by each of them.
  for (const length of [1, 2, 3]) {
    if (length <= names.length) candidates.push(normalise(names.slice(0, length).join("-")));
  }
  return candidates;
}

/**
 * Whether what is declared brings a module, by its known name or by one that is close to it; `along` when it only comes with
 * something else that is declared, and is more than a detail of that.
 */
export function isBrought(module: string, declared: ReadonlySet<string>): "yes" | "along" | "no" {
  const distributions = distributionsOf(module);
  if (distributions.some((name) => declared.has(name))) return "yes";
  const top = squash(module.split(".")[0] ?? "");
  let along = false;
  for (const name of declared) {
    if (close(top, squash(name))) return "yes";
    along ||= companions.get(name)?.some((brought) => distributions.includes(brought)) ?? false;
  }
  if (!along) return "no";
  return distributions.some((name) => notable.has(name)) ? "along" : "yes";
}

function squash(name: string): string {
  return name.toLowerCase().replace(/[-_.]/g, "");
}

/** `python-foo`, `pyfoo`, `foo-client` and the like are the usual other names of `foo`. */
function close(module: string, distribution: string): boolean {
  if (module.length < 3) return module === distribution;
  if (!distribution.includes(module) && !module.includes(distribution)) return false;
  return strip(module) === strip(distribution);
}

function strip(name: string): string {
  const bare = name
    .replace(/^(?:python3?|py|django|flask|types|lib)(?=...)/, "")
    .replace(/(?<=...)(?:python3?|py3?|sdk|client|api|binary|headless|lib|core|ng|js|wheel|[23])$/, "");
  return bare;
}

// The packages that promoted JavaScript and TypeScript ask for, against PROD's package.json.

import { builtinModules } from "node:module";
import { posix } from "node:path";
import type { Tree } from "../tree/entry.ts";
import { type CheckInput, type Finding, promotedFiles, runsElsewhere } from "./check.ts";
import { at, keys, texts } from "./dependency-files.ts";
import { isRelative } from "./javascript-imports.ts";
import { isJavascript, readJavascript } from "./javascript-source.ts";
import { directoryOf, join, pathIndex } from "./layout.ts";
import { parseJson } from "./lock-names.ts";
import type { Sources } from "./sources.ts";
import { withoutComments } from "./without-comments.ts";

const builtIn: ReadonlySet<string> = new Set(builtinModules);
/** Given by the program that loads the code. */
const given: ReadonlySet<string> = new Set(["electron", "vscode", "bun", "k6"]);
const packageName = /^(?:@[a-z0-9~-][\w.~-]*\/)?[a-z0-9~-][\w.~-]*$/i;

type Manifest = { readonly path: string; readonly names: ReadonlySet<string> };

export async function findUndeclaredModules(
  input: CheckInput,
  sources: Sources,
): Promise<readonly Finding[]> {
  const paths = promotedFiles(input.changes)
    .map((change) => change.path)
    .filter((path) => isJavascript(path) && !runsElsewhere(path) && !isConfigurationScript(path));
  if (paths.length === 0) return [];
  const manifests = await readManifests(input.result, sources);
  if (manifests.length === 0) return [];
  const aliases = await readAliases(input.result, sources);
  const known = pathIndex(input.result);
  const everywhere = new Set(manifests.flatMap(({ own }) => (own === undefined ? [] : [own])));
  const missing = new Map<string, Finding>();
  for await (const source of sources.texts(paths)) {
    const above = manifests.filter(({ path }) => isUnder(source.path, directoryOf(path)));
    const nearest = above.at(-1);
    if (nearest === undefined) continue;
    for (const { specifier, line, optional, typeOnly } of (await readJavascript(source, sources)).imports) {
      const name = packageOf(specifier);
      if (optional || typeOnly || name === undefined || everywhere.has(name) || given.has(name)) continue;
      if (above.some(({ names }) => names.has(name))) continue;
      if (aliases.some((alias) => specifier === alias || specifier.startsWith(alias))) continue;
      if (isInTree(known, source.path, specifier, name)) continue;
      const key = `${name}\n${nearest.path}`;
      if (!missing.has(key)) missing.set(key, undeclared(source.path, line, name, nearest));
    }
  }
  return [...missing.values()];
}

/** Undefined for what is no package: relative, built in, an alias by its form, or some bundler's own scheme. */
function packageOf(specifier: string): string | undefined {
  if (isRelative(specifier) || /^[/#~]|^@\/|:|^\s|[!?]/.test(specifier)) return undefined;
  const parts = specifier.split("/");
  const name = specifier.startsWith("@") ? parts.slice(0, 2).join("/") : (parts[0] ?? "");
  if (builtIn.has(specifier) || builtIn.has(name) || !packageName.test(name)) return undefined;
  return specifier.startsWith("@") && parts.length < 2 ? undefined : name;
}

/** The outermost first. */
async function readManifests(
  result: Tree,
  sources: Sources,
): Promise<readonly (Manifest & { readonly own: string | undefined })[]> {
  const paths = [...result.keys()].filter((path) => posix.basename(path) === "package.json");
  const manifests: (Manifest & { readonly own: string | undefined })[] = [];
  for await (const { path, text } of sources.texts(paths)) {
    const document = parseJson(text);
    if (document === undefined) {
      sources.note("not valid JSON", path);
      continue;
    }
    const names = ["dependencies", "devDependencies", "peerDependencies", "optionalDependencies"].flatMap(
      (kind) => keys(at(document, kind)),
    );
    const bundled = [
      ...texts(at(document, "bundleDependencies")),
      ...texts(at(document, "bundledDependencies")),
    ];
    const own = at(document, "name");
    manifests.push({
      path,
      names: new Set([...names, ...bundled]),
      own: typeof own === "string" ? own : undefined,
    });
  }
  return manifests.sort((left, right) => left.path.length - right.path.length);
}

/** Prefixes that TypeScript's `paths` give a meaning of their own. */
async function readAliases(result: Tree, sources: Sources): Promise<readonly string[]> {
  const paths = [...result.keys()].filter((path) => /(?:^|\/)(?:ts|js)config[^/]*\.json$/.test(path));
  const aliases: string[] = [];
  for await (const { text } of sources.texts(paths)) {
    const plain = withoutComments("tsconfig.json", text) ?? text;
    const document = parseJson(plain.replace(/,(\s*[}\]])/g, "$1"));
    aliases.push(
      ...keys(at(document, "compilerOptions", "paths")).map((alias) => alias.replace(/\*.*$/, "")),
    );
  }
  return aliases.filter((alias) => alias !== "");
}

/** Installed beside it, or a path from a base directory that some tool is set to. */
function isInTree(known: ReadonlySet<string>, importer: string, specifier: string, name: string): boolean {
  const first = specifier.split("/")[0] ?? specifier;
  for (let directory = directoryOf(importer); ; directory = directoryOf(directory)) {
    if (known.has(join(directory, `node_modules/${name}`))) return true;
    const bases = [directory, join(directory, "src")];
    if (!specifier.startsWith("@") && bases.some((base) => known.has(join(base, first)))) return true;
    if (directory === "") return false;
  }
}

function isUnder(path: string, directory: string): boolean {
  return directory === "" || path.startsWith(`${directory}/`);
}

/** Run by those who build, with what they have installed. */
function isConfigurationScript(path: string): boolean {
  return /(?:^|\/)[\w.-]+\.(?:config|native|android|ios)\.[cm]?[jt]sx?$|(?:^|\/)\.[\w-]+rc\.[cm]?js$/.test(
    path,
  );
}

function undeclared(path: string, line: number, name: string, { path: file }: Manifest): Finding {
  return {
    code: "dependency-missing",
    path,
    line,
    facts: { package: name, module: name, file, files: 1 },
    message: `imports ${name}, but ${file} does not have it`,
  };
}

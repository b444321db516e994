// What a PROD declares that it installs: pyproject.toml, requirements, Pipfile, setup files, environment.yml.

import { posix } from "node:path";
import { parse as parseToml, TomlError } from "smol-toml";
import type { Tree } from "../tree/entry.ts";
import { directoryOf } from "./layout.ts";
import { normalise } from "./python-distributions.ts";
import type { Source, Sources } from "./sources.ts";

export type DependencyFile = {
  readonly path: string;
  /** Normalised names. */
  readonly names: ReadonlySet<string>;
  /** It leaves it to code or to other files to say what is installed. */
  readonly open: boolean;
  /** Distribution names of the project itself. */
  readonly own: string | undefined;
  readonly brokenAtLine: number | undefined;
};

const isRequirements = /(?:^|\/)requirements[^/]*\.(?:txt|in)$|(?:^|\/)requirements\/[^/]+\.(?:txt|in)$/;
const isOther = /(?:^|\/)(?:pyproject\.toml|Pipfile|setup\.cfg|setup\.py|environment\.ya?ml)$/;

export function isDependencyFile(path: string): boolean {
  return isRequirements.test(path) || isOther.test(path);
}

/** By path. Files that declare nothing (a pyproject.toml with tool settings only) are left out. */
export async function readDependencyFiles(
  result: Tree,
  sources: Sources,
): Promise<ReadonlyMap<string, DependencyFile>> {
  const files = new Map<string, DependencyFile>();
  const includers = new Map<string, string>();
  const paths = [...result].filter(([path, { type }]) => type === "file" && isDependencyFile(path));
  for await (const source of sources.texts(paths.map(([path]) => path))) {
    const file = readDependencyFile(source);
    if (file !== undefined) files.set(source.path, file);
    for (const path of includedBy(source)) if (result.has(path)) includers.set(path, source.path);
  }
  // What is included speaks for those for whom the including file does.
  for await (const source of sources.texts([...includers.keys()])) {
    const includer = files.get(includers.get(source.path) ?? "");
    if (includer === undefined) continue;
    const names = new Set([...includer.names, ...requirementsFile(source).names]);
    files.set(includer.path, { ...includer, names });
  }
  return files;
}

export function readDependencyFile(source: Source): DependencyFile | undefined {
  const name = posix.basename(source.path);
  if (name === "pyproject.toml" || name === "Pipfile") return tomlFile(source, name === "Pipfile");
  if (name === "setup.py" || name === "setup.cfg") return setupFile(source);
  if (/^environment\.ya?ml$/.test(name)) return environmentFile(source);
  return requirementsFile(source);
}

/** The files that speak for a path: those in the nearest directory above it that has any, and all above that. */
export function declaredFor(
  path: string,
  files: ReadonlyMap<string, DependencyFile>,
): readonly DependencyFile[] {
  const above = [...files.values()].filter((file) => {
    const directory = directoryOf(file.path).replace(/(?:^|\/)requirements$/, "");
    return directory === "" || path.startsWith(`${directory}/`);
  });
  return above.length > 0 ? above : [...files.values()];
}

function tomlFile({ path, text }: Source, isPipfile: boolean): DependencyFile | undefined {
  let document: unknown;
  try {
    document = parseToml(text);
  } catch (error) {
    const line = error instanceof TomlError ? error.line : 1;
    return { path, names: namesAnywhere(text), open: true, own: undefined, brokenAtLine: line };
  }
  return isPipfile ? pipfile(path, document) : pyproject(path, document);
}

function pipfile(path: string, document: unknown): DependencyFile {
  const tables = ["packages", "dev-packages"].map((table) => at(document, table));
  return closed(path, tables.flatMap(keys));
}

function pyproject(path: string, document: unknown): DependencyFile | undefined {
  const project = at(document, "project");
  const poetry = at(document, "tool", "poetry");
  const groups = at(document, "dependency-groups");
  const uv = at(document, "tool", "uv", "dev-dependencies");
  const pdm = at(document, "tool", "pdm", "dev-dependencies");
  if (project === undefined && poetry === undefined && groups === undefined) return undefined;
  const requirements = [
    ...texts(at(project, "dependencies")),
    ...values(at(project, "optional-dependencies")).flatMap(texts),
    ...values(groups).flatMap(texts),
    ...texts(uv),
    ...values(pdm).flatMap(texts),
  ];
  const poetryTables = [
    at(poetry, "dependencies"),
    at(poetry, "dev-dependencies"),
    ...values(at(poetry, "group")).map((group) => at(group, "dependencies")),
  ];
  const names = [...requirements.map(nameOf), ...poetryTables.flatMap(keys)];
  const own = at(project, "name") ?? at(poetry, "name");
  const file = closed(
    path,
    names.filter((name) => name !== "" && name !== "python"),
  );
  return {
    ...file,
    own: typeof own === "string" ? normalise(own) : undefined,
    open: texts(at(project, "dynamic")).includes("dependencies"),
  };
}

function requirementsFile({ path, text }: Source): DependencyFile {
  const names = text.split("\n").map((line) => {
    const requirement = line.replace(/(?:^|\s)#.*$/, "").trim();
    const egg = /[#&]egg=([\w.-]+)/.exec(line)?.[1];
    if (egg !== undefined) return egg;
    const wheel = /(?:^|\/)([\w.]+?)-\d[^/]*\.(?:whl|tar\.gz|zip)$/.exec(requirement)?.[1];
    if (wheel !== undefined) return wheel;
    if (/^git\+/.test(requirement)) return posix.basename(requirement.replace(/(?:\.git)?(?:@.*)?$/, ""));
    return nameOf(requirement);
  });
  return closed(path, names);
}

function includedBy({ path, text }: Source): readonly string[] {
  if (!isRequirements.test(path)) return [];
  return [...text.matchAll(/^\s*(?:-r|--requirement)[\s=]+(\S+)/gm)].map((match) =>
    posix.join(directoryOf(path), match[1] ?? ""),
  );
}

/** Code is not run to learn what it declares: every string in it that could be a requirement counts as one. */
function setupFile({ path, text }: Source): DependencyFile | undefined {
  if (!/install_requires|setup_requires|extras_require/.test(text)) return undefined;
  return { ...closed(path, [...namesAnywhere(text)]), open: /install_requires\s*=\s*[\w(]/.test(text) };
}

function environmentFile({ path, text }: Source): DependencyFile {
  const names = [...text.matchAll(/^\s*-\s*["']?(?:[\w.-]+::)?([A-Za-z0-9][\w.-]*)/gm)].map((match) =>
    (match[1] ?? "").replace(/^pytorch$/, "torch").replace(/^py-?opencv$/, "opencv-python"),
  );
  return closed(path, names);
}

function namesAnywhere(text: string): ReadonlySet<string> {
  return new Set((text.match(/[A-Za-z0-9][A-Za-z0-9._-]+/g) ?? []).map(normalise));
}

function closed(path: string, names: readonly string[]): DependencyFile {
  const normalised = names.filter((name) => name !== "").map(normalise);
  return { path, names: new Set(normalised), open: false, own: undefined, brokenAtLine: undefined };
}

/** The name that a requirement (PEP 508) begins with; empty for options and local paths. */
export function nameOf(requirement: string): string {
  return (
    /^([A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?)\s*(?:$|[[<>=!~;@(,])/.exec(requirement.trim())?.[1] ?? ""
  );
}

/** What scripts and images of the result install by hand. */
export function installedByCommand(text: string): readonly string[] {
  return [...text.matchAll(/\b(?:pip3?|uv|poetry|conda) (?:pip )?(?:install|add)\s+([^\n&|;]+)/g)].flatMap(
    (match) =>
      (match[1] ?? "")
        .split(/\s+/)
        .map((word) => nameOf(word.replace(/["'\\]/g, "")))
        .filter((name) => name !== "")
        .map(normalise),
  );
}

export function isInstaller(path: string): boolean {
  return /(?:^|\/)(?:Dockerfile|Containerfile)[^/]*$|(?:^|\/)(?:docker-)?compose[^/]*\.ya?ml$|\.sh$/.test(
    path,
  );
}

export function at(value: unknown, ...keysInward: readonly string[]): unknown {
  let current = value;
  for (const key of keysInward) {
    if (typeof current !== "object" || current === null || Array.isArray(current)) return undefined;
    current = Object.entries(current).find(([name]) => name === key)?.[1];
  }
  return current;
}

export function keys(value: unknown): readonly string[] {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? Object.keys(value) : [];
}

export function values(value: unknown): readonly unknown[] {
  return typeof value === "object" && value !== null ? Object.values(value) : [];
}

export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === "string") : [];
}

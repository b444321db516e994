// Check: a dependency file and its lock file that no longer say the same.

import { posix } from "node:path";
import { type Check, type CheckInput, type Finding, listed } from "./check.ts";
import { at, keys, readDependencyFile } from "./dependency-files.ts";
import { directoryOf, join } from "./layout.ts";
import { parseJson, pythonLockNames, uvDeclaredNames } from "./lock-names.ts";
import type { Source, Sources } from "./sources.ts";

export const lockFile: Check = {
  id: "lock-file",
  level: "warn",
  fine: "Dependency files and lock files are in step.",
  find: findLocksOutOfStep,
  summary,
};

/** Lock files by the file that they lock; the first there is counts. */
const locks: Readonly<Record<string, readonly string[]>> = {
  "pyproject.toml": ["uv.lock", "poetry.lock", "pdm.lock"],
  Pipfile: ["Pipfile.lock"],
  "package.json": ["package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml"],
};

const mostPerPair = 100;

/** `missing` from the lock, `left` in the lock, or `differing` from it. */
type Difference = { readonly how: "missing" | "left" | "differing"; readonly name: string };

async function findLocksOutOfStep(input: CheckInput, sources: Sources): Promise<readonly Finding[]> {
  const changed = new Set(input.changes.map((change) => change.path));
  const findings: Finding[] = [];
  for (const [path, entry] of input.result) {
    const lock = entry.type === "file" ? lockOf(input, path) : undefined;
    if (lock === undefined) continue;
    const [declaration, locked] = await bothTexts(sources, path, lock);
    if (declaration === undefined || locked === undefined) continue;
    // Out of step before and after: not this promotion's doing.
    const uncertain = !changed.has(path) && !changed.has(lock);
    for (const { how, name } of compare(declaration, locked).slice(0, mostPerPair)) {
      const place = how === "left" ? locked : declaration;
      findings.push({
        code: `lock-${how}`,
        path: place.path,
        line: lineOf(place.text, name),
        facts: { package: name, file: path, lock },
        message: sentence(how, name, path, lock),
        ...(uncertain ? { uncertain } : {}),
      });
    }
  }
  return findings;
}

function lockOf(input: CheckInput, path: string): string | undefined {
  const names = locks[posix.basename(path)];
  return names
    ?.map((name) => join(directoryOf(path), name))
    .find((candidate) => input.result.get(candidate)?.type === "file");
}

async function bothTexts(
  sources: Sources,
  path: string,
  lock: string,
): Promise<readonly [Source | undefined, Source | undefined]> {
  const found = new Map<string, Source>();
  for await (const source of sources.texts([path, lock])) found.set(source.path, source);
  return [found.get(path), found.get(lock)];
}

function compare(declaration: Source, locked: Source): readonly Difference[] {
  return posix.basename(declaration.path) === "package.json"
    ? comparePackages(declaration, locked)
    : compareDistributions(declaration, locked);
}

function compareDistributions(declaration: Source, locked: Source): readonly Difference[] {
  const file = readDependencyFile(declaration);
  if (file === undefined || file.open || file.brokenAtLine !== undefined) return [];
  const known = pythonLockNames(locked.path, locked.text);
  // An empty lock, or one of a form that is not known, says nothing.
  if (known.size === 0) return [];
  const differences: Difference[] = [...file.names]
    .filter((name) => !known.has(name) && name !== file.own)
    .map((name) => ({ how: "missing", name }));
  if (!locked.path.endsWith("uv.lock") || file.own === undefined) return differences;
  const noted = uvDeclaredNames(locked.text, file.own) ?? file.names;
  for (const name of file.names) {
    if (known.has(name) && !noted.has(name) && name !== file.own) differences.push({ how: "missing", name });
  }
  for (const name of noted) {
    if (!file.names.has(name) && name !== file.own) differences.push({ how: "left", name });
  }
  return differences;
}

const kinds = ["dependencies", "devDependencies", "optionalDependencies"] as const;

function comparePackages(declaration: Source, locked: Source): readonly Difference[] {
  const manifest = parseJson(declaration.text);
  const wanted = specifiers(manifest);
  const name = posix.basename(locked.path);
  if (name === "yarn.lock") {
    return missingFrom(wanted, (each) =>
      new RegExp(`^["']?(?:.*, ?["']?)?${literally(each)}@`, "m").test(locked.text),
    );
  }
  if (name === "pnpm-lock.yaml") {
    return missingFrom(wanted, (each) =>
      new RegExp(`^\\s+["']?/?${literally(each)}["']?[:@/]`, "m").test(locked.text),
    );
  }
  const lock = parseJson(locked.text);
  const root = at(lock, "packages", "");
  if (root === undefined) {
    const names = new Set(keys(at(lock, "dependencies")));
    return names.size === 0 ? [] : missingFrom(wanted, (each) => names.has(each));
  }
  const noted = specifiers(root);
  const differences: Difference[] = [];
  for (const [each, specifier] of wanted) {
    if (!noted.has(each)) differences.push({ how: "missing", name: each });
    else if (noted.get(each) !== specifier) differences.push({ how: "differing", name: each });
  }
  for (const each of noted.keys()) if (!wanted.has(each)) differences.push({ how: "left", name: each });
  return differences;
}

function specifiers(manifest: unknown): ReadonlyMap<string, string> {
  return new Map(
    kinds.flatMap((kind) =>
      keys(at(manifest, kind)).map((name) => [name, String(at(manifest, kind, name))] as const),
    ),
  );
}

function missingFrom(
  wanted: ReadonlyMap<string, string>,
  has: (name: string) => boolean,
): readonly Difference[] {
  return [...wanted]
    .filter(([name, specifier]) => !/^(?:workspace|file|link|portal):/.test(specifier) && !has(name))
    .map(([name]) => ({ how: "missing", name }));
}

function literally(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&");
}

/** 0 when it is not written that way anywhere. */
function lineOf(text: string, name: string): number {
  const pattern = new RegExp(`(?<![\\w-])${literally(name).replaceAll("\\-", "[-_.]+")}(?![\\w-])`, "i");
  return text.split("\n").findIndex((line) => pattern.test(line)) + 1;
}

function sentence(how: Difference["how"], name: string, file: string, lock: string): string {
  if (how === "missing") return `${file} has ${name}, ${lock} does not`;
  if (how === "left") return `${lock} still has ${name}, ${file} does not`;
  return `${file} and ${lock} differ about ${name}`;
}

function summary(findings: readonly Finding[]): string {
  const pairs = new Set(findings.map(({ facts }) => `${facts["file"]} and ${facts["lock"]}`));
  const names = findings.map(({ facts }) => `${facts["package"]}`);
  return `${listed([...pairs])} are out of step about ${listed(names)}. Lock again in PREPROD, then promote both.`;
}

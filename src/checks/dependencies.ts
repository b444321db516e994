// Check: packages that promoted code imports and PROD does not declare.

import {
  type Check,
  type CheckInput,
  counted,
  type Finding,
  listed,
  promotedFiles,
  runsElsewhere,
} from "./check.ts";
import {
  type DependencyFile,
  declaredFor,
  installedByCommand,
  isDependencyFile,
  isInstaller,
  readDependencyFiles,
} from "./dependency-files.ts";
import { findUndeclaredModules } from "./javascript-dependencies.ts";
import { lockedPythonNames } from "./lock-names.ts";
import { distributionsOf, isBrought } from "./python-distributions.ts";
import { createImportJudge } from "./python-imports.ts";
import { type PythonImport, readPython } from "./python-source.ts";
import type { Sources } from "./sources.ts";

export const dependencies: Check = {
  id: "dependencies",
  level: "warn",
  fine: "Every package that the promoted code imports is declared in PROD.",
  find: async (input, sources) => [
    ...(await findUndeclaredDistributions(input, sources)),
    ...(await findUndeclaredModules(input, sources)),
  ],
  summary,
};

async function findUndeclaredDistributions(input: CheckInput, sources: Sources): Promise<readonly Finding[]> {
  const paths = subjects(input);
  if (paths.length === 0) return [];
  const files = await readDependencyFiles(input.result, sources);
  const broken = brokenFiles(input, files);
  if (files.size === 0) return broken;
  const elsewhere = await installedElsewhere(input, sources);
  const promoted = new Set(promotedFiles(input.changes).map((change) => change.path));
  const judge = createImportJudge(input);
  const missing = new Map<string, { readonly first: Finding; readonly paths: Set<string> }>();
  for await (const source of sources.texts(paths)) {
    const declared = declaredFor(source.path, files);
    if (declared.some((file) => file.open)) continue;
    const names = new Set([...elsewhere, ...declared.flatMap((file) => [...file.names, file.own ?? ""])]);
    for (const wanted of (await readPython(source, sources)).imports) {
      if (wanted.when !== "always" || judge(source.path, wanted).outcome !== "third-party") continue;
      const modules = modulesOf(wanted);
      const brought = modules.map((module) => isBrought(module, names));
      if (brought.includes("yes")) continue;
      const distribution = distributionsOf(modules[0] ?? wanted.module)[0] ?? wanted.module;
      const key = `${distribution}\n${declared[0]?.path ?? ""}`;
      const file = declared.find(({ path }) => path.endsWith("pyproject.toml")) ?? declared[0];
      const uncertain = brought.includes("along") || !promoted.has(source.path);
      const known = missing.get(key);
      if (known !== undefined) known.paths.add(source.path);
      else {
        const first = undeclared(source.path, wanted, distribution, file, uncertain);
        missing.set(key, { first, paths: new Set([source.path]) });
      }
    }
  }
  const told = [...missing.values()].map(({ first, paths }) => ({
    ...first,
    facts: { ...first.facts, files: paths.size },
  }));
  return [...broken, ...told];
}

/** Promoted code; and when what is declared changes, the code that stays as well. */
function subjects(input: CheckInput): readonly string[] {
  const declares = input.changes.some((change) => isDependencyFile(change.path));
  const promoted = promotedFiles(input.changes).map((change) => change.path);
  const all = declares ? [...new Set([...promoted, ...input.result.keys()])] : promoted;
  return all.filter(
    (path) => path.endsWith(".py") && !runsElsewhere(path) && !/(?:^|\/)setup\.py$/.test(path),
  );
}

/** `from google.cloud import storage` may mean a distribution of that whole name. */
function modulesOf(wanted: PythonImport): readonly string[] {
  const deeper = wanted.names.filter((name) => name !== "*").map((name) => `${wanted.module}.${name}`);
  return /^(?:google(?:\.cloud)?|azure(?:\.\w+)?|opentelemetry|ruamel|backports|zope|jaraco|sphinxcontrib)$/.test(
    wanted.module,
  )
    ? [...deeper, wanted.module]
    : [wanted.module];
}

/** What lock files hold beyond what is declared, and what images and scripts install by hand. */
async function installedElsewhere(input: CheckInput, sources: Sources): Promise<readonly string[]> {
  const names = [...(await lockedPythonNames(input.result, sources))];
  const installers = [...input.result.keys()].filter(isInstaller);
  for await (const { text } of sources.texts(installers)) names.push(...installedByCommand(text));
  return names;
}

function brokenFiles(input: CheckInput, files: ReadonlyMap<string, DependencyFile>): readonly Finding[] {
  const changed = new Set(input.changes.map((change) => change.path));
  return [...files.values()].flatMap(({ path, brokenAtLine }) =>
    brokenAtLine === undefined
      ? []
      : [finding("dependency-file-broken", path, brokenAtLine, { file: path }, !changed.has(path))],
  );
}

/** Installed nearly everywhere without being declared. */
const usuallyThere = new Set(["setuptools", "pip", "wheel", "distribute"]);

function undeclared(
  path: string,
  wanted: PythonImport,
  distribution: string,
  file: DependencyFile | undefined,
  uncertain: boolean,
): Finding {
  const facts = { package: distribution, module: wanted.module, file: file?.path ?? "", files: 1 };
  return finding("dependency-missing", path, wanted.line, facts, uncertain || usuallyThere.has(distribution));
}

function finding(
  code: string,
  path: string,
  line: number,
  facts: Finding["facts"],
  uncertain: boolean,
): Finding {
  const message =
    code === "dependency-file-broken"
      ? "cannot be read: it has a syntax error here"
      : `imports ${facts["module"]}, but ${facts["file"]} does not have ${facts["package"]}`;
  return { code, path, line, facts, message, ...(uncertain ? { uncertain } : {}) };
}

function summary(findings: readonly Finding[]): string {
  const broken = findings.filter(({ code }) => code === "dependency-file-broken");
  const missing = findings.filter(({ code }) => code !== "dependency-file-broken");
  const sentences = broken.map(
    ({ path, line }) => `PROD's ${path} would have a syntax error in line ${line}.`,
  );
  for (const file of new Set(missing.map(({ facts }) => facts["file"]))) {
    const names = new Set(
      missing.filter(({ facts }) => facts["file"] === file).map(({ facts }) => `${facts["package"]}`),
    );
    sentences.push(
      `PROD's ${file} lacks ${counted(names.size, "package")} that promoted code imports: ${listed([...names], 20)}.`,
    );
  }
  return sentences.join(" ");
}

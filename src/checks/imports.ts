// Check: imports of promoted code that will not find their module in PROD's layout.

import { type Check, type CheckInput, type Finding, promotedFiles } from "./check.ts";
import { readDependencyFiles } from "./dependency-files.ts";
import { importsSummary, missingModule, missingName } from "./import-findings.ts";
import { findMissingFiles } from "./javascript-imports.ts";
import { isBrought } from "./python-distributions.ts";
import { createImportJudge, type Verdict } from "./python-imports.ts";
import { type PythonImport, readPython } from "./python-source.ts";
import type { Sources } from "./sources.ts";

export const imports: Check = {
  id: "imports",
  level: "warn",
  fine: "Every local import of the promoted code finds its module in PROD's layout.",
  find: async (input, sources) => [
    ...(await findMissingModules(input, sources)),
    ...(await findMissingFiles(input, sources)),
  ],
  summary: importsSummary,
};

type Judged = {
  readonly path: string;
  readonly wanted: PythonImport;
  readonly verdict: Verdict;
  /** Behind a syntax error. */
  readonly doubtful: boolean;
};

async function findMissingModules(input: CheckInput, sources: Sources): Promise<readonly Finding[]> {
  const judge = createImportJudge(input);
  const promoted = new Set(promotedFiles(input.changes).map((change) => change.path));
  const judged: Judged[] = [];
  for await (const source of sources.texts(subjects(input))) {
    const { imports: all, brokenAtLine = Number.POSITIVE_INFINITY } = await readPython(source, sources);
    if (Number.isFinite(brokenAtLine))
      sources.note("not wholly understood", `${source.path}:${brokenAtLine}`);
    const verdicts = all.map((wanted) => ({
      path: source.path,
      wanted,
      verdict: judge(source.path, wanted),
      doubtful: wanted.line >= brokenAtLine,
    }));
    for (const each of verdicts) if (counts(each, verdicts)) judged.push(each);
  }
  const excused = await madeUpFor(judged, input, sources);
  const findings = judged.flatMap(({ path, wanted, verdict, doubtful }) =>
    // A file that stays is only of interest if it works today.
    verdict.outcome === "missing" && !excused(verdict) && (promoted.has(path) || verdict.foundBefore)
      ? [missingModule(path, wanted.line, verdict, doubtful)]
      : [],
  );
  const brought = judged.filter(({ path }) => promoted.has(path));
  return [...findings, ...(await findMissingNames(brought, sources))];
}

type Missing = Verdict & { readonly outcome: "missing" };

/**
 * What no side has as a file may be made by the package around it as it loads (`six.moves`), or be an installed package that
 * has the name of a directory (`alembic/`).
 */
async function madeUpFor(
  judged: readonly Judged[],
  input: CheckInput,
  sources: Sources,
): Promise<(verdict: Missing) => boolean> {
  const open = judged.flatMap(({ verdict }) =>
    verdict.outcome === "missing" && !verdict.foundBefore ? [verdict] : [],
  );
  if (open.length === 0) return () => false;
  const dynamic = new Set<string>();
  const files = new Set(open.flatMap(({ inside }) => (inside === undefined ? [] : [inside])));
  for await (const { path, text } of sources.texts([...files].filter((path) => path.endsWith(".py")))) {
    if (isDynamic(text)) dynamic.add(path);
  }
  const declared = new Set(
    [...(await readDependencyFiles(input.result, sources)).values()].flatMap(({ names }) => [...names]),
  );
  return ({ foundBefore, inside, module }) =>
    !foundBefore &&
    (dynamic.has(inside ?? "") || (!module.startsWith(".") && isBrought(module, declared) === "yes"));
}

/** Promoted Python files; and when modules go away, those that stay and may have used them. */
function subjects(input: CheckInput): readonly string[] {
  const promoted = promotedFiles(input.changes).map((change) => change.path);
  const removed = input.changes.some((change) => change.kind === "remove" && change.path.endsWith(".py"));
  const all = removed ? [...new Set([...promoted, ...input.result.keys()])] : promoted;
  return all.filter((path) => path.endsWith(".py"));
}

function counts({ wanted, verdict }: Judged, all: readonly Judged[]): boolean {
  if (wanted.when === "always") return true;
  if (wanted.when !== "fallback" || verdict.outcome !== "missing") return false;
  // A fallback matters where what it stands in for is missing too.
  return all.some(
    (other) =>
      other.wanted.attempt === wanted.attempt &&
      other.verdict.outcome === "missing" &&
      other.wanted.when === "optional",
  );
}

/** Names asked of a module of the result that does not know the word at all: an older copy was kept. */
async function findMissingNames(judged: readonly Judged[], sources: Sources): Promise<readonly Finding[]> {
  const asked = new Map<string, { path: string; line: number; module: string; name: string }[]>();
  for (const { path, wanted, verdict } of judged) {
    if (verdict.outcome !== "local" || verdict.file?.endsWith(".py") !== true) continue;
    const questions = asked.get(verdict.file) ?? [];
    const module = ".".repeat(wanted.level) + wanted.module;
    for (const name of verdict.names) questions.push({ path, line: wanted.line, module, name });
    asked.set(verdict.file, questions);
  }
  const files = [...asked].filter(([, questions]) => questions.length > 0).map(([file]) => file);
  const findings: Finding[] = [];
  for await (const source of sources.texts(files)) {
    if (isDynamic(source.text)) continue;
    const words = new Set(source.text.match(/[\p{L}_][\p{L}\p{N}_]*/gu));
    for (const { path, line, module, name } of asked.get(source.path) ?? []) {
      if (words.has(name) || name.startsWith("__")) continue;
      findings.push(missingName(path, line, { module, name, file: source.path }));
    }
  }
  return findings;
}

function isDynamic(text: string): boolean {
  return /import\s*\*|__getattr__|globals\(\)|setattr\(|sys\.modules|__path__|meta_path|\bexec\(|vars\(\)|locals\(\)/.test(
    text,
  );
}

// Which data is promoted, and only when asked for: what PROD has too, or what promoted code names. Pure.

import { destination, type FoundRule } from "./mapping.ts";
import { directoryOf, isSqlite, nameOf } from "./names.ts";
import { type Note, note } from "./note.ts";
import type { SortedSide } from "./sort-out.ts";

export type FoundData = {
  readonly rules: readonly FoundRule[];
  /** Data of PREPROD that no rule is about, with the reason. */
  readonly notes: readonly Note[];
};

const group = "data";
const largeBytes = 20 * 1024 * 1024;
const mostFiles = 6;
// Every one is looked for in all code.
const mostLooked = 100;

export function inferData(preprod: SortedSide, prod: SortedSide, rules: readonly FoundRule[]): FoundData {
  const found: FoundRule[] = [];
  const unnamed: string[] = [];
  const state: string[] = [];
  let looked = 0;
  const code = promotedCode(preprod, rules);
  for (const [path, { size }] of preprod.files) {
    if (preprod.sorts.get(path) !== "data") continue;
    const to = destination(rules, path) ?? path;
    const isUnderRule = destination(rules, path) !== undefined;
    const isThere = prod.files.has(to);
    if (isUnderRule && !isThere && size < largeBytes && !isSqlite(nameOf(path))) continue;
    const rule = { from: path, to, isDirectory: false, group };
    if (isSqlite(nameOf(path))) {
      const isSame =
        isThere && preprod.hashes.get(path) !== undefined && preprod.hashes.get(path) === prod.hashes.get(to);
      if (isSame) found.push({ ...rule, notes: [note("data-same")] });
      else state.push(path);
    } else if (isThere) found.push({ ...rule, notes: [note("data-there", { bytes: size })] });
    else if (isUnderRule) found.push({ ...rule, notes: [note("data-large", { bytes: size })] });
    else {
      looked += 1;
      const by = looked > mostLooked ? undefined : namedBy(code, path);
      if (by === undefined) unnamed.push(path);
      else found.push({ ...rule, notes: [note("data-named", { file: by, bytes: size })] });
    }
  }
  return {
    rules: merged(found),
    notes: [
      ...(unnamed.length === 0
        ? []
        : [note("data-unnamed", { paths: unnamed.slice(0, 5), files: unnamed.length })]),
      ...(state.length === 0 ? [] : [note("data-state", { paths: state.slice(0, 5), files: state.length })]),
    ],
  };
}

function namedBy(
  code: readonly { readonly path: string; readonly text: string }[],
  path: string,
): string | undefined {
  const name = nameOf(path);
  const spellings = [path, `"${name}"`, `'${name}'`];
  return code.find(({ text }) => spellings.some((spelling) => text.includes(spelling)))?.path;
}

function promotedCode(
  preprod: SortedSide,
  rules: readonly FoundRule[],
): readonly { readonly path: string; readonly text: string }[] {
  return [...preprod.texts]
    .filter(([path]) => destination(rules, path) !== undefined)
    .map(([path, text]) => ({ path, text }));
}

/** Many files of one directory are one rule. */
function merged(rules: readonly FoundRule[]): readonly FoundRule[] {
  const byDirectory = new Map<string, FoundRule[]>();
  for (const rule of rules) {
    const key = `${directoryOf(rule.from)}\0${directoryOf(rule.to)}`;
    const together = byDirectory.get(key);
    if (together === undefined) byDirectory.set(key, [rule]);
    else together.push(rule);
  }
  return [...byDirectory.values()].flatMap((together) => {
    const [first] = together;
    if (first === undefined || together.length <= mostFiles || directoryOf(first.from) === "")
      return together;
    const [from, to] = [directoryOf(first.from), directoryOf(first.to)];
    return [
      { from, to, isDirectory: true, group, notes: [note("data-directory", { files: together.length })] },
    ];
  });
}

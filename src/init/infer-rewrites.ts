// Files that PROD has on purpose otherwise: rules of their own, with the lines to rewrite. Pure.

import { destination, type FoundRule, taken } from "./mapping.ts";
import { isCode, nameOf } from "./names.ts";
import { note } from "./note.ts";
import { lineRewrites, similarity } from "./similarity.ts";
import type { SortedSide } from "./sort-out.ts";

const alike = 0.5;

export function withRewrites(
  preprod: SortedSide,
  prod: SortedSide,
  rules: readonly FoundRule[],
): readonly FoundRule[] {
  const own: FoundRule[] = [];
  for (const [path, text] of preprod.texts) {
    if (preprod.sorts.get(path) !== "code") continue;
    const to = destination(rules, path);
    const other = to === undefined ? undefined : prod.texts.get(to);
    if (to === undefined || other === undefined || other === text || similarity(text, other) < alike)
      continue;
    const rewrite = lineRewrites(text, other, isCode(nameOf(path)));
    if (rewrite.length === 0) continue;
    const rule = rules.find((one) => taken(one, path) !== undefined);
    const notes = [
      ...(rule?.isDirectory === false ? rule.notes : []),
      note("rewrite", { lines: rewrite.length }),
    ];
    own.push({ from: path, to, isDirectory: false, rewrite, notes });
  }
  const replaced = new Set(own.map(({ from }) => from));
  return [...rules.filter(({ isDirectory, from }) => isDirectory || !replaced.has(from)), ...own];
}

// Path rules that are being found: what they explain of both sides, and in which order they stand. Pure.

import type { Note } from "./note.ts";

export type FoundRule = {
  /** Without a slash at the end; `""` is the whole root. */
  readonly from: string;
  readonly to: string;
  readonly isDirectory: boolean;
  readonly group?: string;
  readonly rewrite?: readonly { readonly match: string; readonly replace: string }[];
  readonly notes: readonly Note[];
};

/** Where a rule takes a PREPROD path; undefined where it says nothing about it. */
export function taken(rule: FoundRule, preprodPath: string): string | undefined {
  return translated(preprodPath, rule.from, rule.to, rule.isDirectory);
}

export function broughtFrom(rule: FoundRule, prodPath: string): string | undefined {
  return translated(prodPath, rule.to, rule.from, rule.isDirectory);
}

/** Where PREPROD's path goes, the first rule that takes it deciding. */
export function destination(rules: readonly FoundRule[], preprodPath: string): string | undefined {
  for (const rule of rules) {
    const path = taken(rule, preprodPath);
    if (path !== undefined) return path;
  }
  return undefined;
}

function translated(path: string, from: string, to: string, isDirectory: boolean): string | undefined {
  if (!isDirectory) return path === from ? to : undefined;
  if (from === "") return to === "" ? path : `${to}/${path}`;
  if (!path.startsWith(`${from}/`)) return undefined;
  const rest = path.slice(from.length + 1);
  return to === "" ? rest : `${to}/${rest}`;
}

export function writtenFrom(rule: FoundRule): string {
  return written(rule.from, rule.isDirectory);
}

export function writtenTo(rule: FoundRule): string {
  return written(rule.to, rule.isDirectory);
}

function written(path: string, isDirectory: boolean): string {
  if (path === "") return "./";
  return isDirectory ? `${path}/` : path;
}

/** Renamed directories, directories, files, data; and each before the one that would take it first. */
export function inOrder(rules: readonly FoundRule[]): readonly FoundRule[] {
  const rank = (rule: FoundRule): number => {
    if (rule.group !== undefined) return 3;
    if (!rule.isDirectory) return 2;
    return rule.from === rule.to ? 1 : 0;
  };
  const sorted = rules.toSorted(
    (left, right) =>
      rank(left) - rank(right) || (left.from < right.from ? -1 : left.from > right.from ? 1 : 0),
  );
  const ordered: FoundRule[] = [];
  const place = (rule: FoundRule): void => {
    if (ordered.includes(rule)) return;
    for (const other of sorted) if (other !== rule && isInside(other, rule)) place(other);
    ordered.push(rule);
  };
  for (const rule of sorted) place(rule);
  return ordered;
}

/** Whether `inner` is about a part of what `outer` takes. */
function isInside(inner: FoundRule, outer: FoundRule): boolean {
  if (!outer.isDirectory || inner.from === outer.from) return false;
  return outer.from === "" || inner.from.startsWith(`${outer.from}/`);
}

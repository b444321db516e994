// What a plan comes to: its numbers, and its changes as a person counts them. Pure.

import type { Change, Comparison, Summary } from "./change.ts";
import { parentOf } from "./parents.ts";

/** As git marks them: added, modified (content or mode), removed, another type. */
export type Mark = "A" | "M" | "D" | "T";

export type ChangeLine = {
  readonly mark: Mark;
  readonly path: string;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly binary: boolean;
  /** Mode or type before and after, where that is what changes: `0644`, `link`. */
  readonly was: string;
  readonly is: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  /** Those of several hosts of PROD where it is so; none when it is so on all of them. */
  readonly hosts: readonly string[];
};

export function summaryOf(
  changes: readonly Change[],
  { equal, onlyInProd }: Pick<Comparison, "equal" | "onlyInProd">,
): Summary {
  const shown = shownChanges(changes);
  return {
    added: shown.filter(({ kind }) => kind === "add").length,
    changed: shown.filter(({ kind }) => kind === "change" || kind === "mode" || kind === "type").length,
    removed: shown.filter(({ kind }) => kind === "remove").length,
    kept: equal.count + onlyInProd.count,
    bytes: changes.reduce((sum, change) => sum + bytesWritten(change), 0),
    linesAdded: changes.reduce((sum, { linesAdded }) => sum + linesAdded, 0),
    linesRemoved: changes.reduce((sum, { linesRemoved }) => sum + linesRemoved, 0),
  };
}

/**
 * The changes that a person counts: a directory that comes or goes with what is in it is left out. (The plan keeps it,
 * for its mode and for removing it.)
 */
export function shownChanges(changes: readonly Change[]): readonly Change[] {
  const filled = { add: new Set<string>(), remove: new Set<string>() };
  for (const { kind, path, after } of changes) {
    if (kind === "remove") filled.remove.add(parentOf(path));
    else if (after !== undefined) filled.add.add(parentOf(path));
  }
  return changes.filter(({ kind, path, before, after }) => {
    if (kind === "add" && after?.type === "directory") return !filled.add.has(path);
    if (kind === "remove" && before?.type === "directory") return !filled.remove.has(path);
    return true;
  });
}

/** The changes that a person counts, one line each, in the plan's order. */
export function changeLines(changes: readonly Change[]): readonly ChangeLine[] {
  return shownChanges(changes).map(lineOf);
}

function lineOf(change: Change): ChangeLine {
  const { kind, path, before, after, linesAdded, linesRemoved, binary } = change;
  const isDirectory = (after ?? before)?.type === "directory";
  return {
    mark: kind === "add" ? "A" : kind === "remove" ? "D" : kind === "type" ? "T" : "M",
    path: isDirectory ? `${path}/` : path,
    linesAdded,
    linesRemoved,
    binary,
    ...turnOf(change),
    bytesBefore: sizeOf(before),
    bytesAfter: sizeOf(after),
    hosts: change.hosts ?? [],
  };
}

function turnOf({ kind, before, after }: Change): { readonly was: string; readonly is: string } {
  if (kind === "type") return { was: before?.type ?? "", is: after?.type ?? "" };
  return kind === "mode" ? { was: modeOf(before), is: modeOf(after) } : { was: "", is: "" };
}

function modeOf(entry: Change["after"]): string {
  return entry !== undefined && "mode" in entry ? entry.mode.toString(8).padStart(4, "0") : "";
}

function bytesWritten({ kind, after }: Change): number {
  return kind === "mode" ? 0 : sizeOf(after);
}

function sizeOf(entry: Change["after"]): number {
  return entry?.type === "file" ? entry.size : 0;
}

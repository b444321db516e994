// What a plan comes to: its numbers, and its changes as a person wants to read them, the riskiest first. Pure.

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
  /** Only its mode changes. */
  readonly modeOnly: boolean;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
};

export type ChangeGroup = {
  readonly mark: Mark;
  /** Of all in the group, also those that are not shown. */
  readonly count: number;
  readonly lines: readonly ChangeLine[];
  /** "… n more". */
  readonly more: number;
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

/** The changes to show where there is room for `most` lines. */
export function changeGroups(changes: readonly Change[], most: number): readonly ChangeGroup[] {
  const lines = shownChanges(changes).map(lineOf);
  const groups = (["D", "T", "M", "A"] as const)
    .map((mark) => lines.filter((line) => line.mark === mark).sort(byWeight))
    .filter((group) => group.length > 0);
  let room = most;
  return groups.map((group, index) => {
    // Each later group keeps a line or two of the room: a plan of a thousand removals still shows what it changes.
    const reserved = groups.slice(index + 1).reduce((sum, later) => sum + Math.min(2, later.length), 0);
    const count = Math.min(group.length, Math.max(0, room - reserved));
    room -= count;
    return {
      mark: group[0]?.mark ?? "M",
      count: group.length,
      lines: group.slice(0, count),
      more: group.length - count,
    };
  });
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
    modeOnly: kind === "mode",
    bytesBefore: sizeOf(before),
    bytesAfter: sizeOf(after),
  };
}

function byWeight(left: ChangeLine, right: ChangeLine): number {
  return weightOf(right) - weightOf(left) || (left.path < right.path ? -1 : 1);
}

function weightOf({ linesAdded, linesRemoved, bytesBefore, bytesAfter }: ChangeLine): number {
  // Lines first; bytes order what has none.
  return linesAdded + linesRemoved + Math.max(bytesBefore, bytesAfter) / 2 ** 40;
}

function bytesWritten({ kind, after }: Change): number {
  return kind === "mode" ? 0 : sizeOf(after);
}

function sizeOf(entry: Change["after"]): number {
  return entry?.type === "file" ? entry.size : 0;
}

// The changed files of a plan as aligned lines, grouped by what happens to them.

import { displayName } from "../../texts/display.ts";
import type { Change, ChangeKind } from "../../tree/plan.ts";
import type { Voice } from "./voice.ts";

const letters: Readonly<Record<ChangeKind, string>> = {
  change: "M",
  mode: "M",
  add: "A",
  type: "T",
  remove: "D",
};
const order: readonly string[] = ["M", "A", "T", "D"];

/** At most `rows` files, with a fair share for every group, so that two removals are not hidden behind a hundred additions. */
export function fileList(
  { texts }: Voice,
  changes: readonly Change[],
  { rows, width }: { readonly rows: number; readonly width: number },
): string {
  const files = withoutParents(changes);
  const groups = order.map((letter) => files.filter((change) => letters[change.kind] === letter));
  const shares = shareRows(
    groups.map((group) => group.length),
    rows,
  );
  const shown = groups.flatMap((group, index) => group.slice(0, shares[index]));
  const names = shown.map((change) => displayName(change.path, width) + (isDirectory(change) ? "/" : ""));
  const column = Math.max(0, ...names.map((name) => [...name].length));
  const lines = shown.map((change, index) => {
    const name = names[index] ?? "";
    const padding = " ".repeat(column - [...name].length);
    return `${letters[change.kind]} ${name}${padding}  ${size(change, texts.measures.bytes)}`.trimEnd();
  });
  const left = files.length - shown.length;
  return (left > 0 ? [...lines, texts.plan.more(left)] : lines).join("\n");
}

/** A new directory says nothing that its files do not say. */
function withoutParents(changes: readonly Change[]): readonly Change[] {
  const parents = new Set(
    changes.flatMap(({ path }) => {
      const steps = path.split("/").slice(0, -1);
      return steps.map((_, index) => steps.slice(0, index + 1).join("/"));
    }),
  );
  const telling = changes.filter(
    (change) => !(isDirectory(change) && change.kind !== "mode" && parents.has(change.path)),
  );
  return telling.length > 0 ? telling : changes;
}

function shareRows(counts: readonly number[], rows: number): readonly number[] {
  const shares = counts.map(() => 0);
  let left = Math.min(
    rows,
    counts.reduce((sum, count) => sum + count, 0),
  );
  while (left > 0) {
    counts.forEach((count, index) => {
      const share = shares[index] ?? 0;
      if (left > 0 && share < count) {
        shares[index] = share + 1;
        left -= 1;
      }
    });
  }
  return shares;
}

function isDirectory({ before, after }: Change): boolean {
  return (after ?? before)?.type === "directory";
}

function size(change: Change, bytes: (value: number) => string): string {
  const { before, after } = change;
  if (
    change.kind === "mode" &&
    before !== undefined &&
    after !== undefined &&
    "mode" in before &&
    "mode" in after
  ) {
    return `${octal(before.mode)} → ${octal(after.mode)}`;
  }
  if (change.kind === "type") return `${before?.type ?? ""} → ${after?.type ?? ""}`;
  const lines = [
    change.linesAdded > 0 ? `+${change.linesAdded}` : "",
    change.linesRemoved > 0 ? `−${change.linesRemoved}` : "",
  ];
  const shown = lines.filter((part) => part !== "").join(" ");
  if (shown !== "") return shown;
  const entry = after ?? before;
  return entry?.type === "file" ? bytes(entry.size) : "";
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

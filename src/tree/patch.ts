// A plan as a unified diff: PROD's lines against what PREPROD brings, without secrets and within limits. Pure.

import { createHash } from "node:crypto";
import { structuredPatch } from "diff";
import { encodeBytes } from "../transport/bytes.ts";
import type { Change } from "./change.ts";
import type { Entry } from "./entry.ts";
import { isBinary } from "./lines.ts";
import { parentOf } from "./parents.ts";
import { patchName, visibleLine } from "./patch-text.ts";

/** Contents by PROD path. A file that is in neither is told by size and hash. */
export type PatchContents = {
  readonly before: ReadonlyMap<string, Buffer>;
  readonly after: ReadonlyMap<string, Buffer>;
};

export type PatchLimits = {
  /** Characters for one file, and for all. */
  readonly perFile: number;
  readonly inAll: number;
};

export const patchLimits: PatchLimits = { perFile: 400_000, inAll: 4_000_000 };

// The price of a comparison is the square of it; beyond, the file is shown as taken out and put in whole.
const mostEdits = 1500;
const hashShown = 16;

export function patchOf(
  changes: readonly Change[],
  contents: PatchContents,
  limits: PatchLimits = patchLimits,
): string {
  let text = "";
  const cut: string[] = [];
  for (const change of changes) {
    const part = changePatch(change, contents, limits.perFile);
    if (text.length + part.length > limits.inAll) cut.push(change.path);
    else text += part;
  }
  if (cut.length > 0) {
    text += `Not shown, for this diff would be longer than ${limits.inAll} characters: ${cut.length} of ${changes.length} changes, among them ${cut.slice(0, 5).map(patchName).join(", ")}.\n`;
  }
  return text;
}

/** Whose content is never shown: by its name it may be a key, a password or an environment with both. */
export function looksSecret(path: string): boolean {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  return (
    name.startsWith(".env") ||
    name.endsWith(".env") ||
    /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)$/.test(name) ||
    name.includes("secret") ||
    name.includes("credential") ||
    name.includes("htpasswd") ||
    /^id_[a-z0-9_-]+$/.test(name) ||
    name === ".netrc" ||
    name === ".pgpass" ||
    parentOf(path)
      .toLowerCase()
      .split("/")
      .some((part) => part === "secrets" || part === ".ssh")
  );
}

/** What no patch can say, such as a directory, stands as a line of its own between the patches of files. */
function changePatch(change: Change, contents: PatchContents, mostCharacters: number): string {
  const { path, from, before, after } = change;
  const [left, right] = [patchName(`prod/${path}`), patchName(`preprod/${path}`)];
  const header = `diff --git ${left} ${right}\n`;
  let text = from !== undefined && from !== path ? `promoted from ${patchName(from)}\n` : "";
  if (before !== undefined && after !== undefined && before.type === after.type) {
    const [was, is] = [modeOf(before), modeOf(after)];
    if (after.type === "directory") return `${text}directory ${right} mode ${was} -> ${is}\n`;
    text += header;
    if (was !== is) text += `old mode ${was}\nnew mode ${is}\n`;
    // Nothing else tells that the lines are where a link leads to.
    if (before.type === "link" && after.type === "link")
      text += `index ${blobId(before.target)}..${blobId(after.target)} ${is}\n`;
    return change.kind === "mode" ? text : text + body(change, contents, left, right, mostCharacters);
  }
  if (before?.type === "directory") text += `deleted directory ${left} mode ${modeOf(before)}\n`;
  else if (before !== undefined) {
    text += `${header}deleted file mode ${modeOf(before)}\n`;
    text += body(without(change, "after"), contents, left, "/dev/null", mostCharacters);
  }
  if (after?.type === "directory") text += `new directory ${right} mode ${modeOf(after)}\n`;
  else if (after !== undefined) {
    text += `${header}new file mode ${modeOf(after)}\n`;
    text += body(without(change, "before"), contents, "/dev/null", right, mostCharacters);
  }
  return text;
}

function without(change: Change, side: "before" | "after"): Change {
  const { before, after, ...rest } = change;
  const kept =
    side === "after" ? (before === undefined ? {} : { before }) : after === undefined ? {} : { after };
  return { ...rest, ...kept };
}

function body(
  change: Change,
  contents: PatchContents,
  left: string,
  right: string,
  mostCharacters: number,
): string {
  const { path, from, before, after } = change;
  if (looksSecret(path) || (from !== undefined && looksSecret(from))) {
    return `Content is not shown, by its name it may be secret: ${factsOf(before)} -> ${factsOf(after)}\n`;
  }
  const was = contentOf(path, before, contents.before);
  const is = contentOf(path, after, contents.after);
  if (was === undefined || is === undefined) {
    const what = change.binary ? "Binary content" : "Content too long to be shown";
    return `${what}: ${factsOf(before)} -> ${factsOf(after)}\n`;
  }
  if (isBinary(was) || isBinary(is)) {
    return `Binary content: ${factsOf(before)} -> ${factsOf(after)}\n`;
  }
  const lines = hunkLines(was.toString("utf8"), is.toString("utf8"));
  if (lines.length === 0) return "";
  let text = `--- ${ended(left)}\n+++ ${ended(right)}\n`;
  for (const [index, line] of lines.entries()) {
    const shown = visibleLine(line);
    if (text.length + shown.length > mostCharacters) {
      return `${text}\\ Cut here: ${lines.length - index} more lines of ${patchName(path)} are not shown.\n`;
    }
    text += `${shown}\n`;
  }
  return text;
}

export function hunkLines(was: string, is: string): readonly string[] {
  const patch = structuredPatch("", "", was, is, undefined, undefined, {
    context: 3,
    maxEditLength: mostEdits,
  });
  if (patch === undefined) {
    const [removed, added] = [linesOf(was), linesOf(is)];
    return [
      `@@ -1,${removed.count} +1,${added.count} @@`,
      ...removed.lines.map((line) => (line.startsWith("\\") ? line : `-${line}`)),
      ...added.lines.map((line) => (line.startsWith("\\") ? line : `+${line}`)),
    ];
  }
  return patch.hunks.flatMap(({ oldStart, oldLines, newStart, newLines, lines }) => [
    `@@ -${oldLines === 0 ? oldStart - 1 : oldStart},${oldLines} +${newLines === 0 ? newStart - 1 : newStart},${newLines} @@`,
    ...lines,
  ]);
}

function linesOf(text: string): { readonly lines: readonly string[]; readonly count: number } {
  const lines = text.split("\n");
  if (lines.at(-1) === "") return { lines: lines.slice(0, -1), count: lines.length - 1 };
  return { lines: [...lines, "\\ No newline at end of file"], count: lines.length };
}

/** Empty where nothing is; undefined where nobody read it. */
function contentOf(
  path: string,
  entry: Entry | undefined,
  contents: ReadonlyMap<string, Buffer>,
): Buffer | undefined {
  if (entry === undefined) return Buffer.alloc(0);
  if (entry.type === "link") return Buffer.from(encodeBytes(entry.target));
  return entry.type === "file" ? contents.get(path) : Buffer.alloc(0);
}

function factsOf(entry: Entry | undefined): string {
  if (entry === undefined) return "nothing";
  if (entry.type !== "file") return entry.type;
  const hash = entry.sha256 === undefined ? "" : `, sha256 ${entry.sha256.slice(0, hashShown)}…`;
  return `${entry.size} bytes${hash}`;
}

/** Git's own id of a content, as it shortens it. */
function blobId(target: string): string {
  const content = encodeBytes(target);
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex").slice(0, 7);
}

/** As git does: without the tab, a name with a blank would end at it. */
function ended(name: string): string {
  return name.includes(" ") && !name.startsWith('"') ? `${name}\t` : name;
}

/** As git writes it: the type's bits before the permissions. */
function modeOf(entry: Entry): string {
  switch (entry.type) {
    case "file":
      return `10${entry.mode.toString(8).padStart(4, "0")}`;
    case "directory":
      return `04${entry.mode.toString(8).padStart(4, "0")}`;
    case "link":
      return "120000";
    case "special":
      return entry.kind;
  }
}

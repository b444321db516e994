// The diff that brings what was changed by hand in PROD back into PREPROD, under PREPROD's names, to be applied there. Pure.

import { createHash } from "node:crypto";
import { diffArrays } from "diff";
import type { Entry } from "./entry.ts";
import type { LeftPath } from "./left.ts";
import { isBinary } from "./lines.ts";
import { hunkLines } from "./patch.ts";
import { patchName } from "./patch-text.ts";
import type { Drift } from "./plan.ts";

export type DriftedPath = Pick<Drift, "path" | "was" | "since"> & {
  /** Where PREPROD has it, or would. */
  readonly from: string;
  readonly preprod: Entry | undefined;
  readonly now: Entry | undefined;
  readonly left: LeftPath | undefined;
  /** By its name its content is not to be shown. */
  readonly isSecret: boolean;
  /** `wanted` is PREPROD's as PROD would get it, `left` what the promotion left; absent where nobody has it any more. */
  readonly contents: {
    readonly preprod?: Buffer;
    readonly wanted?: Buffer;
    readonly now?: Buffer;
    readonly left?: Buffer;
  };
};

const mostCharacters = 900_000;

/** For `git apply` and `patch -p1` in PREPROD's root: what is not part of a diff stands in lines that begin with `#`. */
export function bringBackPatch(
  app: string,
  drifted: readonly DriftedPath[],
  mask: (text: string) => string,
): string {
  const since = drifted.map((one) => one.since).sort()[0];
  const said = (name: string): string => patchName(name).replaceAll("\n", " ");
  let text = note(
    drifted.length === 0
      ? `PROD of ${said(app)} is what the last promotion left there.`
      : `Brings back into PREPROD what was changed by hand in PROD of ${said(app)} since ${since}.`,
  );
  if (drifted.length > 0) text += note("In PREPROD's root: git apply FILE, or patch -p1 <FILE.");
  for (const one of drifted) {
    const part = partOf(one);
    const safe = mask(part) === part ? part : hidden(one, "it holds a secret");
    text += text.length + safe.length > mostCharacters ? hidden(one, "this file would be too long") : safe;
  }
  return text;
}

function note(words: string): string {
  return `# ${words}\n`;
}

function hidden(one: DriftedPath, why: string): string {
  return note(
    `${patchName(one.from)}: not shown, for ${why}. ${factsOf(one.preprod)} -> ${factsOf(one.now)}`,
  );
}

function partOf(one: DriftedPath): string {
  const { from, preprod, now } = one;
  if (preprod === undefined && now === undefined) return "";
  if (one.isSecret) return hidden(one, "by its name it may be secret");
  if ((now ?? preprod)?.type === "special") return hidden(one, "it is no file");
  if (preprod?.type === "directory" || now?.type === "directory") return directoryPart(one);
  const name = patchName(from);
  const head = `diff --git ${patchName(`a/${from}`)} ${patchName(`b/${from}`)}\n`;
  if (preprod === undefined || now === undefined || preprod.type !== now.type) {
    const gone = preprod === undefined ? "" : wholePart(one, preprod, "-");
    const come = now === undefined ? "" : wholePart(one, now, "+");
    if (gone === undefined || come === undefined) return hidden(one, "it is no text, or too long");
    const moved =
      preprod !== undefined && !isKnown(one) ? note(`${name}: PREPROD changed it since, too.`) : "";
    return `${moved}${gone === "" ? "" : head + gone}${come === "" ? "" : head + come}${chmodNote(one)}`;
  }
  const hunks = contentPart(one);
  if (hunks === undefined) return hidden(one, "it is no text, or too long");
  const mode = modePart(one);
  const body =
    hunks.lines.length === 0
      ? ""
      : `${fileLines(from, from)}${hunks.lines.map((line) => `${line}\n`).join("")}`;
  const diff = mode === "" && body === "" ? "" : head + mode + body;
  return `${hunks.said === "" ? "" : note(`${name}: ${hunks.said}`)}${chmodNote(one)}${diff}`;
}

/** A file that comes or goes as a whole; undefined when it cannot be shown. */
function wholePart(one: DriftedPath, entry: Entry, sign: "-" | "+"): string | undefined {
  const content = contentOf(entry, sign === "-" ? one.contents.preprod : one.contents.now);
  if (content === undefined) return undefined;
  const verb = sign === "-" ? "deleted" : "new";
  const lines = sign === "-" ? hunkLines(content, "") : hunkLines("", content);
  const names = sign === "-" ? fileLines(one.from, undefined) : fileLines(undefined, one.from);
  const body = lines.length === 0 ? "" : names + lines.map((line) => `${line}\n`).join("");
  return `${verb} file mode ${gitMode(entry)}\n${body}`;
}

function contentPart(
  one: DriftedPath,
): { readonly lines: readonly string[]; readonly said: string } | undefined {
  const { preprod, now, left, contents } = one;
  const is = contentOf(now, contents.now);
  const source = contentOf(preprod, contents.preprod);
  if (isSameFile(left, now)) return { lines: [], said: "" };
  if (is === undefined || source === undefined) return undefined;
  if (now?.type === "link" || isKnown(one)) {
    const wanted = contentOf(preprod, contents.wanted) ?? source;
    return { lines: hunkLines(source, underRewrites(source, wanted, is)), said: "" };
  }
  const was = contents.left === undefined ? undefined : textOf(contents.left);
  if (was !== undefined) {
    return {
      lines: hunkLines(was, is),
      said: "PREPROD changed it since, too; this is what was changed in PROD.",
    };
  }
  return {
    lines: hunkLines(source, is),
    said: "what was left there is not known any more; this is all that PROD has otherwise than PREPROD.",
  };
}

/** Whether PREPROD still has what was left in PROD. */
function isKnown({ left, preprod, contents }: DriftedPath): boolean {
  if (left?.type === "link") return preprod?.type === "link" && preprod.target === left.target;
  return (
    left?.type === "file" && contents.left !== undefined && contents.wanted?.equals(contents.left) === true
  );
}

/** Only its mode differs. */
function isSameFile(left: LeftPath | undefined, now: Entry | undefined): boolean {
  return (
    left?.type === "file" && now?.type === "file" && left.sha256 !== undefined && left.sha256 === now.sha256
  );
}

/**
 * PREPROD's text with the lines replaced that differ between `wanted` and `is`: lines that a rewrite only made for PROD keep
 * the form that PREPROD has them in.
 */
function underRewrites(source: string, wanted: string, is: string): string {
  const [plain, made] = [source.split("\n"), wanted.split("\n")];
  if (source === wanted || plain.length !== made.length) return is;
  const lines: string[] = [];
  let at = 0;
  for (const { added, removed, value, count } of diffArrays(made, is.split("\n"))) {
    if (added) lines.push(...value);
    else {
      if (!removed) lines.push(...plain.slice(at, at + count));
      at += count;
    }
  }
  return lines.join("\n");
}

function modePart({ preprod, now, left }: DriftedPath): string {
  if (preprod?.type === "link" && now?.type === "link") {
    // Without this line `patch` takes the link for a regular file.
    return `index ${blobOf(preprod.target)}..${blobOf(now.target)} 120000\n`;
  }
  if (preprod?.type !== "file" || now?.type !== "file") return "";
  if (left?.type === "file" && left.mode === now.mode) return "";
  const [old, is] = [gitMode(preprod), gitMode(now)];
  return old === is ? "" : `old mode ${old}\nnew mode ${is}\n`;
}

function blobOf(text: string): string {
  const content = Buffer.from(text);
  return createHash("sha1").update(`blob ${content.length}\0`).update(content).digest("hex").slice(0, 7);
}

/** A diff knows only whether a file may be run. */
function chmodNote({ from, preprod, now, left }: DriftedPath): string {
  if (now?.type !== "file" || now.mode === 0o644 || now.mode === 0o755) return "";
  if (preprod?.type === "file" && preprod.mode === now.mode) return "";
  if (left?.type === "file" && left.mode === now.mode && preprod !== undefined) return "";
  return note(`${patchName(from)}: its mode in PROD is ${octal(now.mode)}.`);
}

function directoryPart({ from, preprod, now }: DriftedPath): string {
  if (now === undefined) return note(`${patchName(from)}/: PROD has this directory no more.`);
  if (now.type !== "directory" || (preprod !== undefined && preprod.type !== "directory")) {
    return note(`${patchName(from)}: ${preprod?.type ?? "nothing"} in PREPROD, ${now.type} in PROD.`);
  }
  return note(`${patchName(from)}/: a directory with mode ${octal(now.mode)} in PROD.`);
}

/** As text; undefined for what is none, and for what nobody read. */
function contentOf(entry: Entry | undefined, content: Buffer | undefined): string | undefined {
  if (entry?.type === "link") return textOf(Buffer.from(entry.target));
  if (entry?.type === "file" && entry.size === 0) return "";
  return content === undefined ? undefined : textOf(content);
}

function textOf(content: Buffer): string | undefined {
  if (isBinary(content)) return undefined;
  const text = content.toString("utf8");
  return Buffer.from(text).equals(content) ? text : undefined;
}

/** A name with a space in it ends at a tab, as git writes it: otherwise `patch` takes the rest for a date. */
function fileLines(left: string | undefined, right: string | undefined): string {
  const shown = (name: string | undefined, side: string): string => {
    if (name === undefined) return "/dev/null";
    const written = patchName(`${side}/${name}`);
    return written.includes(" ") && !written.startsWith('"') ? `${written}\t` : written;
  };
  return `--- ${shown(left, "a")}\n+++ ${shown(right, "b")}\n`;
}

function gitMode(entry: Entry): string {
  if (entry.type === "link") return "120000";
  return entry.type === "file" && (entry.mode & 0o100) !== 0 ? "100755" : "100644";
}

function octal(mode: number): string {
  return mode.toString(8).padStart(4, "0");
}

function factsOf(entry: Entry | undefined): string {
  if (entry === undefined) return "nothing";
  return entry.type === "file" ? `${entry.size} bytes` : entry.type;
}

// How much two texts have in common, line by line, and the lines in which they differ on purpose. Pure.

import { createMask } from "../texts/mask.ts";

/** 0 to 1; lines that every file has (brackets, blanks) do not count. */
export function similarity(left: string, right: string): number {
  const [one, other] = [tellingLines(left), tellingLines(right)];
  if (one.length === 0 || other.length === 0) return left === right ? 1 : 0;
  const counts = new Map<string, number>();
  for (const line of one) counts.set(line, (counts.get(line) ?? 0) + 1);
  let common = 0;
  for (const line of other) {
    const count = counts.get(line) ?? 0;
    if (count === 0) continue;
    counts.set(line, count - 1);
    common += 1;
  }
  return (2 * common) / (one.length + other.length);
}

function tellingLines(text: string): readonly string[] {
  return text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line.length > 3);
}

export type LineRewrite = { readonly match: string; readonly replace: string };

const mostRewrites = 5;
const preprodWords = /\b(pre-?prod|preproduction|staging|stage|recette|dev|development)\b/gi;
const prodWords = /\b(prod|production)\b/gi;
const mask = createMask([]);

/**
 * The lines that PROD has otherwise on purpose: commented out, or with PROD's name in place of PREPROD's. None when there are
 * so many that the two are simply different files. In code a line that was commented out is more likely another version.
 */
export function lineRewrites(preprod: string, prod: string, isCode: boolean): readonly LineRewrite[] {
  const here = linesOf(preprod);
  const there = new Set(linesOf(prod));
  const hereSet = new Set(here);
  const onlyInPreprod = [...new Set(here)].filter((line) => !there.has(line) && line.trim() !== "");
  const onlyInProd = [...there].filter((line) => !hereSet.has(line) && line.trim() !== "");
  if (onlyInPreprod.length > 2000 || onlyInProd.length > 2000) return [];
  const byMeaning = new Map<string, string | undefined>();
  for (const line of onlyInProd) {
    for (const meaning of [`= ${uncommented(line)}`, `~ ${withoutPlace(line, prodWords)}`]) {
      byMeaning.set(meaning, byMeaning.has(meaning) ? undefined : line);
    }
  }
  const found: LineRewrite[] = [];
  for (const line of onlyInPreprod) {
    const other = counterpart(line, byMeaning, isCode);
    if (other === undefined || isConfidential(line) || isConfidential(other)) continue;
    found.push({ match: `^${escapeRegex(line)}$`, replace: other.replaceAll("$", "$$$$") });
  }
  return found.length > mostRewrites ? [] : found;
}

function counterpart(
  line: string,
  byMeaning: ReadonlyMap<string, string | undefined>,
  isCode: boolean,
): string | undefined {
  const commented = isCode ? undefined : byMeaning.get(`= ${uncommented(line)}`);
  if (commented !== undefined && isCommented(commented) !== isCommented(line)) return commented;
  const placed = withoutPlace(line, preprodWords);
  return placed === line ? undefined : byMeaning.get(`~ ${placed}`);
}

const comment = /^(\s*)(?:#|\/\/|;|--)\s?/;

function isCommented(line: string): boolean {
  return comment.test(line);
}

function uncommented(line: string): string {
  return line.replace(comment, "$1").trim();
}

function withoutPlace(line: string, words: RegExp): string {
  return line.replaceAll(words, "\u0000");
}

function isConfidential(line: string): boolean {
  return /passw|secret|token|api_?key|credential|private/i.test(line) || mask(line) !== line;
}

function linesOf(text: string): readonly string[] {
  return text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
}

function escapeRegex(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, "\\$&");
}

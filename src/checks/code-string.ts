// A string literal as the checks search it: what is written, with what is not text blanked out.

import type { SyntaxNode } from "@lezer/common";

export type CodeString = {
  /** Offset of the first character of `text` in its file. */
  readonly from: number;
  readonly text: string;
  /** Put together from several literals, so that offsets inside it mean nothing. */
  readonly joined?: boolean;
};

/** Same length, so that offsets still hold; an escape is never part of a path. */
export function maskEscapes(text: string): string {
  return text.includes("\\")
    ? text.replace(/\\(?:\r\n|[\s\S])/g, (sequence) => " ".repeat(sequence.length))
    : text;
}

/** Stands where only the running programme knows the text. */
export const unknownText = "\0";

/** Same length again, without `{…}` of a Python string or `${…}` of a template. */
export function withoutInterpolation(body: string, node: SyntaxNode, offset: number, kind: string): string {
  let text = body;
  for (const part of node.getChildren(kind)) {
    const from = Math.max(0, part.from - offset);
    const to = Math.min(text.length, part.to - offset);
    text = text.slice(0, from) + text.slice(from, to).replace(/[^\n]/g, unknownText) + text.slice(to);
  }
  return text;
}

/** Several literals as the one path that they make, placed at the first that says something. */
export function glued(parts: readonly CodeString[], glue: "/" | ""): readonly CodeString[] {
  const first = parts.find((part) => part.text.replaceAll(unknownText, "").trim() !== "");
  if (first === undefined || parts.length < 2) return [];
  const texts = parts.map((part) => (glue === "" ? part.text : part.text.replace(/\/$/, "")));
  return [{ from: first.from, text: texts.join(glue), joined: true }];
}

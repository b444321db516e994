// Names and lines of a diff, so that nothing in them acts on whoever reads it. Pure.

import { encodeBytes } from "../transport/bytes.ts";

// Controls, and the characters that reorder or hide text: what a reader approves must be what is there.
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb]|[\u{e0000}-\u{e007f}]/gu;

/** A line's own carriage return at its end stays: it is part of the line's ending. */
export function visibleLine(line: string): string {
  const end = line.endsWith("\r") ? "\r" : "";
  return (end === "" ? line : line.slice(0, -1)).replaceAll(hidden, marked) + end;
}

/** As git writes a name: as it is, or in quotes with escapes where it could be misread. */
export function patchName(path: string): string {
  if (path.isWellFormed() && !/["\\\u0000-\u001f\u007f]/.test(path) && path.replaceAll(hidden, "") === path) {
    return path;
  }
  let text = "";
  for (const byte of encodeBytes(path)) {
    const letter = escapes[byte];
    if (letter !== undefined) text += letter;
    else if (byte < 0x20 || byte >= 0x7f) text += `\\${byte.toString(8).padStart(3, "0")}`;
    else text += String.fromCharCode(byte);
  }
  return `"${text}"`;
}

const escapes: Readonly<Record<number, string>> = {
  7: "\\a",
  8: "\\b",
  9: "\\t",
  10: "\\n",
  11: "\\v",
  12: "\\f",
  13: "\\r",
  34: '\\"',
  92: "\\\\",
};

function marked(character: string): string {
  const point = character.codePointAt(0) ?? 0;
  return `<U+${point.toString(16).toUpperCase().padStart(4, "0")}>`;
}

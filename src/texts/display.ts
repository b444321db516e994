// Foreign names and output made readable without being able to act: no control codes, no reversed text, no hidden letters.

const named: Readonly<Record<string, string>> = { "\n": "\\n", "\r": "\\r", "\t": "\\t" };

/**
 * Bytes that are not UTF-8 travel as U+DC80 to U+DCFF and show as `\xNN`; control, bidirectional and invisible characters show as
 * escapes, because a name with them would read as another name.
 */
export function displayName(name: string, max: number = Number.POSITIVE_INFINITY): string {
  let shown = "";
  for (const character of name) shown += displayCharacter(character);
  return shortenMiddle(shown, max);
}

/** Lines of output for a person: terminal colours and control codes gone, line breaks and tabs kept. */
export function displayText(text: string): string {
  const plain = text
    .replace(/\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)/g, "")
    .replace(/\u001b\[[0-?]*[ -/]*[@-~]/g, "")
    .replace(/\u001b[@-Z\\-_]/g, "")
    .replace(/\r\n/g, "\n");
  let shown = "";
  for (const character of plain) {
    if (character === "\n" || character === "\t") shown += character;
    else if (character === "\r") shown += "\n";
    else shown += displayCharacter(character);
  }
  return shown;
}

/** One line, whatever it was. */
export function displayLine(text: string, max: number = Number.POSITIVE_INFINITY): string {
  return shortenEnd(displayText(text).replace(/\s+/g, " ").trim(), max);
}

export function shortenEnd(text: string, max: number): string {
  const characters = [...text];
  return characters.length <= max ? text : `${characters.slice(0, Math.max(0, max - 1)).join("")}…`;
}

/** Keeps both ends: the end of a path tells more than its middle. */
export function shortenMiddle(text: string, max: number): string {
  const characters = [...text];
  if (characters.length <= max) return text;
  const head = Math.max(0, Math.floor((max - 1) / 3));
  const tail = Math.max(0, max - 1 - head);
  return `${characters.slice(0, head).join("")}…${characters.slice(characters.length - tail).join("")}`;
}

function displayCharacter(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code >= 0xdc80 && code <= 0xdcff) return `\\x${(code - 0xdc00).toString(16)}`;
  if (code >= 0xd800 && code <= 0xdfff) return "\ufffd";
  if (code < 0x20 || (code >= 0x7f && code <= 0x9f)) {
    return named[character] ?? `\\x${code.toString(16).padStart(2, "0")}`;
  }
  return actsUnseen(code) ? `\\u{${code.toString(16)}}` : character;
}

function actsUnseen(code: number): boolean {
  return (
    code === 0xad ||
    code === 0x61c ||
    code === 0x180e ||
    (code >= 0x200b && code <= 0x200f) ||
    (code >= 0x2028 && code <= 0x202e) ||
    (code >= 0x2060 && code <= 0x206f) ||
    code === 0xfeff ||
    (code >= 0xfff9 && code <= 0xfffb) ||
    (code >= 0xe0000 && code <= 0xe0fff)
  );
}

// File names and output as text that loses no byte: UTF-8, with every invalid byte kept as a lone surrogate.

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
const firstEscape = 0xdc80;
const lastEscape = 0xdcff;

/** Each byte that is no part of valid UTF-8 becomes U+DC80..U+DCFF, as Python's `surrogateescape` does. */
export function decodeBytes(bytes: Uint8Array): string {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return decodeWithEscapes(bytes);
  }
}

/** The bytes that `decodeBytes` read. Refuses surrogates that no byte string decodes to. */
export function encodeBytes(text: string): Buffer {
  if (text.isWellFormed()) return Buffer.from(text, "utf8");
  const parts: Buffer[] = [];
  let plain = "";
  for (const character of text) {
    const point = character.codePointAt(0) ?? 0;
    if (point >= firstEscape && point <= lastEscape) {
      parts.push(Buffer.from(plain, "utf8"), Buffer.of(point - firstEscape + 0x80));
      plain = "";
    } else if (point >= 0xd800 && point <= 0xdfff) {
      throw new TypeError(`U+${point.toString(16).toUpperCase()} stands for no byte`);
    } else {
      plain += character;
    }
  }
  parts.push(Buffer.from(plain, "utf8"));
  return Buffer.concat(parts);
}

// Characters that are not seen, or that change what is seen around them: controls, formats (bidi, zero width), separators
// and spaces other than the space itself, private and unassigned ones, and the letters that are drawn as nothing.
const invisible =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Co}\p{Cn}\p{Cs}\u115f\u1160\u2800\u3164\uffa0]|\u034f|\u17b4|\u17b5|[^\P{Zs} ]/gu;

/** A path as a person may safely read it: nothing in it acts on a terminal or on the text around it. */
export function displayName(path: string): string {
  return path.replaceAll("\\", "\\\\").replaceAll(invisible, (character) => {
    const point = character.codePointAt(0) ?? 0;
    if (character === "\n") return "\\n";
    if (character === "\t") return "\\t";
    if (point < 0x80) return `\\x${hex(point)}`;
    if (point >= firstEscape && point <= lastEscape) return `\\x${hex(point - firstEscape + 0x80)}`;
    return `\\u{${point.toString(16)}}`;
  });
}

function hex(byte: number): string {
  return byte.toString(16).padStart(2, "0");
}

function decodeWithEscapes(bytes: Uint8Array): string {
  let text = "";
  let validFrom = 0;
  let at = 0;
  while (at < bytes.length) {
    const length = sequenceLength(bytes, at);
    if (length > 0) {
      at += length;
      continue;
    }
    text += strictUtf8.decode(bytes.subarray(validFrom, at));
    text += String.fromCharCode(firstEscape + (bytes[at] ?? 0) - 0x80);
    at += 1;
    validFrom = at;
  }
  return text + strictUtf8.decode(bytes.subarray(validFrom));
}

/** How many bytes the well-formed UTF-8 sequence at `at` has (Unicode, table 3-7); 0 if there is none. */
function sequenceLength(bytes: Uint8Array, at: number): number {
  const lead = bytes[at] ?? 0;
  if (lead < 0x80) return 1;
  const length =
    lead >= 0xc2 && lead <= 0xdf
      ? 2
      : lead >= 0xe0 && lead <= 0xef
        ? 3
        : lead >= 0xf0 && lead <= 0xf4
          ? 4
          : 0;
  if (length === 0 || at + length > bytes.length) return 0;
  const second = bytes[at + 1] ?? 0;
  const lowest = lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80;
  const highest = lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf;
  if (second < lowest || second > highest) return 0;
  for (let index = at + 2; index < at + length; index += 1) {
    const next = bytes[index] ?? 0;
    if (next < 0x80 || next > 0xbf) return 0;
  }
  return length;
}

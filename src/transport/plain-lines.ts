// What a programme printed, as lines that people can read: no colours, no control characters, nothing endless.

const longestLine = 2000;
const longestShown = 300;

// What terminals act on: CSI with its parameters, OSC and its kin up to their end, two-character escapes.
const escapes =
  /\x1b\[[0-?]*[ -/]*[@-~]|\x1b[\]PX^_][^\x07\x1b]*(?:\x07|\x1b\\|$)|\x1b[ -/]*[0-~]|\x9b[0-?]*[ -/]*[@-~]/g;

/** Bytes that are not UTF-8 become U+FFFD. The empty line after a last line break is none. */
export function plainLines(output: Uint8Array): readonly string[] {
  const text = new TextDecoder().decode(output).replace(escapes, "");
  const lines = text.split("\n").map(plainLine);
  return lines.at(-1) === "" ? lines.slice(0, -1) : lines;
}

/** The last `most` lines with something on them, short enough to be shown. */
export function lastLines(output: Uint8Array, most: number): readonly string[] {
  return shownLines(
    plainLines(output)
      .filter((line) => line.trim() !== "")
      .slice(-most),
  );
}

export function shownLines(lines: readonly string[]): readonly string[] {
  return lines.map((line) => cut(line.trimEnd(), longestShown));
}

function plainLine(line: string): string {
  // A progress bar writes over itself: what a person saw last is what came after the last carriage return.
  const shown = line.replace(/\r+$/, "").split("\r").at(-1) ?? "";
  const plain = shown.replaceAll("\t", "    ").replace(/[\0-\x08\x0b-\x1f\x7f-\x9f]/g, "");
  return cut(plain, longestLine);
}

function cut(line: string, longest: number): string {
  return line.length > longest ? `${line.slice(0, longest - 1)}…` : line;
}

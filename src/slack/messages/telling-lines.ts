// Which of many lines of output to show: those that say what went wrong.

/** Python says what went wrong last, Node first: the window that has the error in it, or the last lines. */
export function tellingLines(lines: readonly string[], most: number): readonly string[] {
  const last = lines.slice(-most);
  if (lines.length <= most || last.some(tellsOfError)) return last;
  const at = lines.findLastIndex(tellsOfError);
  return at < 0 ? last : lines.slice(at, at + most);
}

function tellsOfError(line: string): boolean {
  return /\b\w*(Error|Exception)\b|\b(fatal|panic)\b/i.test(line);
}

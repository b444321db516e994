// The changed files of a plan as aligned lines for a narrow screen: by directory, the riskiest first.

import { displayName } from "../../texts/display.ts";
import type { Change } from "../../tree/plan.ts";
import { type ChangeLine, changeLines } from "../../tree/summary.ts";
import { shareRows } from "./share-rows.ts";
import type { Voice } from "./voice.ts";

const signs = { A: "+", M: "~", D: "-", T: "!" } as const;
/** What goes, then what becomes something else, what is rewritten, what is new. */
const risk = { D: 3, T: 2, M: 1, A: 0 } as const;

type Directory = { readonly path: string; readonly lines: readonly ChangeLine[] };

/** At most `rows` lines of at most `width` characters; a directory keeps its number of files even when no file of it is shown. */
export function fileList(
  voice: Voice,
  changes: readonly Change[],
  { rows, width }: { readonly rows: number; readonly width: number },
): string {
  const directories = byDirectory(changeLines(changes));
  const shares = shareRows(
    directories.map(({ lines }) => lines.length),
    rows,
  );
  const texts = directories.slice(0, shares.length).flatMap((directory, index) => {
    const share = shares[index] ?? 0;
    const [only, second] = directory.lines;
    if (only !== undefined && second === undefined && share > 0)
      return [fileLine(voice, only, only.path, 0, width)];
    const shown = directory.lines.slice(0, share);
    const left = directory.lines.length - shown.length;
    return [
      heading(voice, directory, width),
      ...shown.map((line) =>
        fileLine(voice, line, line.path.slice(prefixOf(directory.path).length), 1, width),
      ),
      ...(left > 0 && share > 0 ? [` ${voice.texts.plan.more(left)}`] : []),
    ];
  });
  const rest = directories.slice(shares.length);
  const left = rest.reduce((sum, { lines }) => sum + lines.length, 0);
  return (left > 0 ? [...texts, voice.texts.plan.moreIn(left, rest.length)] : texts).join("\n");
}

function byDirectory(lines: readonly ChangeLine[]): readonly Directory[] {
  const found = new Map<string, ChangeLine[]>();
  for (const line of lines) {
    const path = directoryOf(line.path);
    const known = found.get(path);
    if (known === undefined) found.set(path, [line]);
    else known.push(line);
  }
  const directories = [...found].map(([path, own]) => ({
    path,
    lines: own.toSorted((left, right) => risk[right.mark] - risk[left.mark] || byWeight(left, right)),
  }));
  const riskOf = ({ lines: [first] }: Directory) => (first === undefined ? 0 : risk[first.mark]);
  const weight = ({ lines: own }: Directory) =>
    own.reduce((sum, line) => sum + line.linesAdded + line.linesRemoved, 0);
  return directories.sort(
    (left, right) =>
      riskOf(right) - riskOf(left) || weight(right) - weight(left) || (left.path < right.path ? -1 : 1),
  );
}

function byWeight(left: ChangeLine, right: ChangeLine): number {
  const weight = (line: ChangeLine) =>
    line.linesAdded + line.linesRemoved + Math.max(line.bytesBefore, line.bytesAfter) / 2 ** 40;
  return weight(right) - weight(left) || (left.path < right.path ? -1 : 1);
}

function heading({ texts }: Voice, { path, lines }: Directory, width: number): string {
  const marks = new Set(lines.map(({ mark }) => mark));
  const [mark] = marks;
  const kinds = { A: texts.plan.added, M: texts.plan.changed, D: texts.plan.removed, T: texts.plan.changed };
  const count =
    marks.size === 1 && mark !== undefined ? kinds[mark](lines.length) : texts.plan.files(lines.length);
  const bytes = lines.reduce((sum, line) => sum + line.bytesAfter, 0);
  const facts = bytes > 0 ? `${count}, ${texts.measures.bytes(bytes)}` : count;
  return twoColumns(path === "" ? "./" : `${displayName(path)}/`, facts, width);
}

function fileLine({ texts }: Voice, line: ChangeLine, name: string, indent: number, width: number): string {
  const left = `${" ".repeat(indent)}${signs[line.mark]} `;
  const on = line.hosts.length === 0 ? "" : ` (${hostNames(texts, line.hosts)})`;
  return (
    left + twoColumns(`${displayName(name)}${on}`, factsOf(line, texts.measures.bytes), width - left.length)
  );
}

function factsOf(line: ChangeLine, bytes: (value: number) => string): string {
  if (line.was !== "") return `${line.was} → ${line.is}`;
  const lines = [
    line.linesAdded > 0 ? `+${line.linesAdded}` : "",
    line.linesRemoved > 0 ? `−${line.linesRemoved}` : "",
  ];
  const size = line.mark === "D" ? line.bytesBefore : line.bytesAfter;
  return [...lines, size > 0 ? bytes(size).padStart(7) : ""].filter((part) => part !== "").join(" ");
}

/** The name may lose its middle, the numbers stay; without room for both the numbers go. */
function twoColumns(name: string, facts: string, width: number): string {
  const room = width - [...facts].length - 1;
  if (room < leastName) return displayName(name, width);
  const shown = displayName(name, room);
  return facts === "" ? shown : `${shown}${" ".repeat(room - [...shown].length)} ${facts}`;
}

/** Of many their number, for a narrow screen. */
function hostNames(texts: Voice["texts"], hosts: readonly string[]): string {
  const names = hosts.join(", ");
  return names.length <= 12 ? names : texts.promotion.facts.hosts(hosts.length);
}

const leastName = 8;

function directoryOf(path: string): string {
  const own = path.endsWith("/") ? path.slice(0, -1) : path;
  return own.slice(0, Math.max(0, own.lastIndexOf("/")));
}

function prefixOf(directory: string): string {
  return directory === "" ? "" : `${directory}/`;
}

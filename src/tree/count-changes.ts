// The lines that changes add and remove, counted in the files themselves: small ones, within a limit for all.

import { setImmediate } from "node:timers/promises";
import { capture } from "../transport/capture.ts";
import { expandRoot } from "../transport/shell.ts";
import type { Change } from "./change.ts";
import { type KnownFile, readFiles } from "./contents.ts";
import type { Entry } from "./entry.ts";
import { type CountedLines, countLines, isBinary, type LineCounts, linesKey, noLines } from "./lines.ts";
import { nulList } from "./nul-list.ts";
import type { ReadSide } from "./read-side.ts";
import type { RewrittenFile } from "./rewrites.ts";

const mostBytes = 1024 * 1024;
const mostBytesInAll = 32 * 1024 * 1024;
const mostPeeks = 200;
const peekBytes = 8000;

type Wish = {
  readonly at: number;
  readonly before: KnownFile | undefined;
  readonly after: KnownFile | undefined;
};

/** One answer for each change; files beyond the limits count as no lines, and are only looked at for being binary. */
export async function countChanges(
  preprod: ReadSide,
  prod: ReadSide,
  changes: readonly Change[],
  rewritten: ReadonlyMap<string, RewrittenFile>,
  counted: CountedLines,
): Promise<readonly LineCounts[]> {
  const lines: LineCounts[] = changes.map(() => noLines);
  const wishes: Wish[] = [];
  const large: {
    readonly at: number;
    readonly path: string;
    readonly size: number;
    readonly side: ReadSide;
  }[] = [];
  let bytes = 0;
  for (const [at, change] of changes.entries()) {
    if (change.kind === "mode") continue;
    const before = fileOf(change.path, change.before);
    const after = fileOf(change.from ?? "", change.after);
    if (before === undefined && after === undefined) continue;
    const known = counted.get(linesKey(change.before, change.after));
    const size = (before?.size ?? 0) + (after?.size ?? 0);
    if (known !== undefined) lines[at] = known;
    else if (
      (before?.size ?? 0) > mostBytes ||
      (after?.size ?? 0) > mostBytes ||
      bytes + size > mostBytesInAll
    ) {
      if (after !== undefined) large.push({ at, path: after.path, size: after.size, side: preprod });
      else if (before !== undefined) large.push({ at, path: before.path, size: before.size, side: prod });
    } else {
      bytes += size;
      wishes.push({ at, before, after });
    }
  }

  const [wanted, current] = await Promise.all([
    wantedContents(preprod, changes, wishes, rewritten),
    currentContents(prod, wishes),
  ]);
  for (const { at } of wishes) {
    lines[at] = countLines(current.get(at), wanted.get(at));
    wanted.delete(at);
    current.delete(at);
    // Two texts may take a tenth of a second: somebody may be waiting for an answer.
    await setImmediate();
  }
  for (const side of [preprod, prod]) {
    const files = large.filter((one) => one.side === side).slice(0, mostPeeks);
    const binary = await areBinary(side, files);
    for (const [order, { at }] of files.entries()) {
      if (binary[order] === true) lines[at] = { ...noLines, binary: true };
    }
  }
  return lines;
}

async function wantedContents(
  preprod: ReadSide,
  changes: readonly Change[],
  wishes: readonly Wish[],
  rewritten: ReadonlyMap<string, RewrittenFile>,
): Promise<Map<number, Buffer>> {
  const contents = new Map<number, Buffer>();
  const fetched: { readonly at: number; readonly file: KnownFile }[] = [];
  for (const { at, after } of wishes) {
    const other = rewritten.get(changes[at]?.path ?? "");
    if (other !== undefined) contents.set(at, other.content);
    else if (after !== undefined) fetched.push({ at, file: after });
  }
  await readFiles(
    preprod.transport,
    preprod.scanned.root,
    fetched.map(({ file }) => file),
    (index, content) => {
      contents.set(fetched[index]?.at ?? -1, content);
    },
  );
  return contents;
}

async function currentContents(prod: ReadSide, wishes: readonly Wish[]): Promise<Map<number, Buffer>> {
  const contents = new Map<number, Buffer>();
  const fetched = wishes.flatMap(({ at, before }) => (before === undefined ? [] : [{ at, file: before }]));
  await readFiles(
    prod.transport,
    prod.scanned.root,
    fetched.map(({ file }) => file),
    (index, content) => {
      contents.set(fetched[index]?.at ?? -1, content);
    },
  );
  return contents;
}

async function areBinary(
  side: ReadSide,
  files: readonly { readonly path: string; readonly size: number }[],
): Promise<readonly boolean[]> {
  if (files.length === 0) return [];
  const { stdout } = await capture(
    side.transport,
    `cd -P -- ${expandRoot(side.scanned.root)} || exit 66\nexec xargs -0 -r -n 1 head -c ${peekBytes} --`,
    {
      what: "reading the beginning of files",
      input: nulList(files.map(({ path }) => `./${path}`)),
      maxBytes: 64 * 1024 + files.length * peekBytes,
      timeoutSeconds: 300,
    },
  );
  let start = 0;
  return files.map(({ size }) => {
    const end = start + Math.min(size, peekBytes);
    const beginning = stdout.subarray(start, end);
    start = end;
    return isBinary(beginning);
  });
}

function fileOf(path: string, entry: Entry | undefined): KnownFile | undefined {
  if (entry?.type !== "file" || entry.sha256 === undefined) return undefined;
  return { path, size: entry.size, sha256: entry.sha256 };
}

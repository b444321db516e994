// The text of the result's files for the checks to read: fetched in batches, decoded, within a budget of bytes and time.

import { setImmediate } from "node:timers/promises";
import type { Tree } from "../tree/entry.ts";

/** Where the text comes from. */
export type Readable = {
  /** PROD as it will be after the promotion: mapped, kept and only-in-PROD paths. */
  readonly result: Tree;
  /**
   * The content of paths of the result: promoted content after its rewrites, or PROD's own. A path that is unreadable
   * or larger than `maxBytes` is left out of the answer. Asked for many at once, since each call may cross a network.
   */
  read(paths: readonly string[], maxBytes: number): Promise<ReadonlyMap<string, Buffer>>;
};

export type Source = { readonly path: string; readonly text: string };

export type SourceLimits = {
  readonly maxFileBytes: number;
  /** Over all files of one run; what comes after it is not looked at. */
  readonly maxTotalBytes: number;
  readonly secondsPerCheck: number;
  /** Milliseconds that only go forward. */
  readonly clock: () => number;
};

export const defaultLimits: SourceLimits = {
  maxFileBytes: 5 * 1024 * 1024,
  maxTotalBytes: 64 * 1024 * 1024,
  secondsPerCheck: 30,
  clock: () => performance.now(),
};

export interface Sources {
  /** Files that are text, in the order asked for; others are left out, and the reason is noted where it matters. */
  texts(paths: readonly string[]): AsyncIterable<Source>;
  /** Notes that a file was not wholly understood; said beside the result. */
  note(reason: string, path: string): void;
  readonly notes: ReadonlyMap<string, readonly string[]>;
  /** Whether this check has used up its time. */
  spent(): boolean;
}

type Kept = Source | "missing" | "large" | "binary" | "budget";

/** That an image is not text is no news. */
const isCode = /\.(?:py|[cm]?[jt]sx?|ya?ml|toml|json|sh|txt|env)$/;
const batchBytes = 8 * 1024 * 1024;
const batchFiles = 400;

/** One for a run: what one check read, the next need not fetch again. */
export function createSourceCache(input: Readable, limits: SourceLimits): { open(): Sources } {
  const kept = new Map<string, Kept>();
  let bytesLeft = limits.maxTotalBytes;

  async function fetchAll(paths: readonly string[]): Promise<void> {
    const wanted: string[] = [];
    for (const path of paths) {
      if (kept.has(path)) continue;
      const entry = input.result.get(path);
      if (entry?.type !== "file") kept.set(path, "missing");
      else if (entry.size > limits.maxFileBytes) kept.set(path, "large");
      else if (entry.size > bytesLeft) kept.set(path, "budget");
      else {
        bytesLeft -= entry.size;
        wanted.push(path);
      }
    }
    if (wanted.length === 0) return;
    const contents = await input.read(wanted, limits.maxFileBytes);
    for (const path of wanted) {
      const content = contents.get(path);
      if (content === undefined) kept.set(path, "missing");
      else if (content.length > limits.maxFileBytes) kept.set(path, "large");
      else {
        const text = decode(content);
        kept.set(path, text === undefined ? "binary" : { path, text });
      }
    }
  }

  function open(): Sources {
    const notes = new Map<string, string[]>();
    const deadline = limits.clock() + limits.secondsPerCheck * 1000;
    const spent = (): boolean => limits.clock() > deadline;

    function note(reason: string, path: string): void {
      const paths = notes.get(reason) ?? [];
      if (!paths.includes(path)) paths.push(path);
      notes.set(reason, paths);
    }

    async function* texts(paths: readonly string[]): AsyncIterable<Source> {
      for (const batch of batches(paths, (path) => sizeOf(input, path))) {
        await fetchAll(batch);
        for (const path of batch) {
          if (spent()) {
            note("not looked at for lack of time", path);
            continue;
          }
          const source = kept.get(path) ?? "missing";
          if (typeof source === "object") {
            yield source;
            await setImmediate();
          } else if (source !== "binary" || isCode.test(path)) note(reasons[source], path);
        }
      }
    }

    return { texts, note, notes, spent };
  }

  return { open };
}

const reasons: Readonly<Record<Exclude<Kept, Source>, string>> = {
  missing: "could not be read",
  large: "too large to look into",
  binary: "not text",
  budget: "not looked at, too much to read in all",
};

function sizeOf(input: Readable, path: string): number {
  const entry = input.result.get(path);
  return entry?.type === "file" ? entry.size : 0;
}

function* batches(paths: readonly string[], size: (path: string) => number): Iterable<readonly string[]> {
  let batch: string[] = [];
  let bytes = 0;
  for (const path of paths) {
    if (batch.length > 0 && (batch.length >= batchFiles || bytes + size(path) > batchBytes)) {
      yield batch;
      batch = [];
      bytes = 0;
    }
    batch.push(path);
    bytes += size(path);
  }
  if (batch.length > 0) yield batch;
}

/** Line ends and ASCII survive whatever the encoding was; that is all a path or an import needs. */
function decode(content: Buffer): string | undefined {
  if (content[0] === 0xff && content[1] === 0xfe) return content.subarray(2).toString("utf16le");
  if (content.includes(0)) return undefined;
  const text = content.toString("utf8");
  return text.includes("\ufffd") ? content.toString("latin1") : text.replace(/^\ufeff/, "");
}

/** Offsets to line numbers, counted once for a text. */
export function lineCounter(text: string): (offset: number) => number {
  const starts = [0];
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

// The entries of one side as its host listed them, kept packed: a hundred thousand of them are a few megabytes.

import { decodeBytes } from "../transport/bytes.ts";
import type { Entry } from "./entry.ts";

/**
 * What `find -printf` prints for each entry, then `%P` and a NUL; a link's target follows with a NUL of its own.
 * Only the path may hold spaces.
 */
export const recordFormat = "%y %m %s %T@ %C@ %i %D ";
const recordFields = 7;

export type EntryType = Entry["type"];

/** Entries by their place in the listing. The first one is the root, with the path `""`; parents come before what is in them. */
export interface Listing {
  readonly count: number;
  /** Of the path only the first `length` bytes, if that is given. */
  path(index: number, length?: number): string;
  type(index: number): EntryType;
  isFile(index: number): boolean;
  mode(index: number): number;
  size(index: number): number;
  entry(index: number): Entry;
  /** On another file system than the root: a mount point, which `find -xdev` lists and does not enter. */
  isMounted(index: number): boolean;
  /** Seconds since the epoch, rounded up. */
  changedAt(index: number): number;
  /** Every record as it came. What follows says where in it things are. */
  readonly bytes: Uint8Array;
  record(index: number): { readonly start: number; readonly end: number };
  pathStart(index: number): number;
  pathEnd(index: number): number;
  /** Of the last part of the path. */
  nameStart(index: number): number;
}

export type ListingReader = {
  readonly push: (chunk: Uint8Array) => void;
  /** Throws when what was pushed ends inside a record. */
  readonly end: () => Listing;
};

const space = 0x20;

export function readListing(): ListingReader {
  let bytes = Buffer.from(new ArrayBuffer(1 << 16));
  let length = 0;
  let parsed = 0;
  let starts = new Uint32Array(1024);
  let paths = new Uint32Array(1024);
  let count = 0;

  function parse(): void {
    while (parsed < length) {
      let end = bytes.indexOf(0, parsed);
      if (end === -1 || end >= length) return;
      if (bytes[parsed] === linkLetter) {
        end = bytes.indexOf(0, end + 1);
        if (end === -1 || end >= length) return;
      }
      if (count === starts.length) {
        starts = grown(starts);
        paths = grown(paths);
      }
      starts[count] = parsed;
      paths[count] = pathStart(bytes, parsed, end);
      count += 1;
      parsed = end + 1;
    }
  }

  return {
    push(chunk) {
      if (length + chunk.length > bytes.length) {
        // `transfer` gives the old memory back at once, which the garbage collector would do when it is pressed to.
        const wanted = Math.max(Math.ceil(bytes.length * 1.5), length + chunk.length);
        bytes = Buffer.from(bytes.buffer.transfer(wanted));
      }
      bytes.set(chunk, length);
      length += chunk.length;
      parse();
    },
    end() {
      if (parsed !== length) throw new Error("a listing that ends inside a record");
      bytes = Buffer.from(bytes.buffer.transfer(length));
      return packedListing(bytes, starts.slice(0, count), paths.slice(0, count));
    },
  };
}

const slash = 0x2f;
const linkLetter = "l".charCodeAt(0);
const fileLetter = "f".charCodeAt(0);

const types: Readonly<Record<string, EntryType>> = {
  f: "file",
  d: "directory",
  l: "link",
  p: "special",
  s: "special",
  b: "special",
  c: "special",
};
const typesByCode = Array.from({ length: 256 }, (_, code) => types[String.fromCharCode(code)]);
const kinds = { p: "fifo", s: "socket", b: "block", c: "character" } as const;

function packedListing(bytes: Buffer, starts: Uint32Array, paths: Uint32Array): Listing {
  function endOf(index: number): number {
    return (starts[index + 1] ?? bytes.length) - 1;
  }

  function pathEnd(index: number): number {
    return bytes[starts[index] ?? 0] === linkLetter ? bytes.indexOf(0, paths[index]) : endOf(index);
  }

  function fields(index: number): string[] {
    return bytes.toString("latin1", starts[index], (paths[index] ?? 0) - 1).split(" ");
  }

  const root = { start: 0, length: 0 };
  if (starts.length > 0) {
    const end = (paths[0] ?? 0) - 1;
    root.start = bytes.lastIndexOf(space, end - 1) + 1;
    root.length = end - root.start;
  }

  /** The device is the last field before the path. */
  function isMounted(index: number): boolean {
    const start = (paths[index] ?? 0) - 1 - root.length;
    if (bytes[start - 1] !== space) return true;
    for (let at = 0; at < root.length; at += 1) if (bytes[start + at] !== bytes[root.start + at]) return true;
    return false;
  }

  /** A whole number in the record without making a string of it. */
  function number(index: number, wanted: number, base: 8 | 10): number {
    let at = starts[index] ?? 0;
    // Every record has its seven spaces: `pathStart` counted them.
    for (let skipped = 0; skipped < wanted; at += 1) if (bytes[at] === space) skipped += 1;
    let value = 0;
    for (; ; at += 1) {
      const digit = (bytes[at] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) return value;
      value = value * base + digit;
    }
  }

  function type(index: number): EntryType {
    const found = typesByCode[bytes[starts[index] ?? 0] ?? 0];
    if (found === undefined) throw new Error(`an entry of an unknown type: ${fields(index).join(" ")}`);
    return found;
  }

  function nameStart(index: number): number {
    const start = paths[index] ?? 0;
    let at = pathEnd(index);
    while (at > start && bytes[at - 1] !== slash) at -= 1;
    return at;
  }

  return {
    count: starts.length,
    bytes,
    type,
    isFile: (index) => bytes[starts[index] ?? 0] === fileLetter,
    path: (index, length) => {
      const start = paths[index] ?? 0;
      return text(bytes, start, length === undefined ? pathEnd(index) : start + length);
    },
    mode: (index) => number(index, 1, 8),
    size: (index) => number(index, 2, 10),
    isMounted,
    changedAt: (index) => number(index, 4, 10) + 1,
    pathStart: (index) => paths[index] ?? 0,
    pathEnd,
    nameStart,
    record: (index) => ({ start: starts[index] ?? 0, end: endOf(index) }),
    entry(index) {
      const [letter = "", mode = "", size = "", modified = "", changed = "", inode = "", device = ""] =
        fields(index);
      const mtime = nanoseconds(modified);
      switch (type(index)) {
        case "file":
          return {
            type: "file",
            mode: Number.parseInt(mode, 8),
            size: Number(size),
            mtime,
            identity: `${device}:${inode}:${size}:${mtime}:${nanoseconds(changed)}`,
          };
        case "directory":
          return { type: "directory", mode: Number.parseInt(mode, 8), mtime };
        case "link":
          return { type: "link", target: text(bytes, pathEnd(index) + 1, endOf(index)), mtime };
        case "special":
          return { type: "special", kind: kinds[letter as keyof typeof kinds] };
      }
    },
  };
}

/** `find` prints ten decimals, the last one always 0; `stat` prints nine. */
function nanoseconds(time: string): string {
  const [seconds = "0", fraction = ""] = time.split(".");
  return `${seconds}.${fraction.slice(0, 9).padEnd(9, "0")}`;
}

function text(bytes: Buffer, start: number, end: number): string {
  for (let at = start; at < end; at += 1) {
    if ((bytes[at] ?? 0) >= 0x80) return decodeBytes(bytes.subarray(start, end));
  }
  return bytes.toString("latin1", start, end);
}

function pathStart(bytes: Buffer, start: number, end: number): number {
  let at = start;
  for (let fields = 0; fields < recordFields; at += 1) {
    if (at >= end) throw new Error("a listing with a record that is too short");
    if (bytes[at] === space) fields += 1;
  }
  return at;
}

function grown(array: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(array.length * 2);
  larger.set(array);
  return larger;
}

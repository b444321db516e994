// What is remembered from one comparison to the next: files that were equal, and hashes, by what each file was then.

import type { Listing } from "./listing.ts";

/** The part of the store that a comparison uses. A value is a document of its own: it is replaced whole. */
export type HashMemory = {
  recall(key: string): Promise<string | undefined>;
  remember(key: string, value: string): Promise<void>;
};

/** Keeps nothing; for a comparison that stands alone. */
export const noMemory: HashMemory = {
  recall: () => Promise.resolve(undefined),
  remember: () => Promise.resolve(),
};

/** A change within this time of the scan might share its timestamps with a later one. */
const youngSeconds = 2;

export function isYoung(listing: Listing, index: number, startedAt: number): boolean {
  return listing.changedAt(index) > startedAt - youngSeconds;
}

/**
 * Path and identity (type, mode, size, times, inode, device) of one entry or of two, as a number of 53 bits. Two files
 * that are not the same share one in a case out of 10^11 for a hundred thousand remembered ones.
 */
export function fingerprint(listing: Listing, index: number, other?: Listing, otherIndex = 0): number {
  const { start, end } = listing.record(index);
  const first = mix(listing.bytes, start, end, 0x9e3779b9, 0x85ebca6b);
  if (other === undefined) return first.high * 0x100000000 + first.low;
  const { start: from, end: to } = other.record(otherIndex);
  const both = mix(other.bytes, from, to, first.low, first.rest);
  return both.high * 0x100000000 + both.low;
}

/** cyrb53's two lanes over a range of bytes. */
function mix(
  bytes: Uint8Array,
  start: number,
  end: number,
  seed: number,
  otherSeed: number,
): { readonly high: number; readonly low: number; readonly rest: number } {
  let a = 0xdeadbeef ^ seed;
  let b = 0x41c6ce57 ^ otherSeed;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at] ?? 0;
    a = Math.imul(a ^ byte, 2654435761);
    b = Math.imul(b ^ byte, 1597334677);
  }
  a = Math.imul(a ^ (a >>> 16), 2246822507) ^ Math.imul(b ^ (b >>> 13), 3266489909);
  b = Math.imul(b ^ (b >>> 16), 2246822507) ^ Math.imul(a ^ (a >>> 13), 3266489909);
  return { high: 0x1fffff & b, low: a >>> 0, rest: b >>> 0 };
}

/** Fingerprints of pairs that were found to hold the same. */
export function writePairs(pairs: readonly number[]): string {
  const sorted = Float64Array.from(pairs).sort();
  return Buffer.from(sorted.buffer).toString("base64");
}

export type KnownPairs = { readonly size: number; readonly has: (fingerprint: number) => boolean };

export function readPairs(value: string | undefined): KnownPairs {
  if (value === undefined || value === "") return { size: 0, has: () => false };
  const bytes = Buffer.from(value, "base64");
  const copy = new Uint8Array(bytes.byteLength - (bytes.byteLength % 8));
  copy.set(bytes.subarray(0, copy.length));
  const sorted = new Float64Array(copy.buffer);
  return {
    size: sorted.length,
    has(fingerprint) {
      let low = 0;
      let high = sorted.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if ((sorted[middle] ?? 0) < fingerprint) low = middle + 1;
        else high = middle;
      }
      return sorted[low] === fingerprint;
    },
  };
}

const hashRecord = 40;

/** sha256 in hex by fingerprint. */
export function writeHashes(hashes: ReadonlyMap<number, string>): string {
  const bytes = Buffer.alloc(hashes.size * hashRecord);
  let at = 0;
  for (const [key, sha256] of hashes) {
    bytes.writeDoubleLE(key, at);
    bytes.write(sha256, at + 8, "hex");
    at += hashRecord;
  }
  return bytes.toString("base64");
}

export function readHashes(value: string | undefined): Map<number, string> {
  const hashes = new Map<number, string>();
  if (value === undefined) return hashes;
  const bytes = Buffer.from(value, "base64");
  for (let at = 0; at + hashRecord <= bytes.length; at += hashRecord) {
    hashes.set(bytes.readDoubleLE(at), bytes.toString("hex", at + 8, at + hashRecord));
  }
  return hashes;
}

// Which directory each entry of a listing is in, by number.

import type { Listing } from "./listing.ts";

export type Directories = {
  /** By place in the listing. */
  readonly of: Int32Array;
  /** By number; the first is the root, `""`. Only directories with something in them. */
  readonly paths: readonly string[];
};

export function directoriesOf(listing: Listing): Directories {
  const { bytes } = listing;
  const of = new Int32Array(listing.count);
  const paths = [""];
  const numbers = new Map([["", 0]]);
  // Neighbours in a listing are mostly in one directory: its name need not be made for each of them.
  let lastStart = 0;
  let lastLength = 0;
  let lastNumber = 0;
  for (let index = 1; index < listing.count; index += 1) {
    const start = listing.pathStart(index);
    const length = Math.max(0, listing.nameStart(index) - 1 - start);
    if (length !== lastLength || !isSame(bytes, start, lastStart, length)) {
      const path = length === 0 ? "" : listing.path(index, length);
      let number = numbers.get(path);
      if (number === undefined) {
        number = paths.push(path) - 1;
        numbers.set(path, number);
      }
      lastNumber = number;
      lastLength = length;
    }
    lastStart = start;
    of[index] = lastNumber;
  }
  return { of, paths };
}

function isSame(bytes: Uint8Array, left: number, right: number, length: number): boolean {
  // Siblings differ towards the end, so that is where to look first.
  for (let at = length - 1; at >= 0; at -= 1) if (bytes[left + at] !== bytes[right + at]) return false;
  return true;
}

// Trees in the form checks ask for them: over a listing, and PROD as it will be after a plan.

import type { Change } from "./change.ts";
import type { Entry, Tree } from "./entry.ts";
import type { Listing } from "./listing.ts";

/** Entries are made when asked for, so that a large tree costs little more than its listing. The root is not in it. */
export function listedTree(listing: Listing): Tree {
  let places: Map<string, number> | undefined;

  function placeOf(path: string): number | undefined {
    if (places === undefined) {
      places = new Map();
      for (let index = 1; index < listing.count; index += 1) places.set(listing.path(index), index);
    }
    return places.get(path);
  }

  function* entries(): MapIterator<[string, Entry]> {
    for (let index = 1; index < listing.count; index += 1) yield [listing.path(index), listing.entry(index)];
  }

  function* keys(): MapIterator<string> {
    for (let index = 1; index < listing.count; index += 1) yield listing.path(index);
  }

  function* values(): MapIterator<Entry> {
    for (let index = 1; index < listing.count; index += 1) yield listing.entry(index);
  }

  const tree: Tree = {
    size: Math.max(0, listing.count - 1),
    get(path) {
      const index = placeOf(path);
      return index === undefined ? undefined : listing.entry(index);
    },
    has: (path) => placeOf(path) !== undefined,
    forEach(take) {
      for (const [path, entry] of entries()) take(entry, path, tree);
    },
    entries,
    keys,
    values,
    [Symbol.iterator]: entries,
  };
  return tree;
}

/** PROD once the changes are made. */
export function resultingTree(prod: Tree, changes: readonly Change[]): Tree {
  const result = new Map(prod);
  for (const { path, after } of changes) {
    if (after === undefined) result.delete(path);
    else result.set(path, after);
  }
  return result;
}

// The groups of path rules that a person may ask for: what is in each, how old it is, and whether PROD has it already.

import { isFailure } from "../errors.ts";
import type { Change, GroupOffer, OfferedFile } from "./change.ts";
import type { OpenPairs } from "./pairing.ts";
import type { ReadSide } from "./read-side.ts";
import { bareOf, mapToProd, type Rules } from "./rules.ts";
import { type PairMemory, settlePairs } from "./settle-pairs.ts";

const mostShown = 5;
/** Content of groups that nobody asked for is compared up to here; beyond, only sizes are. */
const mostCompared = 4 * 1024 ** 3;

type Found = {
  readonly group: string;
  readonly path: string;
  readonly preprod: number;
  readonly isRewritten: boolean;
  inProd: OfferedFile["inProd"];
};

/** In the order of the rules. Never fails: what cannot be read is `unsure`. */
export async function describeOffers(
  preprod: ReadSide,
  prod: ReadSide,
  compared: {
    readonly rules: Rules;
    readonly changes: readonly Change[];
    readonly pairMemory: PairMemory;
  },
): Promise<readonly GroupOffer[]> {
  const { rules, changes, pairMemory } = compared;
  const names = [...new Set(rules.paths.flatMap(({ group }) => group ?? []))];
  if (names.length === 0) return [];
  const found = filesOfGroups(preprod, rules);
  const places = placesOf(prod, new Set(found.map(({ path }) => path)), rules);
  const kinds = new Map(changes.map(({ path, kind }) => [path, kind]));
  const open: { readonly file: Found; readonly prod: number }[] = [];
  for (const file of found) {
    const place = places.get(file.path);
    if (place === undefined) file.inProd = "missing";
    else if (rules.groups.has(file.group)) file.inProd = differs(kinds.get(file.path)) ? "other" : "same";
    else if (!prod.listing.isFile(place)) file.inProd = "other";
    else if (!file.isRewritten) {
      if (preprod.listing.size(file.preprod) !== prod.listing.size(place)) file.inProd = "other";
      else open.push({ file, prod: place });
    }
  }
  await settle(preprod, prod, open, pairMemory);
  return names.map((name) =>
    offerOf(
      name,
      found.filter(({ group }) => group === name),
      preprod,
    ),
  );
}

function differs(kind: Change["kind"] | undefined): boolean {
  return kind !== undefined && kind !== "mode";
}

function filesOfGroups({ listing }: ReadSide, rules: Rules): readonly Found[] {
  const isNear = nearTo(rules, "from");
  const found: Found[] = [];
  for (let index = 1; index < listing.count; index += 1) {
    if (!listing.isFile(index) || !isNear(listing.bytes, listing.pathStart(index))) continue;
    const mapping = mapToProd(rules, listing.path(index));
    if (mapping.kind !== "mapped" && mapping.kind !== "unselected") continue;
    const { path, rule } = mapping;
    if (rule.group === undefined) continue;
    const isRewritten = rule.rewrite.length > 0;
    found.push({ group: rule.group, path, preprod: index, isRewritten, inProd: "unsure" });
  }
  return found;
}

function placesOf(
  { listing }: ReadSide,
  wanted: ReadonlySet<string>,
  rules: Rules,
): ReadonlyMap<string, number> {
  const isNear = nearTo(rules, "to");
  const places = new Map<string, number>();
  for (let index = 1; index < listing.count && places.size < wanted.size; index += 1) {
    if (!isNear(listing.bytes, listing.pathStart(index))) continue;
    const path = listing.path(index);
    if (wanted.has(path)) places.set(path, index);
  }
  return places;
}

/** Whether the bytes there begin like a path that a rule with a group speaks of: most paths need no text made of them. */
function nearTo(rules: Rules, side: "from" | "to"): (bytes: Uint8Array, start: number) => boolean {
  const beginnings = rules.paths
    .filter(({ group }) => group !== undefined)
    .map((rule) => Buffer.from(bareOf(rule[side])));
  return (bytes, start) =>
    beginnings.some((beginning) => {
      for (let at = 0; at < beginning.length; at += 1) if (bytes[start + at] !== beginning[at]) return false;
      return true;
    });
}

async function settle(
  preprod: ReadSide,
  prod: ReadSide,
  open: readonly { readonly file: Found; readonly prod: number }[],
  memory: PairMemory,
): Promise<void> {
  const pairs: OpenPairs = { preprod: [], prod: [] };
  const asked: Found[] = [];
  let bytes = 0;
  for (const { file, prod: place } of open) {
    bytes += prod.listing.size(place);
    if (bytes > mostCompared) break;
    asked.push(file);
    pairs.preprod.push(file.preprod);
    pairs.prod.push(place);
  }
  try {
    const same = await settlePairs(preprod, prod, pairs, memory);
    for (const [at, file] of asked.entries()) file.inProd = same[at] === 1 ? "same" : "other";
  } catch (error) {
    // A group that nobody asked for must not stand in the way of a plan without it.
    if (!isFailure(error)) throw error;
  }
}

function offerOf(name: string, files: readonly Found[], { listing }: ReadSide): GroupOffer {
  const sizeOf = (file: Found): number => listing.size(file.preprod);
  const count = (...states: readonly Found["inProd"][]): number =>
    files.filter(({ inProd }) => states.includes(inProd)).length;
  const largest = files.toSorted((left, right) => sizeOf(right) - sizeOf(left)).slice(0, mostShown);
  return {
    name,
    files: files.length,
    bytes: files.reduce((sum, file) => sum + sizeOf(file), 0),
    behind: count("other", "missing"),
    unsure: count("unsure"),
    largest: largest.map((file) => {
      const entry = listing.entry(file.preprod);
      const seconds = "mtime" in entry ? Number(entry.mtime) : 0;
      return {
        path: file.path,
        size: sizeOf(file),
        modifiedAt: new Date(Math.min(8.64e12, Math.max(0, seconds)) * 1000).toISOString(),
        inProd: file.inProd,
      };
    }),
  };
}

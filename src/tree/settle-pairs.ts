// Which files of the same size are the same: by what is remembered, by their bytes on the host they share, or by hashes.

import { fingerprint } from "./memory.ts";
import type { Pair } from "./pairing.ts";
import type { ReadSide } from "./read-side.ts";
import { sameContent } from "./same-content.ts";

/** Pairs found to hold the same, by fingerprint of both entries. */
export type PairMemory = {
  readonly known: ReadonlySet<number>;
  readonly toRemember: number[];
};

/** For each pair whether its content is the same. */
export async function settlePairs(
  preprod: ReadSide,
  prod: ReadSide,
  pairs: readonly Pair[],
  memory: PairMemory,
): Promise<readonly boolean[]> {
  const same = pairs.map((pair) => isRemembered(preprod, prod, pair, memory));
  const unknown: number[] = [];
  for (const [at, known] of same.entries()) if (!known) unknown.push(at);
  const asked = unknown.flatMap((at) => pairs[at] ?? []);
  const answers = await compareContent(preprod, prod, asked);
  for (const [order, at] of unknown.entries()) {
    const pair = asked[order];
    same[at] = answers[order] === true;
    if (pair !== undefined && same[at]) rememberPair(preprod, prod, pair, memory);
  }
  return same;
}

/** Also says so for the next time. */
export function isRemembered(preprod: ReadSide, prod: ReadSide, pair: Pair, memory: PairMemory): boolean {
  if (memory.known.size === 0) return false;
  const key = fingerprint(preprod.listing, pair.preprod, prod.listing, pair.prod);
  if (!memory.known.has(key)) return false;
  memory.toRemember.push(key);
  return true;
}

/** A young entry's identity could still come to stand for other content. */
export function rememberPair(preprod: ReadSide, prod: ReadSide, pair: Pair, memory: PairMemory): void {
  if (preprod.isYoung(pair.preprod) || prod.isYoung(pair.prod)) return;
  memory.toRemember.push(fingerprint(preprod.listing, pair.preprod, prod.listing, pair.prod));
}

async function compareContent(
  preprod: ReadSide,
  prod: ReadSide,
  pairs: readonly Pair[],
): Promise<readonly boolean[]> {
  if (pairs.length === 0) return [];
  if (preprod.transport.host === prod.transport.host) {
    const same = await sameContent(
      prod.transport,
      { preprod: preprod.scanned.root, prod: prod.scanned.root },
      pairs.map((pair) => ({
        preprodPath: preprod.listing.path(pair.preprod),
        prodPath: pair.path,
        size: prod.listing.size(pair.prod),
      })),
    );
    if (same !== undefined) return same;
  }
  const [wanted, current] = await Promise.all([
    preprod.hashesOf(pairs.map((pair) => pair.preprod)),
    prod.hashesOf(pairs.map((pair) => pair.prod)),
  ]);
  return pairs.map((pair) => wanted.get(pair.preprod) === current.get(pair.prod));
}

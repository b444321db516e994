// Which files of the same size are the same: by what is remembered, by their bytes on the host they share, or by hashes.

import { fingerprint, type KnownPairs } from "./memory.ts";
import type { OpenPairs } from "./pairing.ts";
import type { ReadSide } from "./read-side.ts";
import { sameContent } from "./same-content.ts";

/** Pairs found to hold the same, by fingerprint of both entries. */
export type PairMemory = {
  readonly known: KnownPairs;
  readonly toRemember: number[];
};

/** For each pair, in order, 1 if its content is the same. */
export async function settlePairs(
  preprod: ReadSide,
  prod: ReadSide,
  pairs: OpenPairs,
  memory: PairMemory,
): Promise<Uint8Array> {
  const same = new Uint8Array(pairs.prod.length);
  const unknown: number[] = [];
  const asked: OpenPairs = { preprod: [], prod: [] };
  for (let at = 0; at < same.length; at += 1) {
    const [left, right] = [pairs.preprod[at] ?? 0, pairs.prod[at] ?? 0];
    if (isRemembered(preprod, prod, left, right, memory)) same[at] = 1;
    else {
      unknown.push(at);
      asked.preprod.push(left);
      asked.prod.push(right);
    }
  }
  const answers = await compareContent(preprod, prod, asked);
  for (let order = 0; order < unknown.length; order += 1) {
    if (answers[order] !== 1) continue;
    same[unknown[order] ?? 0] = 1;
    rememberPair(preprod, prod, asked.preprod[order] ?? 0, asked.prod[order] ?? 0, memory);
  }
  return same;
}

/** Also says so for the next time. */
export function isRemembered(
  preprod: ReadSide,
  prod: ReadSide,
  left: number,
  right: number,
  memory: PairMemory,
): boolean {
  if (memory.known.size === 0) return false;
  const key = fingerprint(preprod.listing, left, prod.listing, right);
  if (!memory.known.has(key)) return false;
  memory.toRemember.push(key);
  return true;
}

/** A young entry's identity could still come to stand for other content. */
export function rememberPair(
  preprod: ReadSide,
  prod: ReadSide,
  left: number,
  right: number,
  memory: PairMemory,
): void {
  if (preprod.isYoung(left) || prod.isYoung(right)) return;
  memory.toRemember.push(fingerprint(preprod.listing, left, prod.listing, right));
}

// Few files that have changed since they were last looked at mostly do differ, and what differs needs its hash anyway.
const fewPairs = 1000;
const fewBytes = 64 * 1024 * 1024;

function isWorthComparing(prod: ReadSide, pairs: OpenPairs): boolean {
  if (pairs.prod.length > fewPairs) return true;
  return pairs.prod.reduce((sum, index) => sum + prod.listing.size(index), 0) > fewBytes;
}

async function compareContent(preprod: ReadSide, prod: ReadSide, pairs: OpenPairs): Promise<Uint8Array> {
  if (pairs.prod.length === 0) return new Uint8Array();
  if (preprod.transport.host === prod.transport.host && isWorthComparing(prod, pairs)) {
    const same = await sameContent(prod.transport, preprod.scanned, prod.scanned, pairs);
    if (same !== undefined) return same;
  }
  const [wanted, current] = await Promise.all([preprod.hashesOf(pairs.preprod), prod.hashesOf(pairs.prod)]);
  return Uint8Array.from(pairs.prod, (index, at) =>
    wanted.get(pairs.preprod[at] ?? -1) === current.get(index) ? 1 : 0,
  );
}

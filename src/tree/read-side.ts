// One side while it is being compared: its listing, its host, and hashes of its files, remembered or taken now.

import type { Transport } from "../transport/transport.ts";
import type { SideName } from "./change.ts";
import { hashFiles } from "./hash.ts";
import type { Listing } from "./listing.ts";
import { fingerprint, isYoung } from "./memory.ts";
import type { ScannedSide } from "./scan.ts";

export type ReadSide = {
  readonly name: SideName;
  readonly transport: Transport;
  readonly scanned: ScannedSide;
  readonly listing: Listing;
  /** Whether the entry changed so lately that it could change again unnoticed. */
  readonly isYoung: (index: number) => boolean;
  /** sha256 by place in the listing. Taken only where nobody remembers it. */
  readonly hashesOf: (indexes: readonly number[]) => Promise<ReadonlyMap<number, string>>;
  /** All that were asked for, for the next time. */
  readonly toRemember: ReadonlyMap<number, string>;
};

export function openReadSide(
  name: SideName,
  transport: Transport,
  scanned: ScannedSide,
  remembered: ReadonlyMap<number, string>,
): ReadSide {
  const { listing, startedAt } = scanned;
  const known = new Map<number, string>();
  const toRemember = new Map<number, string>();

  let batch: { readonly wanted: Set<number>; readonly done: Promise<void> } | undefined;

  /** What is asked for at the same time is hashed together. */
  async function hashesOf(indexes: readonly number[]): Promise<ReadonlyMap<number, string>> {
    const missing = indexes.filter((index) => !known.has(index) && !recallHash(index));
    if (missing.length === 0) return known;
    batch ??= { wanted: new Set(), done: Promise.resolve().then(hashBatch) };
    for (const index of missing) batch.wanted.add(index);
    await batch.done;
    return known;
  }

  function recallHash(index: number): boolean {
    if (remembered.size === 0 || isYoung(listing, index, startedAt)) return false;
    const key = fingerprint(listing, index);
    const sha256 = remembered.get(key);
    if (sha256 !== undefined) learn(index, key, sha256);
    return sha256 !== undefined;
  }

  async function hashBatch(): Promise<void> {
    const wanted = [...(batch?.wanted ?? [])];
    batch = undefined;
    const files = wanted.map((index) => {
      const entry = listing.entry(index);
      if (entry.type !== "file") throw new Error(`a ${entry.type} has no content`);
      return { path: listing.path(index), size: entry.size, identity: entry.identity };
    });
    const hashes = await hashFiles(transport, scanned.root, files);
    for (const [at, index] of wanted.entries()) {
      learn(index, fingerprint(listing, index), hashes[at] ?? "");
    }
  }

  function learn(index: number, key: number, sha256: string): void {
    known.set(index, sha256);
    if (!isYoung(listing, index, startedAt)) toRemember.set(key, sha256);
  }

  return {
    name,
    transport,
    scanned,
    listing,
    isYoung: (index) => isYoung(listing, index, startedAt),
    hashesOf,
    toRemember,
  };
}

// A digest over many entries that does not depend on their order, and costs no text for any of them.

import { createHash } from "node:crypto";
import type { Listing } from "./listing.ts";

export type Tally = {
  readonly count: () => number;
  readonly digest: () => string;
  /** Path and type; with `whole` also what of the entry matters to a promotion: mode and size. */
  readonly add: (listing: Listing, index: number, whole: boolean) => void;
};

/**
 * Sums of four hashes of 32 bits. It notices that something moved; it is no proof against somebody who may write on both
 * sides and looks for two sets with one sum, who could as well write what he wants.
 */
export function createTally(): Tally {
  const sums = new Uint32Array(4);
  const lanes = new Uint32Array(4);
  let files = 0;

  function mix(value: number): void {
    lanes[0] = Math.imul((lanes[0] ?? 0) ^ value, 2654435761);
    lanes[1] = Math.imul((lanes[1] ?? 0) ^ value, 1597334677);
    lanes[2] = Math.imul((lanes[2] ?? 0) ^ value, 2246822519);
    lanes[3] = Math.imul((lanes[3] ?? 0) ^ value, 3266489917);
  }

  return {
    count: () => files,
    digest: () =>
      createHash("sha256")
        .update(`${files} ${sums.join(" ")}`)
        .digest("hex"),
    add(listing, index, whole) {
      const { bytes } = listing;
      lanes.set([0xdeadbeef, 0x41c6ce57, 0x9e3779b9, 0x85ebca6b]);
      const end = listing.pathEnd(index);
      for (let at = listing.pathStart(index); at < end; at += 1) mix(bytes[at] ?? 0);
      const letter = bytes[listing.record(index).start] ?? 0;
      mix(letter);
      const type = listing.type(index);
      if (type !== "directory") files += 1;
      if (whole && type !== "link") mix(listing.mode(index));
      if (whole && type === "file") {
        const size = listing.size(index);
        mix(size % 0x100000000);
        mix(Math.floor(size / 0x100000000));
      }
      for (let lane = 0; lane < 4; lane += 1) {
        const value = lanes[lane] ?? 0;
        const mixed = Math.imul(value ^ (value >>> 16), 2246822507);
        sums[lane] = (sums[lane] ?? 0) + ((mixed ^ (mixed >>> 13)) >>> 0);
      }
    },
  };
}

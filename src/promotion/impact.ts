// What a promotion made of PROD: before and after, for people.

export type Impact = {
  readonly filesChanged: number;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
  readonly linesAdded: number;
  readonly linesRemoved: number;
  readonly healthBefore: string;
  readonly healthAfter: string;
  /** From the end of the swap to the first good answer. */
  readonly downtimeSeconds: number;
  readonly swapMilliseconds: number;
};

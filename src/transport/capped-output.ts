// The head and the tail of an output of any length.

export type CappedOutput = {
  readonly push: (chunk: Buffer) => void;
  readonly bytes: () => Buffer;
  readonly truncated: () => boolean;
};

/** Keeps at most `maxBytes`: the first half as it came first, the rest from the end. */
export function cappedOutput(maxBytes: number): CappedOutput {
  const headLimit = Math.ceil(maxBytes / 2);
  const tailLimit = maxBytes - headLimit;
  const head: Buffer[] = [];
  let headLength = 0;
  let tail: Buffer[] = [];
  let tailLength = 0;
  let dropped = false;

  function trim(): void {
    if (tailLength <= tailLimit) return;
    const joined = Buffer.concat(tail);
    tail = [joined.subarray(joined.length - tailLimit)];
    tailLength = tailLimit;
    dropped = true;
  }

  return {
    push(chunk) {
      const toHead = chunk.subarray(0, headLimit - headLength);
      if (toHead.length > 0) head.push(toHead);
      headLength += toHead.length;
      const toTail = chunk.subarray(toHead.length);
      if (toTail.length === 0) return;
      tail.push(toTail);
      tailLength += toTail.length;
      // Joining at each chunk would copy the tail each time: let it grow to twice its size first.
      if (tailLength > 2 * tailLimit + 65_536) trim();
    },
    bytes() {
      trim();
      return Buffer.concat([...head, ...tail]);
    },
    truncated() {
      trim();
      return dropped;
    },
  };
}

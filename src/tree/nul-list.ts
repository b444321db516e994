// Lists of paths as scripts read them on standard input.

import { encodeBytes } from "../transport/bytes.ts";

/** Every text followed by a NUL. */
export function nulList(texts: Iterable<string>): Buffer {
  let length = 0;
  let list = Buffer.allocUnsafe(1 << 16);
  const put = (bytes: number): void => {
    if (length + bytes <= list.length) return;
    const larger = Buffer.allocUnsafe(Math.max(list.length * 2, length + bytes));
    list.copy(larger, 0, 0, length);
    list = larger;
  };
  for (const text of texts) {
    put(text.length * 3 + 1);
    // `write` would put U+FFFD where a lone surrogate stands for a byte.
    length += text.isWellFormed() ? list.write(text, length) : encodeBytes(text).copy(list, length);
    list[length] = 0;
    length += 1;
  }
  return list.subarray(0, length);
}

/** Splits work into at most `most` runs of neighbours that weigh about the same. */
export function slices<Item>(
  items: readonly Item[],
  weightOf: (item: Item) => number,
  most: number,
  leastPerSlice: number,
): readonly (readonly Item[])[] {
  const count = Math.min(most, Math.ceil(items.length / leastPerSlice));
  if (count <= 1) return items.length === 0 ? [] : [items];
  const target = items.reduce((sum, item) => sum + weightOf(item), 0) / count;
  const result: Item[][] = [];
  let slice: Item[] = [];
  let weight = 0;
  for (const item of items) {
    slice.push(item);
    weight += weightOf(item);
    if (weight >= target && result.length < count - 1) {
      result.push(slice);
      slice = [];
      weight = 0;
    }
  }
  if (slice.length > 0) result.push(slice);
  return result;
}

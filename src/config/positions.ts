// Where in a YAML text something stands: the line and column of a key or of its value.

import { type Document, isAlias, isMap, isScalar, isSeq, type LineCounter, type Node, type Pair } from "yaml";

export type KeyPath = readonly (string | number)[];

export type Position = { readonly line: number; readonly column: number };

/** The key's or the value's position; that of the nearest thing around it that is written when it is not. */
export function positionOf(
  document: Document.Parsed,
  lines: LineCounter,
  path: KeyPath,
  part: "key" | "value",
): Position {
  let node: unknown = document.contents;
  let offset = offsetOf(node) ?? 0;
  for (const [depth, name] of path.entries()) {
    const last = depth === path.length - 1;
    const around: unknown = isAlias(node) ? node.resolve(document) : node;
    if (isMap(around)) {
      const pair = around.items.find(
        (item) => String(isScalar(item.key) ? item.key.value : item.key) === String(name),
      );
      if (pair === undefined) break;
      const key = offsetOf(pair.key);
      const value = valueOffset(pair);
      offset = (last && part === "value" ? value : key) ?? key ?? offset;
      node = pair.value;
    } else if (isSeq(around) && typeof name === "number") {
      node = around.items[name];
      if (node === undefined) break;
      offset = offsetOf(node) ?? offset;
    } else {
      break;
    }
  }
  const { line, col } = lines.linePos(offset);
  return { line: Math.max(line, 1), column: Math.max(col, 1) };
}

/** A block map begins at its first key, which would be named instead of the one that holds it. */
function valueOffset(pair: Pair<unknown, unknown>): number | undefined {
  const value = pair.value;
  const isBlock = (isMap(value) || isSeq(value)) && value.flow !== true;
  if (isBlock || (isScalar(value) && value.source === "")) return offsetOf(pair.key);
  return offsetOf(value);
}

function offsetOf(node: unknown): number | undefined {
  const range = (node as Node | null | undefined)?.range;
  return range?.[0];
}

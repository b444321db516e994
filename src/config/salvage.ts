// Keeps of a written configuration what fits the schema, so that rules can speak of the rest in the same run.

import type { Issue } from "./mistakes.ts";

/** As written, but anything may be missing. */
export type Salvaged<T> = T extends readonly (infer Item)[]
  ? readonly (Salvaged<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Salvaged<T[Key]> | undefined }
    : T;

/** A copy of `written` without the values and keys that the issues are about. */
export function salvage(written: unknown, issues: readonly Issue[]): unknown {
  const copy: unknown = structuredClone(written);
  for (const issue of issues) {
    const path = issue.path.map((part) => (typeof part === "symbol" ? String(part) : part));
    if (issue.code === "unrecognized_keys") for (const key of issue.keys) drop(copy, [...path, key]);
    else if (path.length === 0) return {};
    else drop(copy, path);
  }
  return copy;
}

function drop(root: unknown, path: readonly (string | number)[]): void {
  let holder: unknown = root;
  for (const part of path.slice(0, -1)) {
    if (typeof holder !== "object" || holder === null) return;
    holder = (holder as Record<string | number, unknown>)[part];
  }
  const last = path.at(-1);
  if (typeof holder !== "object" || holder === null || last === undefined) return;
  // A list keeps its length: the places of the others are what people see.
  if (Array.isArray(holder)) holder[Number(last)] = undefined;
  else delete (holder as Record<string | number, unknown>)[last];
}

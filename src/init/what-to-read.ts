// Which files are hashed and which are read: enough to infer from, bounded however large the sides are. Pure.

import { isCode, isText, nameOf } from "./names.ts";
import { textsWorthReading } from "./pairs.ts";
import type { SortedSide } from "./sort-out.ts";

const mostHashed = 4000;
const mostHashedBytes = 200 * 1024 * 1024;
const largestHashed = 32 * 1024 * 1024;
const largestText = 256 * 1024;
const mostTexts = 1200;
const mostTextBytes = 8 * 1024 * 1024;

const telling = ["Procfile", "package.json", "Dockerfile", ".streamlit/config.toml", "pyproject.toml"];

/** Files that may be the same: the other side has one of that size. Sizes that few files have tell most. */
export function toHash(side: SortedSide, other: SortedSide): readonly string[] {
  const [own, others] = [bySize(side), bySize(other)];
  const sizes = [...own]
    .filter(([size]) => size > 0 && size <= largestHashed && others.has(size))
    .map(([size, paths]) => ({ size, paths, count: paths.length + (others.get(size)?.length ?? 0) }))
    // Both sides come to the same choice: what decides is the same for both.
    .sort((left, right) => left.count - right.count || left.size - right.size);
  const chosen: string[] = [];
  let most = 0;
  let bytes = 0;
  for (const { size, paths, count } of sizes) {
    most += count;
    bytes += size * count;
    if (most > 2 * mostHashed || bytes > 2 * mostHashedBytes) break;
    chosen.push(...paths);
  }
  return chosen;
}

function bySize(side: SortedSide): ReadonlyMap<number, readonly string[]> {
  const sizes = new Map<number, string[]>();
  for (const [path, { size, target }] of side.files) {
    const sort = side.sorts.get(path);
    if (target !== undefined || sort === "litter" || sort === "test" || sort === "secret") continue;
    const others = sizes.get(size);
    if (others === undefined) sizes.set(size, [path]);
    else others.push(path);
  }
  return sizes;
}

export type ToRead = { readonly preprod: readonly string[]; readonly prod: readonly string[] };

/** Texts that differ under one name, what says how the app starts, and code that may name data. */
export function toRead(preprod: SortedSide, prod: SortedSide): ToRead {
  const chosen = { preprod: new Set<string>(), prod: new Set<string>() };
  const bytes = { preprod: 0, prod: 0 };
  const sides = { preprod, prod };
  const take = (name: "preprod" | "prod", path: string): void => {
    const file = sides[name].files.get(path);
    if (file === undefined || file.target !== undefined || file.size === 0 || file.size > largestText) return;
    if (sides[name].sorts.get(path) === "secret" || !isText(nameOf(path)) || chosen[name].has(path)) return;
    if (chosen[name].size >= mostTexts || bytes[name] + file.size > mostTextBytes) return;
    chosen[name].add(path);
    bytes[name] += file.size;
  };
  for (const path of telling) {
    take("preprod", path);
    take("prod", path);
  }
  const pairs = textsWorthReading(preprod, prod);
  const byDepth = pairs.toSorted((left, right) => depth(left.prod) - depth(right.prod));
  for (const pair of byDepth) {
    take("preprod", pair.preprod);
    take("prod", pair.prod);
  }
  const hasData = [...preprod.sorts.values()].includes("data");
  if (hasData) for (const path of preprod.promoted) if (isCode(nameOf(path))) take("preprod", path);
  return { preprod: [...chosen.preprod], prod: [...chosen.prod] };
}

function depth(path: string): number {
  return path.split("/").length;
}

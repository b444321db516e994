// Which lists staging needs on the target: what to copy from where, what it has to be afterwards. Pure.

import type { Entry } from "./entry.ts";
import { pathList, type Sections } from "./lists.ts";
import type { Change } from "./plan.ts";
import { goesToOpenssl, parentOf, swapLists } from "./swap-lists.ts";

export type Placed = Change & { readonly after: Extract<Entry, { type: "file" | "link" }> };

export function placedOf(changes: readonly Change[]): Placed[] {
  return changes.filter(
    (change): change is Placed => change.after?.type === "file" || change.after?.type === "link",
  );
}

export type StageNeeds = { readonly bytes: number; readonly inodes: number; readonly files: number };

export function stageNeeds(placed: readonly Placed[]): StageNeeds {
  const directories = new Set(placed.flatMap(({ path }) => ancestors(path)));
  const bytes = placed.reduce((sum, { after }) => sum + (after.type === "file" ? blocks(after.size) : 0), 0);
  return {
    bytes: bytes + directories.size * 4096,
    inodes: placed.length + directories.size,
    files: placed.length,
  };
}

function blocks(size: number): number {
  return Math.ceil(size / 4096) * 4096;
}

/** Everything that staging by copy, and the check afterwards, works through. */
export function stageLists(changes: readonly Change[], rewritten: ReadonlyMap<string, Uint8Array>): Sections {
  const placed = placedOf(changes);
  for (const { path, after } of placed) {
    if (after.type === "file" && after.sha256 === undefined)
      throw new TypeError(`no sha256 to stage ${JSON.stringify(path)} by`);
  }
  const lists = new Map<string, Uint8Array>();
  const shared = swapLists(changes);
  for (const name of ["ancestors", "placed", "placed-result", "after-hashes", "counts"]) {
    lists.set(name, shared.get(name) ?? Buffer.alloc(0));
  }
  lists.set("directories", pathList(new Set(placed.map(({ path }) => parentOf(path)))));
  addCopies(
    lists,
    placed.filter(({ path }) => !rewritten.has(path)),
  );
  Array.from(rewritten).forEach(([path, content], index) => {
    const after = placed.find((change) => change.path === path)?.after;
    if (after === undefined) return;
    lists.set(`rewrite-${index}`, content);
    lists.set(`at-rewrite-${index}`, pathList([path]));
    lists.set(`time-rewrite-${index}`, Buffer.from(after.mtime));
  });
  const byMode = Map.groupBy(
    placed.filter(({ after }) => after.type === "file"),
    ({ after }) => (after.type === "file" ? after.mode : 0),
  );
  for (const [mode, files] of byMode) {
    lists.set(`chmod-${mode.toString(8).padStart(4, "0")}`, pathList(files.map(({ path }) => path)));
  }
  const files = placed.filter(({ after }) => after.type === "file");
  lists.set(
    "hash-large",
    pathList(files.filter(({ path, after }) => goesToOpenssl(path, after)).map(({ path }) => path)),
  );
  lists.set(
    "hash-small",
    pathList(files.filter(({ path, after }) => !goesToOpenssl(path, after)).map(({ path }) => path)),
  );
  lists.set(
    "adopt",
    pathList(placed.filter(({ before }) => before?.type === "file").map(({ path }) => path)),
  );
  return lists;
}

/**
 * One group for each pair of directories whose contents are named alike on both sides: a batch of `cp --parents` does it.
 * A file that gets another name is copied by itself.
 */
function addCopies(lists: Map<string, Uint8Array>, placed: readonly Placed[]): void {
  const groups = new Map<string, { from: string; to: string; paths: string[] }>();
  const pairs: string[] = [];
  for (const { path, from = path } of placed) {
    const rest = commonEnding(from, path);
    if (rest === "") {
      pairs.push(from, path);
      continue;
    }
    const [source, target] = [prefixOf(from, rest), prefixOf(path, rest)];
    const group = groups.get(`${source}\0${target}`) ?? { from: source, to: target, paths: [] };
    group.paths.push(rest);
    groups.set(`${source}\0${target}`, group);
  }
  Array.from(groups.values()).forEach(({ from, to, paths }, index) => {
    lists.set(`group-${index}`, pathList(paths));
    lists.set(`at-group-${index}`, pathList([from, to]));
  });
  lists.set("pairs", pathList(pairs));
  const parents = new Set(placed.flatMap(({ path, from = path }) => ancestors(from)));
  lists.set("source-parents", pathList(parents));
  lists.set("source-count", Buffer.from(`n_source_parents=${parents.size}\n`));
}

function commonEnding(left: string, right: string): string {
  const [a, b] = [left.split("/"), right.split("/")];
  let length = 0;
  while (length < Math.min(a.length, b.length) && a.at(-1 - length) === b.at(-1 - length)) length += 1;
  return length === 0 ? "" : a.slice(-length).join("/");
}

function prefixOf(path: string, rest: string): string {
  return path === rest ? "." : path.slice(0, -rest.length - 1);
}

function ancestors(path: string): string[] {
  const found: string[] = [];
  for (let at = parentOf(path); at !== "."; at = parentOf(at)) found.push(at);
  return found;
}

// Which lists a swap needs on the target to put changes in place, take them back, and check both. Pure.

import { PasserelleError } from "../errors.ts";
import type { Entry } from "./entry.ts";
import { dotted, pathList, recordList, type Sections } from "./lists.ts";
import type { Change } from "./plan.ts";
import { largeBytes } from "./target-shell.ts";

type Kind = "absent" | "file" | "link" | "directory";

type Item = { readonly path: string; readonly change: Change; readonly before: Kind; readonly after: Kind };

/** A path that becomes a directory, or stops being one, with all that comes or goes below it. */
type Turn = { readonly item: Item; readonly below: readonly Item[] };

/** Throws `path-conflict` for a fifo, socket or device on either side: those are never opened, linked or removed. */
export function swapLists(changes: readonly Change[]): Sections {
  const items = changes.map(itemOf).sort((left, right) => comparePaths(left.path, right.path));
  const { turns, plain } = separateTurns(items);
  const beforeItems = [
    ...plain,
    ...turns.flatMap((turn) => (turn.item.before === "directory" ? all(turn) : [turn.item])),
  ];
  const afterItems = [
    ...plain,
    ...turns.flatMap((turn) => (turn.item.after === "directory" ? all(turn) : [turn.item])),
  ];
  const present = beforeItems.filter(({ before }) => before !== "absent");
  const kept = items.filter(({ before }) => before === "file" || before === "link");
  const placed = items.filter(({ after }) => after === "file" || after === "link");
  const newDirectories = items.filter(({ before, after }) => before !== "directory" && after === "directory");
  const isPlain = new Set(plain);
  const plainNew = newDirectories.filter((item) => isPlain.has(item));
  const lists = new Map<string, Buffer>();
  const paths = (name: string, of: readonly Item[]) => lists.set(name, pathList(of.map(({ path }) => path)));

  paths("all", items);
  paths("before", beforeItems);
  paths("after", afterItems);
  lists.set("expected", recordList(present.map(({ path, change }) => planRecord(path, change.before))));
  lists.set("known", hashes(present.map(({ path, change }) => [path, change.before])));
  const unknown = present.filter(
    ({ change }) => change.before?.type === "file" && change.before.sha256 === undefined,
  );
  paths(
    "unknown-large",
    unknown.filter(({ path, change }) => goesToOpenssl(path, change.before)),
  );
  paths(
    "unknown-small",
    unknown.filter(({ path, change }) => !goesToOpenssl(path, change.before)),
  );

  paths("kept", kept);
  const [keptLinks, keptFiles] = partition(
    kept,
    ({ before, after }) => before === "link" && (after === "file" || after === "link"),
  );
  paths("kept-files", keptFiles);
  paths("kept-links", keptLinks);
  paths(
    "old-directories",
    items.filter(({ before }) => before === "directory"),
  );
  lists.set("parents", pathList(existingParents(items)));
  const ancestors = ancestorsOf(items, turns);
  const planned = new Set(items.map(({ path }) => path));
  lists.set("ancestors", pathList(ancestors));
  lists.set("unplanned", pathList(ancestors.filter((path) => !planned.has(path))));

  paths("placed", placed);
  const [links, files] = partition(
    placed.filter((item) => isPlain.has(item)),
    ({ before, after }) => after === "link" && before !== "absent",
  );
  paths("place", files);
  paths("place-links", links);
  lists.set(
    "placed-result",
    recordList(placed.flatMap(({ path, change }) => contentRecords(path, change.after))),
  );
  lists.set("after-hashes", hashes(placed.map(({ path, change }) => [path, change.after])));
  lists.set(
    "result",
    recordList(afterItems.flatMap(({ path, change }) => contentRecords(path, change.after))),
  );

  paths(
    "remove",
    plain.filter(({ before, after }) => after === "absent" && before !== "directory"),
  );
  paths(
    "remove-directories",
    deepestFirst(plain.filter(({ before, after }) => after === "absent" && before === "directory")),
  );
  paths(
    "new",
    plain.filter(({ before, after }) => before === "absent" && after !== "directory"),
  );
  paths("new-directories", deepestFirst(plainNew));
  paths(
    "absent",
    plain.filter(({ before }) => before === "absent"),
  );
  addModeRuns(lists, "make", plainNew, (mode) => mode | 0o700);
  addModeRuns(lists, "mode", deepestFirst(items), (mode) => mode);
  const counts: Readonly<Record<string, number>> = {
    present: present.length,
    absent: beforeItems.length - present.length,
    kept: kept.length,
    files: present.filter(({ before }) => before === "file").length,
    placed: placed.length,
    hashed: placed.filter(({ after, change }) => after === "file" && hasHash(change.after)).length,
    after: afterItems.filter(({ after }) => after !== "absent").length,
    remove: plain.filter(({ before, after }) => after === "absent" && before !== "directory").length,
    ancestors: ancestors.length,
  };
  lists.set(
    "counts",
    Buffer.from(Array.from(Object.entries(counts), ([name, count]) => `n_${name}=${count}\n`).join("")),
  );
  for (const [index, turn] of turns.entries()) addTurn(lists, index, turn);
  return lists;
}

function hasHash(entry: Entry | undefined): boolean {
  return entry?.type === "file" && entry.sha256 !== undefined;
}

function itemOf(change: Change): Item {
  return {
    path: change.path,
    change,
    before: kindOf(change.path, change.before),
    after: kindOf(change.path, change.after),
  };
}

function kindOf(path: string, entry: Entry | undefined): Kind {
  if (entry === undefined) return "absent";
  if (entry.type === "special") throw new PasserelleError("path-conflict", { path, reason: entry.kind });
  return entry.type;
}

function separateTurns(items: readonly Item[]): { turns: readonly Turn[]; plain: readonly Item[] } {
  const turns: { item: Item; below: Item[] }[] = [];
  const plain: Item[] = [];
  for (const item of items) {
    const above = turns.find((turn) => item.path.startsWith(`${turn.item.path}/`));
    if (above !== undefined) above.below.push(item);
    else if (turnsDirectory(item)) turns.push({ item, below: [] });
    else plain.push(item);
  }
  return { turns, plain };
}

function turnsDirectory({ before, after }: Item): boolean {
  return before !== "absent" && after !== "absent" && (before === "directory") !== (after === "directory");
}

function all({ item, below }: Turn): readonly Item[] {
  return [item, ...below];
}

function addTurn(lists: Map<string, Buffer>, index: number, { item, below }: Turn): void {
  const name = `turn-${index}`;
  lists.set(name, pathList([item.path]));
  const becomes = item.after === "directory";
  lists.set(`${name}-to-${becomes ? "directory" : "other"}`, Buffer.alloc(0));
  const [directories, others] = partition(
    below,
    (each) => (becomes ? each.after : each.before) === "directory",
  );
  lists.set(`${name}-others`, pathList(others.map(({ path }) => path)));
  lists.set(`${name}-directories`, pathList(deepestFirst([item, ...directories]).map(({ path }) => path)));
  lists.set(`${name}-place`, pathList((becomes ? others : [item]).map(({ path }) => path)));
  if (becomes) addModeRuns(lists, `${name}-make`, [item, ...directories], (mode) => mode | 0o700);
}

/** Lists of directories of one mode each: made parents first, given their last mode children first. */
function addModeRuns(
  lists: Map<string, Buffer>,
  name: string,
  items: readonly Item[],
  modeOf: (mode: number) => number,
): void {
  const byDepth = new Map<string, { depth: number; mode: number; paths: string[] }>();
  for (const { path, change } of items) {
    if (change.after?.type !== "directory") continue;
    const depth = path.split("/").length;
    const mode = modeOf(change.after.mode);
    const key = `${depth} ${mode}`;
    const run = byDepth.get(key) ?? { depth, mode, paths: [] };
    run.paths.push(path);
    byDepth.set(key, run);
  }
  const runs = [...byDepth.values()].sort((left, right) => left.depth - right.depth);
  if (name === "mode") runs.reverse();
  runs.forEach(({ mode, paths }, index) => {
    lists.set(
      `${name}-${String(index).padStart(4, "0")}-0${mode.toString(8).padStart(4, "0")}`,
      pathList(paths),
    );
  });
}

/** The directories whose own times a swap moves and that were there before it. */
function existingParents(items: readonly Item[]): string[] {
  const missing = new Set(items.filter(({ before }) => before !== "directory").map(({ path }) => path));
  const touched = items.filter(({ before, after }) => !(before === "directory" && after === "directory"));
  const parents = new Set(touched.map(({ path }) => parentOf(path)));
  for (const { path, before } of items) if (before === "directory") parents.add(path);
  return [...parents].filter((path) => !missing.has(path) && !isBelowAny(path, missing)).sort(comparePaths);
}

/** All that has to be a real directory while the swap works; a turned path is looked at by itself. */
function ancestorsOf(items: readonly Item[], turns: readonly Turn[]): string[] {
  const turned = new Set(turns.map(({ item }) => item.path));
  const ancestors = new Set<string>();
  for (const { path } of items) {
    for (let at = parentOf(path); at !== "." && !ancestors.has(at); at = parentOf(at)) ancestors.add(at);
  }
  return [...ancestors].filter((path) => !turned.has(path) && !isBelowAny(path, turned)).sort(comparePaths);
}

function isBelowAny(path: string, above: ReadonlySet<string>): boolean {
  if (above.size === 0) return false;
  for (let at = parentOf(path); at !== "."; at = parentOf(at)) if (above.has(at)) return true;
  return false;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "." : path.slice(0, slash);
}

function deepestFirst(items: readonly Item[]): Item[] {
  return [...items].reverse();
}

/** By component, so that a parent comes right before what is in it. */
function comparePaths(left: string, right: string): number {
  const a = left.replaceAll("/", "\0");
  const b = right.replaceAll("/", "\0");
  return a < b ? -1 : a > b ? 1 : 0;
}

function partition<Type>(items: readonly Type[], first: (item: Type) => boolean): [Type[], Type[]] {
  return [items.filter(first), items.filter((item) => !first(item))];
}

function hashes(entries: readonly (readonly [string, Entry | undefined])[]): Buffer {
  return recordList(
    entries.flatMap(([path, entry]) =>
      entry?.type === "file" && entry.sha256 !== undefined ? [`${entry.sha256}  ${dotted(path)}`] : [],
    ),
  );
}

/** openssl gives names with line breaks and backslashes back in another form. */
export function goesToOpenssl(path: string, entry: Entry | undefined): boolean {
  return entry?.type === "file" && entry.size >= largeBytes && !/[\n\r\\]/.test(path);
}

function planRecord(path: string, entry: Entry | undefined): string {
  if (entry?.type !== "file") return contentRecords(path, entry)[0] ?? "";
  return `${dotted(path)}//f ${entry.mode.toString(8)} ${entry.size} ${printedIdentity(entry.identity)}`;
}

export function contentRecords(path: string, entry: Entry | undefined): string[] {
  if (entry === undefined) return [];
  if (entry.type === "file") return [`${dotted(path)}//f ${entry.mode.toString(8)} ${entry.size}`];
  if (entry.type === "directory") return [`${dotted(path)}//d ${entry.mode.toString(8)}`];
  return entry.type === "link" ? [`${dotted(path)}//l ${entry.target}`] : [];
}

/** `find` prints ten decimals; entries carry nine. */
function printedIdentity(identity: string): string {
  const [device = "", inode = "", size = "", mtime = "", ctime = ""] = identity.split(":");
  return [device, inode, size, printedTime(mtime), printedTime(ctime)].join(":");
}

function printedTime(time: string): string {
  const [seconds = "", fraction = ""] = time.split(".");
  return `${seconds}.${fraction.padEnd(10, "0")}`;
}

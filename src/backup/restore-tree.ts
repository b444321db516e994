// What PROD was at a restore point, for every path that was promoted since: put together from the undo sets' manifests.

import { PasserelleError } from "../errors.ts";
import { capture } from "../transport/capture.ts";
import type { Transport } from "../transport/transport.ts";
import { type Entry, sameEntry, type Tree } from "../tree/entry.ts";
import { assertId, readRecords, undotted } from "../tree/lists.ts";
import type { Change } from "../tree/plan.ts";

export type RestoreTree = {
  readonly pointId: string;
  /** Every path that the point's promotion or a later one changed; one that is not in `tree` was not there. */
  readonly paths: ReadonlySet<string>;
  readonly tree: Tree;
  /** The directories whose own modes and times are to be brought back, as `path//mode mtime`, and the undo set that has them. */
  readonly directories: ReadonlyMap<string, { readonly undo: string; readonly attributes: string }>;
  /** Which undo set has a path as it is wanted. */
  readonly sources: ReadonlyMap<string, string>;
};

/** What one undo set says of before its swap; oldest first, the oldest one that names a path is the one that counts. */
export type UndoManifest = {
  readonly id: string;
  readonly paths: readonly string[];
  readonly before: readonly string[];
  readonly hashes: readonly string[];
  readonly touched: readonly string[];
};

const manifestsScript = `
case $1 in "~/"*) cd -- "\${HOME:?}/\${1#??}/undo" ;; *) cd -- "$1/undo" ;; esac 2>/dev/null || exit 0
from=$2
[ ! -e "$3/sequence" ] || from=$(cat -- "$3/sequence")
for undo in */; do
  undo=\${undo%/}
  case $(cat -- "$undo/state" 2>/dev/null) in committed | prepared) ;; *) continue ;; esac
  sequence=$(cat -- "$undo/sequence")
  [ "$sequence" -ge "$from" ] || continue
  printf '%s %s\\n' "$sequence" "$undo"
done | sort -n | while read -r sequence undo; do
  printf '%s %s %s %s %s\\n' "$undo" "$(stat -c %s "$undo/lists/all")" "$(stat -c %s "$undo/before")" "$(stat -c %s "$undo/sha256")" "$(stat -c %s "$undo/touched")"
  cat -- "$undo/lists/all" "$undo/before" "$undo/sha256" "$undo/touched"
done
`;

/**
 * Throws `restore-point-unknown` when no undo set from the point on is left: then nothing tells what was promoted since, and
 * only a person can say which paths are meant.
 */
export async function restoreTree(
  target: { readonly transport: Transport; readonly stateDir: string },
  point: { readonly id: string; readonly sequence: number },
  /** Ids of undo sets that do not count: of a way back that is under way. */
  without: readonly string[] = [],
): Promise<RestoreTree> {
  assertId(point.id);
  const { stdout } = await capture(target.transport, manifestsScript, {
    what: "reading what was promoted since",
    args: [target.stateDir, String(point.sequence), point.id],
    timeoutSeconds: 120,
    maxBytes: 256 * 1024 * 1024,
  });
  const manifests = parseManifests(stdout).filter(({ id }) => !without.includes(id));
  if (manifests.length === 0)
    throw new PasserelleError("restore-point-unknown", { id: point.id, reason: "no undo set" });
  return combine(point.id, manifests);
}

function parseManifests(bytes: Buffer): UndoManifest[] {
  const manifests: UndoManifest[] = [];
  let at = 0;
  while (at < bytes.length) {
    const end = bytes.indexOf(10, at);
    const [id = "", ...sizes] = bytes.toString("latin1", at, end).split(" ");
    at = end + 1;
    const [paths = [], before = [], hashes = [], touched = []] = sizes.map((size) => {
      const part = bytes.subarray(at, at + Number(size));
      at += Number(size);
      return readRecords(part);
    });
    manifests.push({ id, paths, before, hashes, touched });
  }
  return manifests;
}

/** Pure. `manifests` oldest first. */
export function combine(pointId: string, manifests: readonly UndoManifest[]): RestoreTree {
  const paths = new Set<string>();
  const tree = new Map<string, Entry>();
  const directories = new Map<string, { undo: string; attributes: string }>();
  const sources = new Map<string, string>();
  for (const manifest of manifests) {
    const hashes = new Map(manifest.hashes.map((line) => [line.slice(66), line.slice(0, 64)] as const));
    const before = new Map(manifest.before.map((record) => splitRecord(record)));
    // A directory that an older promotion of these made was not there at the point, whatever its times became.
    for (const record of manifest.touched) {
      const [dotted, value] = splitRecord(record);
      const [, mode, , , mtime] = value.split(" ");
      const path = undotted(dotted);
      if (directories.has(path) || isAbsent(path, paths, tree)) continue;
      directories.set(path, { undo: manifest.id, attributes: `${dotted}//${mode} ${mtime}` });
    }
    for (const dotted of manifest.paths) {
      const path = undotted(dotted);
      if (paths.has(path)) continue;
      paths.add(path);
      const record = before.get(dotted);
      if (record === undefined) continue;
      const entry = entryOf(record, manifest.id, path, hashes.get(dotted));
      if (entry === undefined) continue;
      tree.set(path, entry);
      sources.set(path, manifest.id);
    }
  }
  return { pointId, paths, tree, directories, sources };
}

function isAbsent(path: string, paths: ReadonlySet<string>, tree: Tree): boolean {
  for (let at = path; at !== ""; at = at.includes("/") ? at.slice(0, at.lastIndexOf("/")) : "") {
    if (paths.has(at) && tree.get(at)?.type !== "directory") return true;
  }
  return false;
}

function splitRecord(record: string): [string, string] {
  const slashes = record.indexOf("//");
  return [record.slice(0, slashes), record.slice(slashes + 2)];
}

/** Reads a record of `exactView`. */
function entryOf(record: string, undo: string, path: string, sha256: string | undefined): Entry | undefined {
  const [type, first = "", second = "", third = "", fourth = "", fifth = ""] = record.split(" ", 6);
  if (type === "d")
    return { type: "directory", mode: Number.parseInt(first, 8), mtime: nineDecimals(fourth) };
  if (type === "l") {
    const target = record.slice(["l", first, second, third, ""].join(" ").length);
    return { type: "link", target, mtime: nineDecimals(third) };
  }
  if (type !== "f") return undefined;
  return {
    type: "file",
    mode: Number.parseInt(first, 8),
    size: Number(fourth),
    mtime: nineDecimals(fifth),
    // Nothing that is in PROD has it: only the hash can say that content is the same.
    identity: `undo:${undo}:${path}`,
    ...(sha256 === undefined ? {} : { sha256 }),
  };
}

function nineDecimals(time: string): string {
  const [seconds = "0", fraction = ""] = time.split(".");
  return `${seconds}.${fraction.slice(0, 9).padEnd(9, "0")}`;
}

/**
 * What takes PROD back, times included. `current` holds at least the restored paths; of more, only what has to make room
 * for a restored file is used.
 */
export function restoreChanges(current: Tree, { paths, tree }: RestoreTree): Change[] {
  const changes = new Map<string, Change>();
  const turned: string[] = [];
  for (const path of paths) {
    const before = current.get(path);
    const after = tree.get(path);
    if (exactlySame(before, after)) continue;
    changes.set(path, changeOf(path, before, after));
    if (before?.type === "directory" && after !== undefined && after.type !== "directory")
      turned.push(`${path}/`);
  }
  for (const [path, before] of turned.length === 0 ? [] : current) {
    if (!changes.has(path) && turned.some((above) => path.startsWith(above))) {
      changes.set(path, changeOf(path, before, undefined));
    }
  }
  return [...changes.values()].sort((left, right) => (left.path < right.path ? -1 : 1));
}

function exactlySame(left: Entry | undefined, right: Entry | undefined): boolean {
  if (!sameEntry(left, right)) return false;
  if (left === undefined || right === undefined || left.type === "directory") return true;
  return (
    left.type === "special" || right.type === "special" || ("mtime" in right && left.mtime === right.mtime)
  );
}

function changeOf(path: string, before: Entry | undefined, after: Entry | undefined): Change {
  const kind =
    before === undefined
      ? "add"
      : after === undefined
        ? "remove"
        : before.type === after.type
          ? "change"
          : "type";
  return {
    kind,
    path,
    ...(before === undefined ? {} : { before }),
    ...(after === undefined ? {} : { from: path, after }),
    linesAdded: 0,
    linesRemoved: 0,
    binary: false,
  };
}

// Trees and changes read straight from two directories, for tests that need a plan without the rooms that make one.

import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";
import { decodeBytes, encodeBytes } from "../src/transport/bytes.ts";
import { type Entry, sameEntry, type Tree } from "../src/tree/entry.ts";
import type { Change } from "../src/tree/plan.ts";

export function readTree(root: string): Tree {
  const tree = new Map<string, Entry>();
  visit(Buffer.from(root), "", tree);
  return tree;
}

/** The changes that make `current` what `wanted` is; `from` names where the content is, relative to the wanted root. */
export function changesBetween(
  current: Tree,
  wanted: Tree,
  from: (path: string) => string = (path) => path,
): Change[] {
  const paths = [...new Set([...current.keys(), ...wanted.keys()])];
  return paths
    .filter((path) => !sameEntry(current.get(path), wanted.get(path)))
    .sort((left, right) => Buffer.compare(encodeBytes(left), encodeBytes(right)))
    .map((path) => {
      const before = current.get(path);
      const after = wanted.get(path);
      return {
        kind:
          before === undefined
            ? "add"
            : after === undefined
              ? "remove"
              : before.type === after.type
                ? "change"
                : "type",
        path,
        ...(after === undefined ? {} : { from: from(path), after }),
        ...(before === undefined ? {} : { before }),
        linesAdded: 0,
        linesRemoved: 0,
        binary: false,
      };
    });
}

function visit(directory: Buffer, below: string, tree: Map<string, Entry>): void {
  for (const name of readdirSync(directory, { encoding: "buffer" })) {
    const path = Buffer.concat([directory, Buffer.from("/"), name]);
    const relative = below === "" ? decodeBytes(name) : `${below}/${decodeBytes(name)}`;
    tree.set(relative, entryOf(path));
    if (tree.get(relative)?.type === "directory") visit(path, relative, tree);
  }
}

function entryOf(path: Buffer): Entry {
  const stat = lstatSync(path, { bigint: true });
  const mode = Number(stat.mode & 0o7777n);
  const mtime = decimal(stat.mtimeNs);
  if (stat.isSymbolicLink()) {
    return { type: "link", target: decodeBytes(readlinkSync(path, { encoding: "buffer" })), mtime };
  }
  if (stat.isDirectory()) return { type: "directory", mode, mtime };
  if (!stat.isFile()) return { type: "special", kind: "fifo" };
  const identity = `${stat.dev}:${stat.ino}:${stat.size}:${mtime}:${decimal(stat.ctimeNs)}`;
  const sha256 = createHash("sha256").update(readFileSync(path)).digest("hex");
  return { type: "file", mode, size: Number(stat.size), mtime, identity, sha256 };
}

function decimal(nanoseconds: bigint): string {
  return `${nanoseconds / 1_000_000_000n}.${(nanoseconds % 1_000_000_000n).toString().padStart(9, "0")}`;
}

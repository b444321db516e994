// What a directory is, to the last bit that a person could miss: for tests that say "exactly as before".

import { createHash } from "node:crypto";
import { lstatSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * One line per path (bytes as latin1): type, mode, owner, mtime in nanoseconds, and content hash or link target. The root
 * itself is `.`. Two snapshots are the same tree when `toEqual` says so.
 */
export function snapshot(directory: string): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  visit(Buffer.from(directory), ".", found);
  return found;
}

/** The same without times: what a promotion promises, where a rollback promises `snapshot`. */
export function contents(directory: string): ReadonlyMap<string, string> {
  return new Map(
    Array.from(snapshot(directory), ([path, line]) => [path, line.replace(/ mtime=\d+/, "")] as const).filter(
      ([path]) => path !== ".",
    ),
  );
}

function visit(path: Buffer, name: string, found: Map<string, string>): void {
  const stat = lstatSync(path, { bigint: true });
  const mode = (stat.mode & 0o7777n).toString(8);
  const common = `${mode} ${stat.uid}:${stat.gid} mtime=${stat.mtimeNs}`;
  if (stat.isSymbolicLink()) {
    found.set(name, `link ${common} -> ${readlinkSync(path, { encoding: "buffer" }).toString("latin1")}`);
  } else if (stat.isDirectory()) {
    found.set(name, `directory ${common}`);
    for (const child of readdirSync(path, { encoding: "buffer" }).sort(Buffer.compare)) {
      const below = name === "." ? child.toString("latin1") : `${name}/${child.toString("latin1")}`;
      visit(Buffer.concat([path, Buffer.from("/"), child]), below, found);
    }
  } else if (stat.isFile()) {
    found.set(
      name,
      `file ${common} ${stat.size} ${createHash("sha256").update(readFileSync(path)).digest("hex")}`,
    );
  } else {
    found.set(name, `special ${common}`);
  }
}

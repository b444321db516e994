// What a directory is, path by path, so that a story can say whether PROD really is as it was.

import { createHash } from "node:crypto";
import { lstat, readdir, readFile, readlink } from "node:fs/promises";
import { join } from "node:path";

/** Path -> type, mode, modification time and content hash. `except` names top directories that the app itself writes. */
export async function snapshot(
  root: string,
  except: readonly string[] = [],
): Promise<ReadonlyMap<string, string>> {
  const seen = new Map<string, string>();
  const visit = async (path: string): Promise<void> => {
    const full = join(root, path);
    const facts = await lstat(full, { bigint: true });
    const head = `${(facts.mode & 0o7777n).toString(8)} ${facts.mtimeNs}`;
    if (facts.isSymbolicLink()) seen.set(path, `link ${await readlink(full)}`);
    else if (facts.isDirectory()) {
      seen.set(path, `directory ${head}`);
      for (const name of await readdir(full)) {
        const below = join(path, name);
        if (!except.includes(below)) await visit(below);
      }
    } else
      seen.set(
        path,
        `file ${head} ${createHash("sha256")
          .update(await readFile(full))
          .digest("hex")}`,
      );
  };
  await visit(".");
  return seen;
}

/** The paths in which two snapshots differ. */
export function differences(
  left: ReadonlyMap<string, string>,
  right: ReadonlyMap<string, string>,
): readonly string[] {
  const paths = new Set([...left.keys(), ...right.keys()]);
  return [...paths].filter((path) => left.get(path) !== right.get(path)).sort();
}

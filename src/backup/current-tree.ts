// PROD as it is now, with the hashes that tell which paths are already what a way back wants.

import { isFailure } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import type { Entry, Tree } from "../tree/entry.ts";
import { hashFiles } from "../tree/hash.ts";
import { listedTree } from "../tree/listed-tree.ts";
import { scan } from "../tree/scan.ts";
import type { RestoreTree } from "./restore-tree.ts";

type File = Extract<Entry, { type: "file" }>;

/**
 * Only files that could be the wanted ones are hashed. Staging one of those once more would link what PROD and an undo set
 * share, and so move its ctime under the swap that is about to prove that nothing moved.
 */
export async function currentTree(
  prod: { readonly transport: Transport; readonly root: string },
  { tree }: Pick<RestoreTree, "tree">,
): Promise<Tree> {
  const { listing, root } = await scan(prod.transport, prod.root);
  const current = listedTree(listing);
  const alike: { path: string; entry: File }[] = [];
  for (const [path, wanted] of tree) {
    const entry = current.get(path);
    if (wanted.type === "file" && entry?.type === "file" && looksLike(wanted, entry))
      alike.push({ path, entry });
  }
  const hashes = await hashesOf(prod.transport, root, alike);
  const hashed = new Map(
    alike.flatMap(({ path, entry }, index) => {
      const sha256 = hashes[index];
      return sha256 === undefined ? [] : [[path, { ...entry, sha256 }] as const];
    }),
  );
  return { ...current, get: (path) => hashed.get(path) ?? current.get(path) };
}

function looksLike(wanted: File, entry: File): boolean {
  return wanted.mode === entry.mode && wanted.size === entry.size && wanted.mtime === entry.mtime;
}

/** A way back does not wait for files to hold still: without hashes it takes each of them back. */
async function hashesOf(
  transport: Transport,
  root: string,
  alike: readonly { readonly path: string; readonly entry: File }[],
): Promise<readonly string[]> {
  if (alike.length === 0) return [];
  try {
    return await hashFiles(
      transport,
      root,
      alike.map(({ path, entry }) => ({ path, size: entry.size, identity: entry.identity })),
    );
  } catch (error) {
    if (isFailure(error, "scan-moved", "scan-failed")) return [];
    throw error;
  }
}

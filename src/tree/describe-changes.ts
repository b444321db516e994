// From certain differences to changes that carry what a plan says of them: entries with hashes, lines, rewritten content.

import type { Change } from "./change.ts";
import { countChanges } from "./count-changes.ts";
import type { Entry } from "./entry.ts";
import { type CountedLines, noLines } from "./lines.ts";
import type { Draft } from "./pairing.ts";
import type { ReadSide } from "./read-side.ts";
import type { RewrittenFile } from "./rewrites.ts";

/** Both sides' hashes of the files of these drafts. What was asked for once is not hashed again. */
export async function hashDrafts(
  preprod: ReadSide,
  prod: ReadSide,
  drafts: readonly Draft[],
): Promise<readonly [ReadonlyMap<number, string>, ReadonlyMap<number, string>]> {
  const filesOf = (side: ReadSide, places: readonly number[]): readonly number[] =>
    places.filter((index) => index !== -1 && side.listing.isFile(index));
  return Promise.all([
    preprod.hashesOf(
      filesOf(
        preprod,
        drafts.map((draft) => draft.preprod),
      ),
    ),
    prod.hashesOf(
      filesOf(
        prod,
        drafts.map((draft) => draft.prod),
      ),
    ),
  ]);
}

export async function describeChanges(
  preprod: ReadSide,
  prod: ReadSide,
  drafts: readonly Draft[],
  rewritten: ReadonlyMap<string, RewrittenFile>,
  counted: CountedLines,
): Promise<readonly Change[]> {
  const ordered = drafts.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  const [wanted, current] = await hashDrafts(preprod, prod, ordered);
  const changes = ordered.map((draft): Change => {
    const before = draft.prod === -1 ? undefined : withHash(prod, draft.prod, current);
    const after = draft.preprod === -1 ? draft.needed : withHash(preprod, draft.preprod, wanted);
    const other = rewritten.get(draft.path);
    return {
      kind: draft.kind,
      path: draft.path,
      ...(draft.preprod === -1 ? {} : { from: preprod.listing.path(draft.preprod) }),
      ...(before === undefined ? {} : { before }),
      ...(after === undefined ? {} : { after: other === undefined ? after : rewrittenEntry(after, other) }),
      ...noLines,
      ...(other === undefined || after?.type !== "file"
        ? {}
        : {
            rewritten: {
              sha256: other.sourceSha256,
              size: after.size,
              content: other.content.toString("base64"),
            },
          }),
    };
  });
  const lines = await countChanges(preprod, prod, changes, rewritten, counted);
  return changes.map((change, index) => ({ ...change, ...(lines[index] ?? noLines) }));
}

function withHash(side: ReadSide, index: number, hashes: ReadonlyMap<number, string>): Entry {
  const entry = side.listing.entry(index);
  const sha256 = hashes.get(index);
  return entry.type === "file" && sha256 !== undefined ? { ...entry, sha256 } : entry;
}

function rewrittenEntry(after: Entry, { sha256, content }: RewrittenFile): Entry {
  return after.type === "file" ? { ...after, sha256, size: content.length } : after;
}

// Which restore points the target has, newest first, as its own files tell it.

import { z } from "zod";
import { capture } from "../transport/capture.ts";
import type { Transport } from "../transport/transport.ts";
import { readRecords } from "../tree/lists.ts";
import type { RestorePoint } from "./restore-point.ts";

export type ListedPoint = RestorePoint & {
  /** Counts all restore points of a target up, whatever its clock does. */
  readonly sequence: number;
  readonly contentBytes: number;
  /** `kept`: the undo set is there; `undone`: PROD was taken back by it; `partial`: a swap that has not ended. */
  readonly undo: "kept" | "undone" | "partial" | "none";
  readonly reading: ArchiveReading | undefined;
  /** The name of an archive that was made, and is not there any more. */
  readonly lostArchive?: string;
};

/** What reading the archive back has to come to. */
export type ArchiveReading = {
  readonly compression: "zstd" | "gzip" | "none";
  readonly attributes: string;
  readonly listing: string;
  readonly limit: number;
};

const hex = z.string().regex(/^[0-9a-f]{64}$/);

const archiveFacts = z.object({
  id: z.string(),
  app: z.string(),
  createdAt: z.string(),
  health: z.enum(["healthy", "unhealthy", "unknown"]),
  archive: z.string().regex(/^backup_prod_[A-Za-z0-9_.-]+$/),
  archiveBytes: z.number(),
  archiveSha256: hex,
  files: z.number(),
  contentBytes: z.number(),
  limit: z.number(),
  compression: z.enum(["zstd", "gzip", "none"]),
  attributes: z.enum(["", "--acls --xattrs"]),
  listing: hex,
  sequence: z.number(),
});

/** Undefined for what is no description of an archive, or half of one. */
export function readArchiveFacts(text: string): Omit<ListedPoint, "undo"> | undefined {
  let written: unknown;
  try {
    written = JSON.parse(text);
  } catch {
    return undefined;
  }
  const facts = archiveFacts.safeParse(written);
  if (!facts.success) return undefined;
  const { compression, attributes, listing, limit, ...point } = facts.data;
  return { ...point, reading: { compression, attributes, listing, limit } };
}

const listScript = `
case $1 in "~/"*) cd -- "\${HOME:?}/\${1#??}" ;; *) cd -- "$1" ;; esac 2>/dev/null || exit 0
for description in backups/*.json; do
  [ -e "$description" ] || continue
  kind=archive
  [ -e "\${description%.json}" ] || kind=lost
  printf '%s %s\\0' "$kind" "$(cat -- "$description")"
done
for undo in undo/*/; do
  [ -e "\${undo}state" ] || continue
  printf 'undo %s %s %s %s %s\\0' "$(basename -- "$undo")" "$(cat -- "\${undo}state")" "$(cat -- "\${undo}sequence")" "$(cat -- "\${undo}created")" "$(tr -cd '\\0' <"\${undo}lists/kept" | wc -c)"
done
`;

/**
 * Reads descriptions only; whether archives are sound is what `verifyRestorePoint` says. `evenLost`: also those of which nothing
 * is left to go back to, although nobody pruned them.
 */
export async function listRestorePoints(
  target: { readonly transport: Transport; readonly stateDir: string },
  { evenLost = false } = {},
): Promise<ListedPoint[]> {
  const { stdout } = await capture(target.transport, listScript, {
    what: "listing restore points",
    args: [target.stateDir],
    timeoutSeconds: 120,
    maxBytes: 16 * 1024 * 1024,
  });
  const points = new Map<string, ListedPoint>();
  const app = target.stateDir.slice(target.stateDir.lastIndexOf("/") + 1);
  const lost = new Map<string, ListedPoint>();
  for (const record of readRecords(stdout)) {
    if (record.startsWith("lost ")) {
      const facts = readArchiveFacts(record.slice("lost ".length));
      if (facts !== undefined) lost.set(facts.id, withoutArchive(facts));
      continue;
    }
    if (record.startsWith("archive ")) {
      const facts = readArchiveFacts(record.slice("archive ".length));
      if (facts !== undefined) points.set(facts.id, { ...facts, undo: "none" });
      continue;
    }
    const [, id = "", state = "", sequence = "0", createdAt = "", files = "0"] = record.split(" ");
    const undo = state === "committed" ? "kept" : state === "undone" ? "undone" : "partial";
    const known = points.get(id);
    if (known !== undefined) points.set(id, { ...known, undo });
    else if (undo === "kept") {
      points.set(id, {
        id,
        app,
        createdAt,
        archive: undefined,
        archiveBytes: 0,
        archiveSha256: undefined,
        files: Number(files),
        health: "unknown",
        sequence: Number(sequence),
        contentBytes: 0,
        undo,
        reading: undefined,
      });
    }
  }
  for (const [id, point] of lost) {
    const known = points.get(id);
    if (known?.archive === undefined && (known !== undefined || evenLost))
      points.set(id, { ...point, undo: known?.undo ?? "none" });
  }
  return [...points.values()].sort((left, right) => right.sequence - left.sequence);
}

/** Made while PROD was as its description says; only what the undo set holds of it can be returned to. */
function withoutArchive(facts: Omit<ListedPoint, "undo">): ListedPoint {
  const { archive: lostArchive, ...point } = facts;
  return {
    ...point,
    archive: undefined,
    archiveBytes: 0,
    archiveSha256: undefined,
    reading: undefined,
    undo: "none",
    ...(lostArchive !== undefined && { lostArchive }),
  };
}

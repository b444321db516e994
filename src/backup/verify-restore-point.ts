// Reads a restore point again, to the last byte: the archive against its checksum and listing, the undo set against its manifest.

import { PasserelleError } from "../errors.ts";
import { capture } from "../transport/capture.ts";
import { assertId, readReport, undotted } from "../tree/lists.ts";
import type { Prod } from "../tree/swap.ts";
import { undoCheckScript } from "../tree/swap-script.ts";
import { prelude } from "../tree/target-shell.ts";
import { archiveFunctions } from "./archive-script.ts";
import type { ListedPoint } from "./list-restore-points.ts";

export type Verification = {
  /** The archive is sound; or there is none, and the undo set is. */
  readonly good: boolean;
  readonly archive: "good" | "none" | "missing" | "size" | "checksum" | "unreadable" | "listing";
  readonly undo: "intact" | "damaged" | "none";
  /** Members of the undo set that cannot be used. */
  readonly damaged: readonly string[];
  /** The archive's file name, also of one that is gone. */
  readonly archiveName: string;
};

/** Arguments: the archive, its compression, size, checksum, listing, flags, limit, a directory that may be written. */
const archiveScript = `${prelude}${archiveFunctions}
archive=$(home "$1") compression=$2 size=$3 sum=$4 listing=$5 attributes=$6 limit=$7
[ -f "$archive" ] || { report outcome missing; exit 0; }
[ "$(stat -c %s -- "$archive")" = "$size" ] || { report outcome size; exit 0; }
[ "$(stream_sum <"$archive")" = "$sum" ] || { report outcome checksum; exit 0; }
ends=$({ { decompress "$compression" <"$archive" 2>/dev/null; echo "decompress $?" >&3; } | head -c "$limit" |
  { tar $attributes $tar_words -tvf - 2>/dev/null; echo "tar $?" >&3; cat >/dev/null; } | { stream_sum | sed 's/^/listing /' >&3; }; } 3>&1)
case $ends in *"decompress 0"*) ;; *) report outcome unreadable; exit 0 ;; esac
case $ends in *"tar 0"*) ;; *) report outcome unreadable; exit 0 ;; esac
case $ends in *"listing $listing"*) report outcome good ;; *) report outcome listing ;; esac
`;

export async function verifyRestorePoint(prod: Prod, point: ListedPoint): Promise<Verification> {
  assertId(point.id);
  const archive = point.lostArchive === undefined ? await verifyArchive(prod, point) : "missing";
  const undo =
    point.undo === "kept" ? await verifyUndo(prod, point.id) : { state: "none" as const, damaged: [] };
  const good = archive === "good" || (archive === "none" && undo.state === "intact");
  return {
    good,
    archive,
    undo: undo.state,
    damaged: undo.damaged,
    archiveName: point.archive ?? point.lostArchive ?? "",
  };
}

/** The checks before anything is taken out of an archive; also for a point that somebody else's record describes. */
export async function verifyArchive(prod: Prod, point: ListedPoint): Promise<Verification["archive"]> {
  const { archive, archiveSha256, reading } = point;
  if (archive === undefined || archiveSha256 === undefined || reading === undefined) return "none";
  const { stdout, stderr } = await capture(prod.transport, archiveScript, {
    what: "verifying a backup",
    args: [
      `${prod.stateDir}/backups/${archive}`,
      reading.compression,
      String(point.archiveBytes),
      archiveSha256,
      reading.listing,
      reading.attributes,
      String(reading.limit),
    ],
    timeoutSeconds: 3600,
  });
  const { outcome } = readReport(stdout, stderr);
  for (const known of ["good", "missing", "size", "checksum", "unreadable", "listing"] as const) {
    if (outcome === known) return known;
  }
  throw new PasserelleError("backup-invalid", { id: point.id, reason: outcome });
}

async function verifyUndo(
  prod: Prod,
  id: string,
): Promise<{ state: "intact" | "damaged"; damaged: readonly string[] }> {
  const { stdout, stderr } = await capture(prod.transport, undoCheckScript, {
    what: "verifying an undo set",
    args: [prod.root, prod.stateDir, id],
    timeoutSeconds: 3600,
  });
  const damaged = readReport(stdout, stderr).all("path").map(undotted);
  return { state: damaged.length === 0 ? "intact" : "damaged", damaged };
}

// Contents that restore points still have, found by their hash: out of the undo sets, and out of the archives.

import { createHash } from "node:crypto";
import { isFailure } from "../errors.ts";
import { capture } from "../transport/capture.ts";
import type { Transport } from "../transport/transport.ts";
import type { KnownFile } from "../tree/contents.ts";
import { pathList } from "../tree/lists.ts";
import { type ListedPoint, listRestorePoints } from "./list-restore-points.ts";

/**
 * Arguments: the state directory, the sizes that are wanted, then archives by name and compression. Standard input: the
 * wanted paths. Prints the size, a line break and the content of each file of a wanted path and size, wherever it is.
 */
const keptScript = `
cd -- "$1" || exit 70
sizes=" $2 "
export sizes
shift 2
list=$(mktemp) && trap 'rm -f -- "$list"' EXIT && cat >"$list" || exit 71
for tree in undo/*/tree; do
  [ -d "$tree" ] || continue
  (cd -P -- "$tree" && xargs -0 -r sh -c '
    for file; do
      [ -f "$file" ] && [ ! -L "$file" ] && [ -r "$file" ] || continue
      size=$(stat -c %s -- "$file")
      case $sizes in *" $size "*) printf "%s\\n" "$size" && head -c "$size" -- "$file" ;; esac
    done
    exit 0' sh <"$list")
done
decompress() {
  case $1 in
    zstd) zstd -q -d -c ;;
    gzip) gzip -d -c ;;
    *) cat ;;
  esac
}
while [ $# -ge 2 ]; do
  [ ! -f "backups/$1" ] || decompress "$2" <"backups/$1" 2>/dev/null |
    tar --null --verbatim-files-from --no-recursion --to-command='
      case $sizes in *" $TAR_SIZE "*) printf "%s\\n" "$TAR_SIZE" && cat ;; *) cat >/dev/null ;; esac' \\
      -xf - -T "$list" 2>/dev/null
  shift 2
done
exit 0
`;

const mostArchives = 3;
const mostBytes = 8 * 1024 * 1024;

/** By path. What nobody has any more is left out; nothing comes back that is not exactly what was wanted. */
export async function readKept(
  target: { readonly transport: Transport; readonly stateDir: string },
  files: readonly KnownFile[],
): Promise<ReadonlyMap<string, Buffer>> {
  let bytes = 0;
  const wanted = files.filter(({ size }) => {
    bytes += size;
    return bytes <= mostBytes;
  });
  if (wanted.length === 0) return new Map();
  const archives = (await listRestorePoints(target)).filter(isReadable).slice(0, mostArchives);
  const sizes = [...new Set(wanted.map(({ size }) => size))].join(" ");
  try {
    const { stdout } = await capture(target.transport, keptScript, {
      what: "reading restore points",
      args: [
        target.stateDir,
        sizes,
        ...archives.flatMap(({ archive, reading }) => [archive, reading.compression]),
      ],
      input: pathList(wanted.map(({ path }) => path)),
      timeoutSeconds: 600,
      maxBytes: 256 * 1024 * 1024,
    });
    const contents = byHash(stdout);
    return new Map(
      wanted.flatMap(({ path, sha256 }) => {
        const content = contents.get(sha256);
        return content === undefined ? [] : [[path, content] as const];
      }),
    );
  } catch (error) {
    if (isFailure(error, "command-failed", "command-timeout")) return new Map();
    throw error;
  }
}

function isReadable(point: ListedPoint): point is ListedPoint & {
  readonly archive: string;
  readonly reading: NonNullable<ListedPoint["reading"]>;
} {
  return point.archive !== undefined && point.reading !== undefined;
}

function byHash(stream: Buffer): ReadonlyMap<string, Buffer> {
  const contents = new Map<string, Buffer>();
  for (let at = 0; at < stream.length; ) {
    const end = stream.indexOf(10, at);
    const size = end === -1 ? Number.NaN : Number(stream.toString("latin1", at, end));
    if (!Number.isSafeInteger(size)) break;
    const content = stream.subarray(end + 1, end + 1 + size);
    contents.set(createHash("sha256").update(content).digest("hex"), content);
    at = end + 1 + size;
  }
  return contents;
}

// What is in files of a side now, many at once; what cannot be read is left out.

import { isFailure } from "../errors.ts";
import { capture } from "../transport/capture.ts";
import { expandRoot } from "../transport/shell.ts";
import type { Side } from "./compare.ts";
import { nulList } from "./nul-list.ts";

/** A file as it was scanned. */
export type ScannedFile = { readonly path: string; readonly size: number };

const mostBytesAtOnce = 16 * 1024 * 1024;

/**
 * By path. Files come over in one stream and are told apart by their scanned sizes, so a stream of another length is
 * asked for again in halves until the files that changed, vanished or may not be read stand alone.
 */
export async function readContents(
  side: Side,
  files: readonly ScannedFile[],
): Promise<ReadonlyMap<string, Buffer>> {
  const contents = new Map<string, Buffer>();
  let batch: ScannedFile[] = [];
  let bytes = 0;
  for (const file of files) {
    if (batch.length > 0 && bytes + file.size > mostBytesAtOnce) {
      await readBatch(side, batch, contents);
      batch = [];
      bytes = 0;
    }
    batch.push(file);
    bytes += file.size;
  }
  await readBatch(side, batch, contents);
  return contents;
}

async function readBatch(
  side: Side,
  files: readonly ScannedFile[],
  into: Map<string, Buffer>,
): Promise<void> {
  if (files.length === 0) return;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const stdout = await readStream(side, files, total);
  if (stdout !== undefined) {
    let at = 0;
    for (const { path, size } of files) {
      into.set(path, stdout.subarray(at, at + size));
      at += size;
    }
    return;
  }
  if (files.length === 1) return;
  const middle = Math.ceil(files.length / 2);
  await readBatch(side, files.slice(0, middle), into);
  await readBatch(side, files.slice(middle), into);
}

/** Undefined when it is not exactly what was scanned. */
async function readStream(
  side: Side,
  files: readonly ScannedFile[],
  total: number,
): Promise<Buffer | undefined> {
  try {
    const { stdout } = await capture(
      side.transport,
      `cd -P -- ${expandRoot(side.root)} || exit 66\nexec xargs -0 -r cat --`,
      {
        what: "reading files",
        input: nulList(files.map(({ path }) => `./${path}`)),
        timeoutSeconds: 120 + Math.ceil(total / 1_000_000),
        maxBytes: total + 1,
      },
    );
    return stdout.length === total ? stdout : undefined;
  } catch (error) {
    if (isFailure(error, "command-failed")) return undefined;
    throw error;
  }
}

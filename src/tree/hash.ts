// Content hashes, taken on the host: of many files in few processes, and only of files that are still what was listed.

import { isFailure, PasserelleError } from "../errors.ts";
import { decodeBytes } from "../transport/bytes.ts";
import { capture } from "../transport/capture.ts";
import { expandRoot } from "../transport/shell.ts";
import type { Transport } from "../transport/transport.ts";
import { nulList, slices } from "./nul-list.ts";

export type HashedFile = {
  readonly path: string;
  readonly size: number;
  /** Of the entry as it was listed: `device:inode:size:mtime:ctime`. */
  readonly identity: string;
};

const channels = 2;
const filesPerChannel = 400;
const opensslPays = 4 * 1024 * 1024;
// What a file costs beside its bytes: opening it is worth reading about this many.
const fileWeight = 16 * 1024;

/**
 * sha256 of each file, in their order. A file that is not, or no longer, the one that was listed makes it `scan-moved`;
 * one that cannot be read `scan-failed`.
 */
export async function hashFiles(
  transport: Transport,
  root: string,
  files: readonly HashedFile[],
): Promise<readonly string[]> {
  const parts = slices(files, ({ size }) => size + fileWeight, channels, filesPerChannel);
  const hashes = await Promise.all(parts.map((part) => hashSlice(transport, root, part)));
  return hashes.flat();
}

async function hashSlice(
  transport: Transport,
  root: string,
  files: readonly HashedFile[],
): Promise<readonly string[]> {
  // openssl separates its answers by line breaks and does not escape names: it gets only names that cannot be misread.
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  const byLines = bytes >= opensslPays && files.every(({ path }) => !/[\n\r\\]/.test(path));
  const paths = files.map(({ path }) => `./${path}`);
  const answers = await ask(transport, root, byLines, paths, bytes);
  const hashes: string[] = [];
  let statted = 0;
  for (const answer of answers) {
    if (answer.startsWith("=")) {
      const file = files[statted];
      if (file === undefined || answer !== `=${file.identity}`) throw moved(transport, root, file?.path);
      statted += 1;
    } else {
      const match = /^([0-9a-f]{64}) [ *]/.exec(answer);
      const path = paths[hashes.length];
      if (match?.[1] === undefined || path === undefined || answer.slice(66) !== path) {
        throw moved(transport, root, files[hashes.length]?.path);
      }
      hashes.push(match[1]);
    }
  }
  if (hashes.length !== files.length || statted !== files.length) {
    throw moved(transport, root, files[Math.min(hashes.length, statted)]?.path);
  }
  return hashes;
}

async function ask(
  transport: Transport,
  root: string,
  byLines: boolean,
  paths: readonly string[],
  bytes: number,
): Promise<readonly string[]> {
  try {
    const { stdout } = await capture(transport, hashScript(root, byLines), {
      what: "hashing files",
      input: nulList(paths),
      maxBytes: 1024 * 1024 + 2 * paths.reduce((sum, path) => sum + 3 * path.length + 256, 0),
      timeoutSeconds: 300 + Math.ceil(bytes / 5_000_000),
    });
    return decodeBytes(stdout)
      .split(byLines ? "\n" : "\0")
      .filter((answer) => answer !== "");
  } catch (error) {
    throw readingFailure(error, transport, root);
  }
}

/** `xargs` gives each batch to one shell: first the hashes of the batch, then what the files are afterwards. */
function hashScript(root: string, byLines: boolean): string {
  const stat = `stat --printf="=%d:%i:%s:%.9Y:%.9Z${byLines ? "\\n" : "\\0"}" -- "$@"`;
  const hash = byLines
    ? `if command -v openssl >/dev/null 2>&1; then openssl dgst -sha256 -r "$@"; else sha256sum -- "$@"; fi`
    : `sha256sum -z -- "$@"`;
  return `cd -P -- ${expandRoot(root)} || exit 66
exec xargs -0 -r sh -c '{ ${hash}; } && ${stat}' sh`;
}

export function readingFailure(error: unknown, transport: Transport, root: string): unknown {
  if (!isFailure(error, "command-failed")) return error;
  const stderr = String(error.details["stderr"] ?? "");
  const path = /\.\/(.*?)['"’]?: [^:\n]*$/m.exec(stderr)?.[1] ?? "";
  const details = { host: transport.host, path: `${root}/${path}`, reason: stderr.slice(0, 300) };
  const gone = /No such file|Is a directory|Not a directory/.test(stderr);
  return new PasserelleError(gone ? "scan-moved" : "scan-failed", details, { cause: error });
}

export function moved(transport: Transport, root: string, path: string | undefined): PasserelleError {
  return new PasserelleError("scan-moved", { host: transport.host, path: `${root}/${path ?? ""}` });
}

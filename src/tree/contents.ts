// The bytes of a few small files, all in one stream; each proved to be the content that was hashed.

import { createHash } from "node:crypto";
import { capture } from "../transport/capture.ts";
import { expandRoot } from "../transport/shell.ts";
import type { Transport } from "../transport/transport.ts";
import { moved, readingFailure } from "./hash.ts";
import { nulList } from "./nul-list.ts";

export type KnownFile = { readonly path: string; readonly size: number; readonly sha256: string };

/**
 * Hands over each file's content, in order, as it arrives. Throws `scan-moved` when one is not what was hashed, before it
 * is handed over.
 */
export async function readFiles(
  transport: Transport,
  root: string,
  files: readonly KnownFile[],
  take: (index: number, content: Buffer) => void | Promise<void>,
): Promise<void> {
  if (files.length === 0) return;
  const total = files.reduce((sum, { size }) => sum + size, 0);
  let index = 0;
  let parts: Buffer[] = [];
  let length = 0;

  let queue: Promise<void> = Promise.resolve();

  async function handOver(chunk: Buffer): Promise<void> {
    let rest = chunk;
    for (let file = files[index]; file !== undefined; file = files[index]) {
      const part = rest.subarray(0, file.size - length);
      rest = rest.subarray(part.length);
      length += part.length;
      if (part.length > 0) parts.push(part);
      if (length < file.size) return;
      const content = Buffer.concat(parts);
      parts = [];
      length = 0;
      if (createHash("sha256").update(content).digest("hex") !== file.sha256) {
        throw moved(transport, root, file.path);
      }
      await take(index, content);
      index += 1;
    }
    if (rest.length > 0) throw moved(transport, root, files.at(-1)?.path);
  }

  try {
    await capture(transport, `cd -P -- ${expandRoot(root)} || exit 66\nexec xargs -0 -r cat --`, {
      what: "reading files",
      input: nulList(files.map(({ path }) => `./${path}`)),
      onStdout(chunk) {
        // A process that ends hands out the rest of its output at once, whether we are ready or not.
        queue = queue.then(() => handOver(Buffer.from(chunk)));
        return queue;
      },
      timeoutSeconds: 300 + Math.ceil(total / 1_000_000),
    });
    await handOver(Buffer.alloc(0));
  } catch (error) {
    throw readingFailure(error, transport, root);
  }
  if (index < files.length) throw moved(transport, root, files[index]?.path);
}

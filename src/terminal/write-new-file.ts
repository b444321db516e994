// Writes a file whole or not at all, and never over one that is there unless that was asked for.

import { link, lstat, open, rename, rm } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { PasserelleError } from "../errors.ts";

export type NewFile = {
  readonly file: string;
  readonly text: string;
  readonly mode: number;
  readonly replace: boolean;
};

/** Throws `file-exists` or `file-not-written`; then nothing of it is left behind. */
export async function writeNewFile({ file, text, mode, replace }: NewFile): Promise<void> {
  const draft = join(dirname(file), `.${basename(file)}.${process.pid}.new`);
  try {
    const handle = await open(draft, "wx", mode);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (replace) await rename(draft, file);
    // Unlike a rename, a link fails where somebody was quicker.
    else await link(draft, file);
  } catch (cause) {
    const code = codeOf(cause);
    if (code === "EEXIST" && !replace) throw new PasserelleError("file-exists", { file }, { cause });
    throw new PasserelleError("file-not-written", { file, reason: code }, { cause });
  } finally {
    await rm(draft, { force: true }).catch(() => {});
  }
}

/** A link that leads nowhere is there too. */
export async function isThere(file: string): Promise<boolean> {
  try {
    await lstat(file);
    return true;
  } catch (cause) {
    if (["ENOENT", "ENOTDIR"].includes(codeOf(cause))) return false;
    throw new PasserelleError("file-not-written", { file, reason: codeOf(cause) }, { cause });
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error ? String(error.code) : String(error);
}

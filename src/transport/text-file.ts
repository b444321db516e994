// A text file that need not be there.

import { readFile } from "node:fs/promises";

/** Empty if it is not there or may not be read. */
export async function readText(file: string): Promise<string> {
  try {
    return await readFile(file, "utf8");
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : undefined;
    if (code === "ENOENT" || code === "EACCES" || code === "ENOTDIR") return "";
    throw error;
  }
}

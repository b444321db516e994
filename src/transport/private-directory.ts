// A directory that only we may enter, with a name short enough for a socket in it.

import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

export type PrivateDirectory = {
  readonly path: string;
  readonly remove: () => Promise<void>;
};

// A socket's path may have 103 bytes on the strictest system, and `ssh` adds 17 while it makes it.
const longestPath = 80;

export async function privateDirectory(
  places: readonly (string | undefined)[] = [process.env["XDG_RUNTIME_DIR"], tmpdir(), "/tmp"],
): Promise<PrivateDirectory> {
  let failure: unknown = new Error(`no directory for a socket has a short enough name: ${places.join(", ")}`);
  for (const place of places) {
    if (place === undefined || !place.startsWith("/")) continue;
    const prefix = join(place, "passerelle-");
    if (Buffer.byteLength(prefix) + "XXXXXX/s".length > longestPath) continue;
    try {
      // Made with mode 0700.
      const path = await mkdtemp(prefix);
      return { path, remove: () => rm(path, { recursive: true, force: true }) };
    } catch (error) {
      failure = error;
    }
  }
  throw failure;
}

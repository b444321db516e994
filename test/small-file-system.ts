// A file system of its own for a test: small, or one that goes read-only half-way. Only root can mount one.

import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export function canMount(): boolean {
  if (process.getuid?.() !== 0) return false;
  try {
    const { path, unmount } = mountSmall("size=64k");
    unmount();
    return path !== "";
  } catch {
    return false;
  }
}

/** A tmpfs with these mount options, as in `size=2m` or `nr_inodes=50`. */
export function mountSmall(options: string): { readonly path: string; readonly unmount: () => void } {
  const path = mkdtempSync(join(tmpdir(), "mount-"));
  execFileSync("mount", ["-t", "tmpfs", "-o", options, "tmpfs", path]);
  return {
    path,
    unmount() {
      execFileSync("umount", ["-l", path]);
      rmSync(path, { recursive: true, force: true });
    },
  };
}

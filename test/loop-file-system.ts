// An ext4 in a file, whose power can be cut: what was not yet written to the file is lost, as from a disk.

import { execFileSync } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why it cannot be mounted here; undefined if it can. */
export const whyNoLoop: string | undefined = reasonAgainst();

export type LoopFileSystem = {
  readonly path: string;
  /** Mounts what a disk would hold if the power failed now, at `path` of its own; call `close` on it. */
  readonly asAfterPowerCut: () => { readonly path: string; readonly close: () => void };
  /** The power fails and comes back: what is mounted at `path` is what the disk held. Nobody may work there any more. */
  readonly cutPower: () => void;
  readonly close: () => void;
};

export function openLoopFileSystem(megabytes: number): LoopFileSystem {
  const directory = mkdtempSync(join(tmpdir(), "loop-"));
  const path = join(directory, "mounted");
  let generation = 0;
  const image = (number: number): string => join(directory, `image-${number}`);
  mkdirSync(path);
  execFileSync("truncate", ["-s", `${megabytes}M`, image(0)]);
  execFileSync("mkfs.ext4", ["-q", "-F", "-m", "0", image(0)]);
  mount(image(0), path);
  const mounts = new Set<string>([path]);
  const unmount = (at: string): void => {
    if (mounts.delete(at)) execFileSync("umount", ["-l", at]);
  };
  let copies = 0;
  return {
    path,
    asAfterPowerCut() {
      copies += 1;
      const [copy, at] = [join(directory, `copy-${copies}`), join(directory, `cut-${copies}`)];
      copyFileSync(image(generation), copy);
      mkdirSync(at);
      mount(copy, at);
      mounts.add(at);
      return {
        path: at,
        close() {
          unmount(at);
          rmSync(copy);
        },
      };
    },
    cutPower() {
      copyFileSync(image(generation), image(generation + 1));
      generation += 1;
      unmount(path);
      mount(image(generation), path);
      mounts.add(path);
    },
    close() {
      for (const at of [...mounts]) unmount(at);
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

/** The journal is replayed, as at a start of the machine. */
function mount(image: string, path: string): void {
  execFileSync("mount", ["-o", "loop", image, path]);
}

function reasonAgainst(): string | undefined {
  if (process.getuid?.() !== 0) return "runs as root, who may mount file systems";
  try {
    openLoopFileSystem(8).close();
    return undefined;
  } catch {
    return "runs where an ext4 in a file can be mounted";
  }
}

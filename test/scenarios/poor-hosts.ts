// Hosts that are not a GNU system, as sessions of a real SSH server see them: the tools they lack, and those that differ.

import { execFileSync } from "node:child_process";
import { existsSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";

export const whyNoBusybox: string | undefined = existsSync("/usr/bin/busybox")
  ? undefined
  : "runs where /usr/bin/busybox is installed";

/** Fills a directory that comes first in the PATH of the sessions. */
export type PoorHost = (bin: string) => void;

function tool(bin: string, name: string, script: string): void {
  writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

const absent = 'echo "not found" >&2; exit 127';

/** As Alpine comes: BusyBox's applets and nothing else. */
export function alpine(bin: string): void {
  const applets = execFileSync("/usr/bin/busybox", ["--list"], { encoding: "utf8" }).split("\n");
  for (const applet of applets.filter((name) => /^[a-z0-9]+$/.test(name) && name !== "busybox"))
    symlinkSync("/usr/bin/busybox", join(bin, applet));
  // Alpine's BusyBox has a `flock` that knows no long options, and no `comm` of this kind.
  tool(bin, "flock", 'case "$*" in *--*) exit 1 ;; esac; exec /usr/bin/flock "$@"');
  tool(bin, "comm", absent);
  tool(bin, "apk", "exit 0");
}

/** As macOS comes: BSD's tools, none of util-linux. */
export function macos(bin: string): void {
  tool(bin, "uname", "echo Darwin");
  for (const name of ["flock", "setsid", "timeout", "sha256sum", "mkfifo"]) tool(bin, name, absent);
  const withoutWords = (name: string, words: string): void =>
    tool(
      bin,
      name,
      `case " $* " in ${words}) echo "${name}: illegal option" >&2; exit 1 ;; esac\nexec /usr/bin/${name} "$@"`,
    );
  tool(
    bin,
    "find",
    'case "$*" in *-printf* | *-ignore_readdir_race* | *--help*) exit 1 ;; esac\nexec /usr/bin/find "$@"',
  );
  withoutWords("stat", '*" -c "*');
  withoutWords("dd", "*iflag=*");
  withoutWords("sync", "*' '?*' '*");
  withoutWords("sed", '*" -z "*');
  withoutWords("head", '*" -z "*');
  withoutWords("mv", '*" -T "*');
  tool(bin, "cp", 'case "$*" in *--parents*) exit 1 ;; esac\nexec /usr/bin/cp "$@"');
}

/** One tool is not there, or does not know one option. */
export function without(name: string, option?: string): PoorHost {
  return (bin) =>
    tool(
      bin,
      name,
      option === undefined
        ? absent
        : `case " $* " in *"${option}"*) exit 1 ;; esac\nexec /usr/bin/${name} "$@"`,
    );
}

// What a host needs to have installed, what of it is missing, and the command that installs it there.

import { PasserelleError } from "../errors.ts";
import { decodeBytes } from "./bytes.ts";
import { capture } from "./capture.ts";
import type { Transport } from "./transport.ts";

export type PackageManager = keyof typeof installers;

export type Equipment = {
  /** What is not there, or only in a form without the options that are used. */
  readonly missing: readonly string[];
  readonly manager: PackageManager | undefined;
  /** Some of its tools are BusyBox's. */
  readonly busybox: boolean;
};

/**
 * Sets `missing`, `manager` and `busybox`. Each tool is tried with what is used of it: BusyBox, macOS and old releases have the
 * names but not the options.
 */
export const toolProbe = String.raw`
probe=$(mktemp -d "${"$"}{TMPDIR:-/tmp}/passerelle.XXXXXX") || exit 71
trap 'rm -rf -- "$probe"' EXIT
needs() {
  tool=$1
  shift
  (cd -- "$probe" && "$@") </dev/null >/dev/null 2>&1 || missing="$missing $tool"
}
missing=
: >"$probe/a"
printf 'a\0' >"$probe/list"
needs flock sh -c 'exec 9>>lock && flock -w 1 9 && flock --close -s -n lock true; flock --close -n other true'
needs setsid sh -c 'setsid -f true'
needs timeout timeout -v -k 10 10 true
needs sync sh -c 'sync a && sync -f a'
needs sha256sum sh -c 'sha256sum -z a && echo "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855  a" | sha256sum -c --status'
needs find sh -c '[ -n "$(find . -maxdepth 1 -ignore_readdir_race -name a -printf "%P %s %T@ %C@ %i %m %y\0" | head -c 1)" ]'
needs tar sh -c 'tar --null --verbatim-files-from --no-recursion --format=posix --sparse -cf a.tar -T list && tar -tf a.tar'
needs mv sh -c ': >b && mv -T b c && [ -e c ]'
needs cp sh -c 'mkdir d && cp -Pl --parents a d && cp -RPlf d/. e'
needs xargs sh -c 'xargs -0 -r true <list'
needs stat sh -c '[ "$(stat -c %s a)" = 0 ] && stat -f -c "%a %S" a'
needs dd sh -c 'dd bs=1 count=1 iflag=fullblock of=f if=list'
needs head sh -c 'head -c 1 list && head -z -n 1 list'
needs tail tail -c +1 list
needs mktemp sh -c 'mktemp -d x.XXXXXX'
needs mkfifo mkfifo pipe
needs sort sort -zu list
needs comm comm -z -12 list list
needs sed sed -z s,a,b, list
needs grep grep -zqax a list
needs touch touch -d @1 g
needs du sh -c 'du -lcB1 --files0-from=- <list'
needs cmp cmp -s a a
manager= busybox=
if [ "$(uname -s)" = Darwin ]; then manager=brew; else
  for name in apk apt-get dnf yum zypper pacman; do
    [ -n "$manager" ] || ! command -v "$name" >/dev/null 2>&1 || manager=$name
  done
fi
case $(find --help 2>&1 </dev/null) in *BusyBox*) busybox=yes ;; esac
`;

const toolsScript = `${toolProbe}
printf '%s\\0%s\\0%s\\0' "$missing" "$manager" "$busybox"
`;

/** The three answers of `toolProbe`. */
export function readEquipment([missing = "", manager = "", busybox = ""]: readonly string[]): Equipment {
  return {
    missing: missing.split(/\s+/).filter((word) => word !== ""),
    manager: isManager(manager) ? manager : undefined,
    busybox: busybox === "yes",
  };
}

export async function lookForTools(transport: Transport): Promise<Equipment> {
  const { stdout } = await capture(transport, toolsScript, { what: "looking for tools", timeoutSeconds: 60 });
  return readEquipment(decodeBytes(stdout).split("\0"));
}

/** What reading a side needs; only the side that is written to needs them all. */
const forReading: ReadonlySet<string> = new Set([
  ...["find", "stat", "sha256sum", "tar", "xargs", "head", "sort", "sed", "dd", "mktemp"],
]);

export function missingFor(use: "reading" | "writing", { missing }: Equipment): readonly string[] {
  return use === "writing" ? missing : missing.filter((tool) => forReading.has(tool));
}

const found = new WeakMap<Transport, Promise<Equipment>>();

/** Throws `tool-missing`. A host that has everything is not asked again through the same transport. */
export async function requireTools(transport: Transport, use: "reading" | "writing"): Promise<void> {
  const looking = found.get(transport) ?? lookForTools(transport);
  found.set(transport, looking);
  try {
    const equipment = await looking;
    const missing = missingFor(use, equipment);
    if (equipment.missing.length > 0) found.delete(transport);
    if (missing.length > 0) throw toolsMissing(transport.host, { ...equipment, missing });
  } catch (error) {
    found.delete(transport);
    throw error;
  }
}

export function toolsMissing(host: string, equipment: Equipment): PasserelleError {
  const { missing, busybox } = equipment;
  return new PasserelleError("tool-missing", {
    host,
    tools: missing,
    remedy: installCommand(equipment),
    ...(busybox && { busybox: "yes" }),
  });
}

const installers = {
  apk: "apk add",
  "apt-get": "sudo apt-get install",
  dnf: "sudo dnf install",
  yum: "sudo yum install",
  zypper: "sudo zypper install",
  pacman: "sudo pacman -S",
  brew: "brew install",
} as const;

function isManager(name: string): name is PackageManager {
  return Object.hasOwn(installers, name);
}

const packages: Readonly<Record<string, string>> = {
  flock: "util-linux",
  setsid: "util-linux",
  find: "findutils",
  xargs: "findutils",
  tar: "tar",
  sed: "sed",
  grep: "grep",
  cmp: "diffutils",
  gzip: "gzip",
};

const packagesOfBrew: Readonly<Record<string, string>> = { flock: "flock", tar: "gnu-tar", sed: "gnu-sed" };

/** Undefined where the host's own way to install something is not known. */
export function installCommand({ missing, manager }: Equipment): string | undefined {
  if (manager === undefined || missing.length === 0) return undefined;
  const named = missing.map(
    (tool) => (manager === "brew" ? packagesOfBrew[tool] : undefined) ?? packages[tool] ?? "coreutils",
  );
  return [installers[manager], ...new Set(named.toSorted())].join(" ");
}

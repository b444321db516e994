// Finds what a swap could not replace, before a plan is offered: by looking only, nothing in PROD is written.

import { capture } from "../transport/capture.ts";
import type { Transport } from "../transport/transport.ts";
import { bundle, readReport, undotted } from "./lists.ts";
import type { Change } from "./plan.ts";
import type { Room } from "./stage.ts";
import { placedOf, stageNeeds } from "./stage-lists.ts";
import { swapLists } from "./swap-lists.ts";
import { directoryView, look, pathView, prelude, type View } from "./target-shell.ts";

export type Obstacle =
  /** A directory that we may not write in, or do not own while it has to change itself. */
  | "directory-not-writable"
  | "directory-not-ours"
  /** `protected_hardlinks` or a sticky directory: the old file cannot be kept, or not be replaced. */
  | "owner"
  | "immutable"
  | "mount-point"
  | "parent-is-a-link";

export type Replaceability = {
  readonly obstacles: readonly { readonly path: string; readonly reason: Obstacle }[];
  readonly room: Room;
};

const notDirectoryView: View = { file: "%p\\0", directory: "", link: "%p\\0" };

/** Arguments: PROD's root. Standard input: the lists of a swap. */
const probeScript = `${prelude}
root=$(home "$1")
report bytes-free "$(free_bytes "$root")"
report inodes-free "$(free_inodes "$root")"
report root "$(cd -P -- "$root" && pwd)"
lists=$(mktemp -d) || fail "no temporary directory"
trap 'rm -rf -- "$lists"' EXIT
unpack "$lists" || fail "no room for temporary files"
cd -P -- "$root" || exit 1
where() { xargs -0 -r sh -c 'end=$1; shift; eval "exec find -P \\"\\$@\\" -maxdepth 0 $end -print0"' sh "$1"; }
me=$(id -u)
${look(notDirectoryView)} <"$lists/ancestors" | report_paths parent-is-a-link
sort -zu -- "$lists/parents" "$lists/unplanned" | ${look(directoryView)} >"$lists/directories"
where '\\( ! -writable -o ! -executable \\)' <"$lists/directories" | report_paths directory-not-writable
if [ "$me" -ne 0 ]; then
  ${look(directoryView)} <"$lists/own" | where "! -uid $me" | report_paths directory-not-ours
  ${look(pathView)} <"$lists/kept" >"$lists/present"
  if [ "$(cat /proc/sys/fs/protected_hardlinks 2>/dev/null)" != 0 ]; then
    where "! -uid $me \\\\( ! -type f -o ! -readable -o ! -writable -o -perm -4000 -o -perm -2010 \\\\)" <"$lists/present" | report_paths owner
  fi
  where "-perm -1000 ! -uid $me" <"$lists/directories" >"$lists/sticky"
  [ -s "$lists/sticky" ] && where "! -uid $me" <"$lists/present" | report_paths sticky
  report_paths sticky-directory <"$lists/sticky"
fi
if command -v lsattr >/dev/null 2>&1; then
  ${look({ file: "%p\\0", directory: "%p\\0", link: "" })} <"$lists/kept" | sort -zu - "$lists/directories" |
    xargs -0 -r lsattr -d -- 2>/dev/null | grep -aE '^[-a-zA-Z]*[ia][-a-zA-Z]* \\./|^[-a-zA-Z]*[ia][-a-zA-Z]* \\.$' | sed 's/^[^ ]* //' | tr '\\n' '\\0' | report_paths immutable
fi
[ -r /proc/self/mountinfo ] && cut -d ' ' -f 5 /proc/self/mountinfo | tr '\\n' '\\0' | sed -z 's,^,mount ,'
report outcome probed
`;

/** `stat -f` of the root stands for the state directory too: both are on one file system. */
export async function probeReplaceable(request: {
  readonly transport: Transport;
  readonly prod: { readonly root: string };
  readonly changes: readonly Change[];
}): Promise<Replaceability> {
  const { transport, prod, changes } = request;
  const lists = swapLists(changes);
  const wanted = new Map(
    ["ancestors", "parents", "unplanned", "kept"].map(
      (name) => [name, lists.get(name) ?? Buffer.alloc(0)] as const,
    ),
  );
  wanted.set("own", lists.get("old-directories") ?? Buffer.alloc(0));
  const { stdout, stderr } = await capture(transport, probeScript, {
    what: "looking at what can be replaced",
    args: [prod.root],
    input: bundle(wanted),
    timeoutSeconds: 300,
    maxBytes: 16 * 1024 * 1024,
  });
  const report = readReport(stdout, stderr);
  const obstacles: { path: string; reason: Obstacle }[] = [];
  const reasons = [
    "parent-is-a-link",
    "directory-not-writable",
    "directory-not-ours",
    "owner",
    "immutable",
  ] as const;
  for (const reason of reasons)
    for (const path of report.all(reason)) obstacles.push({ path: undotted(path), reason });
  const sticky = report.all("sticky-directory").map(undotted);
  for (const path of report.all("sticky").map(undotted)) {
    if (sticky.some((directory) => directory === parentText(path))) obstacles.push({ path, reason: "owner" });
  }
  const root = report.all("root")[0] ?? prod.root;
  const mounts = new Set(report.all("mount").map(unescapeMount));
  for (const { path } of changes)
    if (mounts.has(`${root}/${path}`)) obstacles.push({ path, reason: "mount-point" });
  const needs = stageNeeds(placedOf(changes));
  return {
    obstacles,
    room: {
      bytesNeeded: needs.bytes,
      bytesFree: report.number("bytes-free"),
      inodesNeeded: needs.inodes,
      inodesFree: report.number("inodes-free"),
    },
  };
}

function parentText(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash < 0 ? "" : path.slice(0, slash);
}

/** The kernel writes blanks, line breaks and backslashes of mount points as octal. */
export function unescapeMount(text: string): string {
  return text.replaceAll(/\\([0-7]{3})/g, (_match, octal: string) =>
    String.fromCharCode(Number.parseInt(octal, 8)),
  );
}

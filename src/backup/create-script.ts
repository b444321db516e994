// The shell text that makes a restore point: listing, archive, and the proof that it can be read back.

import { look, prelude, type View } from "../tree/target-shell.ts";
import { archiveFunctions } from "./archive-script.ts";
import { fromRoot, pruneNamed } from "./find-patterns.ts";

const manifestView: View = {
  file: "%p//f %m %U %G %s %T@ %D:%i:%s:%T@:%C@\\0",
  directory: "%p//d %m %U %G %T@\\0",
  link: "%p//l %U %G %T@ %l\\0",
};

/** A directory's own time moves with whatever is made in it, and what is made shows by itself. */
const steadyView: View = {
  file: "%p//f %m %U %G %s %T@ %i\\0",
  directory: "%p//d %m %U %G\\0",
  link: "%p//l %l\\0",
};

/**
 * Arguments: PROD's root, the state directory, the id, the archive's name without its ending, the compression, how many
 * hundredths of the content the archive may need, the first part of a JSON object.
 * Nothing counts as a restore point until its `.json` is there, which is written last.
 */
export function createScript(exclude: readonly string[]): string {
  return `${prelude}${archiveFunctions}
root=$(home "$1") state=$(home "$2") id=$3 name=$4 compression=$5 percent=$6 head=$7
backups=$state/backups work=$state/backups/.work-$id
told() { report outcome made; report json "$(cat -- "$1")"; exit 0; }
end() { rm -rf -- "$work" "$backups/.partial-$id"; report outcome "$1"; exit 0; }
needed=0
no_room() { report bytes-needed "$needed"; report bytes-free "$(free_bytes "$state")"; end no-room; }
full() { grep -Eqs 'No space left on device|Disk quota exceeded|File too large' "$work/complaints" "$work/said" || [ "$(free_bytes "$state")" -lt 65536 ]; }
mkdir -p -- "$backups" || fail "could not write below $state"
for made in "$backups"/backup_prod_*_"$id".tar*.json; do [ -e "$made" ] && told "$made"; done
rm -rf -- "$work" "$backups"/backup_prod_*_"$id".tar*
mkdir -- "$work" && unpack "$work/lists" || no_room
case $compression in auto) if command -v zstd >/dev/null 2>&1; then compression=zstd; else compression=gzip; fi ;; esac
case $compression in zstd) name=$name.zst ;; gzip) name=$name.gz ;; esac
attributes=
tar --acls --xattrs -cf /dev/null -T /dev/null 2>/dev/null && attributes='--acls --xattrs'
# One file system only: what is mounted inside PROD is not PROD's.
list() {
  (cd -P -- "$root" && find -P . -xdev ${pruneNamed(fromRoot(exclude))} \\( -type f -o -type d -o -type l \\) -print0 >"$1")
}
steady() { (cd -P -- "$root" && ${look(steadyView)} <"$work/list") >"$1"; }
# Returns 1 when it is worth another try, 2 when something could not be written.
attempt() {
  rm -f -- "$work/complaints" "$work/said" "$work/unsteady"
  list "$work/listed" || { report because unlisted; return 1; }
  (cd -P -- "$root" && ${look({ file: "%p\\0", directory: "%p\\0", link: "%p\\0" })} <"$work/lists/include") >"$work/included" &&
    sort -zu -- "$work/listed" "$work/included" >"$work/list" && entries=$(count <"$work/list") &&
    [ "$(cat -- "$work/listed" "$work/included" | sort -zu | count)" -eq "$entries" ] || return 2
  steady "$work/steady-before" && (cd -P -- "$root" && ${look(manifestView)} <"$work/list") >"$work/manifest" || return 2
  content=$(cd -P -- "$root" && ${look({ file: "%p\\0", directory: "", link: "" })} <"$work/list" | du -lcB1 --files0-from=- 2>/dev/null | tail -n 1 | cut -f 1)
  needed=$((content * percent / 100 + entries * 1024 + 1048576))
  [ "$(free_bytes "$state")" -ge "$needed" ] || return 3
  write_archive "$root" "$work/list" "$backups/.partial-$id" "$compression" "$work" || return 2
  list "$work/listed-after" || { report because unlisted; return 1; }
  sort -zu -- "$work/listed-after" >"$work/list-after" && steady "$work/steady-after" || return 2
  same=$(matching "$work/steady-before" "$work/steady-after")
  known=$(matching "$work/list" "$work/list-after")
  # Nothing moved, or only what may: that is named, and its names are all there are.
  moved=0
  if ! { [ "$same" -eq "$entries" ] && [ "$known" -eq "$(count <"$work/list-after")" ]; }; then
    { differing "$work/steady-before" "$work/steady-after" | paths; comm -z -13 "$work/list" "$work/list-after"; } | sort -zu >"$work/moved" || return 2
    moved=$(count <"$work/moved")
    cp -- "$work/moved" "$work/unsteady" || return 2
    if [ -s "$work/lists/tolerate" ]; then
      grep -zvxE -f "$work/lists/tolerate" "$work/moved" >"$work/unsteady"
      [ $? -lt 2 ] || return 2
    fi
    [ "$moved" -gt 0 ] && ! [ -s "$work/unsteady" ] || { report because changed; return 1; }
  fi
  # Whatever else tar complained of makes the archive worthless.
  gone=0
  if [ "$(cat -- "$work/tar.end")" != 0 ]; then
    [ -s "$work/said" ] || return 2
    gone=$(grep -c 'Cannot stat: No such file or directory$' "$work/said")
    trouble=$(grep -v -e 'file changed as we read it$' -e 'File removed before we read it$' -e 'File shrank by' -e 'Cannot stat: No such file or directory$' -e 'Exiting with failure status due to previous errors$' "$work/said")
    [ -z "$trouble" ] && [ "$moved" -gt 0 ] || { report because unreadable; cat -- "$work/said" >&2; return 1; }
  fi
  [ "$(($(wc -l <"$work/index") + gone))" -eq "$entries" ] || { report because incomplete; return 1; }
  sync -- "$backups/.partial-$id" || return 2
  limit=$((content + entries * 8192 + 16777216))
  read_archive "$backups/.partial-$id" "$compression" "$work" "$limit" && [ -s "$work/sum" ] &&
    cmp -s -- "$work/index" "$work/read-index" && cmp -s -- "$work/sum" "$work/read-sum" || { report because unproven; return 1; }
}
# Written while it was read: once more may find it at rest.
attempt >/dev/null
code=$?
if [ "$code" -eq 1 ]; then
  sleep 1
  attempt
  code=$?
fi
if [ "$code" -eq 3 ]; then no_room; fi
if [ "$code" -ne 0 ]; then
  cat -- "$work/complaints" >&2 2>/dev/null
  full && no_room
  [ "$code" -ne 2 ] || report because unwritten
  [ ! -s "$work/unsteady" ] || report_paths path <"$work/unsteady"
  end invalid
fi
last=$({ cat -- "$state"/undo/*/sequence "$backups"/*.sequence; echo 0; } 2>/dev/null | sort -n | tail -n 1)
sequence=$((last + 1))
final=$backups/$name
put() { sync -- "$1" && mv -fT -- "$1" "$2"; }
files=$(grep -zc '//f [^/]*$' "$work/manifest")
printf '%s,"archive":"%s","archiveBytes":%s,"archiveSha256":"%s","files":%s,"entries":%s,"contentBytes":%s,"limit":%s,"compression":"%s","attributes":"%s","listing":"%s","unsteady":%s,"sequence":%s}\\n' \\
  "$head" "$name" "$(stat -c %s -- "$backups/.partial-$id")" "$(cat -- "$work/sum")" "$files" "$entries" "$content" "$limit" "$compression" "$attributes" "$(stream_sum <"$work/index")" "$moved" "$sequence" >"$work/json" &&
  printf '%s  %s\\n' "$(cat -- "$work/sum")" "$name" >"$work/sha256" && echo "$sequence" >"$work/sequence" &&
  put "$backups/.partial-$id" "$final" && put "$work/manifest" "$final.manifest" && put "$work/sha256" "$final.sha256" &&
  put "$work/sequence" "$final.sequence" && sync -- "$backups" && put "$work/json" "$final.json" && sync -- "$backups" || {
    rm -f -- "$final" "$final".*
    no_room
  }
rm -rf -- "$work"
told "$final.json"
`;
}

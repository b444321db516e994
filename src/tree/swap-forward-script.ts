// The shell text of a swap: journal and undo set first, then every change by rename, then the mark that it is done.

import { swapBasis } from "./swap-script.ts";
import {
  contentView,
  directoryView,
  exactView,
  look,
  pathView,
  planView,
  sameView,
  sealView,
  type View,
} from "./target-shell.ts";

const attributeView: View = { file: "", directory: "%p//%m %T@\\0", link: "" };

/** Returns 1 when it has reported why it may not go on, 2 when something failed; nothing of PROD is touched either way. */
const prepare = `prepare() {
  [ -e "$staging/sealed" ] || { report outcome unstaged; return 1; }
  [ "$(stat -c %d -- "$root")" = "$(stat -c %d -- "$staging/tree")" ] || { report outcome other-file-system; return 1; }
  wipe "$undo"
  mkdir -p -- "$undo/tree" "$work" && unpack "$lists" || return 2
  . "$lists/counts" || return 2
  straight || { report outcome detour; detours | report_paths path; return 1; }
  as_planned || return
  staged_as_verified || return
  record && link_undo_set || return
  last=$({ cat -- "$state"/undo/*/sequence "$state"/backups/*.sequence; echo 0; } 2>/dev/null | sort -n | tail -n 1)
  echo $((last + 1)) >"$undo/sequence" && date -u +%Y-%m-%dT%H:%M:%SZ >"$undo/created" || return 2
  sync -f -- "$undo" && mark prepared || return 2
}
# Every path is what the plan said it is: by identity, and where that moved, by content.
as_planned() {
  sort -z -- "$lists/expected" >"$work/expected" &&
    (in_root && ${look(planView)} <"$lists/before") >"$work/found" || return 2
  absent=$(in_root && count_absent <"$lists/absent")
  identical=$(matching "$work/found" "$work/expected")
  [ "$absent" -eq "$n_absent" ] && [ "$identical" -eq "$n_present" ] && return 0
  differing "$work/found" "$work/expected" | paths >"$work/doubtful" &&
    sed -z 's,//f \\([^ ]* [^ ]*\\) [^ ]*$,//f \\1,' "$work/expected" | sort -z >"$work/expected-content" &&
    (in_root && ${look(contentView)} <"$work/doubtful") | comm -z -12 - "$work/expected-content" | paths >"$work/alike" &&
    (in_root && hash_small <"$work/alike") | sort -z >"$work/hashed" &&
    sort -z -- "$lists/known" | comm -z -12 - "$work/hashed" | hashed_paths >"$work/proven" &&
    comm -z -23 "$work/doubtful" "$work/proven" >"$work/moved" || return 2
  [ "$absent" -eq "$n_absent" ] && [ "$((identical + $(count <"$work/proven")))" -eq "$n_present" ] && return 0
  report outcome moved
  report_paths path <"$work/moved"
  return 1
}
# A rehearsal may have run in the staged tree: what moved there since is read again.
staged_as_verified() {
  (cd -P -- "$staging/tree" && ${look(sealView)} <"$lists/placed") >"$work/seals" || return 2
  [ "$(matching "$work/seals" "$staging/sealed")" -eq "$n_placed" ] && return 0
  (cd -P -- "$staging/tree" && ${look(contentView)} <"$lists/placed") >"$work/staged" &&
    sort -z -- "$lists/placed-result" >"$work/wanted" &&
    (cd -P -- "$staging/tree" && hashed_paths <"$lists/after-hashes" | hash_small) | sort -z >"$work/hashed" &&
    sort -z -- "$lists/after-hashes" >"$work/wanted-hashes" || return 2
  [ "$(matching "$work/staged" "$work/wanted")" -eq "$n_placed" ] && [ "$(matching "$work/hashed" "$work/wanted-hashes")" -eq "$n_hashed" ] && return 0
  report outcome unstaged
  { differing "$work/wanted" "$work/staged" | paths; differing "$work/wanted-hashes" "$work/hashed" | hashed_paths; } | sort -zu | report_paths path
  return 1
}
# Of directories that are not ours nothing can be restored: their times stay as they become.
record() {
  (in_root && ${look(pathView)} <"$lists/unplanned") >"$work/existing" &&
    sort -z -- "$lists/unplanned" | comm -z -23 - "$work/existing" >"$lists/implicit" &&
    (in_root && xargs -0 -r dirname -z -- <"$lists/implicit") >"$work/above" &&
    (in_root && cat -- "$lists/parents" "$work/above" | ${look(directoryView)} | sort -zu) >"$work/directories" || return 2
  if [ "$(id -u)" -eq 0 ]; then cat -- "$work/directories"
  else (in_root && xargs -0 -r sh -c 'exec find -P "$@" -maxdepth 0 -user "$(id -u)" -print0' sh <"$work/directories" | sort -z)
  fi >"$lists/touched" || return 2
  n_implicit=$(count <"$lists/implicit") n_touched=$(count <"$lists/touched")
  cat -- "$lists/counts" >"$undo/counts" && printf 'n_implicit=%s\\nn_touched=%s\\n' "$n_implicit" "$n_touched" >>"$undo/counts" &&
    (in_root && ${look(sameView)} <"$lists/before") >"$work/same" &&
    (in_root && ${look(exactView)} <"$lists/before") >"$undo/before" &&
    (in_root && ${look(exactView)} <"$lists/touched") >"$undo/touched" &&
    (in_root && ${look(attributeView)} <"$lists/touched") >"$undo/attributes" &&
    (in_root && { cat -- "$lists/known"; hash_large <"$lists/unknown-large"; hash_small <"$lists/unknown-small"; }) | sort -z >"$undo/sha256" &&
    sort -z -- "$lists/kept" >"$undo/kept-paths" &&
    [ "$(count <"$work/same")" -eq "$n_present" ] && [ "$(count <"$undo/before")" -eq "$n_present" ] &&
    [ "$(count <"$undo/touched")" -eq "$n_touched" ] && [ "$(count <"$undo/attributes")" -eq "$n_touched" ] &&
    [ "$(count <"$undo/sha256")" -eq "$n_files" ] && [ "$(count <"$undo/kept-paths")" -eq "$n_kept" ] || return 2
}
link_undo_set() {
  (in_root && xargs -0 -r cp -Pl --parents -t "$undo/tree" -- <"$lists/kept") || return 2
  copy_attributes "$root" "$undo/tree" "$lists/touched"
  mend_attributes "$undo/tree" "$undo/attributes"
  (cd -P -- "$undo/tree" && ${look(exactView)} <"$lists/kept") >"$undo/kept" && [ "$(count <"$undo/kept")" -eq "$n_kept" ] || return 2
  [ "$(cd -P -- "$undo/tree" && ${look(attributeView)} <"$lists/touched" | matching - "$undo/attributes")" -eq "$n_touched" ] || return 2
  # From here to the first rename nothing is read any more: what was linked is what was checked, and is still in place.
  [ "$(cd -P -- "$undo/tree" && ${look(sameView)} <"$lists/kept" | matching - "$work/same")" -eq "$n_kept" ] &&
    [ "$(in_root && ${look(sameView)} <"$lists/before" | matching - "$work/same")" -eq "$n_present" ] &&
    [ "$(in_root && count_absent <"$lists/absent")" -eq "$n_absent" ] && return 0
  report outcome moved
  {
    (cd -P -- "$undo/tree" && ${look(sameView)} <"$lists/kept") | comm -z -23 - "$work/same"
    (in_root && ${look(sameView)} <"$lists/before") | differing - "$work/same"
    (in_root && ${look(pathView)} <"$lists/absent")
  } | paths | report_paths path
  return 1
}
`;

const forward = `turn() {
  if [ -e "$1-to-directory" ]; then
    is_directory "$1" || (in_root && xargs -0 rm -f -- <"$1") || return 1
    make_directories "$1-make" || return 1
  elif is_directory "$1"; then
    (in_root && xargs -0 -r rm -f -- <"$1-others" && xargs -0 rmdir -- <"$1-directories") || return 1
  fi
  put "$staging/tree" "$1-place"
}
make_directories() {
  for list in "$1"-*; do
    [ -e "$list" ] || continue
    (in_root && xargs -0 -r mkdir -p -m "\${list##*-}" -- <"$list") || return 1
  done
}
forward() {
  n=0
  while [ -e "$lists/turn-$n" ]; do
    turn "$lists/turn-$n" || return 1
    n=$((n + 1))
  done
  (in_root && xargs -0 -r mkdir -p -m 755 -- <"$lists/implicit") || return 1
  make_directories "$lists/make" || return 1
  put "$staging/tree" "$lists/place" || return 1
  put_links "$staging/tree" "$lists/place-links" || return 1
  (in_root && xargs -0 -r rm -f -- <"$lists/remove") || return 1
  (in_root && xargs -0 -r rmdir --ignore-fail-on-non-empty -- <"$lists/remove-directories") 2>/dev/null
  for list in "$lists"/mode-*; do
    [ -e "$list" ] || continue
    (in_root && xargs -0 -r chmod "\${list##*-}" -- <"$list") || return 1
  done
}
in_place() {
  (in_root && ${look(contentView)} <"$lists/after") >"$work/now" &&
    sort -z -- "$lists/result" >"$work/result" &&
    (in_root && ${look(sameView)} <"$lists/placed") >"$work/in-prod" &&
    (cd -P -- "$staging/tree" && ${look(sameView)} <"$lists/placed") >"$work/in-staging" || return 1
  [ "$(matching "$work/now" "$work/result")" -eq "$n_after" ] && [ "$(matching "$work/in-prod" "$work/in-staging")" -eq "$n_placed" ] &&
    [ "$(in_root && count_absent <"$lists/remove")" -eq "$n_remove" ] && return 0
  report because changed
  {
    comm -z -23 "$work/result" "$work/now"
    differing "$work/in-prod" "$work/in-staging"
    (in_root && ${look(pathView)} <"$lists/remove")
  } | paths | report_paths path
  return 1
}
commit() {
  if [ -e "$staging/directories.list" ]; then
    (in_root && ${look(directoryView)} <"$staging/directories.list") >"$work/directories"
    copy_attributes "$staging/directories" "$root" "$work/directories" || return 1
  fi
  in_place || return 1
  (in_root && cat -- "$lists"/touched "$lists"/implicit "$lists"/mode-* 2>/dev/null | sync_existing) || return 1
  (cd -P -- "$undo/tree" && ${look(sealView)} <"$lists/kept") >"$undo/sealed" && [ "$(count <"$undo/sealed")" -eq "$n_kept" ] || return 1
  sync -- "$undo/sealed" && mark committed
}
`;

export const swapScript = `${swapBasis}${prepare}${forward}
told() {
  report outcome swapped
  report milliseconds "$(cat -- "$undo/milliseconds")"
  (in_root && ${look(directoryView)} <"$lists/remove-directories") | report_paths stayed
  exit 0
}
case $(cat -- "$undo/state" 2>/dev/null) in
  committed) told ;;
  undone) report outcome undone; exit 0 ;;
  prepared) ;;
  *)
    prepare
    prepared=$?
    [ "$prepared" -lt 2 ] || report outcome unprepared
    [ "$prepared" -eq 0 ] || { wipe "$undo"; exit 0; }
    ;;
esac
# From here on PROD is written. A second run after a crash comes in here as well.
mkdir -p -- "$work"
. "$undo/counts" || fail "cannot read $undo/counts"
if ! straight; then
  report outcome mixed
  report because detour
  detours | report_paths path
  exit 0
fi
loosen
sweep
began=$(date +%s%N)
if forward && ended=$(date +%s%N) && echo $(((ended - began) / 1000000)) >"$undo/milliseconds" && commit; then told; fi
if go_back; then
  report outcome undone
else
  report outcome mixed
  not_as_before | report_paths path
fi
exit 0
`;

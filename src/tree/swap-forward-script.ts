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
  detours >"$work/detours" || return 2
  if [ -s "$work/detours" ]; then report outcome detour; report_paths path <"$work/detours"; return 1; fi
  as_planned || return
  staged_as_verified || return
  record || return 2
  link_undo_set || return 2
  if [ -s "$work/strange" ]; then report outcome moved; paths <"$work/strange" | report_paths path; return 1; fi
  last=$({ cat -- "$state"/undo/*/sequence "$state"/backups/*.sequence; echo 0; } 2>/dev/null | sort -n | tail -n 1)
  echo $((last + 1)) >"$undo/sequence" && date -u +%Y-%m-%dT%H:%M:%SZ >"$undo/created" || return 2
  sync -f -- "$undo" && mark prepared || return 2
}
# Every path is what the plan said it is: by identity, and where that moved, by content.
as_planned() {
  sort -z -- "$lists/expected" >"$work/expected" &&
    (in_root && ${look(planView)} <"$lists/before") >"$work/found" || return 2
  differing "$work/found" "$work/expected" | paths >"$work/doubtful" || return 2
  [ -s "$work/doubtful" ] || return 0
  sed -z 's,//f \\([^ ]* [^ ]*\\) [^ ]*$,//f \\1,' "$work/expected" | sort -z >"$work/expected-content"
  (in_root && ${look(contentView)} <"$work/doubtful") | comm -z -12 - "$work/expected-content" | paths >"$work/alike"
  (in_root && hash_small <"$work/alike") | sort -z >"$work/hashed"
  sort -z -- "$lists/known" | comm -z -12 - "$work/hashed" | hashed_paths >"$work/proven"
  comm -z -23 "$work/doubtful" "$work/proven" >"$work/moved" || return 2
  [ -s "$work/moved" ] || return 0
  report outcome moved
  report_paths path <"$work/moved"
  return 1
}
# A rehearsal may have run in the staged tree: what moved there since is read again.
staged_as_verified() {
  (cd -P -- "$staging/tree" && ${look(sealView)} <"$lists/placed") >"$work/seals" || return 2
  [ -s "$work/seals" ] || [ -s "$staging/sealed" ] || return 0
  cmp -s "$work/seals" "$staging/sealed" && return 0
  (cd -P -- "$staging/tree" && ${look(contentView)} <"$lists/placed") >"$work/staged" || return 2
  sort -z -- "$lists/placed-result" | differing - "$work/staged" | paths >"$work/wrong"
  (cd -P -- "$staging/tree" && hashed_paths <"$lists/after-hashes" | hash_small) | sort -z >"$work/hashed"
  sort -z -- "$lists/after-hashes" | differing - "$work/hashed" | hashed_paths >>"$work/wrong"
  [ -s "$work/wrong" ] || return 0
  report outcome unstaged
  report_paths path <"$work/wrong"
  return 1
}
# Of directories that are not ours nothing can be restored: their times stay as they become.
record() {
  (in_root && ${look(pathView)} <"$lists/unplanned") >"$work/existing" || return 1
  sort -z -- "$lists/unplanned" | comm -z -23 - "$work/existing" >"$lists/implicit" || return 1
  (in_root && { cat -- "$lists/parents"; xargs -0 -r dirname -z -- <"$lists/implicit"; } | ${look(directoryView)} | sort -zu |
    if [ "$(id -u)" -eq 0 ]; then cat; else xargs -0 -r sh -c 'exec find -P "$@" -maxdepth 0 -user "$(id -u)" -print0' sh; fi) >"$lists/touched" || return 1
  (in_root && ${look(sameView)} <"$lists/before") >"$work/same" || return 1
  (in_root && ${look(exactView)} <"$lists/before") >"$undo/before" || return 1
  (in_root && ${look(exactView)} <"$lists/touched") >"$undo/touched" || return 1
  (in_root && { cat -- "$lists/known"; hash_large <"$lists/unknown-large"; hash_small <"$lists/unknown-small"; }) | sort -z >"$undo/sha256"
}
link_undo_set() {
  (in_root && xargs -0 -r cp -Pl --parents -t "$undo/tree" -- <"$lists/kept") || return 1
  copy_attributes "$root" "$undo/tree" "$lists/touched"
  (in_root && ${look(attributeView)} <"$lists/touched") >"$undo/attributes"
  (cd -P -- "$undo/tree" && ${look(attributeView)} <"$lists/touched") | cmp -s -- - "$undo/attributes" || return 1
  (cd -P -- "$undo/tree" && ${look(exactView)} <"$lists/kept") >"$undo/kept" || return 1
  (cd -P -- "$undo/tree" && ${look(sameView)} <"$lists/kept") | comm -z -23 - "$work/same" >"$work/strange" || return 1
  (in_root && ${look(sameView)} <"$lists/before") | differing - "$work/same" >>"$work/strange"
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
  loosen
  sweep
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
  (in_root && ${look(contentView)} <"$lists/after") >"$work/now" || return 1
  (in_root && ${look(directoryView)} <"$lists/remove-directories") >"$work/stayed" || return 1
  sort -z -- "$lists/result" | differing - "$work/now" | paths | comm -z -23 - "$work/stayed" >"$work/wrong" || return 1
  (cd -P -- "$staging/tree" && ${look(sameView)} <"$lists/placed") >"$work/staged" || return 1
  (in_root && ${look(sameView)} <"$lists/placed") | differing - "$work/staged" | paths >>"$work/wrong" || return 1
  [ ! -s "$work/wrong" ] || { report because changed; report_paths path <"$work/wrong"; return 1; }
}
commit() {
  if [ -e "$staging/directories.list" ]; then
    (in_root && ${look(directoryView)} <"$staging/directories.list") >"$work/directories"
    copy_attributes "$staging/directories" "$root" "$work/directories" || return 1
  fi
  in_place || return 1
  (in_root && cat -- "$lists"/touched "$lists"/implicit "$lists"/mode-* 2>/dev/null | sync_existing) || return 1
  (cd -P -- "$undo/tree" && ${look(sealView)} <"$lists/kept") >"$undo/sealed" || return 1
  sync -- "$undo/sealed" && mark committed
}
`;

export const swapScript = `${swapBasis}${prepare}${forward}
told() {
  report outcome swapped
  report milliseconds "$(cat -- "$undo/milliseconds")"
  (in_root && ${look(directoryView)} <"$lists/remove-directories") | report_paths stayed
  wipe "$staging"
  wipe "$work"
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
detours >"$work/detours"
if [ -s "$work/detours" ]; then
  report outcome mixed
  report because detour
  report_paths path <"$work/detours"
  exit 0
fi
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

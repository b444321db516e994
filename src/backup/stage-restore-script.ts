// The shell text of staging a restore point: links to the undo sets, and what they have lost out of the archives.

import { swapBasis, undoCheck } from "../tree/swap-script.ts";
import { contentView, directoryView, look, sealView, type View } from "../tree/target-shell.ts";
import { archiveFunctions } from "./archive-script.ts";

const timeView: View = { file: "%p//%T@\\0", directory: "", link: "%p//%T@\\0" };

/**
 * Arguments: PROD's root, the state directory, the rollback's id. Only wanted members leave an archive, into a directory of
 * their own, and only an archive with the recorded checksum is opened. What is staged is compared with the manifest in
 * every case: content by hash, unless an undo set's file has not moved since it was sealed.
 */
export const stageRestoreScript = `${swapBasis}${undoCheck}${archiveFunctions}
tree=$staging/tree own=$staging/lists
work=$staging/work lists=$staging/lists
end() { wipe "$staging"; report outcome "$1"; exit 0; }
full() {
  [ "$(free_bytes "$state")" -ge 65536 ] && [ "$(free_inodes "$state")" -ge 16 ] && return 1
  report bytes-free "$(free_bytes "$state")"
  report inodes-free "$(free_inodes "$state")"
  end no-room
}
wipe "$staging"
mkdir -p -- "$tree" "$work" "$staging/directories" && unpack "$own" || { full; fail "could not write below $staging"; }
lists=$own
. "$own/counts" || fail "could not write below $staging"
straight || { detours | report_paths path; end detour; }
n_wanted=$n_placed
: >"$work/done" || { full; fail "could not write below $staging"; }
for list in "$own"/undo-*; do
  [ -e "$list" ] || continue
  undo=$state/undo/\${list##*/undo-} lists=$state/undo/\${list##*/undo-}/lists
  [ -s "$undo/counts" ] && . "$undo/counts" || continue
  sort -z -- "$list" >"$work/wanted" && sound >"$work/sound" && comm -z -12 "$work/wanted" "$work/sound" >"$work/taken" &&
    (cd -P -- "$undo/tree" && xargs -0 -r cp -Pl --parents -t "$tree" -- <"$work/taken") && cat -- "$work/taken" >>"$work/done" || full
  (cd -P -- "$undo/tree" && ${look(directoryView)} <"$own/directories-\${list##*/undo-}") >"$work/directories"
  copy_attributes "$undo/tree" "$staging/directories" "$work/directories"
done
sort -z -- "$own/directory-times" >"$staging/directory-times" && paths <"$staging/directory-times" >"$staging/directories.list" &&
  (cd -P -- "$staging/directories" && xargs -0 -r mkdir -p -- <"$staging/directories.list") &&
  mend_attributes "$staging/directories" "$staging/directory-times" &&
  sort -z -- "$own/times" >"$work/times" && sort -z -- "$own/placed-result" >"$work/result" && sort -z -- "$own/after-hashes" >"$work/hashes" ||
  { full; fail "could not write below $staging"; }
# Of a NUL list, what is there as it has to be: by type, mode, size, target and time.
as_wanted() {
  (cd -P -- "$1" && ${look(contentView)} <"$2" | comm -z -12 - "$work/result" | paths) >"$work/alike" &&
    (cd -P -- "$1" && ${look(timeView)} <"$2" | comm -z -12 - "$work/times" | paths) | comm -z -12 - "$work/alike"
}
sort -z -- "$own/placed" >"$work/placed" && sort -zu -- "$work/done" >"$work/linked" &&
  as_wanted "$tree" "$work/linked" >"$work/good" && comm -z -23 "$work/placed" "$work/good" >"$work/open" || { full; fail "could not write below $staging"; }
from=0
for archive in "$own"/archive-*; do
  [ -e "$archive" ] && [ -s "$work/open" ] || continue
  read -r name sum compression limit attributes <"$archive"
  [ -f "$state/backups/$name" ] && [ "$(stream_sum <"$state/backups/$name")" = "$sum" ] || continue
  out=$work/out
  wipe "$out"
  mkdir -- "$out" || { full; continue; }
  owner=--no-same-owner
  [ "$(id -u)" -ne 0 ] || owner=--same-owner
  decompress "$compression" <"$state/backups/$name" 2>>"$work/complaints" | head -c "$limit" |
    (cd -P -- "$out" && tar $attributes $owner --numeric-owner --null --verbatim-files-from --no-recursion -xpf - -T "$work/open" 2>>"$work/complaints"; cat >/dev/null)
  as_wanted "$out" "$work/open" >"$work/fit" &&
    (cd -P -- "$out" && ${look({ file: "%p\\0", directory: "", link: "" })} <"$work/fit" | hash_small | sort -z) | comm -z -12 - "$work/hashes" | hashed_paths >"$work/proven" &&
    (cd -P -- "$out" && ${look({ file: "", directory: "", link: "%p\\0" })} <"$work/fit") | sort -zu - "$work/proven" >"$work/taken" || { full; continue; }
  (cd -P -- "$tree" && xargs -0 -r rm -f -- <"$work/taken")
  (cd -P -- "$out" && xargs -0 -r cp -Pl --parents -t "$tree" -- <"$work/taken") || { full; continue; }
  from=$((from + $(count <"$work/taken")))
  sort -zu -- "$work/good" "$work/taken" >"$work/better" && mv -fT -- "$work/better" "$work/good" &&
    comm -z -23 "$work/placed" "$work/good" >"$work/open" || full
done
if ! { [ "$(count <"$work/good")" -eq "$n_wanted" ] && [ "$(as_wanted "$tree" "$work/placed" | count)" -eq "$n_wanted" ]; }; then
  full
  cat -- "$work/complaints" >&2 2>/dev/null
  comm -z -23 "$work/placed" "$work/good" | report_paths path
  end unavailable
fi
(cd -P -- "$tree" && ${look(sealView)} <"$own/placed") >"$staging/sealed.new" && [ "$(count <"$staging/sealed.new")" -eq "$n_wanted" ] &&
  sync -f -- "$staging" && mv -fT -- "$staging/sealed.new" "$staging/sealed" && sync -- "$staging" || { full; fail "could not sync $staging"; }
wipe "$work"
report outcome staged
report from-archive "$from"
`;

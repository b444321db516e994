// The shell text of staging a restore point: links to the undo sets, and what they have lost out of the archives.

import { swapBasis, undoCheck } from "../tree/swap-script.ts";
import { contentView, directoryView, look, pathView, sealView, type View } from "../tree/target-shell.ts";
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
detours >"$work/detours"
if [ -s "$work/detours" ]; then report_paths path <"$work/detours"; end detour; fi
: >"$work/trusted"
for list in "$own"/undo-*; do
  [ -e "$list" ] || continue
  undo=$state/undo/\${list##*/undo-} lists=$state/undo/\${list##*/undo-}/lists
  [ -d "$undo/tree" ] || continue
  sort -z -- "$list" >"$work/wanted"
  damaged | comm -z -23 "$work/wanted" - >"$work/sound"
  (cd -P -- "$undo/tree" && ${look(pathView)} <"$work/sound" | xargs -0 -r cp -Pl --parents -t "$tree" --)
  cat -- "$work/sound" >>"$work/trusted"
  (cd -P -- "$undo/tree" && ${look(directoryView)} <"$own/directories-\${list##*/undo-}") >"$work/directories"
  copy_attributes "$undo/tree" "$staging/directories" "$work/directories"
done
sort -z -- "$own/directory-times" >"$staging/directory-times"
paths <"$staging/directory-times" >"$staging/directories.list"
(cd -P -- "$staging/directories" && xargs -0 -r mkdir -p -- <"$staging/directories.list")
mend_attributes "$staging/directories" "$staging/directory-times"
lists=$own
sort -z -- "$own/times" >"$work/times"
sort -z -- "$own/placed-result" >"$work/result"
sort -z -- "$own/after-hashes" >"$work/hashes"
# What is not staged as it has to be, of a NUL list: by type, mode, size, target and time.
not_as_wanted() {
  {
    (cd -P -- "$1" && ${look(contentView)} <"$2") | comm -z -13 - "$work/result"
    (cd -P -- "$1" && ${look(timeView)} <"$2") | comm -z -13 - "$work/times"
  } | paths | comm -z -12 - "$2"
}
sort -z -- "$own/placed" >"$work/placed"
not_as_wanted "$tree" "$work/placed" >"$work/missing"
{ sort -z -- "$work/trusted" | comm -z -13 - "$work/placed"; cat -- "$work/missing"; } | sort -zu >"$work/open"
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
  not_as_wanted "$out" "$work/open" | comm -z -13 - "$work/open" >"$work/fit"
  (cd -P -- "$out" && ${look({ file: "%p\\0", directory: "", link: "" })} <"$work/fit" | hash_small | sort -z) | comm -z -23 - "$work/hashes" | hashed_paths >"$work/unfit"
  comm -z -23 "$work/fit" "$work/unfit" >"$work/taken"
  (cd -P -- "$tree" && xargs -0 -r rm -f -- <"$work/taken")
  (cd -P -- "$out" && xargs -0 -r cp -Pl --parents -t "$tree" -- <"$work/taken")
  from=$((from + $(tr -cd '\\0' <"$work/taken" | wc -c)))
  comm -z -23 "$work/open" "$work/taken" >"$work/still-open"
  mv -fT -- "$work/still-open" "$work/open"
done
if [ -s "$work/open" ]; then
  full
  cat -- "$work/complaints" >&2 2>/dev/null
  report_paths path <"$work/open"
  end unavailable
fi
not_as_wanted "$tree" "$work/placed" >"$work/missing"
if [ -s "$work/missing" ]; then report_paths path <"$work/missing"; end unavailable; fi
(cd -P -- "$tree" && ${look(sealView)} <"$own/placed") >"$staging/sealed.new"
sync -f -- "$staging" && mv -fT -- "$staging/sealed.new" "$staging/sealed" && sync -- "$staging" || { full; fail "could not sync $staging"; }
wipe "$work"
report outcome staged
report from-archive "$from"
`;

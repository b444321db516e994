// The shell text of staging: new content laid out beside PROD, with its modes and times, and read back.

import { contentView, look, prelude, sealView, type View } from "./target-shell.ts";
import { takeOver } from "./transfer-script.ts";

const notDirectoryView: View = { file: "%p\\0", directory: "", link: "%p\\0" };

/**
 * Arguments: PROD's root, the state directory, the id, the directory to copy from, `copy` or `link`, the bytes and inodes
 * it will take. Leaves nothing behind unless it ends as `staged`.
 */
export const stageScript = `${prelude}
root=$(home "$1") state=$(home "$2") id=$3 source=$(home "$4") how=$5 bytes=$6 inodes=$7
staging=$state/staging/$id lists=$staging/lists tree=$staging/tree
case $how in link) how=-Pl ;; *) how='-P --preserve=timestamps' ;; esac
end() { wipe "$staging"; wipe "$staging.from"; report outcome "$1"; exit 0; }
no_room() {
  report bytes-free "$(free_bytes "$state")"
  report inodes-free "$(free_inodes "$state")"
  end no-room
}
${takeOver}
[ "$how" != -Pl ] || take_over
wipe "$staging"
[ "$(free_bytes "$state")" -ge "$bytes" ] && [ "$(free_inodes "$state")" -ge "$inodes" ] || no_room
mkdir -p -- "$tree" && unpack "$lists" || fail "could not write below $staging"
work=$staging/work
mkdir -- "$work" || fail "could not write below $staging"
[ "$(stat -c %d -- "$root")" = "$(stat -c %d -- "$tree")" ] || end other-file-system
. "$lists/counts" || fail "could not write below $staging"
if ! [ "$(cd -P -- "$root" && count_straight <"$lists/ancestors")" -eq "$n_ancestors" ]; then
  (cd -P -- "$root" && ${look(notDirectoryView)} <"$lists/ancestors") | paths | report_paths path
  end detour
fi
# What another host sent is linked, not copied: nothing that it sent may lead out of its own directory.
. "$lists/source-count" || fail "could not write below $staging"
if [ "$how" = -Pl ] && ! [ "$(cd -P -- "$source" && count_straight <"$lists/source-parents")" -eq "$n_source_parents" ]; then
  (cd -P -- "$source" && ${look(notDirectoryView)} <"$lists/source-parents") | paths | report_paths path
  end mismatch
fi
lay_out() {
  (cd -P -- "$tree" && xargs -0 -r mkdir -p -- <"$lists/directories") || return 1
  for list in "$lists"/group-*; do
    [ -e "$list" ] || continue
    xargs -0 sh -c 'cd -P -- "$1/$4" && exec xargs -0 -r -n 500 -P 2 cp $0 --parents -t "$2/$5" -- <"$3"' "$how" "$source" "$tree" "$list" <"$lists/at-\${list##*/}" || return 1
  done
  xargs -0 -r -n 2 sh -c 'exec cp $0 -T -- "$1/$3" "$2/$4"' "$how" "$source" "$tree" <"$lists/pairs" || return 1
  for list in "$lists"/rewrite-*; do
    [ -e "$list" ] || continue
    name=\${list##*/}
    xargs -0 sh -c 'cp -T -- "$1" "$2/$4" && touch -d "@$3" -- "$2/$4"' sh "$list" "$tree" "$(cat -- "$lists/time-$name")" <"$lists/at-$name" || return 1
  done
}
# A file that takes another's place keeps its owner and group as far as we may give them.
adopt() {
  (cd -P -- "$root" && ${look({ file: "%p\\0", directory: "", link: "" })} <"$lists/adopt" |
    xargs -0 -r cp -P --attributes-only --preserve=ownership --parents -t "$tree" --)
}
set_modes() {
  for list in "$lists"/chmod-*; do
    [ -e "$list" ] || continue
    (cd -P -- "$tree" && xargs -0 -r chmod "\${list##*-}" -- <"$list") || return 1
  done
}
said=$({ lay_out && adopt; set_modes; } 2>&1)
printf '%s\\n' "$said" >&2
full() {
  case $said in *"No space left on device"* | *"Disk quota exceeded"* | *"File too large"*) return 0 ;; esac
  [ "$(free_bytes "$state")" -lt 65536 ] || [ "$(free_inodes "$state")" -lt 16 ]
}
(cd -P -- "$tree" && ${look(contentView)} <"$lists/placed") >"$work/found" &&
  sort -z -- "$lists/placed-result" >"$work/wanted" &&
  (cd -P -- "$tree" && { hash_large <"$lists/hash-large"; hash_small <"$lists/hash-small"; } 2>/dev/null) | sort -z >"$work/hashed" &&
  sort -z -- "$lists/after-hashes" >"$work/wanted-hashes" || { full && no_room; fail "could not write below $staging"; }
if ! { [ "$(matching "$work/found" "$work/wanted")" -eq "$n_placed" ] && [ "$(matching "$work/hashed" "$work/wanted-hashes")" -eq "$n_hashed" ]; }; then
  full && no_room
  { differing "$work/wanted" "$work/found" | paths; differing "$work/wanted-hashes" "$work/hashed" | hashed_paths; } | sort -zu | report_paths path
  end mismatch
fi
(cd -P -- "$tree" && ${look(sealView)} <"$lists/placed") >"$staging/sealed.new" && [ "$(count <"$staging/sealed.new")" -eq "$n_placed" ] &&
  sync -f -- "$staging" && mv -fT -- "$staging/sealed.new" "$staging/sealed" && sync -- "$staging" || { full && no_room; fail "could not sync $staging"; }
wipe "$staging.from"
rm -rf -- "$work"
report outcome staged
`;

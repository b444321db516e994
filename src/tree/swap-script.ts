// The shell text that takes a swap back: what both scripts know of PROD, its undo set and its journal.

import { directoryView, exactView, look, pathView, prelude, sealView, type View } from "./target-shell.ts";

const fileView: View = { file: "%p\\0", directory: "", link: "" };
const linkView: View = { file: "", directory: "", link: "%p\\0" };
const notDirectoryView: View = { file: "%p\\0", directory: "", link: "%p\\0" };

/** Directories' own attributes from one place to another; files are never in it. `$1` and `$2` are the places, `$3` the list. */
const copyAttributes = `copy_attributes() {
  [ -s "$3" ] || return 0
  (cd -P -- "$1" && tar --null --verbatim-files-from --no-recursion --format=posix --numeric-owner -cf - -T "$3") |
    (cd -P -- "$2" && tar --same-owner --numeric-owner -xpf -)
}`;

/** What `cp -Plf --parents` does with plain files, with the same kind of name on the way, in half the calls. */
const placing = `
$/ = "\\0";
my $to = $ARGV[0];
my @signs = ("A".."Z", "a".."z", 0..9);
while (defined(my $path = <STDIN>)) {
  chomp $path;
  my ($directory) = $path =~ m{^(.*/)}s;
  my $tries = 0;
  my $aside;
  do {
    $aside = "$to/\${directory}Cu" . join("", map { $signs[rand @signs] } 1..6);
    $tries++ < 100 or die "no free name beside $path\\n";
  } until (link($path, $aside) or !$!{EEXIST} && die "link $path: $!\\n");
  rename($aside, "$to/$path") or do { my $why = $!; unlink $aside; die "rename $path: $why\\n" };
  unlink $aside;
}`;

/**
 * Arguments: PROD's root, the state directory, the id.
 * `cp -l --force` links under a name of its own beside the target and renames it over, in batches; only a link that takes
 * something's place is moved one by one, because `cp` would remove what is there first.
 */
export const swapBasis = `${prelude}
root=$(home "$1") state=$(home "$2") id=$3
undo=$state/undo/$id staging=$state/staging/$id lists=$undo/lists work=$undo/work
${copyAttributes}
# Where directories did not come out as recorded, one by one: the source's own may have been moved by somebody.
mend_attributes() {
  (cd -P -- "$1" && sed -z 's,//.*,,' "$2" | look '' '%p//%m %T@\\0' '' | comm -z -13 - "$2" | xargs -0 -r sh -c 'for record; do
      path=\${record%%//*} now=\${record#*//}
      [ -L "$path" ] && continue
      mkdir -p -- "$path" && chmod "\${now%% *}" -- "$path"
      touch -d "@\${now#* }" -- "$path"
    done' sh)
}
mark() {
  printf '%s\\n' "$1" >"$undo/state.new" && sync -- "$undo/state.new" && mv -fT -- "$undo/state.new" "$undo/state" && sync -- "$undo"
}
in_root() { cd -P -- "$root"; }
# Parents that are no real directories: writing below them would go through a link to somewhere else.
detours() { (in_root && ${look(notDirectoryView)} <"$lists/ancestors" | paths); }
straight() { [ "$(in_root && count_straight <"$lists/ancestors")" -eq "$n_ancestors" ]; }
is_directory() { (in_root && xargs -0 sh -c '[ -d "$1" ] && [ ! -L "$1" ]' sh <"$1"); }
put() {
  [ -s "$2" ] || return 0
  if perl -e 1 2>/dev/null
  then (cd -P -- "$1" && exec perl -e '${placing}' "$root" <"$2")
  else (cd -P -- "$1" && xargs -0 -r cp -Plf --parents -t "$root" -- <"$2")
  fi
}
put_links() {
  [ -s "$2" ] || return 0
  rm -rf -- "$undo/links" && mkdir -- "$undo/links" &&
    (cd -P -- "$1" && xargs -0 cp -Pl --parents -t "$undo/links" -- <"$2") &&
    (in_root && xargs -0 sh -c 'from=$1; shift
      for path; do
        mv -fT -- "$from/$path" "$path" || [ "$(stat -c %i -- "$from/$path")" = "$(stat -c %i -- "$path")" ] || exit 1
      done' sh "$undo/links" <"$2") &&
    rm -rf -- "$undo/links"
}
# A cp that was killed between its link and its rename leaves a name of its own behind.
sweep() {
  (in_root && cat -- "$lists"/touched "$lists"/make-* "$lists"/turn-*-make-* 2>/dev/null | ${look(directoryView)} |
    xargs -0 -r sh -c 'exec find -P "$@" -maxdepth 1 -name "Cu??????" -type f -print0' sh) |
    xargs -0 -r sh -c 'root=$1 undo=$2 staging=$3; shift 3; cd -P -- "$root" || exit 1
      for path; do
        [ ! -e "$undo/tree/$path" ] && [ ! -e "$staging/tree/$path" ] || continue
        inode=$(stat -c %i -- "$path") || continue
        if find "$undo/tree" "$staging/tree" -inum "$inode" -print 2>/dev/null | grep -q .; then rm -f -- "$path"; fi
      done' sh "$root" "$undo" "$staging"
}
# Directories that are to lose the right to be written in are given it while the work lasts.
loosen() {
  (in_root && cat -- "$lists"/mode-* 2>/dev/null | ${look(directoryView)} |
    xargs -0 -r sh -c 'exec find -P "$@" -maxdepth 0 ! -perm -0700 -print0' sh | xargs -0 -r chmod u+rwx --)
}
# What the application made inside directories that were not there before is kept, beside PROD.
set_aside() {
  ${look(pathView)} | xargs -0 -r sh -c 'left=$1; shift; n=0
    mkdir -p -- "$left" || exit 1
    for path; do
      [ -e "$path" ] || [ -L "$path" ] || continue
      while [ -e "$left/$n" ] || [ -L "$left/$n" ]; do n=$((n + 1)); done
      mv -fT -- "$path" "$left/$n" || exit 1
    done' sh "$undo/left"
}
turn_back() {
  if [ -e "$1-to-directory" ]; then
    is_directory "$1" || return 0
    (in_root && xargs -0 -r rm -f -- <"$1-others")
    (in_root && xargs -0 -r rmdir -- <"$1-directories") 2>/dev/null
    is_directory "$1" || return 0
    (in_root && set_aside <"$1")
  else
    is_directory "$1" || (in_root && xargs -0 rm -f -- <"$1")
  fi
}
# Every step is tried, whatever became of the one before it: what counts is what PROD is in the end.
back() {
  loosen
  sweep
  n=0
  while [ -e "$lists/turn-$n" ]; do
    turn_back "$lists/turn-$n"
    n=$((n + 1))
  done
  (in_root && xargs -0 -r mkdir -p -- <"$lists/old-directories")
  put "$undo/tree" "$lists/kept-files"
  put_links "$undo/tree" "$lists/kept-links"
  (in_root && xargs -0 -r rm -f -- <"$lists/new")
  (in_root && { xargs -0 -r rmdir -- <"$lists/new-directories"; sort -zr -- "$lists/implicit" | xargs -0 -r rmdir --; }) 2>/dev/null
  (in_root && sort -z -- "$lists/absent" "$lists/implicit" | set_aside)
  copy_attributes "$undo/tree" "$root" "$lists/touched"
  mend_attributes "$root" "$undo/attributes"
  (in_root && sync_existing <"$lists/touched")
}
# PROD is what it was before the swap, to the last time of a directory. Writes nothing: it also has to work where nothing can be.
as_before() {
  [ -s "$undo/counts" ] && . "$undo/counts" &&
    [ "$(in_root && ${look(exactView)} <"$lists/before" | matching - "$undo/before")" -eq "$n_present" ] &&
    [ "$(in_root && ${look(exactView)} <"$lists/touched" | matching - "$undo/touched")" -eq "$n_touched" ] &&
    [ "$(in_root && cat -- "$lists/absent" "$lists/implicit" | count_absent)" -eq "$((n_absent + n_implicit))" ]
}
not_as_before() {
  {
    (in_root && ${look(exactView)} <"$lists/before" | differing - "$undo/before")
    (in_root && ${look(exactView)} <"$lists/touched" | differing - "$undo/touched")
    (in_root && cat -- "$lists/absent" "$lists/implicit" | ${look(pathView)})
  } | paths
}
go_back() { back && as_before && mark undone; }
`;

export const undoCheck = `
# Members of the undo set that are proven to be what they were when they were linked: by what moves with every write, or by
# their content.
sound() {
  {
    (cd -P -- "$undo/tree" && ${look(sealView)} <"$lists/kept" | comm -z -12 - "$undo/sealed" 2>/dev/null | paths)
    [ -s "$undo/sealed" ] && [ "$(cd -P -- "$undo/tree" && ${look(sealView)} <"$lists/kept" | matching - "$undo/sealed")" -eq "$n_kept" ] || {
      (cd -P -- "$undo/tree" && ${look(fileView)} <"$lists/kept" | hash_small | sort -z | comm -z -12 - "$undo/sha256" | hashed_paths)
      (cd -P -- "$undo/tree" && ${look(linkView)} <"$lists/kept")
    }
  } | sort -zu | comm -z -12 - "$undo/kept-paths" | { (cd -P -- "$undo/tree" && ${look(exactView)} | comm -z -12 - "$undo/kept" | paths); }
}
undo_is_sound() { [ -s "$undo/counts" ] && . "$undo/counts" && [ "$(sound | count)" -eq "$n_kept" ]; }
damaged() { sound | comm -z -13 - "$undo/kept-paths"; }
`;

export const swapBackScript = `${swapBasis}${undoCheck}
tell() {
  report outcome "$1"
  report_paths path
}
case $(cat -- "$undo/state" 2>/dev/null) in
  prepared | committed) ;;
  undone) tell exact </dev/null; exit 0 ;;
  *) wipe "$undo"; tell exact </dev/null; exit 0 ;;
esac
. "$undo/counts" || fail "cannot read $undo/counts"
straight || { detours | tell differs; exit 0; }
undo_is_sound || { damaged | tell damaged; exit 0; }
if go_back; then tell exact </dev/null; else not_as_before | tell differs; fi
exit 0
`;

/** Reads only: what the journal says, and what is not as it was before. */
export const swapInspectionScript = `${swapBasis}
case $(cat -- "$undo/state" 2>/dev/null) in
  committed) report outcome swapped; report milliseconds "$(cat -- "$undo/milliseconds")" ;;
  undone) report outcome undone; exit 0 ;;
  prepared) report outcome mixed ;;
  *) report outcome not-started; exit 0 ;;
esac
not_as_before | report_paths path
`;

/** Reads only: members of the undo set that cannot be used any more. */
export const undoCheckScript = `${swapBasis}${undoCheck}
report outcome checked
[ "$(cat -- "$undo/state" 2>/dev/null)" = undone ] || undo_is_sound || { report damaged; damaged | report_paths path; }
`;

export const dropStagingScript = `${prelude}
state=$(home "$1")
undo=$state/undo/$2
wipe "$state/staging/$2" && wipe "$state/staging/$2.from" && wipe "$undo/work" &&
  { [ "$(cat -- "$undo/state" 2>/dev/null)" != undone ] || wipe "$undo/tree"; } && report outcome dropped
`;

// The shell text that lays PROD out as it will be, beside PROD: copies, what was staged over them, links to what is too big.

import { testNamed } from "../backup/find-patterns.ts";
import { prelude } from "../tree/target-shell.ts";

/** Made again by whatever needs it. */
const leftOut = ["__pycache__/", "*.pyc", ".git/"];

/**
 * Never linked, nor anything in them, whatever the configuration leaves out: `uv run` or `npm ci` in the rehearsal would write
 * through the link into PROD's own.
 */
const packages = ".*/(\\.venv|venv|node_modules)(/.*)?";

/** `linked`: patterns of what is PROD's own by a link instead of a copy. */
export function layOutScript(linked: readonly string[]): string {
  const out = testNamed(leftOut);
  const link = `-regextype posix-extended ! -regex '${packages}' ${testNamed(linked)}`;
  return `${prelude}
root=$1 state=$2 id=$3
staged=$state/staging/$id/tree rehearsal=$state/staging/$id/rehearsal
tree=$rehearsal/tree lists=$rehearsal/lists work=$rehearsal/work
end() { report outcome "$1"; exit 0; }
no_room() {
  report bytes-needed "$needed"
  report bytes-free "$(free_bytes "$state")"
  wipe "$rehearsal"
  end no-room
}
needed=0
wipe "$rehearsal"
mkdir -p -- "$tree" "$work" && unpack "$lists" || no_room
cd -P -- "$root" || fail "could not enter $root"
device=$(stat -c %d .)

find -P . -xdev \\( ${out} \\) -prune -o \\( ${link} \\) -print0 -prune 2>/dev/null | sort -zu >"$work/linked" || no_room
find -P . -xdev \\( ${out} \\) -prune -o \\( ${link} \\) -prune -o -type d -printf '%D %p\\0' 2>/dev/null >"$work/found" || no_room
# What is mounted inside PROD is not copied either.
grep -zv "^$device " <"$work/found" | sed -z 's/^[0-9]* //' >"$work/mounted"
grep -z "^$device " <"$work/found" | sed -z 's/^[0-9]* //' >"$work/directories"
sort -zu -- "$work/linked" "$work/mounted" >"$work/both" && mv -- "$work/both" "$work/linked" || no_room
# A directory in which something changes is no link: writing there would write into PROD. What else is in it is linked.
while comm -z -12 "$work/linked" "$lists/ancestors" >"$work/opened" && [ -s "$work/opened" ]; do
  cat -- "$work/opened" >>"$work/directories"
  xargs -0 sh -c 'exec find -P "$@" -mindepth 1 -maxdepth 1 -print0' sh <"$work/opened" >"$work/inside" 2>/dev/null
  { comm -z -23 "$work/linked" "$work/opened"; cat -- "$work/inside"; } | sort -zu >"$work/both" && mv -- "$work/both" "$work/linked" || no_room
done
comm -z -23 "$work/linked" "$lists/changed" >"$work/links" || no_room

# What nobody of this login can read, the app could not read either.
find -P . -xdev \\( ${out} \\) -prune -o \\( ${link} \\) -prune -o \\( -type f -readable -o -type l \\) -print0 2>/dev/null |
  sort -z | comm -z -23 - "$lists/changed" >"$work/copied" || no_room
sort -zu -- "$work/directories" | comm -z -23 - "$lists/gone" >"$work/made" || no_room
size() { du -lcB1 --files0-from="$1" 2>/dev/null | tail -n 1 | cut -f 1; }
needed=$(($(size "$work/copied") + $(du -sB1 -- "$staged" 2>/dev/null | cut -f 1) + 16777216))
[ "$(free_bytes "$state")" -ge "$needed" ] || no_room

lay_out() {
  (cd -P -- "$tree" && xargs -0 -r mkdir -p -- <"$work/made") || return 1
  # A log may be turned over while it is copied: what is missing then shows when the app is asked.
  xargs -0 -r cp -a --reflink=auto --parents -t "$tree" -- <"$work/copied"
  (cd -P -- "$staged" && find -P . ! -type d -print0 | xargs -0 -r cp -a --reflink=auto --parents -t "$tree" --) || return 1
  relink
  relocate
  for list in "$lists"/new-*; do
    [ -e "$list" ] || continue
    (cd -P -- "$tree" && xargs -0 sh -c 'mode=$1; shift; mkdir -p -- "$@" && chmod "$mode" -- "$@"' sh "\${list##*-}" <"$list") || return 1
  done
  tar --null --verbatim-files-from --no-recursion -cf - -T "$work/made" | tar -C "$tree" -xpf -
  xargs -0 -r sh -c 'root=$1 tree=$2; shift 2; for path; do ln -s -- "$root/\${path#./}" "$tree/$path"; done' sh "$root" "$tree" <"$work/links"
}
# Links that led out of PROD, or by PROD's full path into it, lead to the same from here.
relink() {
  (cd -P -- "$tree" && find -P . \\( -name node_modules -o -name .venv -o -name venv \\) -prune -o -type l -print0 |
    xargs -0 -r sh -c 'root=$1; shift
      for path; do
        target=$(readlink -- "$path")
        case $target in
          "$root"/*) ln -sfT -- "$PWD/\${target#"$root"/}" "$path" ;;
          /*) ;;
          *)
            full=$(cd "$root" && realpath -ms -- "\${path%/*}/$target")
            case $full in "$root" | "$root"/*) ;; *) ln -sfT -- "$full" "$path" ;; esac ;;
        esac
      done' sh "$root")
}
# The scripts of a Python environment name it by its full path: here they have to mean this one.
relocate() {
  literal=$(printf '%s' "$root" | sed 's/[][\\\\.*^$|]/\\\\&/g') instead=$(printf '%s' "$tree" | sed 's/[\\\\&|]/\\\\&/g')
  find -P "$tree" -maxdepth 4 -type f -name pyvenv.cfg -print0 |
    xargs -0 -r sh -c 'edit=$1; shift
      for config; do
        home=\${config%/*}
        find -P "$home" -type f -size -64k \\( -path "$home/bin/*" -o -name "*.pth" -o -name pyvenv.cfg \\) -exec grep -Iq . {} \\; -exec sed -i "$edit" -- {} +
      done' sh "s|$literal/|$instead/|g"
}
said=$(lay_out 2>&1)
code=$?
printf '%s\\n' "$said" >&2
case $said in *"No space left on device"* | *"Disk quota exceeded"*) no_room ;; esac
[ "$code" -eq 0 ] || fail "could not write below $rehearsal"
chmod --reference="$root" -- "$tree"
rm -rf -- "$work" "$lists"
end laid-out
`;
}

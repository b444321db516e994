// Shell functions shared by the scripts that stage, swap and back up: looking at paths, hashing, reporting.

/** Records of `find -printf`: `path//what it is`. A path of ours never has two slashes in a row, so it ends at the first two. */
export type View = { readonly file: string; readonly directory: string; readonly link: string };

/** What a plan compares: identity for files, so that nothing has to be read. */
export const planView: View = {
  file: "%p//f %m %s %D:%i:%s:%T@:%C@\\0",
  directory: "%p//d %m\\0",
  link: "%p//l %l\\0",
};

/** Type, mode, size, target: what content is compared with, beside its hash. */
export const contentView: View = { file: "%p//f %m %s\\0", directory: "%p//d %m\\0", link: "%p//l %l\\0" };

/** All that a swap has to bring back. */
export const exactView: View = {
  file: "%p//f %m %U %G %s %T@\\0",
  directory: "%p//d %m %U %G %T@\\0",
  link: "%p//l %U %G %T@ %l\\0",
};

/** The very same object, whatever links to it come and go. */
export const sameView: View = {
  file: "%p//f %m %s %T@ %i\\0",
  directory: "%p//d %m\\0",
  link: "%p//l %i %l\\0",
};

/** Moves with every write, even one that hides its time. */
export const sealView: View = {
  file: "%p//%i %s %C@\\0",
  directory: "%p//d\\0",
  link: "%p//%i %C@ %l\\0",
};

/** Only the path, of what exists. */
export const pathView: View = { file: "%p\\0", directory: "%p\\0", link: "%p\\0" };

/** Only the path, of what is a directory. */
export const directoryView: View = { file: "", directory: "%p\\0", link: "" };

/** The shell's call of `look` for a view: reads a NUL list, prints a sorted one. */
export function look({ file, directory, link }: View): string {
  return `look '${file}' '${directory}' '${link}'`;
}

/** Larger files are hashed by openssl, which is several times as fast on them and slower on small ones. */
export const largeBytes = 256 * 1024;

/**
 * Paths that vanish under `look` are left out of what it prints, and a disk without room makes any list short: so nothing is
 * ever held to be right because a list of mistakes is empty. What is right is counted, and has to be all of it.
 * `hash_large` is given only names without line breaks and backslashes, the others would come back escaped.
 */
export const prelude = `set -u
LC_ALL=C
export LC_ALL
umask 077
unset TAR_OPTIONS POSIXLY_CORRECT CDPATH
home() { case $1 in "~/"*) printf '%s' "\${HOME:?}/\${1#??}" ;; *) printf '%s' "$1" ;; esac; }
report() { printf '%s\\0' "$*"; }
report_paths() { head -z -n 500 | sed -z "s,^,$1 ,"; }
fail() { printf '%s\\n' "$*" >&2; exit 1; }
wipe() {
  rm -rf -- "$1" 2>/dev/null && return 0
  find -P "$1" -type d ! -perm -0700 -exec chmod u+rwx -- {} + 2>/dev/null
  rm -rf -- "$1"
}
unpack() {
  sections=
  while IFS= read -r line; do
    [ -n "$line" ] || break
    sections="$sections $line"
  done
  set -- "$1" $sections
  into=$1
  shift
  mkdir -p -- "$into" || return 1
  names= sizes=
  while [ $# -gt 1 ]; do
    if [ "$2" = 0 ]; then true >"$into/$1"; else head -c "$2" >"$into/$1"; fi || return 1
    names="$names $1" sizes="$sizes$2
"
    shift 2
  done
  # What was cut off on the way, or found no room, is short.
  [ -z "$names" ] || [ "$(cd -P -- "$into" && stat -c %s -- $names)
" = "$sizes" ]
}
look() {
  xargs -0 -r sh -c 'f=$1 d=$2 l=$3; shift 3
    exec find -P "$@" -maxdepth 0 \\( -type f -printf "$f" \\) -o \\( -type d -printf "$d" \\) -o \\( -type l -printf "$l" \\) -o \\( ! -type f ! -type d ! -type l -printf "%p//%y\\0" \\)' sh "$1" "$2" "$3" 2>/dev/null | sort -z
}
paths() { sed -z 's,//.*,,' | sort -zu; }
count() { tr -cd '\\000' | wc -c; }
matching() { comm -z -12 "$1" "$2" | count; }
count_absent() { xargs -0 -r sh -c 'for path; do [ -e "$path" ] || [ -L "$path" ] || echo; done' sh | wc -l; }
count_straight() { xargs -0 -r sh -c 'for path; do if [ -L "$path" ]; then :; elif [ -d "$path" ] || [ ! -e "$path" ]; then echo; fi; done' sh | wc -l; }
differing() { comm -z -3 "$@" | sed -z 's/^\\t//'; }
hash_small() { xargs -0 -r sha256sum -z; }
hash_large() {
  if command -v openssl >/dev/null 2>&1 && openssl dgst -sha256 -r /dev/null >/dev/null 2>&1
  then xargs -0 -r openssl dgst -sha256 -r | sed 's/ \\*/  /' | tr '\\n' '\\0'
  else xargs -0 -r sha256sum -z
  fi
}
hashed_paths() { sed -z 's/^.\\{66\\}//' | sort -zu; }
sync_existing() {
  ${look(directoryView)} | xargs -0 -r sync --
}
free_bytes() { stat -f -c '%a %S' -- "$1" | { read -r a s && echo $((a * s)); }; }
free_inodes() { stat -f -c '%c %d' -- "$1" | { read -r c d && if [ "$c" -eq 0 ]; then echo 4294967295; else echo "$d"; fi; }; }
`;

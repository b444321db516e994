// The script that lists a side: what it skips, what it prints. Pure.

import { expandRoot, quote } from "../transport/shell.ts";
import { recordFormat } from "./listing.ts";
import { bareOf, type Rules } from "./rules.ts";

/** What of a side need not be read. */
export type ScanScope = {
  /** Listed, but not looked into: directories of this name, and directories at this path. */
  readonly skipNames: readonly string[];
  readonly skipPaths: readonly string[];
  /** Directories that the rules speak of: only what lies outside of them, and not above, may be unreadable. `""` is the root. */
  readonly needed: readonly string[];
};

export function scopeOf(rules: Rules, side: "preprod" | "prod"): ScanScope {
  const { ignore, protect } = rules;
  const patterns =
    side === "prod" ? [ignore.literalDirectories, protect.literalDirectories] : [ignore.literalDirectories];
  return {
    skipNames: [...new Set(patterns.flatMap(({ names }) => names))],
    skipPaths: [...new Set(patterns.flatMap(({ paths }) => paths))],
    needed: rules.paths.map((rule) => (side === "prod" ? rule.to : rule.from)).map(bareOf),
  };
}

/**
 * Exit codes: 66 no such directory, 67 not allowed into it, 69 no GNU find, 70 `find` failed. Prints NUL-terminated: a
 * word, the root, the boot id, the lineage, the clock and the listing's digest or nothing; then the listing.
 *
 * The digest is asked of a copy in a file that is already removed when it is written: nothing is left behind, whatever
 * ends the script. Without room for it the listing is printed at once.
 */
export function scanScript(root: string, scope: ScanScope | undefined, askDigest: boolean): string {
  const list = `find -P . -xdev -ignore_readdir_race ${skipped(scope)} ${printed}`;
  return `
root=${expandRoot(root)}
[ -d "$root" ] || exit 66
cd -P -- "$root" 2>/dev/null || exit 67
list() {
  ${list}
}
header() {
  up=. chain=.
  while [ ! / -ef "$up" ]; do up=$up/.. chain="$chain $up"; done
  boot=
  [ -r /proc/sys/kernel/random/boot_id ] && read -r boot </proc/sys/kernel/random/boot_id
  printf 'scan\\0%s\\0%s\\0%s\\0%s\\0%s\\0' "$PWD" "$boot" "$(stat -c %d:%i $chain)" "$now" "$1"
}
failed() {
  find -P . -maxdepth 0 -printf '' 2>/dev/null || exit 69
  exit 70
}
now=$(date +%s)
${askDigest ? listToFile : ""}
header ''
list || failed
`;
}

const printed = `'(' -type l -printf '${recordFormat}%P\\0%l\\0' -o -printf '${recordFormat}%P\\0' ')'`;

const listToFile = `
if copy=$(mktemp 2>/dev/null) && exec 3>"$copy" 4<"$copy" 5<"$copy" && rm -f -- "$copy"; then
  if list >&3; then
    exec 3>&-
    if command -v openssl >/dev/null 2>&1; then sum=$(openssl dgst -sha256 -r <&4); else sum=$(sha256sum <&4); fi
    header "\${sum%% *}"
    read -r answer
    if [ "$answer" = send ]; then cat <&5; fi
    exit
  fi
  exec 3>&- 4<&- 5<&-
fi`;

function skipped(scope: ScanScope | undefined): string {
  if (scope === undefined) return "";
  const named = [
    ...scope.skipNames.map((name) => `-name ${quote(literal(name))}`),
    ...scope.skipPaths.map((path) => `-path ${quote(literal(`./${path}`))}`),
  ];
  const tests = named.length === 0 ? [] : [`'(' ${named.join(" -o ")} ')'`];
  if (!scope.needed.includes("")) tests.push(`${outside(scope.needed)} '(' ! -readable -o ! -executable ')'`);
  if (tests.length === 0) return "";
  return `'(' -type d '(' ${tests.join(" -o ")} ')' -prune -o -true ')'`;
}

function outside(needed: readonly string[]): string {
  const inside = new Set(["-path ."]);
  for (const path of needed) {
    inside.add(`-path ${quote(literal(`./${path}`))}`);
    inside.add(`-path ${quote(`${literal(`./${path}`)}/*`)}`);
    for (let slash = path.lastIndexOf("/"); slash > 0; slash = path.lastIndexOf("/", slash - 1)) {
      inside.add(`-path ${quote(literal(`./${path.slice(0, slash)}`))}`);
    }
  }
  return `! '(' ${[...inside].join(" -o ")} ')'`;
}

/** As `find`'s own patterns take it for nothing but itself. */
function literal(text: string): string {
  return text.replaceAll(/[\\*?[]/g, "\\$&");
}

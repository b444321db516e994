// The script that looks at PROD as it lies on its host: room, owners, rights, mounts, and what promotions have left there.

import { prelude } from "../tree/target-shell.ts";

/**
 * Arguments: PROD's root, its state directory or nothing. Writes nothing. What one part of PROD hides from the login is told
 * as far as it can be seen.
 */
export const targetScript = `${prelude}
root=$(home "$1") state=$2
cd -P -- "$root" || exit 66
me=$(id -u)
report user "$(id -un 2>/dev/null || id -u)"
report root "$(pwd)"
report bytes-free "$(free_bytes .)"
report inodes-free "$(free_inodes .)"
report bytes "$(du -lsxB1 . 2>/dev/null | cut -f 1)"
report files "$(find -P . -xdev -printf x 2>/dev/null | wc -c)"
find -P . -xdev -type d \\( ! -writable -o ! -executable \\) -print0 2>/dev/null | report_paths locked
if [ "$me" -ne 0 ]; then
  report foreign-count "$(find -P . -xdev ! -uid "$me" -printf x 2>/dev/null | wc -c)"
  find -P . -xdev ! -uid "$me" -printf '%u %p\\0' 2>/dev/null | report_paths foreign
fi
above=..
while :; do
  place=$(cd -P -- "$above" && pwd) || break
  case $(stat -c %A -- "$place") in ????????w[!tT]) report open-parent "$place" ;; esac
  [ "$place" != / ] || break
  above=$above/..
done
[ -r /proc/self/mountinfo ] && cut -d ' ' -f 5 /proc/self/mountinfo | tr '\\n' '\\0' | sed -z 's,^,mount ,'
if [ -n "$state" ] && cd -P -- "$state"; then
  for job in jobs/*/; do
    [ -e "\${job}run.lock" ] || continue
    flock -s -n "\${job}run.lock" true 2>/dev/null || report job "$(basename -- "$job")"
  done
  for staging in staging/*; do
    [ -d "$staging" ] || continue
    report staging "$(du -sxB1 -- "$staging" 2>/dev/null | cut -f 1) $(basename -- "$staging")"
  done
fi
report outcome looked
`;

// The shell text that runs a rehearsed app, and the one that ends it with all that it started.

import { prelude } from "../tree/target-shell.ts";

/** Every process of a rehearsal has it in its environment, whatever group or session it went to. */
export const marker = "PASSERELLE_REHEARSAL";

/** Ends every process that has `$rehearsal` in its environment as below. */
export const killing = `
marked() { grep -lszxF -- "${marker}=$rehearsal" /proc/[0-9]*/environ | sed 's,^/proc/,,; s,/environ$,,'; }
kill_marked() {
  for pid in $(marked); do kill -s "$1" "$pid"; done 2>/dev/null
}
end_marked() {
  kill_marked TERM
  tries=0
  while [ "$tries" -lt "$1" ] && [ -n "$(marked)" ]; do
    sleep 0.2
    tries=$((tries + 1))
  done
  kill_marked KILL
}
`;

/**
 * Arguments: the state directory, the id, the command. Standard output is the app's, errors too. Ends with the command's exit
 * code; told to end, it first ends the command with all its children, at most within five seconds, and takes the scratch away.
 * The command reaches its shell by the environment: arguments of processes can be read by others.
 */
export const runScript = `${prelude}${killing}
state=$1 id=$2 command=$3
rehearsal=$state/staging/$id/rehearsal
exec </dev/null
cd -P -- "$rehearsal/tree" || fail "there is no $rehearsal/tree"
code=
finish() {
  trap '' TERM INT HUP
  [ -z "$app" ] || kill -TERM "-$app" 2>/dev/null
  end_marked 20
  [ -z "$app" ] || kill -KILL "-$app" 2>/dev/null
  cd /
  wipe "$rehearsal"
  exit "\${code:-143}"
}
app=
trap finish TERM INT HUP
${marker}=$rehearsal rehearsed_command=$command setsid /bin/sh -c '
  set -- "$rehearsed_command"
  unset rehearsed_command LC_ALL
  umask 022
  eval "shift; $1"' 2>&1 &
app=$!
wait "$app"
code=$?
finish
`;

/**
 * Arguments: the state directory, the id, the fencing token. Ends every rehearsal of the id, whoever began it, and clears up;
 * does nothing when a newer claim exists. Safe to repeat.
 */
export const endScript = `${prelude}${killing}
state=$1 id=$2 token=$3
rehearsal=$state/staging/$id/rehearsal
highest=0
[ -e "$state/token" ] && read -r highest <"$state/token"
[ "$highest" -le "$token" ] || exit 0
for job in "$state/jobs/$id"-rehearsal-*; do
  [ -d "$job" ] || continue
  [ -e "$job/rc" ] && continue
  : >"$job/stop"
  flock -s -n "$job/run.lock" true && continue
  if [ -e "$job/group" ]; then
    group=$(cat -- "$job/group")
    { kill -TERM "-$group" || kill -TERM "$group"; } 2>/dev/null
  fi
done
for job in "$state/jobs/$id"-rehearsal-*; do
  [ ! -d "$job" ] || flock -s -w 15 "$job/run.lock" true
done
[ -z "$(marked)" ] || end_marked 20
[ ! -e "$rehearsal" ] || wipe "$rehearsal"
`;

// The shell text that takes content from one host to another: what has arrived, the ends of a stream, who may write.

import { look, prelude } from "./target-shell.ts";

/**
 * At most one process writes below `$id.from`, and none once the staging job has begun: an earlier one may live on behind a
 * link that has died. Only the process that holds our lock as its descriptor 4 is ever killed.
 */
export const takeOver = `
from=$state/staging/$id.from content=$state/staging/$id.from/content
end_writer() {
  writer=$(cat -- "$from/writer" 2>/dev/null)
  [ -n "$writer" ] && [ "/proc/$writer/fd/4" -ef "$from/lock" ] && kill -KILL "$writer" 2>/dev/null
}
take_over() {
  mkdir -p -- "$content" && exec 4>>"$from/lock" || fail "could not write below $state/staging"
  if ! flock -n 4; then
    end_writer
    flock -w 30 4 || fail "an earlier transfer of $id does not end"
  fi
  rm -f -- "$from/writer"
}
write_by() { sh -c 'echo $$ >"$0" && exec "$@"' "$from/writer" "$@"; }
end_without_room() {
  report bytes-free "$(free_bytes "$state")"
  report inodes-free "$(free_inodes "$state")"
  wipe "$from"
  report outcome no-room
  exit 0
}
no_room_if_said() {
  printf '%s\\n' "$said" >&2
  case $said in *"No space left on device"* | *"Disk quota exceeded"* | *"File too large"*) end_without_room ;; esac
}
`;

/**
 * Arguments: the state directory, the id, the bytes and inodes that all of it takes; the NUL list of what is wanted on
 * standard input. Tells where content goes, and of what is there its size and time, and its hash.
 */
export const prepareScript = `${prelude}
state=$(home "$1") id=$2 bytes=$3 inodes=$4
[ ! -e "$state/staging/$id/sealed" ] || { report outcome staged; exit 0; }
${takeOver}
take_over
wipe "$state/staging/$id"
there=$(du -sB1 -- "$content" | cut -f 1) there_inodes=$(find -P "$content" -printf x | wc -c)
[ "$(($(free_bytes "$state") + there))" -ge "$bytes" ] && [ "$(($(free_inodes "$state") + there_inodes))" -ge "$inodes" ] || end_without_room
cd -P -- "$content" || fail "could not write below $state/staging"
report content "$(pwd)"
if [ "$there_inodes" -gt 1 ]; then
  cat >"$from/wanted" || fail "could not write below $state/staging"
  ${look({ file: "size %s %T@ %p\\0", directory: "", link: "" })} <"$from/wanted" | grep -z '^size '
  ${look({ file: "%p\\0", directory: "", link: "" })} <"$from/wanted" | hash_small 2>/dev/null | sed -z 's/^/hash /'
fi
report outcome prepared
`;

/** Arguments: the state directory, the id; a tar archive on standard input. */
export const receiveScript = `${prelude}
state=$(home "$1") id=$2
[ ! -e "$state/staging/$id/sealed" ] || { report outcome staged; exit 0; }
${takeOver}
take_over
# Links that an earlier archive brought would be followed by this one.
find -P "$content" -type l -delete || fail "could not write below $state/staging"
said=$(cd -P -- "$content" && write_by tar --no-same-owner --no-same-permissions -xf - 2>&1)
code=$?
no_room_if_said
report code "$code"
report outcome received
`;

/**
 * Arguments: the state directory, the id, a path, its size so far and in the end, its time; what is missing of it on standard
 * input. What is no plain file of ours is left alone.
 */
export const appendScript = `${prelude}
state=$(home "$1") id=$2 path=$3 size=$4 total=$5 time=$6
[ ! -e "$state/staging/$id/sealed" ] || { report outcome staged; exit 0; }
${takeOver}
take_over
cd -P -- "$content" || fail "could not write below $state/staging"
at=$path
while at=\${at%/*} && [ "$at" != . ]; do [ ! -L "$at" ] || { report outcome received; exit 0; }; done
[ -f "$path" ] && [ ! -L "$path" ] && [ "$(stat -c '%s %h' -- "$path")" = "$size 1" ] && chmod u+rw -- "$path" ||
  { report outcome received; exit 0; }
said=$({ write_by head -c "$((total - size))" >>"$path"; } 2>&1)
code=$?
no_room_if_said
[ "$(stat -c %s -- "$path")" != "$total" ] || touch -d "@$time" -- "$path"
report code "$code"
report outcome received
`;

/** Arguments: the state directory, the id. Whoever writes there now is ended. */
export const haltScript = `${prelude}
state=$(home "$1") id=$2
${takeOver}
end_writer
report outcome halted
`;

/** Arguments: the root; the NUL list on standard input. What cannot be read is missing in the archive, and is seen when it is checked. */
export const sendScript = `${prelude}
cd -P -- "$(home "$1")" && exec tar --null --verbatim-files-from --no-recursion --format=posix --sparse --hard-dereference -cf - -T -
`;

/** Arguments: the root, a path, the number of its first byte that is wanted. */
export const sendRestScript = `${prelude}
cd -P -- "$(home "$1")" && exec tail -c "+$3" -- "$2"
`;

/** Arguments: the root; NUL-separated paths and sizes on standard input. A hash for each: of so many bytes from its start. */
export const hashStartsScript = `${prelude}
cd -P -- "$(home "$1")" && exec xargs -0 -r -n 2 sh -c 'head -c "$2" -- "$1" | sha256sum' sh
`;

/** Arguments: a directory. Tells apart one machine's directory from every other's, and who we are there. */
export const identityScript = `${prelude}
cd -P -- "$(home "$1")" && id -un && cat /proc/sys/kernel/random/boot_id && stat -c %d:%i . && pwd
`;

// Nothing is asked, nothing new is trusted, and nothing of ours is lent to the other machine.
const ssh = `
command -v ssh >/dev/null 2>&1 || { report outcome unreachable; exit 0; }
to_other() {
  ssh -a -x -T -p "$port" -l "$user" -o BatchMode=yes -o StrictHostKeyChecking=yes -o ClearAllForwardings=yes \\
    -o ForwardAgent=no -o PermitLocalCommand=no -o ControlMaster=no -o ConnectTimeout=5 -o ServerAliveInterval=5 -o ServerAliveCountMax=3 \\
    -o LogLevel=ERROR -- "$address" "$1"
}
`;

/** Arguments: address, port and user of the other machine, and a command for it. What it answers is the output. */
export const askOtherScript = `${prelude}
address=$1 port=$2 user=$3 command=$4
${ssh}
to_other "$command" </dev/null
`;

/** Arguments: as above, and the script that takes what comes. Its report, and how the other machine's end went. */
export const pullScript = `${prelude}
address=$1 port=$2 user=$3 command=$4 sink=$5
${ssh}
{ { to_other "$command"; report sent "$?" >&3; } | sh -c "$sink"; } 3>&1
`;

/** Arguments: as above, but with the script that gives out what goes. */
export const pushScript = `${prelude}
address=$1 port=$2 user=$3 command=$4 source=$5
${ssh}
{ sh -c "$source"; report source "$?" >&2; } | to_other "$command"
report sent "$?"
`;

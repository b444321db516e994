// The shell side of jobs: what starts one, watches over it, reports on it and stops it.

/** Kept of each output on the target: this much from its start and this much from its end. */
export const outputHalf = 512 * 1024;

/** Sent of a running job's output at a time. */
export const progressBytes = 256 * 1024;

// Lives in the job's directory and runs in a session of its own. Two processes hold the locks (9: this job runs, 8: the
// target): the supervisor and the body beneath `timeout`, so that whoever kills one of them does not let a second
// writer in; the job's script and what it leaves in the background hold neither.
//
// The exit code goes to `code` when the script has ended, and becomes `rc` when its output is complete. `code.tmp` is
// written beforehand: a job that filled the disk can still tell how it ended.
const supervisor = String.raw`
role=$1 state=$2 job=$2/jobs/$3 limit=$4 mode=$5 token=$6 lockwait=$7
cd -- "$job" || exit 70

settle() {
  word=exited
  if [ "$1" != 0 ]; then
    if [ -e stop ]; then word=stopped; elif [ -s overtime ]; then word=timeout; elif [ "$2" = dead ]; then return 0; fi
  fi
  printf '%-30s\n' "$1 $word" 1<>code.tmp && sync code.tmp && mv -T code.tmp code && sync .
}

cap() {
  slow=
  command -v stdbuf >/dev/null 2>&1 && slow='stdbuf -o0'
  $slow head -c ${outputHalf} >"$1"
  tail -c ${outputHalf} >"$1.tail" || cat >/dev/null
}

if [ "$role" = body ]; then
  exec 2>/dev/null
  trap : TERM INT HUP
  (exec 2>&7 6>&- 7>&- 8>&- 9>&-; cd 2>/dev/null || cd / && exec /bin/sh "$job/script")
  settle "$?" ended
  exit
fi

exec 8>>"$state/lock" || exit 71
flock "$mode" -w "$lockwait" 8 || exit 75
highest=0
if [ -e "$state/token" ]; then IFS= read -r highest <"$state/token" || exit 75; fi
case $highest in '' | *[!0-9]*) exit 75 ;; esac
[ "$token" -ge "$highest" ] || exit 75

printf '%30s\n' '' >code.tmp || exit 71
if [ -e stop ]; then
  settle 143 ended
  mv -T code rc
  sync .
  exit
fi

rm -f pipe
mkfifo pipe && exec 3<>pipe 5<pipe 6>pipe && rm -f pipe || exit 71
mkfifo pipe && exec 3<>pipe 4<pipe 7>pipe && rm -f pipe || exit 71
: >out.tail && : >err.tail && : >overtime && exec 3>>drain && flock -n 3 || exit 71
(exec <&5 4<&- 5<&- 6>&- 7>&- 8>&- 9>&-; cap out) &
(exec <&4 4<&- 5<&- 6>&- 7>&- 8>&- 9>&-; cap err) &
exec 3>&- 4<&- 5<&-

echo $$ >pid.tmp && sync pid.tmp code.tmp && mv -T pid.tmp pid && sync . || exit 71
timeout -v -k 10 "$limit" /bin/sh "$job/run" body "$state" "$3" <input >&6 2>overtime &
body=$!
exec 6>&- 7>&-
echo "$body" >group
[ -e stop ] && { kill -TERM "-$body" || kill -TERM "$body"; } 2>/dev/null
wait "$body"
status=$?
if ! [ -e code ]; then
  kill -KILL "-$body" 2>/dev/null
  settle "$status" dead
fi
flock -w 1 drain true
[ -e code ] && mv -T code rc && sync .
`;

const report = `
report() {
  cd -- "$state/jobs/$id" 2>/dev/null || { echo absent; exit 0; }
  busy=yes
  flock -s -w "$patience" run.lock true && busy=no
  highest=0
  [ -e "$state/token" ] && { highest=; IFS= read -r highest <"$state/token"; }
  code=- word=- is=created
  if [ -e rc ]; then is=ended; read -r code word <rc
  elif [ "$busy" = yes ]; then is=starting; [ -e pid ] && is=running
  elif [ -e code ]; then is=ended; read -r code word <code
  elif [ -e pid ]; then is=died
  fi
  case $is in
    ended | died)
      if [ -e out ] && [ -e err ] && [ -e out.tail ] && [ -e err.tail ]; then
        set -- $(stat -c %s out out.tail err err.tail)
      else
        set --
        for file in out out.tail err err.tail; do
          size=0
          [ -e "$file" ] && size=$(stat -c %s "$file")
          set -- "$@" "$size"
        done
      fi
      echo "$is $code $word $highest $*"
      for file in out out.tail err err.tail; do
        [ "$1" = 0 ] || head -c "$1" "$file"
        shift
      done ;;
    *)
      echo "$is $code $word $highest"
      if [ "$is" = running ] && [ -e out ]; then tail -c "+$((offset + 1))" out | head -c ${progressBytes}; fi ;;
  esac
}
`;

/**
 * `$1` state directory, `$2` job, `$3` seconds to wait for its end, `$4` offset in its output, `$5` time limit, `$6` lock mode for
 * flock, `$7` token, `$8` bytes of the job's script, `$9` its sha256, `${10}` the sha256 of its input, `${11}` seconds to wait
 * for the lock. Standard input: the
 * script, then the job's input.
 */
export const startScript = `${report}
state=$1 id=$2 patience=$3 offset=$4 limit=$5 mode=$6 token=$7 lockwait=\${11}
cd -- "$state/jobs" || exit 70
if ! [ -d "$id" ]; then
  find . -maxdepth 1 -name '.new-*' -mmin +60 -exec rm -rf -- {} +
  new=$(mktemp -d ".new-$id.XXXXXX") || exit 71
  dd bs="$8" count=1 iflag=fullblock of="$new/script" 2>/dev/null && cat >"$new/input" || { rm -rf -- "$new"; exit 71; }
  cat >"$new/run" <<'RUN' && : >"$new/run.lock" || { rm -rf -- "$new"; exit 71; }
${supervisor}
RUN
  printf '%s  script\\n%s  input\\n' "$9" "\${10}" | (cd -- "$new" && sha256sum -c --status) || { rm -rf -- "$new"; exit 72; }
  sync "$new/script" "$new/input" "$new/run" "$new" || { rm -rf -- "$new"; exit 71; }
  mv -T -- "$new" "$id" 2>/dev/null || { rm -rf -- "$new"; [ -d "$id" ] || exit 71; }
  sync . || exit 71
fi
exec 9>>"$id/run.lock" || exit 71
if flock -w 1 9 && ! [ -e "$id/pid" ] && ! [ -e "$id/code" ] && ! [ -e "$id/rc" ]; then
  setsid -f /bin/sh "$state/jobs/$id/run" supervise "$state" "$id" "$limit" "$mode" "$token" "$lockwait" </dev/null >/dev/null 2>&1
fi
exec 9>&-
report
`;

/** `$1` state directory, `$2` job, `$3` seconds to wait for its end, `$4` offset in its output. */
export const reportScript = `${report}
state=$1 id=$2 patience=$3 offset=$4
report
`;

/** The rest is done by `timeout`, which passes TERM on and sends KILL after its grace. */
export const stopScript = `
cd -- "$1/jobs/$2" || exit 70
: >stop || exit 71
if ! flock -s -n run.lock true && [ -e group ]; then
  group=$(cat group)
  { kill -TERM "-$group" || kill -TERM "$group"; } 2>/dev/null
fi
exit 0
`;

// The scripts that restart an app on its host. Each prints `mark <seconds>` just before it restarts, and on a failure that it
// can name `failed <code>`; what the tools say goes to stderr.

import type { RestartConfig } from "../config/config.ts";

export type RestartScript = { readonly script: string; readonly args: readonly string[] };

/** `root` is PROD's, absolute or `~/…`: where a command runs. */
export function restartScript(restart: RestartConfig, root: string): RestartScript {
  switch (restart.kind) {
    case "compose":
      return { script: composeScript, args: [restart.file, restart.mode, ...restart.services] };
    case "systemd": {
      const through = restart.user ? "user" : restart.sudo ? "sudo" : "system";
      return { script: systemdScript, args: [restart.unit, through, String(restart.timeoutSeconds)] };
    }
    case "command":
      return { script: commandScript, args: [root, restart.command] };
    case "none":
      return { script: `${common}\nmark\n`, args: [] };
  }
}

/** Looks whether the restart could be done, and restarts nothing; undefined where only doing it would tell. */
export function restartProbe(restart: RestartConfig): RestartScript | undefined {
  const { args } = restartScript(restart, "");
  switch (restart.kind) {
    case "compose":
      return { script: composeReady, args };
    case "systemd":
      return { script: systemdProbe, args };
    case "command":
    case "none":
      return undefined;
  }
}

const common = String.raw`
exec </dev/null
failed() { echo "failed $*"; exit 3; }
told() { printf '%s\n' "$1" >&2; }
mark() {
  now=$(date +%s.%N)
  case $now in *[!0-9.]*) now=$(date +%s).000000000 ;; esac
  echo "mark $now"
}
expand() {
  case $1 in "~/"*) path=$HOME/${"$"}{1#"~/"} ;; *) path=$1 ;; esac
}
`;

const composeReady = String.raw`${common}
expand "$1"
mode=$2
shift 2
[ -f "$path" ] && [ -r "$path" ] || failed compose-file-missing
cd -- "${"$"}{path%/*}/" || failed compose-file-missing
file=./${"$"}{path##*/}
if docker compose version >/dev/null 2>&1; then
  compose() { docker compose -f "$file" "$@"; }
elif docker-compose version >/dev/null 2>&1; then
  compose() { docker-compose -f "$file" "$@"; }
elif command -v docker >/dev/null 2>&1; then
  failed compose-missing
else
  failed docker-missing
fi
if command -v docker >/dev/null 2>&1; then
  said=$(timeout 30 docker version --format '{{.Server.Version}}' 2>&1) || {
    told "$said"
    case $said in *[Pp]ermission\ denied*) failed docker-forbidden ;; esac
    failed docker-unreachable
  }
fi
said=$(compose config -q 2>&1) || {
  told "$said"
  failed compose-file-invalid
}
`;

const composeScript = `${composeReady}
mark
case $mode in
  recreate) compose up -d --force-recreate "$@" >&2 ;;
  *) compose restart "$@" >&2 ;;
esac || failed exit-code "$?"
`;

// No "--" before the unit: rules of sudoers name the arguments exactly. A unit's name never begins with a dash.
const systemdReady = String.raw`${common}
unit=$1 through=$2
until=$(($(date +%s) + $3 - 3)) broken=
command -v systemctl >/dev/null 2>&1 || failed systemctl-missing
case $through in
  user)
    : "${"$"}{XDG_RUNTIME_DIR:=/run/user/$(id -u)}"
    export XDG_RUNTIME_DIR
    look() { systemctl --user "$@"; }
    control() { systemctl --user "$@"; } ;;
  sudo)
    command -v sudo >/dev/null 2>&1 || failed sudo-missing
    look() { systemctl "$@"; }
    control() { sudo -n systemctl "$@"; } ;;
  *)
    look() { systemctl "$@"; }
    control() { systemctl --no-ask-password "$@"; } ;;
esac
property() {
  value=$(look show -p "$1" "$unit" 2>&1) || { told "$value"; return 1; }
  value=${"$"}{value#"$1="}
}
property LoadState || failed systemd-unreachable
case $value in
  not-found) failed unit-missing ;;
  masked) failed unit-masked ;;
esac
refused() {
  case $said in
    *password\ is\ required* | *terminal\ is\ required* | *askpass*) failed sudo-password ;;
    *not\ allowed\ to* | *not\ in\ the\ sudoers* | *may\ not\ run\ sudo*) failed sudo-refused ;;
    *nteractive\ authentication\ required* | *Access\ denied*) failed not-permitted ;;
  esac
}
`;

// sudo lists a command that it allows, and only that: nothing is restarted.
const systemdProbe = `${systemdReady}
[ "$through" = sudo ] || exit 0
said=$(sudo -n -l systemctl restart "$unit" 2>&1) && exit 0
told "$said"
refused
failed sudo-refused
`;

const systemdScript = `${systemdReady}
mark
said=$(control restart "$unit" 2>&1) || {
  told "$said"
  refused
  broken=yes
}
while :; do
  property ActiveState || failed systemd-unreachable
  state=$value
  [ -z "$broken" ] || break
  case $state in activating | reloading | refreshing | deactivating) ;; *) break ;; esac
  [ "$(date +%s)" -lt "$until" ] || break
  sleep 1
done
property Result || value=
[ -z "$broken" ] && [ "$state" = active ] && exit 0
[ -z "$broken" ] && [ "$state" = inactive ] && [ "$value" = success ] && property Type && [ "$value" = oneshot ] && exit 0
look status --no-pager -n 20 "$unit" >&2
case $value in start-limit-hit) failed unit-start-limit ;; esac
case $state in activating | reloading | refreshing | deactivating) failed unit-activating ;; esac
failed unit-failed
`;

// What the command starts is the app: it gets back what a login has (our scripts run with umask 077 and LC_ALL=C).
const inRoot = (begin: string): string => `${common}
expand "$1"
cd -- "$path" || failed root-missing
command=$2
${begin}
(
  unset -f failed told mark expand
  unset LC_ALL now path
  umask 022
  set --
  eval "$command"
) >&2 || failed exit-code "$?"
`;

const commandScript = inRoot("mark");

/** `$1` PROD's root, `$2` the command: as a restart command, but nothing is restarted. */
export const hookScript = inRoot("");

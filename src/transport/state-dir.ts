// The directory beside PROD where a target keeps its jobs, its undo sets and its claims.

import { PasserelleError } from "../errors.ts";
import { decodeBytes } from "./bytes.ts";
import { capture } from "./capture.ts";
import { expandRoot } from "./shell.ts";
import { readEquipment, toolProbe, toolsMissing } from "./tools.ts";
import type { Transport } from "./transport.ts";

export type StateDir = {
  readonly stateDir: string;
  /** PROD's root without `~` and without symbolic links. */
  readonly prodRoot: string;
};

// With `look` nothing is made and no mode is changed: what is not there yet has only to be possible.
const prepareScript = `
answer() { printf '%s\\0' "$@"; exit 0; }
[ -z "$missing" ] || answer tool-missing "$missing" "$manager" "$busybox"
app=$1 act=$2
root=$(cd -P -- "$written" 2>/dev/null && printf '%s.' "$PWD") || answer side-missing "$written"
root=\${root%.}
parent=\${root%/*}
[ -n "$root" ] && [ "$root" != / ] || answer unusable root "$root" ""
base=\${parent}/.passerelle
state=$base/$app

me=$(id -u)
device=$(stat -c %d -- "$root")
make() {
  [ -e "$1" ] || [ -L "$1" ] || {
    if [ "$act" = look ]; then
      [ -w "\${1%/*}/" ] || answer unusable not-writable "$1" ""
      case $1 in "$base" | "$state") answer absent "$state" "$root" ;; esac
      return 1
    fi
    said=$(mkdir -m 700 -- "$1" 2>&1)
  } || [ -d "$1" ] || answer unusable not-writable "$1" "$said"
}
check() {
  [ ! -L "$1" ] || answer unusable symlink "$1" ""
  [ -d "$1" ] || answer unusable not-a-directory "$1" ""
  is=$(stat -c '%u %d %a' -- "$1")
  case $is in "$me "*) ;; *) answer unusable not-ours "$1" "$(stat -c %U -- "$1")" ;; esac
  case $is in "$me $device "*) ;; *) answer unusable other-device "$1" "" ;; esac
  [ "$act" = look ] || [ "$is" = "$me $device 700" ] || chmod 700 -- "$1" || answer unusable not-writable "$1" ""
}
case $(stat -c %A -- "\${parent:-/}") in ????????w[!tT]) answer unusable parent-writable-by-others "\${parent:-/}" "" ;; esac
for directory in "$base" "$state" "$state/jobs" "$state/staging" "$state/undo" "$state/backups"; do
  make "$directory" || continue
  check "$directory"
done
if [ "$act" = look ]; then
  [ -w "$state" ] || answer unusable not-writable "$state" ""
  answer ready "$state" "$root"
fi
said=$(: 2>&1 >>"$state/lock") || answer unusable not-writable "$state" "$said"
answer ready "$state" "$root"
`;

// Trying all tools starts some sixty processes: once for each transport is enough.
const equipped = new WeakSet<Transport>();

/**
 * Makes the state directory where it is not there yet; changes nothing of PROD. Throws `tool-missing` with all missing
 * tools at once, `side-missing`, or `state-dir-unusable` with the reason: `symlink`, `not-ours`, `other-device`, `not-writable`,
 * `not-a-directory`, `parent-writable-by-others`, `root`.
 */
export async function prepareStateDir(
  transport: Transport,
  prodRoot: string,
  app: string,
): Promise<StateDir> {
  const { stateDir, prodRoot: root } = await ask(transport, prodRoot, app, "prepare");
  return { stateDir, prodRoot: root };
}

/** As `prepareStateDir`, but looks only: nothing is made. `isThere` is false where the first promotion will make it. */
export async function inspectStateDir(
  transport: Transport,
  prodRoot: string,
  app: string,
): Promise<StateDir & { readonly isThere: boolean }> {
  return ask(transport, prodRoot, app, "look");
}

async function ask(
  transport: Transport,
  prodRoot: string,
  app: string,
  act: "prepare" | "look",
): Promise<StateDir & { readonly isThere: boolean }> {
  if (app === "" || app.startsWith(".") || /[/\0\n]/.test(app))
    throw new TypeError(`no name for a directory: ${app}`);
  const { host } = transport;
  const probe = equipped.has(transport) ? "missing=" : toolProbe;
  const script = `${probe}\nwritten=${expandRoot(prodRoot)}\n${prepareScript}`;
  const { stdout } = await capture(transport, script, {
    what: act === "look" ? "looking at the state directory" : "preparing the state directory",
    args: [app, act],
    timeoutSeconds: 60,
  });
  const [answer, first = "", second = "", third = ""] = decodeBytes(stdout).split("\0");
  switch (answer) {
    case "ready":
      equipped.add(transport);
      return { stateDir: first, prodRoot: second, isThere: true };
    case "absent":
      equipped.add(transport);
      return { stateDir: first, prodRoot: second, isThere: false };
    case "tool-missing":
      throw toolsMissing(host, readEquipment([first, second, third]));
    case "side-missing":
      throw new PasserelleError("side-missing", { host, path: first });
    case "unusable":
      throw new PasserelleError("state-dir-unusable", {
        host,
        reason: first,
        path: second,
        ...(third === "" ? {} : { stderr: third.slice(0, 300) }),
      });
  }
  throw new Error(`preparing the state directory said ${JSON.stringify(answer)}`);
}

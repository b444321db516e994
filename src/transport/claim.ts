// Who may write on a target: one owner at a time, each claim with a higher fencing token than all before it.

import { isFailure, PasserelleError } from "../errors.ts";
import { decodeBytes } from "./bytes.ts";
import { capture } from "./capture.ts";
import type { Transport } from "./transport.ts";

export type Claim = {
  /** A promotion's id. */
  readonly owner: string;
  /** For people: who, and from which machine. */
  readonly holder: string;
  readonly token: number;
  /** By the target's clock. */
  readonly since: Date;
};

export type ClaimOutcome =
  | { readonly outcome: "claimed"; readonly token: number }
  | { readonly outcome: "held"; readonly owner: string; readonly holder: string; readonly since: Date };

// The token is raised before the claim is written: a crash between the two leaves a gap in the tokens and nothing else.
const claimFunctions = `
cd -- "$1" || exit 70
exec 9>>claim.lock || exit 71
flock -w 20 9 || { echo "claim.lock is held" >&2; exit 72; }
owner= holder= token= since=
if [ -e claim ]; then
  { IFS= read -r owner && IFS= read -r holder && IFS= read -r token && IFS= read -r since; } <claim || exit 73
fi
highest=0
if [ -e token ]; then IFS= read -r highest <token || exit 73; fi
case $highest in '' | *[!0-9]*) exit 73 ;; esac
case $token in *[!0-9]*) exit 73 ;; esac
put() {
  cat >"$1.tmp" && sync "$1.tmp" && mv -T "$1.tmp" "$1" && sync . || exit 71
}
`;

const claimScript = `${claimFunctions}
if [ -n "$owner" ] && [ "$owner" != "$2" ] && [ "$4" != force ]; then
  printf 'held\\n%s\\n%s\\n%s\\n%s\\n' "$owner" "$holder" "$token" "$since"
  exit 0
fi
[ "\${token:-0}" -le "$highest" ] || highest=$token
highest=$((highest + 1))
echo "$highest" | put token
printf '%s\\n%s\\n%s\\n%s\\n' "$2" "$3" "$highest" "$(date +%s)" | put claim
printf 'claimed\\n%s\\n' "$highest"
`;

const releaseScript = `${claimFunctions}
if [ "$owner" = "$2" ] && [ "$token" = "$3" ]; then rm -f claim && sync . && echo released; else echo kept; fi
`;

const readScript = `${claimFunctions}
[ -z "$owner" ] || printf 'held\\n%s\\n%s\\n%s\\n%s\\n' "$owner" "$holder" "$token" "$since"
`;

/**
 * The same owner may claim again and gets a higher token: whoever worked with the older one is fenced off. `force` takes
 * the target from another owner. Neither waits for a job that is running: the target's lock does.
 */
export async function claim(
  transport: Transport,
  stateDir: string,
  request: { readonly owner: string; readonly holder: string; readonly force?: boolean },
): Promise<ClaimOutcome> {
  const lines = await ask(transport, stateDir, claimScript, [
    oneLine(request.owner),
    oneLine(request.holder),
    request.force === true ? "force" : "",
  ]);
  if (lines[0] === "claimed") return { outcome: "claimed", token: Number(lines[1]) };
  const { owner, holder, since } = parseClaim(lines);
  return { outcome: "held", owner, holder, since };
}

/** Idempotent; a claim of somebody else, or a newer one of the same owner, is left alone: then it is false. */
export async function release(
  transport: Transport,
  stateDir: string,
  claimed: { readonly owner: string; readonly token: number },
): Promise<boolean> {
  const lines = await ask(transport, stateDir, releaseScript, [
    oneLine(claimed.owner),
    String(claimed.token),
  ]);
  return lines[0] === "released";
}

export async function readClaim(transport: Transport, stateDir: string): Promise<Claim | undefined> {
  const lines = await ask(transport, stateDir, readScript, []);
  return lines[0] === "held" ? parseClaim(lines) : undefined;
}

async function ask(
  transport: Transport,
  stateDir: string,
  script: string,
  args: readonly string[],
): Promise<readonly string[]> {
  try {
    const { stdout } = await capture(transport, script, {
      what: "claiming the target",
      args: [stateDir, ...args],
      timeoutSeconds: 40,
    });
    return decodeBytes(stdout).split("\n");
  } catch (error) {
    if (isFailure(error, "command-failed") && error.details["code"] === 73) {
      const details = { host: transport.host, path: stateDir, reason: "claim-unreadable" };
      throw new PasserelleError("state-dir-unusable", details, { cause: error });
    }
    throw error;
  }
}

function parseClaim([, owner = "", holder = "", token, since]: readonly string[]): Claim {
  return { owner, holder, token: Number(token), since: new Date(Number(since) * 1000) };
}

function oneLine(text: string): string {
  return text.replaceAll(/[\r\n\0]+/g, " ");
}

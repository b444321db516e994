// What the system's `ssh` wrote about a connection, as failures a person can mend.

import { PasserelleError } from "../errors.ts";
import { hostKeyPolicy } from "./host-key-policy.ts";
import type { ShownKey } from "./known-hosts.ts";
import { authenticationFailed, closedAtOnce, place, unreachable, type Whereabouts } from "./ssh-failures.ts";
import { findIdentities } from "./ssh-identities.ts";

/** `log` is what it wrote at DEBUG1 about this one machine. */
export async function failureIn(where: Whereabouts, log: string): Promise<PasserelleError> {
  const said = saidIn(log);
  const cause = new Error(said.join("\n"));
  const all = cause.message;
  const shown = shownIn(log);
  if (
    /Host key verification failed|IDENTIFICATION HAS CHANGED|REVOKED HOST KEY|host key .* revoked/i.test(all)
  ) {
    return hostKeyRefused(where, shown, cause);
  }
  const negotiating = /(no matching [a-z ]+ found.*|no matching [a-z ]+)/i.exec(all)?.[0];
  if (negotiating !== undefined) {
    const details = { ...place(where), transport: "openssh", reason: negotiating };
    return new PasserelleError("host-algorithms", details, { cause });
  }
  if (/Permission denied|Too many authentication failures|No more authentication methods/i.test(all)) {
    return loginRefused(where, log, cause);
  }
  return unreachable(where, new Error(reasonIn(said), { cause }));
}

/** A server that is busy closes connections before they begin. */
export function wasBusy(log: string): boolean {
  return /kex_exchange_identification: (Connection closed|read: Connection reset)|Exceeded MaxStartups/.test(
    log,
  );
}

export function isLoggedIn(log: string): boolean {
  return /^Authenticated to /m.test(log);
}

/** The key that the server answered with, a certificate's own key for a certificate. */
export function shownIn(log: string): ShownKey | undefined {
  const line =
    /Server host (?:key|certificate): (\S+?)(?:-cert-v01@openssh\.com)? (SHA256:[A-Za-z0-9+/]+)/.exec(log);
  return line === null ? undefined : { keyType: line[1] ?? "", fingerprint: line[2] ?? "" };
}

/** Why a connection that was there is gone. */
export function lossIn(log: string): string {
  const reason = saidIn(log).findLast((line) =>
    /not responding|closed|reset|broken|timed out|corrupt/i.test(line),
  );
  if (reason === undefined) return "the connection was closed";
  return /not responding/.test(reason) ? "no answer for three keepalives" : reason;
}

async function hostKeyRefused(
  where: Whereabouts,
  shown: ShownKey | undefined,
  cause: Error,
): Promise<PasserelleError> {
  const refusal = shown === undefined ? undefined : (await hostKeyPolicy(where)).refusal(shown);
  if (refusal !== undefined) return refusal;
  // It refuses for a reason that is not in the files: a certificate that is over or for another name, a list of revoked keys.
  const details = { ...place(where), ...shown, reason: lastOf(saidIn(cause.message)), files: [] };
  return new PasserelleError("host-key-unknown", details, { cause });
}

async function loginRefused(where: Whereabouts, log: string, cause: Error): Promise<PasserelleError> {
  const { notes } = await findIdentities(where.settings, where.host.identityFile);
  const offered = keysIn(log, "Offering public key");
  // The public half is offered first; without a private half that may be used, nothing was refused.
  const unused = keysIn(log, "Server accepts key");
  const tried = [...new Set(offered)].filter((key) => !unused.includes(key));
  const accepted = /Permission denied \(([^)]*)\)/.exec(cause.message)?.[1]?.split(",");
  // What only the built-in transport cannot read is no reason here.
  const ours = notes.filter((note) => !/cannot be used/.test(note));
  return authenticationFailed(where, { tried, notes: ours, accepted }, cause);
}

function keysIn(log: string, what: string): readonly string[] {
  const lines = log.matchAll(new RegExp(`${what}: (.+?) [A-Z0-9-]+ SHA256:\\S+`, "g"));
  return [...lines].map(([, key]) => key ?? "");
}

function reasonIn(said: readonly string[]): string {
  const all = said.join("\n");
  if (/Connection refused/.test(all)) return "connection refused";
  if (/Could not resolve hostname/.test(all)) return "no such name";
  if (/No route to host|Network is unreachable/.test(all)) return "no route to it";
  if (/banner exchange|invalid characters|Protocol mismatch|banner line too long/i.test(all))
    return "something listens there but does not speak SSH";
  if (/timed out|not responding/i.test(all)) return "no answer";
  if (wasBusy(all)) return closedAtOnce;
  return lastOf(said);
}

const lastOf = (said: readonly string[]): string =>
  said.at(-1)?.replace(/^ssh: /, "") ?? "ssh gave no reason";

/** Without what is only of interest to a developer, and without banners. */
function saidIn(log: string): readonly string[] {
  return log
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter(
      (line) =>
        line !== "" && !/^(debug\d:|OpenSSH_|Transferred:|Bytes per second:|Warning: Permanently)/.test(line),
    );
}

// What goes wrong between us and an SSH server, as failures a person can mend.

import { PasserelleError } from "../errors.ts";
import type { SshHost, SshSettings } from "./ssh-settings.ts";

export type Whereabouts = { readonly host: SshHost; readonly settings: SshSettings };

export function unreachable({ host, settings }: Whereabouts, cause: unknown): PasserelleError {
  const details = { ...place({ host, settings }), reason: reasonOf(cause) };
  return new PasserelleError("host-unreachable", details, { cause });
}

/** What a login was tried with, and what the server would take, where it said so. */
export type LoginAttempts = {
  readonly tried: readonly string[];
  readonly notes: readonly string[];
  readonly accepted: readonly string[] | undefined;
};

export function authenticationFailed(
  where: Whereabouts,
  { tried, notes, accepted }: LoginAttempts,
  cause: unknown,
): PasserelleError {
  const only = accepted !== undefined && !accepted.includes("publickey") ? accepted.join(" or ") : undefined;
  const reason = [
    ...(/Too many authentication failures/i.test(String(cause))
      ? [
          "more keys were offered than it hears: `IdentitiesOnly yes` in the ssh configuration offers those it names alone",
        ]
      : []),
    ...(only === undefined ? [] : [`it takes only ${only}, and a bot logs in with a key`]),
    tried.length > 0 ? `refused: ${tried.join(", ")}` : "there is no key to offer",
    ...notes,
  ].join("; ");
  const details = { ...place(where), user: where.settings.user, tried, notes, reason };
  return new PasserelleError("host-auth-failed", details, { cause });
}

/** The failure behind an error of the library before the connection was ready. */
export function connectingFailed(
  where: Whereabouts,
  attempts: LoginAttempts,
  cause: unknown,
): PasserelleError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const level = cause instanceof Error && "level" in cause ? cause.level : undefined;
  if (level === "client-authentication" || /authentication (methods failed|failures)/i.test(message)) {
    return authenticationFailed(where, attempts, cause);
  }
  if (/no matching/i.test(message)) {
    const details = { ...place(where), reason: message.replace(/^Handshake failed: /, "") };
    return new PasserelleError("host-algorithms", details, { cause });
  }
  return unreachable(where, cause);
}

/** A server that is busy drops connections before they begin; one more attempt is worth it, refusals are not. */
export function mayBeTriedAgain(cause: unknown): boolean {
  const message = cause instanceof Error ? cause.message : String(cause);
  return /before handshake|ECONNRESET|EPIPE/.test(message);
}

export function place({ host, settings }: Whereabouts): { host: string; address: string; port: number } {
  return { host: host.name, address: settings.address, port: settings.port };
}

export const closedAtOnce =
  "it closes the connection before it begins: it may be busy (MaxStartups), or bar this machine";

const sentences: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ECONNRESET: "connection reset",
  ENOTFOUND: "no such name",
  EAI_AGAIN: "the name cannot be looked up now",
  ETIMEDOUT: "no answer",
  EHOSTUNREACH: "no route to it",
  ENETUNREACH: "no route to its network",
};

function reasonOf(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  if (code !== "" && sentences[code] !== undefined) return sentences[code];
  if (/before handshake/.test(cause.message)) return closedAtOnce;
  if (/Timed out while waiting for handshake/.test(cause.message))
    return "something listens there but does not speak SSH";
  return cause.message === "" ? code : cause.message;
}

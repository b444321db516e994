// What a database's own error means to a person: which database, why it cannot be used, what mends it.

import { isFailure, PasserelleError } from "../errors.ts";

export type Unusable =
  | "busy"
  | "corrupt"
  | "failing"
  | "full"
  | "newer"
  | "older"
  | "unreachable"
  | "unwritable"
  | "refused";

/** What a person can do about it; `texts` may say it in another language by `reason`. */
const remedies: Readonly<Record<Unusable, string>> = {
  busy: "another process holds the database: wait for it, or end it",
  corrupt:
    "put the file aside, or bring back a copy of it; promotions and restore points are also recorded on each target",
  failing: "look at the machine's log for errors of the disk that holds it",
  full: "make space on the volume; nothing was lost, the bot goes on by itself",
  newer: "start the newer version of Passerelle that wrote it, or use another data directory",
  older: "restart the running bot with this version first; it brings the database up to date",
  unreachable: "check that the server runs and can be reached; the bot goes on by itself",
  unwritable: "give the bot's user read and write access to the data directory and everything in it",
  refused: "check the user, password and database name in DATABASE_URL, and the user's rights",
};

/** The connection was lost while a transaction was being committed: it may or may not have been. */
export class CommitUnknown extends Error {
  constructor(cause: unknown) {
    super("the connection was lost during a commit", { cause });
    this.name = "CommitUnknown";
  }
}

export function unusable(
  where: string,
  reason: Unusable,
  said: string,
  options: { cause?: unknown } = {},
): PasserelleError {
  return new PasserelleError("database-unusable", { where, reason, said, remedy: remedies[reason] }, options);
}

/** The failure behind an error of a driver; the error itself when it is our bug (bad SQL, broken constraint). */
export function asFailure(error: unknown, where: string): unknown {
  if (isFailure(error)) return error;
  if (error instanceof CommitUnknown) return asFailure(error.cause, where);
  const reason = sqliteReason(error) ?? postgresReason(error) ?? systemReason(error);
  if (reason === undefined) return error;
  return unusable(where, reason, error instanceof Error ? error.message : String(error), { cause: error });
}

// Result codes of https://www.sqlite.org/rescode.html; the low byte is the primary one.
const sqliteReasons: ReadonlyMap<number, Unusable> = new Map([
  [3, "unwritable"],
  [5, "busy"],
  [6, "busy"],
  [8, "unwritable"],
  [10, "failing"],
  [11, "corrupt"],
  [13, "full"],
  [14, "unwritable"],
  [15, "busy"],
  [23, "unwritable"],
  [26, "corrupt"],
]);

function sqliteReason(error: unknown): Unusable | undefined {
  if (!(error instanceof Error) || !("errcode" in error) || typeof error.errcode !== "number")
    return undefined;
  return sqliteReasons.get(error.errcode & 0xff);
}

/** Codes of the driver for a connection that is gone or cannot be made. */
const lostConnection =
  /^(CONNECTION_|CONNECT_TIMEOUT$|ECONN|EPIPE$|ETIMEDOUT$|EHOST|ENET|ENOTFOUND$|EAI_AGAIN$|EADDRNOTAVAIL$)/;

function postgresReason(error: unknown): Unusable | undefined {
  const code = codeOf(error);
  if (code === undefined) return undefined;
  if (lostConnection.test(code)) return "unreachable";
  if (!/^[0-9A-Z]{5}$/.test(code)) return undefined;
  // Classes of https://www.postgresql.org/docs/current/errcodes-appendix.html
  if (code === "53100") return "full";
  if (code === "25006") return "unwritable";
  if (code === "57014" || code === "55P03") return "busy";
  if (/^(08|53|57P|58)/.test(code)) return "unreachable";
  if (/^(28|3D|3F|42501)/.test(code)) return "refused";
  if (/^XX/.test(code)) return "corrupt";
  return undefined;
}

function systemReason(error: unknown): Unusable | undefined {
  const code = codeOf(error);
  if (code === "EACCES" || code === "EPERM" || code === "EROFS" || code === "ENOTDIR" || code === "EISDIR") {
    return "unwritable";
  }
  if (code === "ENOSPC" || code === "EDQUOT") return "full";
  return undefined;
}

export function connectionIsLost(error: unknown): boolean {
  return postgresReason(error) === "unreachable";
}

/** Another transaction was in the way; the same one can be tried again at once. */
export function lostRace(error: unknown): boolean {
  const code = codeOf(error);
  return code === "40001" || code === "40P01";
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error) || typeof error.code !== "string") return undefined;
  return error.code;
}

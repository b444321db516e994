// Reads an app's log on PROD's host, at most its last 64 KiB, and remembers where it stood before a restart.

import type { LogScan } from "../config/config.ts";
import { plainLines } from "../transport/plain-lines.ts";
import type { Transport } from "../transport/transport.ts";
import { askHost } from "./ask-host.ts";
import { excerptOf, findForbidden, linesAfterMark, logRequest, markOf, windowOf } from "./log-lines.ts";
import { bad, good, type Probed, unreached } from "./probe.ts";

const mostBytes = 64 * 1024;
const mostSeconds = 15;

// The command's text may hold a secret: it reaches the shell by the environment and is no argument of a process.
const script = `
if [ -n "$3" ]; then
  case $3 in "~/"*) cd -- "\${HOME:?}/\${3#??}" ;; *) cd -- "$3" ;; esac || exit 66
fi
{
  log_command=$1 timeout -k 1 "$2" sh -c 'unset LC_ALL; eval "$log_command"' </dev/null 2>&1
  echo "rc=$?" >&2
} | tail -c ${mostBytes}
`;

type LogText =
  | { readonly is: "log"; readonly lines: readonly string[]; readonly ended: boolean }
  | {
      readonly is: "trouble";
      readonly because: string;
      readonly lines: readonly string[];
      /** The command failed by itself: its last lines may be its own words. */
      readonly failed: boolean;
    }
  | { readonly is: "unreached"; readonly reason: string };

async function readLog(
  transport: Transport,
  command: string,
  root: string,
  seconds: number,
): Promise<LogText> {
  const limit = Math.max(1, Math.ceil(Math.min(seconds, mostSeconds)));
  const answer = await askHost(transport, script, {
    args: [command, String(limit), root],
    timeoutSeconds: limit + 10,
  });
  if (answer.is === "unreached") return answer;
  const late = `did not end within ${limit} s`;
  if (answer.is === "late") return { is: "trouble", because: late, lines: [], failed: false };
  // What was cut in two by the limit is no line.
  const cut = answer.stdout.length >= mostBytes ? answer.stdout.indexOf("\n") + 1 : 0;
  const lines = plainLines(answer.stdout.subarray(cut));
  const code = Number(/rc=(\d+)\s*$/.exec(answer.stderr.toString("latin1"))?.[1] ?? Number.NaN);
  if (code === 0) return { is: "log", lines, ended: answer.stdout.at(-1) === 10 };
  if (code === 124 || code === 137) return { is: "trouble", because: late, lines, failed: false };
  const last = lines.at(-1) ?? "";
  return {
    is: "trouble",
    because: `ended with exit code ${code}${last === "" ? "" : `: ${last.slice(0, 200)}`}`,
    lines,
    failed: true,
  };
}

/**
 * Taken before a restart and handed to the look after it. Empty for a log that is asked by time, and for one that cannot be
 * read yet: then all of it is new. Throws what trying again cannot mend.
 */
export async function takeLogMark(options: {
  readonly transport: Transport;
  readonly logs: LogScan | undefined;
}): Promise<string> {
  const { transport, logs } = options;
  if (logs === undefined || logRequest(logs, "0.000000000").since === "moment") return "";
  const log = await readLog(transport, logs.command, logs.root ?? "", mostSeconds);
  if (log.is !== "log") return "";
  // A last line without its end may still grow into another.
  const lines = log.ended ? log.lines : log.lines.slice(0, -1);
  return markOf(lines.slice(-windowOf(logs)));
}

/** Forbidden lines among the last ones, whenever they were written. Undefined without a log, or one that cannot be read now. */
export async function countLogErrors(options: {
  readonly transport: Transport;
  readonly logs: LogScan | undefined;
}): Promise<number | undefined> {
  const { transport, logs } = options;
  if (logs === undefined) return undefined;
  const log = await readLog(transport, logs.command, logs.root ?? "", mostSeconds);
  if (log.is !== "log") return undefined;
  return findForbidden(log.lines.slice(-windowOf(logs)), logs.forbid).at.length;
}

export type LogLook = { readonly probed: Probed; readonly excerpt: readonly string[] };

/** `since` is the restart's mark, `logMark` what `takeLogMark` gave before it. */
export async function askLog(
  transport: Transport,
  logs: LogScan,
  since: { readonly restart: string; readonly log: string },
  seconds: number,
): Promise<LogLook> {
  const name = "log";
  const request = logRequest(logs, since.restart);
  const log = await readLog(transport, request.command, logs.root ?? "", seconds);
  if (log.is === "unreached") return { probed: unreached(name, transport.host, log.reason), excerpt: [] };
  const window = log.lines.slice(-windowOf(logs));
  const lines = request.since === "mark" ? linesAfterMark(window, since.log) : window;
  // What Docker or the journal says of its own failure is not the app's.
  const isTools = log.is === "trouble" && log.failed && request.since === "moment";
  const forbidden = findForbidden(isTools ? [] : lines, logs.forbid);
  const excerpt = excerptOf(lines, forbidden.at, logs.tail);
  if (forbidden.seen !== "") {
    const first = (lines[forbidden.at[0] ?? 0] ?? "").trim().slice(0, 200);
    const trouble = `the log since the restart says: ${first}`;
    return { probed: bad(name, forbidden.seen, { trouble, hopeless: true }), excerpt };
  }
  if (log.is === "trouble") {
    const trouble = `the log cannot be read: its command ${log.because}`;
    return { probed: bad(name, log.because, { trouble }), excerpt };
  }
  const counted = lines.length === 1 ? "1 line" : `${lines.length} lines`;
  return { probed: good(name, `${counted} since the restart, nothing forbidden`, 0), excerpt };
}

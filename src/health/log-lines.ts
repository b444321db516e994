// Which lines of a log came after the restart, which of them are forbidden, and which are worth showing. Pure.

import { createHash } from "node:crypto";
import type { LogScan } from "../config/config.ts";
import { shownLines } from "../transport/plain-lines.ts";

/** At least this many lines are looked at, however few are to be shown. */
const leastWindow = 400;
const mostShown = 40;
const linesBefore = 2;
// The cause of a Python traceback is at its end.
const linesAfter = 14;

export function windowOf(logs: LogScan): number {
  return Math.max(logs.tail, leastWindow);
}

/**
 * A log command that can say for itself what came after a moment is given that moment; of any other, lines are remembered
 * before the restart.
 */
export type LogRequest = { readonly command: string; readonly since: "moment" | "mark" };

const dockerLogs = /^(\s*(?:sudo\s+(?:-n\s+)?)?(?:docker|podman)\s+(?:container\s+)?logs)(\s.*)$/s;
const journal = /^(\s*(?:sudo\s+(?:-n\s+)?)?journalctl)((?:\s.*)?)$/s;

/** `moment` is the restart's, in seconds with nine decimals by the host's clock. */
export function logRequest(logs: LogScan, moment: string): LogRequest {
  const lines = windowOf(logs);
  const docker = dockerLogs.exec(logs.command);
  if (docker !== null && !/\s--since\b/.test(logs.command)) {
    const tail = /\s(?:--tail\b|-n\b)/.test(docker[2] ?? "") ? "" : ` --tail ${lines}`;
    return { command: `${docker[1]} --since ${moment}${tail}${docker[2]}`, since: "moment" };
  }
  const systemd = journal.exec(logs.command);
  if (systemd !== null && !/\s(?:--since\b|-S)/.test(logs.command)) {
    const tail = /\s(?:--lines\b|-n)/.test(systemd[2] ?? "") ? "" : ` -n ${lines}`;
    // systemd reads six decimals at most.
    return {
      command: `${systemd[1]} --no-pager -q --since @${moment.slice(0, -3)}${tail}${systemd[2]}`,
      since: "moment",
    };
  }
  return { command: logs.command, since: "mark" };
}

/** Whether it is this container's own log, as Docker keeps it. */
export function isLogOf({ command }: LogScan, container: string): boolean {
  return dockerLogs.exec(command)?.[2]?.split(/\s+/).includes(container) ?? false;
}

/** What is remembered of a log: no text, so that it can be kept with the promotion. */
export function markOf(lines: readonly string[]): string {
  return lines.map(fingerprint).join(" ");
}

function fingerprint(line: string): string {
  return createHash("sha256").update(line).digest("hex").slice(0, 8);
}

/**
 * The lines after those that the mark remembers. A window on a growing log begins, later, with some end of what it was: the
 * longest such end is taken as old. A log that begins anew has none, and is new as a whole.
 */
export function linesAfterMark(lines: readonly string[], mark: string): readonly string[] {
  const old = mark === "" ? [] : mark.split(" ");
  const now = lines.map(fingerprint);
  for (let length = Math.min(old.length, now.length); length > 0; length -= 1) {
    const begin = old.length - length;
    let same = 0;
    while (same < length && old[begin + same] === now[same]) same += 1;
    if (same === length) return lines.slice(length);
  }
  return lines;
}

export type Forbidden = {
  /** `2 lines match Traceback`; empty when nothing was found. */
  readonly seen: string;
  /** Indexes of the lines. */
  readonly at: readonly number[];
};

export function findForbidden(lines: readonly string[], forbid: readonly string[]): Forbidden {
  const found = forbid.map((pattern) => {
    const form = compiled(pattern);
    return { pattern, at: lines.flatMap((line, index) => (form.test(line) ? [index] : [])) };
  });
  const seen = found
    .filter(({ at }) => at.length > 0)
    .map(
      ({ pattern, at }) => `${at.length === 1 ? "1 line matches" : `${at.length} lines match`} ${pattern}`,
    );
  const at = [...new Set(found.flatMap((one) => one.at))].sort((left, right) => left - right);
  return { seen: seen.join(", "), at };
}

function compiled(pattern: string): RegExp {
  try {
    return new RegExp(pattern);
  } catch {
    return new RegExp(pattern.replace(/[\\^$.*+?()[\]{}|/-]/g, "\\$&"));
  }
}

/** The forbidden lines with what stands around them; without any, the last `tail` lines. */
export function excerptOf(
  lines: readonly string[],
  forbidden: readonly number[],
  tail: number,
): readonly string[] {
  if (forbidden.length === 0) {
    return shownLines(lines.filter((line) => line.trim() !== "").slice(-Math.min(tail, mostShown)));
  }
  const near = new Set<number>();
  for (const at of forbidden) {
    for (let index = at - linesBefore; index <= at + linesAfter; index += 1) {
      if (index >= 0 && index < lines.length) near.add(index);
    }
  }
  const kept = [...near].sort((left, right) => left - right).slice(0, mostShown);
  const shown = kept.flatMap((index, place) => {
    const before = kept[place - 1];
    const line = lines[index] ?? "";
    return before !== undefined && before !== index - 1 ? ["…", line] : [line];
  });
  return shownLines(shown);
}

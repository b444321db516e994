// What of a plan's content is on PROD's host already, and what is still to be sent. Pure.

import { dotted, type Report } from "./lists.ts";
import type { Placed } from "./stage-lists.ts";

export type Wanted = {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly time: string;
};

/** A file whose start is there: `have` bytes with this hash. */
export type Begun = Wanted & { readonly have: number; readonly startSha256: string };

export type Arrived = {
  /** Paths to send as a whole. */
  readonly whole: readonly string[];
  /** Worth going on with, once PREPROD's file is seen to begin alike; all of it is there where only the time is wrong. */
  readonly begun: readonly Begun[];
  /** Of files that are complete. */
  readonly bytes: number;
};

/** Below it a file is sooner sent again than asked after. */
const worthGoingOn = 256 * 1024;

/** `report` tells `size <bytes> <time> <path>` and `hash <sha256>  <path>` of what is there. */
export function arrived(placed: readonly Placed[], report: Report): Arrived {
  const sizes = new Map<string, { size: number; time: string }>();
  for (const record of report.all("size")) {
    const [, size = "", time = "", path = ""] = /^(\d+) (\S+) (.*)$/s.exec(record) ?? [];
    sizes.set(path, { size: Number(size), time });
  }
  const hashes = new Map(
    report.all("hash").map((record) => [record.slice(66), record.slice(0, 64)] as const),
  );
  const whole: string[] = [];
  const begun: Begun[] = [];
  let bytes = 0;
  const seen = new Set<string>();
  for (const { path: to, from = to, after } of placed) {
    if (seen.has(from)) continue;
    seen.add(from);
    const path = dotted(from);
    const there = sizes.get(path);
    const hash = hashes.get(path);
    if (after.type === "link" || there === undefined || hash === undefined || after.sha256 === undefined) {
      whole.push(from);
      continue;
    }
    const wanted = { path, size: after.size, sha256: after.sha256, time: after.mtime };
    const complete = there.size === after.size && hash === after.sha256;
    if (complete && there.time === after.mtime) bytes += after.size;
    else if (complete || (there.size < after.size && there.size >= worthGoingOn))
      begun.push({ ...wanted, have: there.size, startSha256: hash });
    else whole.push(from);
  }
  return { whole, begun, bytes };
}

// Whether the configuration forbids promoting at a moment: freezes that begin at a calendar's moments and last a while. Pure.

import type { FreezeConfig } from "../config/config.ts";
import { isMomentOf, parseCron } from "../config/cron.ts";

export type Freeze = { readonly reason: string; readonly since: string; readonly until: string };

const minute = 60_000;

/** The freeze in force, the one that lasts longest when there are several. Calendars are read in the bot's own time zone. */
export function freezeAt(freezes: readonly FreezeConfig[], at: Date): Freeze | undefined {
  const inForce = freezes.flatMap((freeze) => {
    const began = lastBegin(freeze, at);
    if (began === undefined) return [];
    const until = new Date(began.getTime() + freeze.forSeconds * 1000);
    return [{ reason: freeze.reason, since: began.toISOString(), until: until.toISOString() }];
  });
  return inForce.sort((left, right) => right.until.localeCompare(left.until))[0];
}

function lastBegin({ cron, forSeconds }: FreezeConfig, at: Date): Date | undefined {
  const calendar = parseCron(cron);
  if (typeof calendar === "string") throw new Error(`the calendar ${cron} was let through: ${calendar}`);
  const newest = Math.floor(at.getTime() / minute) * minute;
  for (let moment = newest; moment + forSeconds * 1000 > at.getTime(); moment -= minute) {
    const date = new Date(moment);
    if (isMomentOf(calendar, date)) return date;
  }
  return undefined;
}

// Looks now and then, as an app's configuration says, whether somebody changed PROD by hand, and has it told once.

import type { AppConfig, Config } from "../config/config.ts";
import { isMomentOf, parseCron } from "../config/cron.ts";
import type { Store } from "../store/store.ts";
import type { Drift } from "../tree/plan.ts";
import { rememberFoundDrift } from "./found-drift.ts";

export type DriftWatchOptions = {
  readonly config: Config;
  readonly store: Pick<Store, "recall" | "remember" | "running">;
  /** What of PROD is drift now. */
  readonly drift: (app: string) => Promise<readonly Drift[]>;
  /** Has the channel told of what was found, by its id. Called again and again; one that was told is not told twice. */
  readonly tell: (id: string) => void;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
};

type Watched = {
  /** Moments of the calendar up to here are dealt with. */
  readonly checked: string;
  readonly told: readonly string[];
  readonly found?: string;
};

const minute = 60_000;
/** After so long an absence one look is enough, whatever was missed. */
const longestLook = 32 * 24 * 60;
const retryMinutes = 10;

export type DriftWatch = { readonly sweep: () => Promise<void> };

export function createDriftWatch(options: DriftWatchOptions): DriftWatch {
  const { config, now, onError } = options;
  const notBefore = new Map<string, number>();
  let sweeping = false;
  return {
    async sweep() {
      if (sweeping) return;
      sweeping = true;
      try {
        for (const app of config.apps.values()) {
          if (now().getTime() < (notBefore.get(app.name) ?? 0)) continue;
          try {
            await watch(app, options);
          } catch (error) {
            notBefore.set(app.name, now().getTime() + retryMinutes * minute);
            onError(error);
          }
        }
      } finally {
        sweeping = false;
      }
    },
  };
}

async function watch(app: AppConfig, { store, drift, tell, now }: DriftWatchOptions): Promise<void> {
  const calendar = app.watch.drift;
  if (calendar === undefined) return;
  const key = `drift-watch:${app.name}`;
  const at = now();
  const known = await store.recall(key);
  if (known === undefined) {
    await store.remember(key, JSON.stringify({ checked: at.toISOString(), told: [] } satisfies Watched));
    return;
  }
  const before = JSON.parse(known) as Watched;
  if (before.found !== undefined) tell(before.found);
  const moment = lastMoment(calendar, new Date(before.checked), at);
  // What a promotion is about to put there is nobody's hand edit.
  if (moment === undefined || (await store.running(app.name)) !== undefined) return;
  const found = await drift(app.name);
  const told = found.map(signOf);
  const news = told.some((sign) => !before.told.includes(sign));
  // Of the moment and not of the look: two bots that look at once find one thing.
  const id = `${app.name}:${moment.getTime().toString(36)}`;
  if (news) {
    await rememberFoundDrift(store, { id, app: app.name, at: at.toISOString(), drift: found.slice(0, 200) });
  }
  const last = news ? id : before.found;
  const watched: Watched = { checked: at.toISOString(), told, ...(last !== undefined && { found: last }) };
  await store.remember(key, JSON.stringify(watched));
  if (news) tell(id);
}

function signOf({ path, was, since, hosts = [] }: Drift): string {
  return [was, since, ...hosts, path].join(" ");
}

/** The newest moment of the calendar after `from`, up to `to`. */
function lastMoment(calendar: string, from: Date, to: Date): Date | undefined {
  const cron = parseCron(calendar);
  if (typeof cron === "string") throw new Error(`the calendar ${calendar} was let through: ${cron}`);
  const newest = Math.floor(to.getTime() / minute) * minute;
  const oldest = Math.max(from.getTime(), newest - longestLook * minute);
  for (let moment = newest; moment > oldest; moment -= minute) {
    const date = new Date(moment);
    if (isMomentOf(cron, date)) return date;
  }
  return undefined;
}

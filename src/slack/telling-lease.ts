// One bot at a time tells about a thing: a lease in the store that several bots share, for as long as the telling takes.

import { setTimeout as sleep } from "node:timers/promises";
import type { Store } from "../store/store.ts";

export type Turn = {
  /** Nobody else had a turn since this bot's last one, so what it knows of Slack still holds. */
  readonly undisturbed: boolean;
  /** To be called before each thing that is done in Slack; throws when the turn is over. */
  readonly keep: () => Promise<void>;
};

export type TellingLease = {
  /** Waits for the turn, and gives it back afterwards. */
  during<Value>(key: string, deed: (turn: Turn) => Promise<Value>): Promise<Value>;
  /** Nothing is left to tell. */
  end(key: string): Promise<void>;
};

/** For a bot that shares its database with nobody. */
export const noLease: TellingLease = {
  during: (_, deed) => deed({ undisturbed: true, keep: async () => {} }),
  end: async () => {},
};

export function createTellingLease(options: {
  readonly store: Pick<Store, "lease" | "releaseLease" | "endLease">;
  /** Of this process alone. */
  readonly holder: string;
  readonly now: () => Date;
  /** Longer than any single call to Slack may take, and than clocks of bots are apart. */
  readonly seconds?: number;
  readonly waitMilliseconds?: number;
}): TellingLease {
  const { store, holder, now, seconds = 30, waitMilliseconds = 200 } = options;
  const nameOf = (key: string): string => `telling:${key}`;
  const take = (key: string) => store.lease({ name: nameOf(key), holder, at: now().toISOString(), seconds });
  return {
    async during(key, deed) {
      let taken = await take(key);
      while (taken === undefined) {
        await sleep(waitMilliseconds);
        taken = await take(key);
      }
      const keep = async (): Promise<void> => {
        const kept = await take(key);
        if (kept?.before !== holder) throw new Error(`another bot tells ${key} now`);
      };
      try {
        return await deed({ undisturbed: taken.before === holder, keep });
      } finally {
        // What cannot be released now ends by itself.
        await store.releaseLease({ name: nameOf(key), holder }).catch(() => {});
      }
    },
    end: (key) => store.endLease(nameOf(key)),
  };
}

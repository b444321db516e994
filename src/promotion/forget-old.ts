// Forgets, once a day, what is older than the configuration keeps; never what PROD can still be taken back to.

import type { Config } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import type { Store } from "../store/store.ts";

export type ForgetOptions = {
  readonly config: Config;
  readonly store: Pick<Store, "forget" | "firstTime">;
  /** What PROD's hosts can be taken back to now. */
  readonly restorePoints: (app: string) => Promise<readonly { readonly id: string }[]>;
  readonly now: () => Date;
  readonly onError: (error: unknown) => void;
};

/** However old they are: a `history` is worth more than its few bytes, and drift is told from the last promotion. */
const keepNewest = 50;
const day = 24 * 3600 * 1000;

export function createForgetting(options: ForgetOptions): { readonly sweep: () => Promise<void> } {
  const { config, now, onError } = options;
  let next = 0;
  return {
    async sweep() {
      if (now().getTime() < next) return;
      next = now().getTime() + day;
      for (const app of config.apps.keys()) {
        await forget(app, options).catch((error: unknown) => {
          // A host that is away does not say what is still needed; tomorrow is soon enough.
          if (!isFailure(error)) onError(error);
        });
      }
    },
  };
}

async function forget(app: string, { config, store, restorePoints, now }: ForgetOptions): Promise<void> {
  const at = now().toISOString();
  // Of several bots on one database one does it.
  if (!(await store.firstTime(`forget:${app}:${at.slice(0, 10)}`, at))) return;
  const before = new Date(now().getTime() - config.historySeconds * 1000).toISOString();
  const keep = (await restorePoints(app)).map(({ id }) => id);
  for (let forgotten = 1; forgotten > 0; ) {
    const { plans, promotions } = await store.forget({ app, before, keep, keepNewest });
    forgotten = plans + promotions;
  }
}

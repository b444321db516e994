// What every question to the promotion room needs at hand: configuration, store, people, clock.

import { setTimeout as sleep } from "node:timers/promises";
import type { AppConfig, Config } from "../config/config.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { lockInForce } from "./lock-in-force.ts";
import type { Lock, Membership } from "./promotions.ts";
import type { Workbench } from "./workbench.ts";

export type PromotionsOptions = {
  readonly config: Config;
  readonly store: Store;
  readonly workbench: Workbench;
  readonly membership: Membership;
  /** Starts the durable run of a promotion row; idempotent by id. */
  readonly start: (promotionId: string) => Promise<void>;
  readonly now: () => Date;
  /** 10 characters or so, unguessable. */
  readonly newId: () => string;
  readonly mask: (text: string) => string;
  readonly onError: (error: unknown) => void;
  /** How often other processes' changes are looked for, and `waitFor` looks. */
  readonly pollMilliseconds?: number;
};

export type Desk = PromotionsOptions & {
  readonly at: () => string;
  /** Throws `app-unknown`. */
  readonly appOf: (name: string) => AppConfig;
  /** A lock set by a person, or a freeze of the configuration. */
  readonly lockOf: (app: AppConfig) => Promise<Lock | undefined>;
  /** The people who may approve now; undefined when Slack could not be asked for so long. */
  readonly membersOf: (
    app: AppConfig,
    patienceMilliseconds?: number,
  ) => Promise<ReadonlySet<string> | undefined>;
};

export function openDesk(options: PromotionsOptions): Desk {
  const { config, store, membership, now } = options;
  const at = (): string => now().toISOString();
  return {
    ...options,
    at,
    appOf(name) {
      const app = config.apps.get(name);
      if (app === undefined)
        throw new PasserelleError("app-unknown", { app: name, apps: [...config.apps.keys()] });
      return app;
    },
    lockOf: (app) => lockInForce(app, store, now()),
    async membersOf(app, patienceMilliseconds = 0) {
      const until = now().getTime() + patienceMilliseconds;
      for (;;) {
        try {
          return await membership.approvers(app.approval.approvers);
        } catch (error) {
          if (isFailure(error) || now().getTime() >= until) {
            options.onError(error);
            return undefined;
          }
        }
        await sleep(1000);
      }
    },
  };
}

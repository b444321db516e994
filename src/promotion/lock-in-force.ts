// What forbids promoting an app at a moment: a lock that a person set, or a freeze of the configuration.

import type { AppConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import { freezeAt } from "./freeze.ts";
import type { Lock } from "./promotions.ts";

export async function lockInForce(app: AppConfig, store: Store, at: Date): Promise<Lock | undefined> {
  const lock = await store.lock(app.name, at.toISOString());
  if (lock !== undefined) return lock;
  const freeze = freezeAt(app.freeze, at);
  return freeze && { app: app.name, by: "config", ...freeze };
}

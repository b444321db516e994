// Trigger ids: each allows one modal, within three seconds of what the person did.

import { randomBytes } from "node:crypto";
import { Refusal } from "./refusal.ts";

const lifetimeSeconds = 3;

export type Triggers = {
  issue(userId: string): string;
  /** Whose trigger it was; from now on it is exchanged. */
  spend(triggerId: string): string;
};

export function createTriggers(now: () => number): Triggers {
  const issued = new Map<string, { readonly user: string; readonly at: number; spent: boolean }>();
  return {
    issue: (user) => {
      const id = `${Math.floor(now() / 1000)}.${randomBytes(4).readUInt32BE()}.${randomBytes(12).toString("hex")}`;
      issued.set(id, { user, at: now(), spent: false });
      return id;
    },
    spend: (id) => {
      const trigger = issued.get(id);
      if (trigger === undefined) throw new Refusal("invalid_trigger_id");
      if (trigger.spent) throw new Refusal("exchanged_trigger_id");
      if (now() - trigger.at > lifetimeSeconds * 1000) throw new Refusal("expired_trigger_id");
      trigger.spent = true;
      return trigger.user;
    },
  };
}

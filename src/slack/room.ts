// What every listener needs at hand.

import type { Config } from "../config/config.ts";
import type { Promotions } from "../promotion/promotions.ts";
import type { Store } from "../store/store.ts";
import type { Channels } from "./channels.ts";
import type { Clients } from "./clients.ts";
import type { RoomLogger } from "./logging.ts";
import type { KnownMembership } from "./membership.ts";
import type { Voice } from "./messages/voice.ts";
import type { Teller } from "./teller.ts";

export type Room = {
  readonly config: Config;
  readonly promotions: Promotions;
  readonly store: Store;
  readonly clients: Clients;
  readonly channels: Channels;
  readonly voice: Voice;
  readonly membership: KnownMembership;
  readonly teller: Teller;
  readonly logger: RoomLogger;
  readonly mask: (text: string) => string;
  readonly newId: () => string;
  readonly botUserId: string;
  readonly connected: () => boolean;
  /** The report of `passerelle doctor`, where the bot was given a way to make it. */
  readonly doctor: ((apps: readonly string[]) => Promise<string>) | undefined;
};

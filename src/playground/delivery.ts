// How what people do reaches the app, whatever the line between them is.

import type { Fields } from "./fields.ts";

export type EnvelopeType = "slash_commands" | "interactive" | "events_api";

/** `unconnected`: nobody was there to take it. `timeout`: somebody was, and did not acknowledge in time. */
export type Delivery =
  | { readonly outcome: "acknowledged"; readonly payload: Fields }
  | { readonly outcome: "timeout" }
  | { readonly outcome: "unconnected" };

export type AppLink = {
  /** Resolves when the app has acknowledged, or when it can no longer do so in time. */
  deliver(type: EnvelopeType, payload: Fields): Promise<Delivery>;
};

// Which way content goes from PREPROD's host to PROD's, found out once and given up when it does not hold.

import { PasserelleError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { findStraightRoute, type Route, relay } from "./carry.ts";
import type { StageNeeds } from "./stage-lists.ts";
import { type StagedWatch, watchStagedBytes } from "./staged-bytes.ts";
import type { Prod } from "./swap.ts";

/** `auto`: straight between the hosts where one lets the other in and it is worth asking, else through the bot. */
export type Transfer = "auto" | "direct" | "relay";

export type Routes = {
  /** `content` is where it arrives, for `told`: the bytes that do not pass through us are looked at from outside. */
  readonly choose: (
    content: string,
  ) => Promise<{ readonly route: Route; readonly told: StagedWatch | undefined }>;
  readonly broke: () => void;
};

/** Asking the hosts for a straight way takes longer than sending less than this. */
const worthAsking = 64 * 1024 * 1024;
const mostBreaks = 2;

/** Throws `no-direct-transfer` where `direct` was asked for and is not to be had. */
export function createRoutes(options: {
  readonly prod: Prod;
  readonly preprod: { readonly transport: Transport; readonly root: string };
  readonly id: string;
  readonly needs: StageNeeds;
  readonly timeoutSeconds: number;
  readonly transfer?: Transfer | undefined;
  readonly onStaged?: ((bytes: number) => void) | undefined;
}): Routes {
  const { prod, preprod, id, needs, timeoutSeconds, transfer = "auto", onStaged } = options;
  const ends = { from: preprod.transport, to: prod.transport, timeoutSeconds };
  let chosen: Route | undefined;
  let breaks = 0;

  async function find(content: string): Promise<Route> {
    // From or to the bot's own machine there is no shorter way.
    const isOurs = ends.from.address === undefined || ends.to.address === undefined;
    if (transfer === "relay" || isOurs || (transfer === "auto" && needs.bytes < worthAsking))
      return relay(ends);
    const straight = await findStraightRoute(ends, { root: preprod.root, content });
    if (straight !== undefined) return straight;
    if (transfer === "auto") return relay(ends);
    throw new PasserelleError("no-direct-transfer", { from: ends.from.host, host: ends.to.host });
  }

  return {
    async choose(content) {
      chosen ??= await find(content);
      const told =
        chosen.by === "relay" || onStaged === undefined
          ? undefined
          : watchStagedBytes({
              ...{ transport: prod.transport, stateDir: prod.stateDir, report: onStaged },
              directory: `${id}.from/content`,
            });
      return { route: chosen, told };
    },
    broke() {
      if (chosen === undefined || chosen.by === "relay" || transfer === "direct") return;
      breaks += 1;
      if (breaks === mostBreaks) chosen = relay(ends);
    },
  };
}

// Makes a plan and lets the channel see it; what needs no decision is told to the person who asked, and no plan is answered with.

import type { AppConfig } from "../../config/config.ts";
import type { Plan } from "../../tree/plan.ts";
import { type Asker, declinedMessage, reply } from "../answering.ts";
import { keyOfPlan } from "../message-key.ts";
import { driftActions } from "../messages/drift-message.ts";
import { inSyncMessage } from "../messages/plain-message.ts";
import { notChosen } from "../messages/plan-offers.ts";
import { planWarnings } from "../messages/plan-warnings.ts";
import { sharePlanImages } from "../plan-images.ts";
import type { Room } from "../room.ts";

export async function makePlan(
  room: Room,
  app: AppConfig,
  asker: Asker,
  groups: readonly string[],
): Promise<Plan | undefined> {
  const proposal = await room.promotions.propose({
    app: app.name,
    by: { id: asker.user, via: "slack" },
    groups,
  });
  if (proposal.outcome === "in-sync") {
    await reply(
      room,
      asker,
      inSyncMessage(room.voice, app.name, [
        ...planWarnings(room.voice, proposal.plan, 1),
        ...notChosen(room.voice, proposal.plan),
        ...driftActions(room.voice, proposal.plan),
      ]),
    );
    return undefined;
  }
  const refusal = await room.teller.tellAndWait(keyOfPlan(proposal.plan));
  if (refusal !== undefined) {
    await reply(room, asker, declinedMessage(room, refusal));
    return undefined;
  }
  await sharePlanImages(room, proposal.plan);
  return proposal.plan;
}

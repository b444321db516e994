// The check boxes of a plan: other groups make another plan, in the same message.

import type { App, BlockAction } from "@slack/bolt";
import type { Plan } from "../../tree/plan.ts";
import { type Asker, answering, declinedMessage, reply } from "../answering.ts";
import { keyOfPlan } from "../message-key.ts";
import { plainMessage } from "../messages/plain-message.ts";
import { planIdOfGroupsBlock } from "../messages/plan-offers.ts";
import { refusalMessage } from "../messages/refusal-message.ts";
import { sharePlanImages } from "../plan-images.ts";
import type { Room } from "../room.ts";
import { readChoice } from "./payload.ts";
import { whichApp } from "./which-app.ts";

export function listenToGroups(app: App, room: Room): void {
  /** By message: the last wish, and the end of the work on the ones before. */
  const wishes = new Map<string, { readonly wish: symbol; readonly done: Promise<void> }>();

  app.action<BlockAction>("plan.groups", async ({ ack, body }) => {
    await ack();
    const { asker, blockId, chosen } = readChoice(body);
    await answering(room, asker, async () => {
      const planId = planIdOfGroupsBlock(blockId) ?? "";
      const record = await room.promotions.plan(planId);
      if (record === undefined) {
        const unknown = { app: undefined, again: undefined };
        return reply(room, asker, refusalMessage(room.voice, { why: "unknown-plan" }, unknown));
      }
      const meant = await whichApp(room, record.plan.app, asker.channel);
      if ("refusal" in meant) return reply(room, asker, meant.refusal);
      const message = keyOfPlan(record.plan);
      const wish = Symbol(message);
      // Boxes are ticked faster than both sides are read: of those that wait only the last one counts.
      const before = wishes.get(message)?.done;
      const done = (async () => {
        await before;
        if (wishes.get(message)?.wish === wish) await regroup(room, asker, record.plan, chosen);
      })();
      const settled = done.catch(() => {});
      wishes.set(message, { wish, done: settled });
      await done.finally(() => {
        if (wishes.get(message)?.wish === wish) wishes.delete(message);
      });
    });
  });
}

async function regroup(room: Room, asker: Asker, shown: Plan, groups: readonly string[]): Promise<void> {
  const { voice, promotions, teller } = room;
  const say = voice.texts.offering;
  const by = { id: asker.user, via: "slack" } as const;
  const regrouped = await promotions.regroup({ planId: shown.id, groups, by });
  switch (regrouped.outcome) {
    case "planned": {
      const refusal = await teller.tellAndWait(keyOfPlan(regrouped.plan));
      if (refusal !== undefined) return reply(room, asker, declinedMessage(room, refusal));
      // Not awaited: the next wish need not wait for pictures.
      void sharePlanImages(room, regrouped.plan, shown);
      return;
    }
    case "unchanged":
      return;
    case "not-requester": {
      const { plan } = regrouped;
      const command = voice.code(
        `/promote diff ${plan.app}${groups.map((group) => ` --with ${group}`).join("")}`,
        120,
      );
      return reply(room, asker, plainMessage(say.onlyRequester(voice.person(plan.requester), command)));
    }
    case "refused":
      return reply(
        room,
        asker,
        refusalMessage(voice, regrouped.refusal, { app: undefined, again: shown.id }),
      );
  }
}

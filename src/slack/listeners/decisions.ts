// The clicks and the dialog that decide a plan.

import type { App, BlockAction } from "@slack/bolt";
import type { DecideRequest } from "../../promotion/promotions.ts";
import { type Asker, answering, reply } from "../answering.ts";
import { linkTo } from "../links.ts";
import { keyOfPlan } from "../message-key.ts";
import { rejectDialog } from "../messages/dialogs.ts";
import { plainMessage } from "../messages/plain-message.ts";
import { refusalMessage } from "../messages/refusal-message.ts";
import type { Room } from "../room.ts";
import { inputText, readClick, readOrigin, writeOrigin } from "./payload.ts";

export function listenToDecisions(app: App, room: Room): void {
  app.action<BlockAction>("plan.approve", async ({ ack, body }) => {
    await ack();
    const { asker, value } = readClick(body);
    // The button's own dialog named what is overwritten.
    await answering(room, asker, () =>
      decide(room, asker, { planId: value, verdict: "approve", acknowledgesDrift: true }),
    );
  });

  app.action<BlockAction>("plan.reject", async ({ ack, body }) => {
    await ack();
    const { asker, value, triggerId } = readClick(body);
    await answering(room, asker, async () => {
      const origin = writeOrigin({ about: value, channel: asker.channel, threadTs: asker.threadTs });
      await room.clients.interactive.views.open({
        trigger_id: triggerId,
        view: rejectDialog(room.voice, origin),
      });
    });
  });

  app.view("plan.reject.submit", async ({ ack, body, view }) => {
    await ack();
    const origin = readOrigin(view.private_metadata);
    const asker = { user: body.user.id, channel: origin.channel, threadTs: origin.threadTs };
    const reason = inputText(view, "why");
    await answering(room, asker, () =>
      decide(room, asker, { planId: origin.about, verdict: "reject", ...(reason !== "" && { reason }) }),
    );
  });
}

async function decide(
  room: Room,
  asker: Asker,
  decision: Pick<DecideRequest, "planId" | "verdict" | "reason" | "acknowledgesDrift">,
): Promise<void> {
  const { promotions, voice, teller } = room;
  const by = { id: asker.user, via: "slack" } as const;
  const channel = await configuredName(room, decision.planId, asker.channel);
  const decided = await promotions.decide({ ...decision, by, channel });
  teller.tell(keyOfPlan(decided.plan ?? { id: decision.planId }));
  if (decided.outcome === "counted") {
    const words = voice.texts.conversation.countedForYou(decided.approvals, decided.required);
    return reply(room, asker, plainMessage(words));
  }
  if (decided.outcome !== "refused") return;
  const { refusal, plan } = decided;
  const link = refusal.why === "running" ? await linkTo(room, refusal.promotionId) : undefined;
  const again = plan?.id ?? (await onlyAppHere(room, asker.channel));
  await reply(room, asker, refusalMessage(voice, refusal, { app: plan?.app, again, link }));
}

/** Plans are stored under the channel as the configuration writes it, which may be a #name. */
async function configuredName(room: Room, planId: string, channel: string): Promise<string> {
  const record = await room.promotions.plan(planId);
  const app = record && room.config.apps.get(record.plan.app);
  return app !== undefined && (await room.channels.belongs(app, channel)) ? app.channel : channel;
}

async function onlyAppHere(room: Room, channel: string): Promise<string | undefined> {
  const [only, second] = await room.channels.appsIn(channel);
  return only !== undefined && second === undefined ? `app:${only.name}` : undefined;
}

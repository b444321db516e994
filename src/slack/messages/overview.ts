// Everything at a glance, for the shortcut: each app with what runs, what waits, and where it is promoted.

import type { KnownBlock, ModalView } from "@slack/types";
import type { Status } from "../../promotion/promotions.ts";
import { clipPlain, context, divider, header, pt } from "./blocks.ts";
import { statusMessage } from "./status-message.ts";
import type { Voice } from "./voice.ts";

/** `channel` is finished mrkdwn. */
export type Glance = { readonly status: Status; readonly channel: string };

export function overviewDialog(voice: Voice, glances: readonly Glance[], state: OverviewState): ModalView {
  const say = voice.texts.conversation;
  return {
    type: "modal",
    callback_id: "overview",
    title: pt(clipPlain(say.overview.title, 24)),
    close: pt(clipPlain(say.rollback.close, 24)),
    blocks: [...overview(voice, glances, state)],
  };
}

export type OverviewState = { readonly connected: boolean; readonly now: Date };

function overview(
  voice: Voice,
  glances: readonly Glance[],
  { connected, now }: OverviewState,
): readonly KnownBlock[] {
  const say = voice.texts.conversation;
  return [
    header("PREPROD → PROD"),
    ...glances.slice(0, 20).flatMap(({ status, channel }) => [
      // The same words as in the channel, without its buttons: what is decided is decided where everybody sees it.
      ...statusMessage(voice, status, { connected }).blocks.filter((block) => block.type !== "actions"),
      context(say.overview.where(channel)),
      divider,
    ]),
    context(say.overview.updated(voice.when(now.toISOString(), "time"))),
  ];
}

// The Home tab: each app with both sides, what waits for this person, what ran last, and the next moves they may make.

import type { Button, HomeView, KnownBlock } from "@slack/types";
import type { Status } from "../../promotion/promotions.ts";
import type { Plan } from "../../tree/plan.ts";
import { actions, button, clipPlain, confirm, context, divider, header, linkButton, md } from "./blocks.ts";
import { type HistoryRow, rowWords } from "./history-message.ts";
import { filesOf } from "./plan-message.ts";
import { lights, lockWords, runningWords } from "./status-message.ts";
import type { Voice } from "./voice.ts";

export type Waiting = { readonly plan: Plan; readonly link: string | undefined };

export type HomeApp = {
  readonly status: Status;
  /** Finished mrkdwn. */
  readonly channel: string;
  readonly waiting: readonly Waiting[];
  readonly history: readonly HistoryRow[];
  /** Whether this person is in the app's channel: acting is for those who are. */
  readonly inChannel: boolean;
  readonly approver: boolean;
};

/** Slack shows 100 blocks; an app takes eight at the most. */
const mostApps = 12;

export function homeView(voice: Voice, apps: readonly HomeApp[], now: Date): HomeView {
  const say = voice.texts.conversation.overview;
  const left = apps.length - mostApps;
  return {
    type: "home",
    callback_id: "home",
    blocks: [
      header("PREPROD → PROD"),
      ...apps.slice(0, mostApps).flatMap((app) => [...appBlocks(voice, app), divider]),
      ...(left > 0 ? [context(voice.texts.plan.moreNames(left))] : []),
      actions("home", [button(say.refresh, { action: "home.refresh", value: "home" })]),
      context(say.updated(voice.when(now.toISOString(), "time"))),
    ],
  };
}

function appBlocks(voice: Voice, app: HomeApp): readonly KnownBlock[] {
  const { texts, safe } = voice;
  const { status } = app;
  const say = texts.conversation;
  const health = say.status.healthWords;
  const waits = app.waiting.length;
  const fields = [
    `*PROD*\n${lights[status.prodHealth]} ${health[status.prodHealth]}`,
    `*PREPROD*\n${lights[status.preprodHealth]} ${health[status.preprodHealth]}`,
    `*${say.overview.waits}*\n${waits === 0 ? say.status.nothingWaiting : say.status.waiting(waits)}`,
    `*${say.overview.lock}*\n${lockWords(voice, status.lock)}`,
  ];
  const title = `*${safe(status.app, 80)}* · ${say.overview.where(app.channel)}`;
  const running = status.running === undefined ? "" : `\n:rocket: ${runningWords(voice, status.running)}`;
  return [
    { type: "section", text: md(`${title}${running}`), fields: fields.map(md) },
    ...(app.inChannel ? [actions(`home:${status.app}`.slice(0, 255), moves(voice, status))] : []),
    ...app.waiting.slice(0, 2).map((waiting) => waitingBlock(voice, waiting, app.approver)),
    ...(app.history.length === 0
      ? []
      : [
          context(
            [
              `*${say.history.title(safe(status.app, 80))}*`,
              ...app.history.map((row) => rowWords(voice, row)),
            ].join("\n"),
          ),
        ]),
    context(rights(voice, app)),
  ];
}

function moves({ texts }: Voice, { app, lock }: Status): readonly Button[] {
  const say = texts.conversation;
  const value = `app:${app}`;
  const unlock = button(say.lock.unlock, {
    action: "home.unlock",
    value,
    confirm: confirm(
      { title: say.lock.unlockTitle, text: say.lock.unlockText, yes: say.lock.unlock, no: say.lock.keep },
      "danger",
    ),
  });
  // A freeze of the configuration is nobody's to release with a button.
  const locking = lock === undefined ? [button(say.lock.open, { action: "home.lock", value })] : [unlock];
  return [
    button(say.overview.review, { action: "home.diff", value, style: "primary" }),
    button(texts.promotion.rollBack, { action: "home.rollback", value }),
    ...(lock?.by === "config" ? [] : locking),
  ];
}

function waitingBlock(voice: Voice, { plan, link }: Waiting, approver: boolean): KnownBlock {
  const say = voice.texts.conversation.overview;
  const words = voice.texts.plan.waiting(
    voice.safe(plan.app, 80),
    filesOf(plan),
    voice.person(plan.requester),
  );
  const forYou = approver ? `*${say.forYou}*\n` : "";
  return {
    type: "section",
    text: md(`${forYou}${words} ${voice.texts.plan.expires(voice.when(plan.expiresAt, "time"))}`),
    ...(link !== undefined && { accessory: linkButton(clipPlain(say.open, 75), link, "home.open") }),
  };
}

function rights({ texts }: Voice, { inChannel, approver }: HomeApp): string {
  const say = texts.conversation.overview;
  if (!inChannel) return say.onlyLook;
  return say.youMay(texts.measures.list([...(approver ? [say.mayApprove] : []), ...say.mayAlways]));
}

// What a message should show now, worked out from the records alone; the same records always give the same message.

import { createHash } from "node:crypto";
import type { KnownBlock } from "@slack/types";
import type { AppConfig, Config } from "../config/config.ts";
import { askedInSlack } from "../promotion/asked-in-slack.ts";
import type { PlanRecord, PromotionEvent, PromotionRecord, Promotions } from "../promotion/promotions.ts";
import type { MessageKey } from "./message-key.ts";
import type { Message } from "./messages/blocks.ts";
import { closedPlanMessage } from "./messages/closed-plan-message.ts";
import { driftMessage } from "./messages/drift-message.ts";
import { endedMessage, excerptOf } from "./messages/ended-message.ts";
import { planMessage } from "./messages/plan-message.ts";
import { runningMessage } from "./messages/running-message.ts";
import { type ThreadReply, threadReplies } from "./messages/thread-lines.ts";
import type { Voice } from "./messages/voice.ts";

export type Projection = {
  readonly app: AppConfig;
  readonly message: Message;
  /** Hash of what the message shows. */
  readonly shown: string;
  /** What the thread still has to be told. */
  readonly replies: readonly ThreadReply[];
  /** Told up to here once the replies are posted. */
  readonly lastSequence: number;
  /** Nothing more will happen to it. */
  readonly final: boolean;
  /** Worth a message when there is none yet. */
  readonly worthPosting: boolean;
  /** It was not there before this. */
  readonly since: string;
};

export type ProjectionOptions = {
  readonly config: Config;
  readonly promotions: Promotions;
  readonly voice: Voice;
  readonly now: () => Date;
};

/** Undefined when there is nothing to tell about this key, now or ever. */
export async function project(
  key: MessageKey,
  told: number,
  options: ProjectionOptions,
): Promise<Projection | undefined> {
  const { promotions, config } = options;
  const id = key.slice(key.indexOf(":") + 1);
  if (key.startsWith("drift:")) return projectDrift(id, options);
  const first = key.startsWith("plan:") ? await promotions.plan(id) : undefined;
  const plan = await latestOf(first, promotions);
  const promotionId = key.startsWith("plan:") ? plan?.promotionId : id;
  const promotion = promotionId === undefined ? undefined : await promotions.promotion(promotionId);
  const app = config.apps.get(plan?.plan.app ?? promotion?.app ?? "");
  if (app === undefined) return undefined;
  const since = first?.plan.createdAt ?? promotion?.startedAt ?? "";
  if (promotion !== undefined) return projectPromotion(plan, promotion, app, { ...options, told, since });
  return plan === undefined ? undefined : projectPlan(plan, app, { ...options, since });
}

/** The plan that a message shows now: the last of those that took each other's place in it. */
async function latestOf(
  first: PlanRecord | undefined,
  promotions: Promotions,
): Promise<PlanRecord | undefined> {
  let latest = first;
  while (latest?.replacedBy !== undefined) {
    const next = await promotions.plan(latest.replacedBy);
    if (next === undefined) break;
    latest = next;
  }
  return latest;
}

async function projectDrift(
  id: string,
  { promotions, config, voice }: ProjectionOptions,
): Promise<Projection | undefined> {
  const found = await promotions.foundDrift(id);
  const app = config.apps.get(found?.app ?? "");
  if (found === undefined || app === undefined) return undefined;
  return {
    ...stamped(app, driftMessage(voice, found)),
    replies: [],
    lastSequence: 0,
    final: true,
    worthPosting: true,
    since: found.at,
  };
}

async function projectPlan(
  record: PlanRecord,
  app: AppConfig,
  { promotions, voice, now, since }: ProjectionOptions & { readonly since: string },
): Promise<Projection> {
  const { plan } = record;
  const expired = record.status === "open" && plan.expiresAt <= now().toISOString();
  const open = (record.status === "open" && !expired) || record.status === "approved";
  const [last] = open ? await promotions.history(app.name, { limit: 1 }) : [];
  const message = open
    ? planMessage(voice, {
        plan,
        decisions: record.decisions,
        approval: app.approval,
        restart: app.restart,
        last,
      })
    : closedPlanMessage(voice, expired ? { ...record, status: "expired" } : record);
  return {
    ...stamped(app, message),
    replies: [],
    lastSequence: 0,
    final: record.status !== "open" && record.status !== "approved",
    worthPosting: open && askedInSlack(plan) && plan.changes.length > 0,
    since,
  };
}

async function projectPromotion(
  plan: PlanRecord | undefined,
  promotion: PromotionRecord,
  app: AppConfig,
  {
    promotions,
    voice,
    now,
    told,
    since,
  }: ProjectionOptions & { readonly told: number; readonly since: string },
): Promise<Projection> {
  const all = await promotions.events(promotion.id);
  const events = withEnding(promotion, all, now());
  const { replies, lastSequence } = threadReplies(
    voice,
    promotion,
    events.filter((event) => event.sequence > told),
  );
  const endTold = events.some((event) => event.kind === "ended");
  return {
    ...stamped(app, promotionMessage(voice, plan, promotion, all, now())),
    replies,
    lastSequence: Math.max(told, lastSequence),
    final: promotion.status !== "running" && endTold,
    worthPosting: true,
    since,
  };
}

function promotionMessage(
  voice: Voice,
  plan: PlanRecord | undefined,
  promotion: PromotionRecord,
  events: readonly PromotionEvent[],
  now: Date,
): Message {
  const { ending } = promotion;
  if (ending === undefined) return runningMessage(voice, promotion, now);
  if (ending.outcome === "refused" && plan?.status === "stale") return closedPlanMessage(voice, plan);
  return endedMessage(voice, promotion, ending, excerptOf(events));
}

/** An ending is told even if the bot died between recording it and recording its event. */
function withEnding(
  promotion: PromotionRecord,
  events: readonly PromotionEvent[],
  now: Date,
): readonly PromotionEvent[] {
  const { ending, finishedAt } = promotion;
  if (ending === undefined || finishedAt === undefined || events.some((event) => event.kind === "ended"))
    return events;
  if (now.getTime() - Date.parse(finishedAt) < 30_000) return events;
  const sequence = (events.at(-1)?.sequence ?? 0) + 1;
  const event = {
    promotionId: promotion.id,
    sequence,
    at: finishedAt,
    step: undefined,
    facts: {},
    excerpt: [],
  };
  return [...events, { ...event, kind: "ended" }];
}

/** Slack wants new block ids in a message that is updated. */
function stamped(app: AppConfig, message: Message): Pick<Projection, "app" | "message" | "shown"> {
  const shown = createHash("sha256").update(JSON.stringify(message)).digest("hex").slice(0, 16);
  const blocks = message.blocks.map((block): KnownBlock => {
    const id = block.block_id;
    return id === undefined ? block : { ...block, block_id: `${id.slice(0, 230)}:${shown.slice(0, 8)}` };
  });
  return { app, message: { text: message.text, blocks }, shown };
}

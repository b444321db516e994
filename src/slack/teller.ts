// Keeps Slack showing what the records say: posts, updates and tells, now or when Slack is back, and never holds anything up.

import type { Config } from "../config/config.ts";
import type { Promotions } from "../promotion/promotions.ts";
import type { MessageRecord, Store } from "../store/store.ts";
import type { Channels } from "./channels.ts";
import { callFailure, isCallError } from "./clients.ts";
import type { RoomLogger } from "./logging.ts";
import { isMessageKey, keyOfPlan, type MessageKey, promotionKey } from "./message-key.ts";
import type { Voice } from "./messages/voice.ts";
import { createOneAtATime } from "./one-at-a-time.ts";
import type { Posting } from "./posting.ts";
import { type Projection, project } from "./projection.ts";
import { noLease, type TellingLease, type Turn } from "./telling-lease.ts";

export type TellerOptions = {
  readonly config: Config;
  readonly promotions: Promotions;
  readonly store: Store;
  readonly posting: Posting;
  readonly channels: Pick<Channels, "idOf">;
  readonly voice: Voice;
  readonly logger: RoomLogger;
  readonly now: () => Date;
  /** Where several bots share the store. */
  readonly lease?: TellingLease;
  /** A message is updated at most this often; with several at work, each less often. */
  readonly updateMilliseconds?: number;
  readonly retryMilliseconds?: number;
  readonly mostRetryMilliseconds?: number;
  /** How often unsettled messages are looked at again without a reason. */
  readonly sweepMilliseconds?: number;
};

export type Teller = {
  readonly start: () => Promise<void>;
  /** Brings this message up to date as soon as Slack lets us. */
  readonly tell: (key: MessageKey) => void;
  /** The same, and waits until Slack has it, or says why not: then Slack's error. An outage is waited out. */
  readonly tellAndWait: (key: MessageKey) => Promise<string | undefined>;
  readonly stop: () => Promise<void>;
};

/** What a terminal did while no bot was there is told later, but not last month's. */
const lookBackMilliseconds = 3 * 24 * 3600 * 1000;

export function createTeller(options: TellerOptions): Teller {
  const { promotions, store, logger, config } = options;
  const { updateMilliseconds = 2400, retryMilliseconds = 1000, mostRetryMilliseconds = 60_000 } = options;
  const { lease = noLease } = options;
  /** Messages whose record is what Slack has. Not so after a restart, or a call whose outcome nobody knows. */
  const certain = new Set<MessageKey>();
  const keys = new Map<string, MessageKey>();
  const waiting = new Map<MessageKey, PromiseWithResolvers<string | undefined>>();
  let lookedBack = false;
  let unsubscribe: (() => void) | undefined;
  let sweeping: NodeJS.Timeout | undefined;

  const messages = createOneAtATime<MessageKey>({
    deed: bringUpToDate,
    spacingMilliseconds: updateMilliseconds,
    waitAfter,
  });
  const tell = messages.ask;

  function answer(key: MessageKey, refusal: string | undefined): void {
    waiting.get(key)?.resolve(refusal);
    waiting.delete(key);
  }

  async function bringUpToDate(key: MessageKey): Promise<boolean> {
    // One that is settled takes no turn, or it would leave a lease behind.
    const over = (await store.message(key))?.settled === true;
    const changed = !over && (await lease.during(key, (turn) => compareAndTell(key, turn)));
    answer(key, undefined);
    return changed;
  }

  async function compareAndTell(key: MessageKey, { undisturbed, keep }: Turn): Promise<boolean> {
    const before = await store.message(key);
    if (before?.settled) return false;
    let record = before;
    let wanted = await project(key, record?.toldSequence ?? 0, options);
    if (wanted === undefined) return false;
    if (before !== undefined && !(certain.has(key) && undisturbed)) {
      record = await recall(key, before, wanted.since, options.posting);
      wanted = (await project(key, record.toldSequence, options)) ?? wanted;
    }
    certain.add(key);
    if (record === undefined && !wanted.worthPosting) return false;
    const shown = await show(key, record, wanted, keep);
    const told = await tellThread(key, shown, wanted, keep);
    if (wanted.final) {
      await store.setMessage(key, { ...told, settled: true });
      certain.delete(key);
      await lease.end(key);
    }
    return shown !== record;
  }

  async function show(
    key: MessageKey,
    record: MessageRecord | undefined,
    wanted: Projection,
    keep: () => Promise<void>,
  ): Promise<MessageRecord> {
    if (record !== undefined && record.ts !== "") {
      if (record.shown === wanted.shown) return record;
      await keep();
      const outcome = await options.posting.update(record, wanted.message);
      if (outcome !== "gone") return remember(key, { ...record, shown: wanted.shown });
      logger.info({ key }, "the message was deleted; posting it anew");
    }
    const channel =
      record?.channel ?? (await options.channels.idOf(wanted.app.channel)) ?? wanted.app.channel;
    const intent = { channel, ts: "", toldSequence: record?.toldSequence ?? 0, settled: false, shown: "" };
    await store.setMessage(key, intent);
    await keep();
    const at = await sure(key, () => options.posting.post({ channel, key, sequence: 0 }, wanted.message));
    return remember(key, { ...intent, ...at, shown: wanted.shown });
  }

  async function tellThread(
    key: MessageKey,
    record: MessageRecord,
    wanted: Projection,
    keep: () => Promise<void>,
  ): Promise<MessageRecord> {
    let told = record;
    for (const { message, sequence, broadcast } of wanted.replies) {
      const target = { channel: record.channel, key, sequence, threadTs: record.ts, broadcast };
      await keep();
      await sure(key, () => options.posting.post(target, message));
      told = { ...told, toldSequence: sequence };
      await store.setMessage(key, told);
    }
    if (wanted.lastSequence > told.toldSequence) {
      told = { ...told, toldSequence: wanted.lastSequence };
      await store.setMessage(key, told);
    }
    return told;
  }

  /** After a failure that is not Slack's own refusal, nobody knows whether it was posted. */
  async function sure<Value>(key: MessageKey, post: () => Promise<Value>): Promise<Value> {
    try {
      return await post();
    } catch (error) {
      if (callFailure(error).kind === "unknown") certain.delete(key);
      throw error;
    }
  }

  async function remember(key: MessageKey, record: MessageRecord): Promise<MessageRecord> {
    await store.setMessage(key, record);
    return record;
  }

  function waitAfter(key: MessageKey, error: unknown, failures: number): number {
    const failure = callFailure(error);
    if (failure.kind === "limited") return failure.afterSeconds * 1000;
    if (failure.kind === "refused") answer(key, failure.error);
    const wait = Math.min(mostRetryMilliseconds, retryMilliseconds * 2 ** Math.min(failures - 1, 10));
    const facts = { key, failures, wait };
    if (!isCallError(error))
      logger.error({ ...facts, err: error }, "a message could not be brought up to date");
    else if (failure.kind === "refused")
      logger.error({ ...facts, reason: failure.error }, remedyFor(failure.error));
    else logger.warn({ ...facts, reason: failure.reason }, "Slack is not reachable; telling later");
    return wait;
  }

  async function changed(change: {
    readonly kind: "plan" | "promotion";
    readonly id: string;
  }): Promise<void> {
    if (change.kind === "plan") {
      const shown = keys.get(change.id) ?? (await keyOfPlanId(change.id));
      keys.set(change.id, shown);
      return tell(shown, false);
    }
    const known = keys.get(change.id);
    if (known !== undefined) return tell(known, false);
    const promotion = await promotions.promotion(change.id);
    if (promotion === undefined) return;
    const plan = promotion.planId === undefined ? undefined : await promotions.plan(promotion.planId);
    const key = promotionKey(promotion, plan?.plan);
    keys.set(change.id, key);
    tell(key, false);
  }

  async function keyOfPlanId(id: string): Promise<MessageKey> {
    const record = await promotions.plan(id);
    return keyOfPlan(record?.plan ?? { id });
  }

  async function sweep(): Promise<void> {
    for (const key of await store.unsettledMessages()) if (isMessageKey(key)) tell(key, false);
    if (!lookedBack) await lookBack();
    lookedBack = true;
  }

  /** What has no message yet because nobody was there to post it. */
  async function lookBack(): Promise<void> {
    for (const app of config.apps.keys()) {
      for (const plan of await store.openPlans(app)) tell(keyOfPlan(plan), false);
      const past = await promotions.history(app, { limit: 20 });
      const oldest = options.now().getTime() - lookBackMilliseconds;
      for (const { id, startedAt } of past) {
        if (Date.parse(startedAt) > oldest) await changed({ kind: "promotion", id });
      }
    }
  }

  const guarded = (deed: () => Promise<void>) => {
    deed().catch((error: unknown) =>
      logger.error({ err: error }, "what has to be told could not be looked up"),
    );
  };

  return {
    async start() {
      unsubscribe = promotions.onChange((change) => guarded(() => changed(change)));
      sweeping = setInterval(() => guarded(sweep), options.sweepMilliseconds ?? 15_000);
      sweeping.unref();
      guarded(sweep);
    },
    tell: (key) => tell(key, true),
    tellAndWait(key) {
      const asked = waiting.get(key) ?? Promise.withResolvers<string | undefined>();
      waiting.set(key, asked);
      tell(key, true);
      return asked.promise;
    },
    async stop() {
      unsubscribe?.();
      clearInterval(sweeping);
      for (const key of [...waiting.keys()]) answer(key, undefined);
      const working = messages.stop();
      // What is cut off here is looked up in Slack by the next bot before it tells anything again.
      await Promise.race([working, new Promise((resolve) => setTimeout(resolve, 3000).unref())]);
    },
  };
}

/** What Slack has of this message, when only Slack can know: it may have been posted by a bot that died before noting it. */
async function recall(
  key: MessageKey,
  record: MessageRecord,
  since: string,
  posting: Posting,
): Promise<MessageRecord> {
  const ts = record.ts === "" ? await posting.findMessage(key, record.channel, since) : record.ts;
  if (ts === undefined) return record;
  const told = await posting.findTold(key, { channel: record.channel, ts });
  return { ...record, ts, toldSequence: Math.max(record.toldSequence, told) };
}

function remedyFor(error: string): string {
  switch (error) {
    case "not_in_channel":
    case "channel_not_found":
      return "Slack does not let the bot post in the channel of this app: invite it there, or correct `channel`";
    case "is_archived":
      return "the channel of this app is archived: unarchive it, or correct `channel`";
    default:
      return "Slack refused a message";
  }
}

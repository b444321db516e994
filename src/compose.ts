// Wires the rooms together: the only place that knows them all.

import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import type { Logger } from "pino";
import type { AppConfig, Config, Environment } from "./config/config.ts";
import { examine } from "./doctor/examine.ts";
import { shortReport } from "./doctor/report.ts";
import { createPromotions } from "./promotion/create-promotions.ts";
import { openDurable } from "./promotion/durable.ts";
import { createForgetting } from "./promotion/forget-old.ts";
import { createWorkbench } from "./promotion/machines.ts";
import type { Membership, PromotionRecord, Promotions } from "./promotion/promotions.ts";
import { reconsider } from "./promotion/reconsider.ts";
import { recover } from "./promotion/recovery.ts";
import { runPromotion } from "./promotion/run.ts";
import { createDriftWatch } from "./promotion/watch-drift.ts";
import { openMembership, type SlackRoom, startSlack } from "./slack/app.ts";
import type { Store } from "./store/store.ts";
import { textsFor } from "./texts/texts.ts";
import { createTransports } from "./transport/transports.ts";

export type BotOptions = {
  /** A bot holds the data directory alone; a terminal works beside one. */
  readonly role: "bot" | "terminal";
  readonly config: Config;
  readonly environment: Environment;
  /** Closed by `close`. */
  readonly store: Store;
  readonly mask: (text: string) => string;
  readonly logger: Logger;
  readonly now?: () => Date;
  /** How long a host may be out of reach before a step that waits for it is given up. */
  readonly hostPatienceSeconds?: number;
  /** How often the past is looked at again for what expired or was lost. */
  readonly sweepSeconds?: number;
};

export type Bot = {
  readonly promotions: Promotions;
  /** Recovers what an earlier process left, and begins to carry out promotions. */
  startWork(): Promise<void>;
  /** Throws `slack-refused` when a token is not good; false when Slack is away: then it goes on trying. */
  startSlack(): Promise<boolean>;
  /** Stops in order; what runs on hosts goes on and is adopted by the next start. */
  close(): Promise<void>;
};

const newId = (): string => randomBytes(8).toString("hex");

export async function openBot(options: BotOptions): Promise<Bot> {
  const { config, environment, store, mask, logger } = options;
  const now = options.now ?? (() => new Date());
  const onError = (error: unknown): void => logger.error({ err: error }, "unexpected failure");
  const transports = createTransports(config);
  const membership: Membership = openMembership({ environment, logger });
  const workbench = createWorkbench({
    ...{ transports, store, now },
    ...(options.hostPatienceSeconds !== undefined && { patienceSeconds: options.hostPatienceSeconds }),
  });
  const durable = await openDurable({
    dataDir: environment.dataDir,
    databaseUrl: environment.databaseUrl,
    exclusive: options.role === "bot",
    logger,
    mask,
    // What runs on a host goes on without us, and whoever stops a bot often kills it after ten seconds.
    graceSeconds: 5,
  });

  const appOf = (record: PromotionRecord): AppConfig => {
    const app = config.apps.get(record.app);
    if (app === undefined)
      throw new Error(`${record.id} is of the app ${record.app}, which the configuration has no more`);
    return app;
  };
  const commands = (record: PromotionRecord): readonly string[] => workbench.commands(appOf(record), record);

  const startRun = durable.define<{ readonly promotionId: string }, unknown>(
    "promotion",
    "1",
    ({ promotionId }, step) =>
      runPromotion(promotionId, step, {
        store,
        openTargets: async (record) => {
          const plan = record.planId === undefined ? undefined : (await store.plan(record.planId))?.plan;
          return workbench.openTargets(appOf(record), record, plan);
        },
        commands,
        reconsider: (record) => reconsider(record, appOf(record), { store, membership, now }),
        now,
        mask,
        onError: (error, promotionId) =>
          logger.error({ err: error, promotionId }, "a step failed unexpectedly"),
      }),
  );
  const start = (promotionId: string): Promise<void> => startRun(promotionId, { promotionId });
  const recovery = { config, store, membership, state: durable.state, start, commands, now, newId, onError };
  const promotions = createPromotions({
    config,
    store,
    workbench,
    membership,
    start,
    now,
    newId,
    mask,
    onError,
  });

  let slack: SlackRoom | undefined;
  const watch = createDriftWatch({
    config,
    store,
    drift: promotions.drift,
    tell: (id) => slack?.tellDrift(id),
    now,
    onError,
  });
  const forgetting = createForgetting({
    config,
    store,
    restorePoints: promotions.restorePoints,
    now,
    onError,
  });
  let sweep: NodeJS.Timeout | undefined;
  return {
    promotions,
    async startWork() {
      await recover(recovery);
      await durable.start();
      if (options.role === "bot") {
        const look = (): void => {
          void recover(recovery).catch(onError);
          void watch.sweep().catch(onError);
          void forgetting.sweep().catch(onError);
        };
        sweep = setInterval(look, (options.sweepSeconds ?? 10) * 1000);
      }
    },
    async startSlack() {
      const envFiles = [join(dirname(config.file), ".env")];
      const found = { environment, mistakes: [], envFiles };
      const doctor = async (apps: readonly string[]): Promise<string> =>
        shortReport(await examine({ found, apps, logger }), textsFor(config.locale));
      slack = await startSlack({ environment, config, promotions, store, mask, logger, now, doctor });
      return slack.connected();
    },
    async close() {
      clearInterval(sweep);
      await slack?.stop();
      promotions.close();
      await durable.stop();
      await transports.closeAll();
      await store.close();
    },
  };
}

// Slack's room: connects, listens and keeps telling; a Slack that is away holds nothing up, a bad token is said at once.

import { randomBytes } from "node:crypto";
import { App, type Receiver } from "@slack/bolt";
import type { Config, Environment } from "../config/config.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import type { Membership, Promotions } from "../promotion/promotions.ts";
import type { Store } from "../store/store.ts";
import { textsFor } from "../texts/texts.ts";
import { createChannels } from "./channels.ts";
import { type Clients, createClients, slackFailure } from "./clients.ts";
import { openDoor } from "./door.ts";
import { createHttpReceiver, type HttpReceiver } from "./http-receiver.ts";
import { listenToCommands } from "./listeners/commands.ts";
import { listenToDecisions } from "./listeners/decisions.ts";
import { listenToDriftClicks } from "./listeners/drift-clicks.ts";
import { listenToGroups } from "./listeners/groups.ts";
import { listenToHome } from "./listeners/home.ts";
import { listenToMentions } from "./listeners/mentions.ts";
import { listenToOverviews } from "./listeners/overviews.ts";
import { listenToPlanClicks } from "./listeners/plan-clicks.ts";
import { listenToPromotionClicks } from "./listeners/promotion-clicks.ts";
import { listenToRollbacks } from "./listeners/rollbacks.ts";
import { createLibraryLogger, type RoomLogger } from "./logging.ts";
import { createMembership } from "./membership.ts";
import { driftKey } from "./message-key.ts";
import { createVoice } from "./messages/voice.ts";
import { createPosting } from "./posting.ts";
import { lacksOf } from "./readiness.ts";
import type { Room } from "./room.ts";
import type { LinkTiming } from "./socket-link.ts";
import { createSocketReceiver } from "./socket-receiver.ts";
import { createTeller, type Teller, type TellerOptions } from "./teller.ts";
import { createTellingLease } from "./telling-lease.ts";

export type SlackOptions = {
  readonly environment: Environment;
  readonly config: Config;
  readonly promotions: Promotions;
  readonly store: Store;
  readonly mask: (text: string) => string;
  readonly logger: RoomLogger;
  readonly now?: () => Date;
  /** The report of `passerelle doctor`, for the command of that name. */
  readonly doctor?: (apps: readonly string[]) => Promise<string>;
  readonly telling?: Pick<
    TellerOptions,
    "updateMilliseconds" | "retryMilliseconds" | "mostRetryMilliseconds" | "sweepMilliseconds"
  >;
  readonly timing?: LinkTiming;
  /** How long to wait before connecting again when Slack was away at the start. */
  readonly reconnectMilliseconds?: number;
};

export type SlackRoom = {
  readonly connected: () => boolean;
  /** Tells the channel what the watch found; nothing when it was told already, later when Slack is away. */
  readonly tellDrift: (id: string) => void;
  /** Ends when the sockets are closed and what was being posted is posted. */
  readonly stop: () => Promise<void>;
};

/** Who may decide. Usable before and without `startSlack`; asks Slack only when asked. */
export function openMembership(options: {
  readonly environment: Environment;
  readonly logger: RoomLogger;
}): Membership {
  const { environment, logger } = options;
  if (environment.slack.botToken === undefined) {
    return {
      approvers: async () => {
        throw new PasserelleError("environment-invalid", { variable: "SLACK_BOT_TOKEN", reason: "not set" });
      },
    };
  }
  const library = createLibraryLogger(logger, (text) => text);
  return createMembership({ client: createClients(environment.slack, library).lookup });
}

/**
 * Throws `slack-refused` for a token that is not good. When Slack cannot be reached it returns all the same, and goes on trying
 * behind the scenes: promotions, recovery and the terminal do not wait for Slack.
 */
export async function startSlack(options: SlackOptions): Promise<SlackRoom> {
  const { environment, logger, mask } = options;
  if (environment.slack.botToken === undefined) {
    throw new PasserelleError("environment-invalid", { variable: "SLACK_BOT_TOKEN", reason: "not set" });
  }
  const clients = createClients(environment.slack, createLibraryLogger(logger, mask));
  const stopping = new AbortController();
  let session: Session | undefined;
  const connected = (): boolean => session?.connected() ?? false;
  const http = overHttp(options);
  const { port } = environment.slack;
  const door =
    port === undefined
      ? undefined
      : await openDoor({
          port,
          host: environment.listenHost,
          lacks: () => lacksOf(connected(), options.store),
          events: http?.handle,
          logger,
        });

  const attempt = async (): Promise<"connected" | PasserelleError> => {
    try {
      session = await openSession(options, clients, http);
      return "connected";
    } catch (error) {
      if (isFailure(error, "slack-unreachable")) return error;
      throw error;
    }
  };

  const first = await attempt().catch(async (error: unknown) => {
    await door?.close();
    throw error;
  });
  const trying = first === "connected" ? Promise.resolve() : keepTrying(attempt, options, stopping.signal);
  return {
    connected,
    tellDrift: (id) => session?.tellDrift(id),
    async stop() {
      stopping.abort();
      await trying;
      await session?.stop();
      await door?.close();
    },
  };
}

async function keepTrying(
  attempt: () => Promise<"connected" | PasserelleError>,
  { logger, reconnectMilliseconds = 10_000 }: SlackOptions,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    logger.warn({ wait: reconnectMilliseconds }, "Slack is not reachable; connecting later");
    await new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, reconnectMilliseconds);
      signal.addEventListener(
        "abort",
        () => {
          clearTimeout(timer);
          resolve();
        },
        { once: true },
      );
    });
    if (signal.aborted) return;
    try {
      if ((await attempt()) === "connected") return;
    } catch (error) {
      // Too late to refuse the start; a token that was revoked meanwhile may be granted again.
      logger.error({ err: error }, "Slack refused the bot");
    }
  }
}

type Session = SlackRoom;

async function openSession(
  options: SlackOptions,
  clients: Clients,
  http: HttpReceiver | undefined,
): Promise<Session> {
  const { environment, config, promotions, store, mask, logger, now = () => new Date() } = options;
  const { botToken } = environment.slack;
  const bot = await whoAmI(clients);
  const library = createLibraryLogger(logger, mask);
  const voice = createVoice({ texts: textsFor(config.locale), mask });
  const channels = createChannels({ config, client: clients.lookup });
  const posting = createPosting(clients);
  const teller: Teller = createTeller({
    config,
    promotions,
    store,
    posting,
    channels,
    voice,
    logger,
    now,
    // A data directory belongs to one bot alone.
    ...(environment.databaseUrl !== undefined && {
      lease: createTellingLease({ store, holder: randomBytes(8).toString("hex"), now }),
    }),
    ...options.telling,
  });
  const way = http ? httpWay(http) : socketWay(options, library);
  const app = new App({
    token: botToken ?? "",
    botId: bot.botId,
    botUserId: bot.userId,
    // Asked above, where the answer can be told; asked in there, a refusal would be an unhandled rejection.
    tokenVerificationEnabled: false,
    receiver: way.receiver,
    convoStore: false,
    logger: library,
    clientOptions: {
      ...(environment.slack.apiUrl !== undefined && { slackApiUrl: environment.slack.apiUrl }),
      retryConfig: { retries: 0 },
      timeout: 8000,
    },
  });
  app.error(async (error) => logger.error({ err: error }, "a listener failed"));
  const room: Room = {
    ...{ config, promotions, store, clients, channels, voice, teller, logger, mask },
    membership: createMembership({ client: clients.lookup }),
    newId: () => randomBytes(5).toString("hex"),
    botUserId: bot.userId,
    connected: way.connected,
    doctor: options.doctor,
  };
  for (const listen of [
    listenToCommands,
    listenToMentions,
    listenToDecisions,
    listenToPlanClicks,
    listenToGroups,
    listenToDriftClicks,
    listenToPromotionClicks,
    listenToRollbacks,
    listenToOverviews,
    listenToHome,
  ]) {
    listen(app, room);
  }
  await way.start(app);
  await teller.start();
  logger.info({ bot: bot.userId, team: bot.team }, "connected to Slack");
  return {
    connected: way.connected,
    tellDrift: (id) => teller.tell(driftKey(id)),
    async stop() {
      await app.stop();
      await teller.stop();
    },
  };
}

type WayIn = {
  readonly receiver: Receiver;
  readonly connected: () => boolean;
  readonly start: (app: App) => Promise<unknown>;
};

/** Socket Mode where there is an app token; otherwise Slack calls us over HTTP, signed. */
function overHttp({
  environment,
  store,
  logger,
  now = () => new Date(),
}: SlackOptions): HttpReceiver | undefined {
  const { appToken, signingSecret, port } = environment.slack;
  if (appToken !== undefined) return undefined;
  if (signingSecret === undefined || port === undefined) {
    throw new PasserelleError("environment-invalid", { variable: "SLACK_APP_TOKEN", reason: "not set" });
  }
  const firstTime = (id: string, at: string): Promise<boolean> => store.firstTime(id, at);
  return createHttpReceiver({ signingSecret, firstTime, logger, now });
}

function httpWay(receiver: HttpReceiver): WayIn {
  return { receiver, connected: receiver.listening, start: (app) => app.start() };
}

function socketWay(
  { environment, logger, timing }: SlackOptions,
  libraryLogger: ReturnType<typeof createLibraryLogger>,
): WayIn {
  const { appToken = "", apiUrl } = environment.slack;
  const receiver = createSocketReceiver({
    appToken,
    apiUrl,
    logger,
    libraryLogger,
    ...(timing && { timing }),
  });
  return { receiver, connected: receiver.connected, start: (app) => app.start() };
}

async function whoAmI({ lookup }: Clients): Promise<{ botId: string; userId: string; team: string }> {
  try {
    const answer = await lookup.auth.test();
    return { botId: answer.bot_id ?? "", userId: answer.user_id ?? "", team: answer.team ?? "" };
  } catch (error) {
    throw slackFailure(error, "SLACK_BOT_TOKEN");
  }
}

// One Socket Mode connection, kept up for good: its successor is connected before it is given up.

import type { Logger } from "@slack/bolt";
import { SocketModeClient } from "@slack/socket-mode";
import { callFailure, slackFailure } from "./clients.ts";
import type { RoomLogger } from "./logging.ts";

/** What Slack pushed, with the way to acknowledge it on the connection it came by. */
export type Envelope = {
  readonly id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ack: (response?: unknown) => Promise<void>;
  readonly retryNum: number | undefined;
  readonly retryReason: string | undefined;
};

export type SocketLinkOptions = {
  readonly appToken: string;
  readonly apiUrl: string | undefined;
  readonly logger: RoomLogger;
  readonly libraryLogger: Logger;
  readonly onEnvelope: (envelope: Envelope) => void;
  /** How many connections we hold ourselves; more than these at Slack's end are ghosts that swallow clicks. */
  readonly held: () => number;
  readonly timing: LinkTiming;
};

export type LinkTiming = {
  /** How long a new connection may take to be greeted by Slack. */
  readonly greetingMilliseconds: number;
  readonly firstRetryMilliseconds: number;
  readonly mostRetryMilliseconds: number;
  readonly pongMilliseconds: number;
  /** How long a connection that Slack asked us to leave is kept open, should Slack not close it. */
  readonly farewellMilliseconds: number;
};

export const usualLinkTiming: LinkTiming = {
  greetingMilliseconds: 15_000,
  firstRetryMilliseconds: 500,
  mostRetryMilliseconds: 15_000,
  pongMilliseconds: 5000,
  farewellMilliseconds: 30_000,
};

export type SocketLink = {
  /** The outcome of the first attempt; later ones are made by itself. */
  readonly first: Promise<void>;
  readonly isUp: () => boolean;
  readonly stop: () => Promise<void>;
};

export function keepSocketLink(options: SocketLinkOptions): SocketLink {
  const { logger, timing } = options;
  const stopping = Promise.withResolvers<"stopping">();
  const first = Promise.withResolvers<void>();
  const leaving = new Set<Promise<void>>();
  let stopped = false;
  let current: Connection | undefined;

  async function keep(): Promise<void> {
    let failures = 0;
    while (!stopped) {
      try {
        const next = await connect(options);
        const old = current;
        current = next;
        failures = 0;
        first.resolve();
        if (old !== undefined) leave(old);
        if (stopped) break;
        const why = await Promise.race([next.ended, stopping.promise]);
        if (why !== "stopping") logger.info({ why }, "Slack connection ends; connecting again");
        if (why === "closed") {
          current = undefined;
          leave(next);
        }
      } catch (error) {
        failures += 1;
        first.reject(slackFailure(error, "SLACK_APP_TOKEN"));
        const wait = waitAfter(error, failures, timing);
        logger.warn({ reason: reasonOf(error), failures, wait }, "no Slack connection; trying again");
        await within(wait, stopping.promise);
      }
    }
  }

  /**
   * Slack closes what it asked us to leave. Were we first, a click that crosses our goodbye would be lost, so we only see to it
   * when Slack forgets.
   */
  function leave(connection: Connection): void {
    const gone = within(timing.farewellMilliseconds, Promise.race([connection.closed, stopping.promise]))
      .then(() => connection.close())
      .finally(() => leaving.delete(gone));
    leaving.add(gone);
  }

  const kept = keep();
  first.promise.catch(() => {});
  return {
    first: first.promise,
    isUp: () => current?.isUp() ?? false,
    async stop() {
      stopped = true;
      stopping.resolve("stopping");
      if (current !== undefined) leave(current);
      await within(timing.greetingMilliseconds, kept);
      if (current !== undefined) leave(current);
      await Promise.all(leaving);
    },
  };
}

type Connection = {
  /** `closed` when it is gone, otherwise Slack's reason for asking us to leave. */
  readonly ended: Promise<string>;
  readonly closed: Promise<void>;
  readonly isUp: () => boolean;
  readonly close: () => Promise<void>;
};

async function connect(options: SocketLinkOptions): Promise<Connection> {
  const { logger, timing } = options;
  const client = new PatientSocketClient({
    appToken: options.appToken,
    logger: options.libraryLogger,
    // Its own way of reconnecting leaves a gap, and throws where nobody can catch.
    autoReconnectEnabled: false,
    clientPingTimeout: timing.pongMilliseconds,
    clientOptions: {
      ...(options.apiUrl !== undefined && { slackApiUrl: options.apiUrl }),
      retryConfig: { retries: 0 },
      rejectRateLimitedCalls: true,
      timeout: 10_000,
    },
  });
  const ended = Promise.withResolvers<string>();
  const closed = Promise.withResolvers<void>();
  const isUp = () => client.websocket?.isActive() ?? false;
  // No event is promised for every way a socket can die, so we also look.
  let missing = 0;
  const watch = setInterval(() => {
    missing = isUp() ? 0 : missing + 1;
    if (missing >= 2) closed.resolve();
  }, timing.pongMilliseconds);
  watch.unref();
  client.on("farewell", (why: string) => ended.resolve(why));
  client.on("disconnected", () => closed.resolve());
  client.on("greeting", (atSlack: number) => {
    if (atSlack > options.held()) {
      logger.warn({ atSlack, held: options.held() }, "Slack knows more connections than we hold");
    }
  });
  client.on("slack_event", (event: SlackEvent) =>
    options.onEnvelope({
      id: event.envelope_id,
      body: event.body,
      ack: event.ack,
      retryNum: event.retry_num,
      retryReason: event.retry_reason,
    }),
  );
  void closed.promise.then(() => {
    clearInterval(watch);
    ended.resolve("closed");
  });
  try {
    await startWithin(client, timing.greetingMilliseconds);
  } catch (error) {
    clearInterval(watch);
    throw error;
  }
  return {
    ended: ended.promise,
    closed: closed.promise,
    isUp,
    async close() {
      clearInterval(watch);
      // An answer to what just came by this connection can only be given on it.
      if (isUp()) await within(300, closed.promise);
      await closeClient(client);
    },
  };
}

async function startWithin(client: PatientSocketClient, milliseconds: number): Promise<void> {
  let late = false;
  const started = client.start().then(() => {
    if (late) void closeClient(client);
  });
  started.catch(() => {});
  try {
    if ((await within(milliseconds, started)) !== "time is up") return;
    late = true;
    throw new Error("Slack did not greet the new connection in time");
  } catch (error) {
    void closeClient(client);
    throw error ?? new Error("the connection was closed before Slack greeted it");
  }
}

async function closeClient(client: PatientSocketClient): Promise<void> {
  const gone = client.disconnect().catch(() => {});
  await within(1000, gone);
  // Asked a second time while its close is unanswered, it lets go of the socket at once.
  client.websocket?.disconnect();
}

type SlackEvent = {
  readonly envelope_id: string;
  readonly body: Readonly<Record<string, unknown>>;
  readonly ack: (response?: unknown) => Promise<void>;
  readonly retry_num?: number;
  readonly retry_reason?: string;
};

/** The library leaves at Slack's first word; this one says so and stays until its successor is there. */
class PatientSocketClient extends SocketModeClient {
  protected override async onWebSocketMessage(data: string | ArrayBuffer, isBinary: boolean): Promise<void> {
    try {
      const notice: unknown = typeof data === "string" ? JSON.parse(data) : undefined;
      if (isRecord(notice) && notice.type === "disconnect") {
        this.emit("farewell", typeof notice.reason === "string" ? notice.reason : "disconnect");
        return;
      }
      if (isRecord(notice) && notice.type === "hello" && typeof notice.num_connections === "number") {
        this.emit("greeting", notice.num_connections);
      }
      await super.onWebSocketMessage(data, isBinary);
    } catch (error) {
      // Thrown in an event listener it would be an unhandled rejection, and end the bot.
      this.emit("error", error);
    }
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null;
}

function waitAfter(error: unknown, failures: number, timing: LinkTiming): number {
  const failure = callFailure(error);
  if (failure.kind === "limited") return failure.afterSeconds * 1000;
  return Math.min(
    timing.mostRetryMilliseconds,
    timing.firstRetryMilliseconds * 2 ** Math.min(failures - 1, 16),
  );
}

function reasonOf(error: unknown): string {
  const failure = callFailure(error);
  return failure.kind === "refused"
    ? failure.error
    : failure.kind === "limited"
      ? "rate limited"
      : failure.reason;
}

/** Whichever comes first; no timer is left behind to keep the process alive. */
async function within<Value>(milliseconds: number, other: Promise<Value>): Promise<Value | "time is up"> {
  let timer: NodeJS.Timeout | undefined;
  const over = new Promise<"time is up">((resolve) => {
    timer = setTimeout(() => resolve("time is up"), milliseconds);
  });
  try {
    return await Promise.race([other, over]);
  } finally {
    clearTimeout(timer);
  }
}

// Bolt's way in through Socket Mode: two connections, so that losing or refreshing one loses no click.

import type { App, Logger, Receiver } from "@slack/bolt";
import type { RoomLogger } from "./logging.ts";
import { createSeenBefore } from "./seen-before.ts";
import {
  type Envelope,
  keepSocketLink,
  type LinkTiming,
  type SocketLink,
  usualLinkTiming,
} from "./socket-link.ts";

export type SocketReceiverOptions = {
  readonly appToken: string;
  readonly apiUrl: string | undefined;
  readonly logger: RoomLogger;
  readonly libraryLogger: Logger;
  readonly connections?: number;
  readonly timing?: LinkTiming;
};

export type SocketReceiver = Receiver & {
  readonly connected: () => boolean;
  /** Ends when every socket is closed. */
  readonly stop: () => Promise<void>;
};

export function createSocketReceiver(options: SocketReceiverOptions): SocketReceiver {
  const { logger, connections = 2, timing = usualLinkTiming } = options;
  const links: SocketLink[] = [];
  const handling = new Set<Promise<void>>();
  const seenBefore = createSeenBefore();
  let app: Pick<App, "processEvent"> | undefined;
  let stopped = false;

  function handle(envelope: Envelope): void {
    const ack = acknowledgeOnce(envelope, logger);
    // Slack delivers some things twice; what was decided once is not decided again.
    if (stopped || seenBefore(envelope.body, envelope.id)) {
      if (!stopped) void ack();
      return;
    }
    const { retryNum, retryReason } = envelope;
    const handled = Promise.resolve(
      app?.processEvent({
        body: envelope.body,
        ack,
        ...(retryNum !== undefined && { retryNum }),
        ...(retryReason !== undefined && { retryReason }),
      }),
    )
      .catch((error: unknown) => logger.error({ err: error }, "what Slack sent could not be handled"))
      .finally(() => handling.delete(handled));
    handling.add(handled);
  }

  return {
    init: (bolt) => {
      app = bolt;
    },
    async start() {
      const open = () =>
        keepSocketLink({
          appToken: options.appToken,
          apiUrl: options.apiUrl,
          logger,
          libraryLogger: options.libraryLogger,
          onEnvelope: handle,
          // While they are being replaced, the old ones count too.
          held: () => connections * 2,
          timing,
        });
      const first = open();
      links.push(first);
      try {
        await first.first;
      } catch (error) {
        await Promise.all(links.splice(0).map((link) => link.stop()));
        throw error;
      }
      while (links.length < connections) links.push(open());
    },
    async stop() {
      stopped = true;
      await Promise.race([
        Promise.all(handling),
        new Promise((resolve) => setTimeout(resolve, 2000).unref()),
      ]);
      await Promise.all(links.splice(0).map((link) => link.stop()));
    },
    connected: () => links.some((link) => link.isUp()),
  };
}

/** An acknowledgement that cannot be sent decides nothing: the work goes on, the person sees Slack's own error. */
function acknowledgeOnce(envelope: Envelope, logger: RoomLogger): (response?: unknown) => Promise<void> {
  let done = false;
  const late = setTimeout(
    () => logger.warn({ type: envelope.body.type }, "Slack was not answered in time"),
    2500,
  );
  late.unref();
  return async (response) => {
    if (done) return;
    done = true;
    clearTimeout(late);
    try {
      await envelope.ack(response);
    } catch (error) {
      logger.warn(
        { reason: error instanceof Error ? error.message : String(error) },
        "acknowledgement not sent",
      );
    }
  };
}

// The real Bolt app and Web client, pointed at a playground, for this room's tests.

import { App, LogLevel, SocketModeReceiver } from "@slack/bolt";
import { WebClient } from "@slack/web-api";
import type { WorkspaceSeed } from "../../src/playground/seed.ts";
import { type Playground, type PlaygroundOptions, startPlayground } from "../../src/playground/server.ts";

const nothing = () => {};

/** Refusals are what these tests are about; nobody needs to read them twice. */
export const silent = {
  debug: nothing,
  info: nothing,
  warn: nothing,
  error: nothing,
  setLevel: nothing,
  getLevel: () => LogLevel.ERROR,
  setName: nothing,
};

export const smallSeed: WorkspaceSeed = {
  people: [
    { name: "ana", locale: "fr-FR", timezone: "Europe/Paris" },
    { name: "bo" },
    { name: "chloe", guest: true },
    { name: "dan", deactivated: true },
  ],
  groups: [{ handle: "release", members: ["bo"] }],
  channels: [
    { name: "kitchen" },
    { name: "attic", private: true, bot: false },
    { name: "cellar", private: true },
    { name: "lounge", bot: false },
    { name: "museum", archived: true },
  ],
};

export type Running = {
  readonly playground: Playground;
  readonly client: WebClient;
  readonly app: App;
  stop(): Promise<void>;
};

/** A playground without an app: enough for the Web API. */
export async function startQuietly(
  options: Partial<PlaygroundOptions> = {},
): Promise<{ playground: Playground; client: WebClient }> {
  const playground = await startPlayground({ seed: smallSeed, ...options });
  return { playground, client: clientFor(playground) };
}

export function clientFor(playground: Playground, token = playground.botToken): WebClient {
  return new WebClient(token, {
    slackApiUrl: playground.apiUrl,
    logger: silent,
    retryConfig: { retries: 0 },
    rejectRateLimitedCalls: true,
  });
}

export async function startWithBolt(
  listen: (app: App) => void,
  options: Partial<PlaygroundOptions> = {},
): Promise<Running> {
  const { playground, client } = await startQuietly(options);
  const retryConfig = { retries: 0 };
  const receiver = new SocketModeReceiver({
    appToken: playground.appToken,
    logger: silent,
    clientPingTimeout: 300,
    installerOptions: { clientOptions: { slackApiUrl: playground.apiUrl, retryConfig } },
  });
  const app = new App({
    token: playground.botToken,
    receiver,
    logger: silent,
    deferInitialization: true,
    clientOptions: { slackApiUrl: playground.apiUrl, retryConfig },
  });
  listen(app);
  await app.init();
  await app.start();
  return {
    playground,
    client,
    app,
    stop: async () => {
      await receiver.client.disconnect();
      await playground.stop();
    },
  };
}

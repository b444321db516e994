// Starts the playground: a small Slack on this machine's own loopback address, for demos and for tests.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { answerApp, type Counter, type RecordedCall, send } from "./app-routes.ts";
import { createFaults, type Faults } from "./faults.ts";
import { createHttpDelivery, type HttpDeliveryOptions } from "./http-delivery.ts";
import { answerPage, type PageDeps } from "./page-server/page-routes.ts";
import { Refusal } from "./refusal.ts";
import type { WorkspaceSeed } from "./seed.ts";
import { frameOrigins, type SidePanel } from "./side-panel.ts";
import { createSocketMode, type SocketModeOptions } from "./socket-mode.ts";
import { createState } from "./state.ts";
import { createTriggers } from "./triggers.ts";
import { createWebApi } from "./web-api.ts";
import { createWorkspace, type Workspace } from "./workspace.ts";

export type PlaygroundOptions = {
  /** Any free one when left out. */
  readonly port?: number;
  /** A loopback address; anything else is refused, for nobody is asked for a password here. */
  readonly host?: string;
  readonly seed: WorkspaceSeed;
  /** Milliseconds since 1970; lets tests decide what time it is. */
  readonly now?: () => number;
  readonly socketMode?: SocketModeOptions;
  /** Sends everything to this address instead of through Socket Mode. */
  readonly http?: HttpDeliveryOptions;
  /** Shown beside the workspace. */
  readonly panel?: SidePanel;
};

export type Playground = {
  /** The page for people. */
  readonly url: string;
  /** For `slackApiUrl`; ends with a slash. */
  readonly apiUrl: string;
  readonly botToken: string;
  readonly appToken: string;
  readonly workspace: Workspace;
  readonly faults: Faults;
  /** What the app asked the Web API so far, oldest first. */
  readonly calls: readonly RecordedCall[];
  stop(): Promise<void>;
};

const loopback = ["127.0.0.1", "::1", "localhost"];

export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const host = options.host ?? "127.0.0.1";
  if (!loopback.includes(host))
    throw new Error(
      `The playground has no locks on its doors and stays on this machine: ${host} is not a loopback address.`,
    );
  const state = createState(options.seed, options.now ?? Date.now);
  const socketMode = createSocketMode(state, options.socketMode);
  const http = options.http === undefined ? undefined : createHttpDelivery(options.http, state.now);
  const triggers = createTriggers(state.now);
  const { workspace, desk } = createWorkspace(state, triggers, http ?? socketMode);
  const api = createWebApi(state, triggers, socketMode.newTicket);
  const faults = createFaults(socketMode.faults);
  const calls: RecordedCall[] = [];
  const counter: Counter = { desk, api, faults, calls };
  const { panel } = options;
  const page: PageDeps = {
    desk,
    connections: faults.socket.connections,
    panel,
    frames: panel === undefined ? [] : frameOrigins(panel),
  };

  const server = createServer((request, response) => {
    handle(counter, page, request, response).catch((error: unknown) => {
      if (error instanceof Refusal && !response.headersSent)
        return send(response, 400, { ok: false, error: error.code });
      // Nothing a caller did should lead here, so whoever runs the playground hears of it.
      console.error(error);
      if (response.headersSent) response.destroy();
      else send(response, 500, { ok: false, error: "internal_error" });
    });
  });
  server.on("upgrade", (request, socket, head) => {
    if (!rightHost(request, server) || !request.url?.startsWith("/link/")) socket.destroy();
    else socketMode.upgrade(request, socket, head);
  });
  const port = await listen(server, options.port ?? 0, host);
  state.origin = `http://${host === "::1" ? "[::1]" : host}:${port}`;
  return {
    url: `${state.origin}/`,
    apiUrl: `${state.origin}/api/`,
    botToken: state.app.botToken,
    appToken: state.app.appToken,
    workspace,
    faults,
    calls,
    stop: async () => {
      state.news.close();
      socketMode.stop();
      http?.stop();
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

async function handle(
  counter: Counter,
  page: PageDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { state } = counter.desk;
  // A name that points here from outside (DNS rebinding) must not reach the workspace from somebody's browser.
  if (!allowedHosts(new URL(state.origin).port).includes(request.headers.host ?? "")) {
    send(response, 403, { error: "unknown_host" });
    return;
  }
  const url = new URL(`${state.origin}${request.url ?? "/"}`);
  if (await answerApp(counter, url, request, response)) return;
  if (!(await answerPage(page, url, request, response))) send(response, 404, { error: "not_found" });
}

function rightHost(request: IncomingMessage, server: Server): boolean {
  const address = server.address() as AddressInfo;
  return allowedHosts(String(address.port)).includes(request.headers.host ?? "");
}

function allowedHosts(port: string): readonly string[] {
  return [`127.0.0.1:${port}`, `localhost:${port}`, `[::1]:${port}`];
}

function listen(server: Server, port: number, host: string): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => {
      server.off("error", reject);
      resolve((server.address() as AddressInfo).port);
    });
  });
}

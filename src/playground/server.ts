// Starts the playground: a small Slack on this machine's own loopback address, for demos and for tests.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { createFaults, type Fault, type FaultBox, type Faults } from "./faults.ts";
import { asFields, type Fields, parseJson } from "./fields.ts";
import { readArguments, readBody, readUpload } from "./http-body.ts";
import type { Desk } from "./interactions.ts";
import { answerPage } from "./page-server/page-routes.ts";
import { Refusal } from "./refusal.ts";
import type { WorkspaceSeed } from "./seed.ts";
import { createSocketMode, type SocketModeOptions } from "./socket-mode.ts";
import { createState } from "./state.ts";
import { createTriggers } from "./triggers.ts";
import { createWebApi, scopesOf, type WebApi } from "./web-api.ts";
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
};

export type RecordedCall = {
  readonly method: string;
  readonly args: Fields;
  readonly at: number;
  readonly answer: Fields;
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

const recordedCallLimit = 10_000;
const loopback = ["127.0.0.1", "::1", "localhost"];

export async function startPlayground(options: PlaygroundOptions): Promise<Playground> {
  const host = options.host ?? "127.0.0.1";
  if (!loopback.includes(host))
    throw new Error(
      `The playground has no locks on its doors and stays on this machine: ${host} is not a loopback address.`,
    );
  const state = createState(options.seed, options.now ?? Date.now);
  const socketMode = createSocketMode(state, options.socketMode);
  const triggers = createTriggers(state.now);
  const { workspace, desk } = createWorkspace(state, triggers, socketMode);
  const api = createWebApi(state, triggers, socketMode.newTicket);
  const faults = createFaults(socketMode.faults);
  const calls: RecordedCall[] = [];
  const desks: Counter = { desk, api, faults, calls };

  const server = createServer((request, response) => {
    handle(desks, request, response).catch((error: unknown) => {
      response.destroy(error instanceof Error ? error : new Error(String(error)));
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
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  };
}

type Counter = {
  readonly desk: Desk;
  readonly api: WebApi;
  readonly faults: FaultBox;
  readonly calls: RecordedCall[];
};

async function handle(counter: Counter, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { state } = counter.desk;
  const url = new URL(request.url ?? "/", state.origin);
  const [, room, ...rest] = url.pathname.split("/");
  // A name that points here from outside (DNS rebinding) must not reach the workspace from somebody's browser.
  if (!allowedHosts(new URL(state.origin).port).includes(request.headers.host ?? ""))
    return send(response, 403, { error: "unknown_host" });
  if (room === "api") return answerCall(counter, rest.join("/"), url, request, response);
  if (room === "upload") return answerUpload(counter, rest[1] ?? "", request, response);
  if (room === "response") return answerResponseUrl(counter, rest[1] ?? "", request, response);
  if (room === "files-pri") return answerDownload(counter, rest[0] ?? "", request, response);
  const page = { desk: counter.desk, connections: counter.faults.socket.connections };
  if (!(await answerPage(page, url, request, response))) send(response, 404, { error: "not_found" });
}

async function answerCall(
  counter: Counter,
  method: string,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const { state } = counter.desk;
  await withFaults(counter, method, response, async () => {
    const { args, token } = await readArguments(request, url.searchParams);
    const answer = counter.api.call(method, token, args);
    const { token: _secret, ...shown } = args;
    counter.calls.push({ method, args: shown, at: state.now(), answer });
    if (counter.calls.length > recordedCallLimit) counter.calls.shift();
    return { status: 200, body: answer, headers: { "x-oauth-scopes": scopesOf(state, token).join(",") } };
  });
}

async function answerUpload(
  counter: Counter,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await withFaults(counter, "upload", response, async () => {
    const bytes = await readUpload(request);
    const file = [...counter.desk.state.files.values()].find((one) => one.uploadKey === key && !one.complete);
    if (file === undefined || request.method !== "POST")
      return { status: 404, body: { ok: false, error: "upload_not_found" } };
    if (bytes.length !== file.length) return { status: 400, body: { ok: false, error: "length_mismatch" } };
    file.bytes = bytes;
    return { status: 200, body: `OK - ${bytes.length}` };
  });
}

async function answerResponseUrl(
  counter: Counter,
  key: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  await withFaults(counter, "response_url", response, async () => {
    const body = asFields(parseJson((await readBody(request)).toString()));
    return counter.desk.responseUrls.use(key, body);
  });
}

async function answerDownload(
  { desk }: Counter,
  id: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const file = desk.state.files.get(id);
  if (request.headers.authorization !== `Bearer ${desk.state.app.botToken}`)
    return send(response, 403, { error: "not_authed" });
  if (file?.bytes === undefined) return send(response, 404, { error: "file_not_found" });
  response.writeHead(200, {
    "content-type": "application/octet-stream",
    "content-length": file.bytes.length,
  });
  response.end(file.bytes);
}

type Answer = {
  readonly status: number;
  readonly body: Fields | string;
  readonly headers?: Readonly<Record<string, string>>;
};

async function withFaults(
  counter: Counter,
  method: string,
  response: ServerResponse,
  answer: () => Promise<Answer>,
): Promise<void> {
  const fault = counter.faults.take(method);
  if (fault !== undefined && fault.when !== "after-store" && fault.delaySeconds === undefined)
    return breakAnswer(fault, response);
  const { status, body, headers } = await answer().catch((error: unknown): Answer => {
    if (error instanceof Refusal)
      return { status: 200, body: { ok: false, error: error.code, ...error.more } };
    throw error;
  });
  if (fault?.delaySeconds !== undefined) await pause(fault.delaySeconds);
  else if (fault !== undefined) return breakAnswer(fault, response);
  send(response, status, body, headers);
}

async function breakAnswer(fault: Fault, response: ServerResponse): Promise<void> {
  if (fault.hangSeconds !== undefined) {
    await pause(fault.hangSeconds);
    response.destroy();
    return;
  }
  if (fault.error !== undefined) return send(response, 200, { ok: false, error: fault.error });
  const status = fault.status ?? 500;
  const body = status === 429 ? { ok: false, error: "ratelimited" } : { ok: false, error: "internal_error" };
  send(response, status, body, status === 429 ? { "retry-after": String(fault.retryAfterSeconds ?? 1) } : {});
}

function pause(seconds: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, seconds * 1000).unref();
  });
}

function send(
  response: ServerResponse,
  status: number,
  body: Fields | string,
  headers: Readonly<Record<string, string>> = {},
): void {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  const type = typeof body === "string" ? "text/plain; charset=utf-8" : "application/json; charset=utf-8";
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff", ...headers });
  response.end(text);
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

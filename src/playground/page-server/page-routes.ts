// The page's side of the server: its files, what it draws, what it does, and the stream that tells it to look again.

import type { IncomingMessage, ServerResponse } from "node:http";
import { asFields, asText, type Fields, parseJson } from "../fields.ts";
import { readBody } from "../http-body.ts";
import type { Desk } from "../interactions.ts";
import { Refusal } from "../refusal.ts";
import type { SidePanel } from "../side-panel.ts";
import type { State, User } from "../state.ts";
import { actOnPage } from "./acts.ts";
import { documentFile, documentHeaders, uiFile } from "./page-files.ts";
import { screenData } from "./screen-data.ts";

export type PageDeps = {
  readonly desk: Desk;
  readonly connections: () => number;
  readonly panel: SidePanel | undefined;
  /** Origins that the page may frame. */
  readonly frames: readonly string[];
};

/** Answers whether the address was one of the page's. */
export async function answerPage(
  deps: PageDeps,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const { state } = deps.desk;
  const [, room, ...rest] = url.pathname.split("/");
  if (url.pathname === "/") {
    const { type, body } = documentFile(state.team.name);
    send(response, 200, type, body, documentHeaders(deps.frames));
  } else if (room === "ui") {
    const file = await uiFile(rest.join("/"));
    if (file === undefined) send(response, 404, "text/plain", "Not found\n");
    else send(response, 200, file.type, file.body, { "cache-control": "no-store" });
  } else if (url.pathname === "/page/screen") answerScreen(deps, url, response);
  else if (url.pathname === "/page/changes") streamChanges(deps, request, response);
  else if (url.pathname === "/page/act" && request.method === "POST")
    await answerAct(deps, request, response);
  else if (url.pathname === "/page/panel" && request.method === "POST")
    await answerPanel(deps, request, response);
  else if (room === "archives") goToMessage(url, rest, response);
  else if (room === "page" && rest[0] === "file") answerFile(state, rest[1] ?? "", response);
  else return false;
  return true;
}

/** A permalink, opened from anywhere, leads to the page at that message. */
function goToMessage(
  url: URL,
  [channel = "", message = ""]: readonly string[],
  response: ServerResponse,
): void {
  const ts = message.replace(/^p(\d+)(\d{6})$/, "$1.$2");
  const where = new URLSearchParams({ channel, at: ts });
  const thread = url.searchParams.get("thread_ts");
  if (thread !== null) where.set("thread", thread);
  response.writeHead(302, { location: `/#${where}` }).end();
}

function answerScreen({ desk, connections, panel }: PageDeps, url: URL, response: ServerResponse): void {
  const { state } = desk;
  const user = personOf(state, url.searchParams.get("person"));
  const channel = state.channels.get(url.searchParams.get("channel") ?? "");
  const allowed =
    channel !== undefined && (channel.kind === "public" || channel.members.has(user.id))
      ? channel
      : undefined;
  const data = screenData(state, connections(), panel, {
    user,
    channel: allowed,
    threadTs: url.searchParams.get("thread") ?? undefined,
  });
  sendJson(response, 200, data);
}

/** The person asked for, or the first one there is. */
function personOf(state: State, id: string | null): User {
  const people = [...state.users.values()].filter((user) => !user.bot && !user.deactivated);
  const user = people.find((one) => one.id === id) ?? people[0];
  if (user === undefined) throw new Refusal("nobody_here");
  return user;
}

const pauseMilliseconds = 30;
const heartbeatMilliseconds = 15_000;

/** One line per burst of changes: the page then asks for its screen, so a lost line costs nothing. */
function streamChanges({ desk, panel }: PageDeps, request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write("retry: 500\ndata: changed\n\n");
  let pending: NodeJS.Timeout | undefined;
  const tell = (): void => {
    pending ??= setTimeout(() => {
      pending = undefined;
      response.write("data: changed\n\n");
    }, pauseMilliseconds);
  };
  const unwatch = desk.state.news.watch((event) => {
    if (event.type !== "call") tell();
  });
  const unwatchPanel = panel?.watch(tell);
  const heartbeat = setInterval(() => response.write(": still here\n\n"), heartbeatMilliseconds);
  request.on("close", () => {
    clearTimeout(pending);
    clearInterval(heartbeat);
    unwatch();
    unwatchPanel?.();
  });
}

async function answerAct(
  { desk }: PageDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const given = await readGiven(request);
  if (given === undefined) return sendJson(response, 403, { error: "not_from_the_page" });
  const user = desk.state.users.get(asText(given.person) ?? "");
  if (user === undefined) return sendJson(response, 400, { ok: false, error: "user_not_found" });
  try {
    sendJson(response, 200, await actOnPage(desk, user, given));
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    sendJson(response, 400, { ok: false, error: error.code });
  }
}

async function answerPanel(
  { panel }: PageDeps,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const given = await readGiven(request);
  if (given === undefined) return sendJson(response, 403, { error: "not_from_the_page" });
  const button = panel?.buttons.find(({ id }) => id === given.press);
  if (button === undefined) return sendJson(response, 404, { ok: false, error: "There is no such button." });
  try {
    await button.press();
    sendJson(response, 200, { ok: true });
  } catch (error) {
    sendJson(response, 500, { ok: false, error: error instanceof Error ? error.message : String(error) });
  }
}

/** Only the page itself may act: another site's form or script sends no JSON with our origin. */
async function readGiven(request: IncomingMessage): Promise<Fields | undefined> {
  const fromPage = request.headers.origin === `http://${request.headers.host}`;
  if (!fromPage || request.headers["content-type"] !== "application/json") return undefined;
  return asFields(parseJson((await readBody(request)).toString())) ?? {};
}

function answerFile(state: State, id: string, response: ServerResponse): void {
  const file = state.files.get(id);
  if (file?.bytes === undefined) {
    send(response, 404, "text/plain", "Not found\n");
    return;
  }
  send(response, 200, "text/plain; charset=utf-8", file.bytes, {
    "content-security-policy": "sandbox; default-src 'none'",
    "content-disposition": `inline; filename*=UTF-8''${encodeURIComponent(file.name).replaceAll("'", "%27")}`,
  });
}

function sendJson(response: ServerResponse, status: number, body: Fields): void {
  send(response, status, "application/json; charset=utf-8", JSON.stringify(body), {
    "cache-control": "no-store",
  });
}

function send(
  response: ServerResponse,
  status: number,
  type: string,
  body: string | Buffer,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { "content-type": type, "x-content-type-options": "nosniff", ...headers });
  response.end(body);
}

// The port: whether the bot lives, whether it is ready, and, over HTTP, what Slack sends.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { PasserelleError } from "../errors.ts";
import type { RoomLogger } from "./logging.ts";

export type DoorOptions = {
  readonly port: number;
  /** All addresses of the machine when left out. */
  readonly host: string | undefined;
  /** What keeps the bot from its work at this moment, in a word or two each; nothing when it is ready. */
  readonly lacks: () => Promise<readonly string[]>;
  /** Takes what is posted to /slack/events; without it there is no such address. */
  readonly events: ((request: IncomingMessage, response: ServerResponse) => Promise<void>) | undefined;
  readonly logger: RoomLogger;
};

export type Door = {
  readonly port: number;
  readonly close: () => Promise<void>;
};

/** Throws `port-in-use`. */
export async function openDoor(options: DoorOptions): Promise<Door> {
  const server = createServer((request, response) => {
    answer(options, request, response).catch((error: unknown) => {
      options.logger.error({ err: error }, "a request could not be answered");
      if (response.headersSent) response.destroy();
      // Slack tries an event again later, and tells a person that the command failed.
      else say(response, 503, "not now");
    });
  });
  // Whoever sends a few bytes a minute holds nothing up.
  server.headersTimeout = 5000;
  server.requestTimeout = 10_000;
  const port = await listen(server, options);
  return {
    port,
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const late = setTimeout(() => server.closeAllConnections(), 2000);
      await closed;
      clearTimeout(late);
    },
  };
}

async function answer(
  { lacks, events }: DoorOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = request.url?.split("?")[0];
  const looks = request.method === "GET" || request.method === "HEAD";
  if (path === "/slack/events" && events !== undefined) {
    if (request.method !== "POST") return say(response, 405, "only what Slack posts");
    return events(request, response);
  }
  if (path === "/healthz" && looks) return say(response, 200, "ok");
  if (path === "/readyz" && looks) {
    const lacking = await lacks();
    return lacking.length === 0 ? say(response, 200, "ok") : say(response, 503, lacking.join(", "));
  }
  say(response, 404, "not here");
}

function say(response: ServerResponse, status: number, words: string): void {
  response.writeHead(status, { "content-type": "text/plain; charset=utf-8", "cache-control": "no-store" });
  response.end(`${words}\n`);
}

const mostBytes = 1024 * 1024;

/** Undefined when it is longer than anything that Slack sends. */
export async function readRequestBody(request: IncomingMessage): Promise<Buffer | undefined> {
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of request as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > mostBytes) return undefined;
    pieces.push(piece);
  }
  return Buffer.concat(pieces);
}

function listen(server: Server, { port, host }: DoorOptions): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", (error: NodeJS.ErrnoException) =>
      reject(new PasserelleError("port-in-use", { port, reason: reasonOf(error) }, { cause: error })),
    );
    server.listen({ port, ...(host !== undefined && { host }) }, () => {
      const address = server.address();
      resolve(typeof address === "object" && address !== null ? address.port : port);
    });
  });
}

function reasonOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === "EADDRINUSE") return "something else listens there";
  if (code === "EACCES") return "the bot may not";
  return code === "EADDRNOTAVAIL" ? "the address is not one of this machine" : message;
}

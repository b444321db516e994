// Bolt's way in over HTTP: takes what Slack signed, once, and answers it; everything else is turned away at the door.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { App, Receiver } from "@slack/bolt";
import { readRequestBody } from "./door.ts";
import type { RoomLogger } from "./logging.ts";
import { createSeenBefore } from "./seen-before.ts";
import { judge } from "./signature.ts";

export type HttpReceiverOptions = {
  readonly signingSecret: string;
  /** Whether this signature was never seen, by any bot of this database. */
  readonly firstTime: (id: string, at: string) => Promise<boolean>;
  readonly logger: RoomLogger;
  readonly now: () => Date;
};

export type HttpReceiver = Receiver & {
  readonly listening: () => boolean;
  readonly handle: (request: IncomingMessage, response: ServerResponse) => Promise<void>;
};

type Body = Readonly<Record<string, unknown>>;

export function createHttpReceiver(options: HttpReceiverOptions): HttpReceiver {
  const { signingSecret, firstTime, logger, now } = options;
  const seenBefore = createSeenBefore();
  const handling = new Set<Promise<void>>();
  let app: Pick<App, "processEvent"> | undefined;
  let listening = false;

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    if (app === undefined || !listening) return answer(response, 503);
    const raw = await readRequestBody(request);
    if (raw === undefined) return answer(response, 413);
    const timestamp = headerOf(request, "x-slack-request-timestamp");
    const signature = headerOf(request, "x-slack-signature");
    const verdict = judge({ timestamp, signature, body: raw }, signingSecret, now());
    if (verdict !== "genuine") {
      logger.warn({ verdict }, "a request was turned away");
      return answer(response, 401);
    }
    if (!(await firstTime(`slack:${signature}`, now().toISOString()))) {
      logger.warn({ verdict: "replayed" }, "a request was turned away");
      return answer(response, 401);
    }
    const body = bodyIn(raw.toString(), headerOf(request, "content-type") ?? "");
    if (body === undefined) return answer(response, 400);
    if (body["ssl_check"] !== undefined) return answer(response, 200);
    if (body["type"] === "url_verification") return answer(response, 200, { challenge: body["challenge"] });
    if (seenBefore(body)) return answer(response, 200);
    await process(app, body, request, response);
  }

  async function process(
    bolt: Pick<App, "processEvent">,
    body: Body,
    request: IncomingMessage,
    response: ServerResponse,
  ): Promise<void> {
    const late = setTimeout(
      () => logger.warn({ type: body["type"] }, "Slack was not answered in time"),
      2500,
    );
    const ack = async (given?: unknown): Promise<void> => {
      clearTimeout(late);
      if (!response.headersSent) answer(response, 200, given);
    };
    const attempt = headerOf(request, "x-slack-retry-num");
    const reason = headerOf(request, "x-slack-retry-reason");
    const handled = bolt
      .processEvent({
        body,
        ack,
        ...(attempt !== undefined && { retryNum: Number(attempt) }),
        ...(reason !== undefined && { retryReason: reason }),
      })
      .catch((error: unknown) => logger.error({ err: error }, "what Slack sent could not be handled"))
      .finally(() => {
        clearTimeout(late);
        handling.delete(handled);
        // Nobody listens to this, or whoever does failed: Slack tells the person that nothing came of it.
        if (!response.headersSent) answer(response, 404);
      });
    handling.add(handled);
    await handled;
  }

  return {
    init: (bolt) => {
      app = bolt;
    },
    start: async () => {
      listening = true;
    },
    stop: async () => {
      listening = false;
      await Promise.race([
        Promise.all(handling),
        new Promise((resolve) => setTimeout(resolve, 2000).unref()),
      ]);
    },
    listening: () => listening,
    handle,
  };
}

function headerOf(request: IncomingMessage, name: string): string | undefined {
  const value = request.headers[name];
  return Array.isArray(value) ? value[0] : value;
}

/** Commands come as a form, interactions as JSON in a form, events as JSON. */
function bodyIn(text: string, type: string): Body | undefined {
  if (/^application\/json\b/.test(type)) return objectIn(text);
  const form = Object.fromEntries(new URLSearchParams(text));
  const { payload } = form;
  return payload === undefined ? form : objectIn(payload);
}

function objectIn(json: string): Body | undefined {
  try {
    const value: unknown = JSON.parse(json);
    return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Body) : undefined;
  } catch {
    return undefined;
  }
}

function answer(response: ServerResponse, status: number, given?: unknown): void {
  if (given === undefined || given === null || given === "") response.writeHead(status).end();
  else if (typeof given === "string") response.writeHead(status, { "content-type": "text/plain" }).end(given);
  else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(given));
}

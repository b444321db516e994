// The Socket Mode end of the workspace: tickets, hello, envelopes to one connection each, and every way it can break.

import { randomBytes, randomUUID } from "node:crypto";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import { type WebSocket, WebSocketServer } from "ws";
import type { AppLink, Delivery, EnvelopeType } from "./delivery.ts";
import { createEventRetries, slackRetrySeconds } from "./event-retries.ts";
import { asFields, asText, type Fields, parseJson } from "./fields.ts";
import type { State } from "./state.ts";

export type DisconnectReason = "warning" | "refresh_requested" | "link_disabled" | "too_many_websockets";

export type SocketFaults = {
  /** Asks every connection to go; all but a `warning` are closed after a moment if the app does not leave first. */
  disconnect(reason: DisconnectReason): void;
  /** Cuts every connection without a word, as a pulled cable would. */
  cut(): void;
  /** While silent, pings of the app stay unanswered. */
  silence(silent: boolean): void;
  /** Every envelope waits this long before it is sent; 0 ends it. */
  delay(milliseconds: number): void;
  /** The next `times` envelopes are delivered twice. */
  duplicate(times: number): void;
  connections(): number;
};

export type SocketMode = AppLink & {
  readonly faults: SocketFaults;
  newTicket(): string;
  /** Takes the connection when its ticket is good; refuses it otherwise. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  stop(): void;
};

export type SocketModeOptions = {
  readonly ackSeconds?: number;
  /** When an unacknowledged event is sent again. */
  readonly eventRetrySeconds?: readonly number[];
  readonly pingSeconds?: number;
  /** How long after the request to leave a connection is closed. */
  readonly graceSeconds?: number;
};

const connectionLimit = 10;

type Waiting = { readonly socket: WebSocket; settle(delivery: Delivery): void };

export function createSocketMode(state: State, options: SocketModeOptions = {}): SocketMode {
  const {
    ackSeconds = 3,
    eventRetrySeconds = slackRetrySeconds,
    pingSeconds = 10,
    graceSeconds = 10,
  } = options;
  const server = new WebSocketServer({ noServer: true, autoPong: false });
  const tickets = new Set<string>();
  const open: WebSocket[] = [];
  const waiting = new Map<string, Waiting>();
  const timers = new Set<NodeJS.Timeout>();
  let turn = 0;
  let silent = false;
  let delayMilliseconds = 0;
  let duplicates = 0;
  let stopped = false;

  const later = (seconds: number, deed: () => void): NodeJS.Timeout => {
    const timer = setTimeout(() => {
      timers.delete(timer);
      deed();
    }, seconds * 1000);
    timers.add(timer);
    return timer;
  };
  const pinging = setInterval(() => {
    for (const socket of open) socket.ping();
  }, pingSeconds * 1000);
  pinging.unref();

  const debugInfo = { host: "applink-playground", build_number: 1, approximate_connection_time: 18_060 };

  function welcome(socket: WebSocket): void {
    socket.on("error", () => socket.terminate());
    socket.on("ping", (data) => {
      if (!silent) socket.pong(data);
    });
    if (open.length >= connectionLimit) {
      socket.send(
        JSON.stringify({ type: "disconnect", reason: "too_many_websockets", debug_info: debugInfo }),
      );
      socket.close(1000);
      return;
    }
    open.push(socket);
    socket.on("message", (data) => acknowledged(socket, asFields(parseJson(String(data)))));
    socket.on("close", () => {
      open.splice(open.indexOf(socket), 1);
      state.news.tell({ type: "connections", open: open.length });
      for (const wait of [...waiting.values()])
        if (wait.socket === socket) wait.settle({ outcome: "timeout" });
    });
    const connection_info = { app_id: state.app.id };
    socket.send(
      JSON.stringify({ type: "hello", num_connections: open.length, debug_info: debugInfo, connection_info }),
    );
    state.news.tell({ type: "connections", open: open.length });
  }

  function acknowledged(socket: WebSocket, message: Fields | undefined): void {
    const wait = waiting.get(asText(message?.envelope_id) ?? "");
    if (wait?.socket === socket)
      wait.settle({ outcome: "acknowledged", payload: asFields(message?.payload) ?? {} });
  }

  /** Each envelope goes to one connection; which one is Slack's choice, so here they take turns. */
  function nextConnection(): WebSocket | undefined {
    const ready = open.filter((socket) => socket.readyState === socket.OPEN);
    turn += 1;
    return ready[turn % Math.max(ready.length, 1)];
  }

  async function send(type: EnvelopeType, payload: Fields, retry: Fields): Promise<Delivery> {
    if (delayMilliseconds > 0) await new Promise<void>((resolve) => later(delayMilliseconds / 1000, resolve));
    const socket = nextConnection();
    if (socket === undefined) return { outcome: "unconnected" };
    return new Promise((resolve) => {
      const id = randomUUID();
      const timer = later(ackSeconds, () => waiting.get(id)?.settle({ outcome: "timeout" }));
      waiting.set(id, {
        socket,
        settle: (delivery) => {
          waiting.delete(id);
          clearTimeout(timer);
          timers.delete(timer);
          resolve(delivery);
        },
      });
      socket.send(
        JSON.stringify({
          envelope_id: id,
          payload,
          type,
          accepts_response_payload: type !== "events_api",
          ...retry,
        }),
      );
    });
  }

  const retries = createEventRetries(eventRetrySeconds, (payload, attempt) =>
    send("events_api", payload, { retry_attempt: attempt, retry_reason: "timeout" }),
  );

  return {
    deliver: async (type, payload) => {
      const retry = type === "events_api" ? { retry_attempt: 0, retry_reason: "" } : {};
      if (duplicates > 0) {
        duplicates -= 1;
        const again = type === "events_api" ? { retry_attempt: 1, retry_reason: "timeout" } : {};
        void send(type, payload, again);
      }
      const delivery = await send(type, payload, retry);
      if (type === "events_api" && delivery.outcome !== "acknowledged") retries.begin(payload);
      return delivery;
    },
    newTicket: () => {
      const ticket = randomBytes(16).toString("hex");
      tickets.add(ticket);
      return `${state.origin.replace("http", "ws")}/link/?ticket=${ticket}&app_id=${state.app.id}`;
    },
    upgrade: (request, socket, head) => {
      const ticket = new URL(request.url ?? "/", state.origin).searchParams.get("ticket") ?? "";
      if (stopped || !tickets.delete(ticket)) {
        socket.end("HTTP/1.1 401 Unauthorized\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        return;
      }
      server.handleUpgrade(request, socket, head, welcome);
    },
    faults: {
      disconnect: (reason) => {
        for (const socket of [...open]) {
          socket.send(JSON.stringify({ type: "disconnect", reason, debug_info: debugInfo }));
          if (reason !== "warning") later(graceSeconds, () => socket.close(1000)).unref();
        }
      },
      cut: () => {
        for (const socket of [...open]) socket.terminate();
      },
      silence: (on) => {
        silent = on;
      },
      delay: (milliseconds) => {
        delayMilliseconds = milliseconds;
      },
      duplicate: (times) => {
        duplicates = times;
      },
      connections: () => open.length,
    },
    stop: () => {
      stopped = true;
      clearInterval(pinging);
      retries.stop();
      for (const timer of timers) clearTimeout(timer);
      for (const wait of [...waiting.values()]) wait.settle({ outcome: "unconnected" });
      for (const socket of [...open]) socket.terminate();
      server.close();
    },
  };
}

// The other line to an app: signed HTTP requests, for apps without Socket Mode.

import { createHmac } from "node:crypto";
import type { AppLink, Delivery, EnvelopeType } from "./delivery.ts";
import { createEventRetries, slackRetrySeconds } from "./event-retries.ts";
import { asFields, asText, type Fields, parseJson } from "./fields.ts";

export type HttpDeliveryOptions = {
  /** Where the app takes commands, interactions and events: `http://127.0.0.1:3000/slack/events`. */
  readonly url: string;
  readonly signingSecret: string;
  readonly ackSeconds?: number;
  readonly eventRetrySeconds?: readonly number[];
};

export function createHttpDelivery(
  options: HttpDeliveryOptions,
  now: () => number,
): AppLink & { stop(): void } {
  const { url, signingSecret, ackSeconds = 3, eventRetrySeconds = slackRetrySeconds } = options;

  async function send(type: EnvelopeType, payload: Fields, attempt: number): Promise<Delivery> {
    const body = bodyOf(type, payload);
    const timestamp = String(Math.floor(now() / 1000));
    const signature = createHmac("sha256", signingSecret).update(`v0:${timestamp}:${body}`).digest("hex");
    const headers = {
      "content-type": type === "events_api" ? "application/json" : "application/x-www-form-urlencoded",
      "x-slack-request-timestamp": timestamp,
      "x-slack-signature": `v0=${signature}`,
      ...(attempt === 0
        ? {}
        : { "x-slack-retry-num": String(attempt), "x-slack-retry-reason": "http_timeout" }),
    };
    try {
      const signal = AbortSignal.timeout(ackSeconds * 1000);
      const response = await fetch(url, { method: "POST", body, headers, signal, redirect: "error" });
      const answer = await response.text();
      return response.ok
        ? { outcome: "acknowledged", payload: answerFields(answer) }
        : { outcome: "unconnected" };
    } catch (error) {
      return { outcome: asText(asFields(error)?.name) === "TimeoutError" ? "timeout" : "unconnected" };
    }
  }

  const retries = createEventRetries(eventRetrySeconds, (payload, attempt) =>
    send("events_api", payload, attempt),
  );
  return {
    deliver: async (type, payload) => {
      const delivery = await send(type, payload, 0);
      if (type === "events_api" && delivery.outcome !== "acknowledged") retries.begin(payload);
      return delivery;
    },
    stop: retries.stop,
  };
}

function bodyOf(type: EnvelopeType, payload: Fields): string {
  if (type === "events_api") return JSON.stringify(payload);
  if (type === "interactive") return new URLSearchParams({ payload: JSON.stringify(payload) }).toString();
  const texts = Object.entries(payload).map(([name, value]): [string, string] => [name, String(value)]);
  return new URLSearchParams(texts).toString();
}

/** An answer is JSON, or the bare text of a reply. */
function answerFields(answer: string): Fields {
  if (answer === "") return {};
  return asFields(parseJson(answer)) ?? { text: answer };
}

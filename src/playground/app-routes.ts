// The doors that apps come through: Web API calls, uploads, response urls, downloads, with the faults that hit them.

import type { IncomingMessage, ServerResponse } from "node:http";
import type { Fault, FaultBox } from "./faults.ts";
import { asFields, type Fields, parseJson } from "./fields.ts";
import { readArguments, readBody, readUpload } from "./http-body.ts";
import type { Desk } from "./interactions.ts";
import { Refusal } from "./refusal.ts";
import { scopesOf, type WebApi } from "./web-api.ts";

export type RecordedCall = {
  readonly method: string;
  readonly args: Fields;
  readonly at: number;
  readonly answer: Fields;
};

export type Counter = {
  readonly desk: Desk;
  readonly api: WebApi;
  readonly faults: FaultBox;
  readonly calls: RecordedCall[];
};

const recordedCallLimit = 10_000;

/** Answers whether the address was one of an app's. */
export async function answerApp(
  counter: Counter,
  url: URL,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const [, room, ...rest] = url.pathname.split("/");
  if (room === "api") await answerCall(counter, rest.join("/"), url, request, response);
  else if (room === "upload") await answerUpload(counter, rest[1] ?? "", request, response);
  else if (room === "response") await answerResponseUrl(counter, rest[1] ?? "", request, response);
  else if (room === "files-pri") answerDownload(counter, rest[0] ?? "", request, response);
  else return false;
  return true;
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
    const scopes = scopesOf(state, token);
    // Slack says nothing of the scopes of a token that is none.
    return { status: 200, body: answer, ...(scopes && { headers: { "x-oauth-scopes": scopes.join(",") } }) };
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

export function send(
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

// The Web API clients, one per kind of call, so that a slow or limited kind never holds up another.

import type { Logger } from "@slack/bolt";
import {
  WebAPIHTTPError,
  WebAPIPlatformError,
  WebAPIRateLimitedError,
  WebAPIRequestError,
  WebClient,
} from "@slack/web-api";
import type { Environment } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";

export type Clients = {
  /** Dialogs and answers to one person: useless after three seconds, so never tried twice. */
  readonly interactive: WebClient;
  /** Edits of messages: may be repeated, never queued behind a limit. */
  readonly progress: WebClient;
  /** New messages: a second try could post twice, so whoever posts looks before trying again. */
  readonly post: WebClient;
  /** Questions: people, groups, channels, what was posted. */
  readonly lookup: WebClient;
  readonly files: WebClient;
};

const once = { retries: 0 };

/** One that asks once and tells what came back; `onAnswer` sees the headers too. */
export function createAsker(
  { apiUrl }: Environment["slack"],
  token: string,
  logger: Logger,
  onAnswer: (response: Response) => void = () => {},
): WebClient {
  return new WebClient(token, {
    ...(apiUrl !== undefined && { slackApiUrl: apiUrl }),
    logger,
    timeout: 10_000,
    retryConfig: { ...once },
    rejectRateLimitedCalls: true,
    fetch: async (input, init) => {
      const response = await fetch(input, init);
      onAnswer(response);
      return response;
    },
  });
}

export function createClients(slack: Environment["slack"], logger: Logger): Clients {
  const open = (timeout: number, retries: number) =>
    new WebClient(slack.botToken, {
      ...(slack.apiUrl !== undefined && { slackApiUrl: slack.apiUrl }),
      logger,
      timeout,
      // A copy for each client: the libraries write into the object they are given.
      retryConfig: retries === 0 ? { ...once } : { retries, factor: 2, minTimeout: 500, maxTimeout: 4000 },
      rejectRateLimitedCalls: true,
    });
  return {
    interactive: open(2500, 0),
    progress: open(8000, 0),
    post: open(10_000, 0),
    lookup: open(8000, 2),
    files: open(60_000, 1),
  };
}

/** What to make of a call that failed. `refused` is Slack's own answer; `unknown` means it may or may not have happened. */
export type CallFailure =
  | { readonly kind: "refused"; readonly error: string; readonly needed: string | undefined }
  | { readonly kind: "limited"; readonly afterSeconds: number }
  | { readonly kind: "unknown"; readonly reason: string };

export function callFailure(error: unknown): CallFailure {
  if (error instanceof WebAPIRateLimitedError) return { kind: "limited", afterSeconds: error.retryAfter };
  if (error instanceof WebAPIPlatformError) {
    const code = error.data.error;
    if (code === "ratelimited" || code === "rate_limited") return { kind: "limited", afterSeconds: 30 };
    if (transient.has(code)) return { kind: "unknown", reason: code };
    const needed =
      "needed" in error.data && typeof error.data.needed === "string" ? error.data.needed : undefined;
    return { kind: "refused", error: code, needed };
  }
  if (error instanceof WebAPIHTTPError) return { kind: "unknown", reason: `HTTP ${error.statusCode}` };
  if (error instanceof WebAPIRequestError) return { kind: "unknown", reason: whyNoAnswer(error.original) };
  return { kind: "unknown", reason: error instanceof Error ? error.message : String(error) };
}

/** `fetch failed` says nothing; what it failed of is further in. */
function whyNoAnswer(error: Error): string {
  const { cause } = error;
  if (!(cause instanceof Error)) return error.message;
  const code = "code" in cause && typeof cause.code === "string" ? cause.code : "";
  return cause.message === "" ? code || error.message : cause.message;
}

/** Whether an error is Slack's or the network's at all, rather than a mistake of ours. */
export function isCallError(error: unknown): boolean {
  return (
    error instanceof WebAPIRateLimitedError ||
    error instanceof WebAPIPlatformError ||
    error instanceof WebAPIHTTPError ||
    error instanceof WebAPIRequestError
  );
}

export function slackFailure(error: unknown, token: "SLACK_BOT_TOKEN" | "SLACK_APP_TOKEN"): PasserelleError {
  const failure = callFailure(error);
  if (failure.kind === "refused") {
    const details = {
      token,
      reason: failure.error,
      ...(failure.needed !== undefined && { needed: failure.needed }),
    };
    return new PasserelleError("slack-refused", details, { cause: error });
  }
  const reason = failure.kind === "limited" ? "too many requests" : failure.reason;
  return new PasserelleError("slack-unreachable", { reason }, { cause: error });
}

const transient: ReadonlySet<string> = new Set([
  "internal_error",
  "fatal_error",
  "service_unavailable",
  "request_timeout",
  "team_added_to_org",
]);

// Asks one page of the app from PROD's host, through at most three redirects to the same host.

import type { HttpProbe } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import type { Transport } from "../transport/transport.ts";
import { askHost } from "./ask-host.ts";
import { judgeHttp, nobodyThere, parseHttpAnswer, withoutUser } from "./http-answer.ts";
import { type HttpTool, httpScript, httpTools } from "./http-script.ts";
import { bad, good, type Probed, unreached } from "./probe.ts";

/** `tools` are those that may be used where the host has them. */
export async function askHttp(
  transport: Transport,
  probe: HttpProbe,
  mostSeconds: number,
  tools: readonly HttpTool[] = httpTools,
): Promise<Probed> {
  const name = `GET ${withoutUser(new URL(probe.url))}`;
  const limit = Math.max(1, Math.ceil(Math.min(probe.timeoutSeconds, mostSeconds)));
  let url = probe.url;
  let milliseconds = 0;
  for (let redirects = 0; ; redirects += 1) {
    // All redirects share the time of one question.
    const seconds = Math.max(1, Math.ceil(limit - milliseconds / 1000));
    const answer = await askHost(transport, httpScript, {
      args: argumentsOf(new URL(url), seconds, tools),
      timeoutSeconds: seconds + 10,
      maxBytes: 256 * 1024,
    });
    if (answer.is === "unreached") return unreached(name, transport.host, answer.reason);
    if (answer.is === "late")
      return bad(name, `did not answer within ${limit} s`, {
        trouble: `${name} did not answer within ${limit} s`,
      });
    const parsed = parseHttpAnswer(answer.stdout, answer.stderr, limit);
    milliseconds += parsed.is === "no-tool" ? 0 : parsed.milliseconds;
    const verdict = judgeHttp({ ...probe, timeoutSeconds: limit }, url, redirects, parsed);
    if (verdict.is === "good") return good(name, verdict.seen, milliseconds);
    if (verdict.is === "bad") {
      const trouble = `${name} ${verdict.trouble}`;
      return bad(name, verdict.seen, { trouble, milliseconds, hopeless: parsed.is === "no-tool" });
    }
    url = verdict.url;
  }
}

/** Whether anything listens where this address leads, whatever it answers. Throws `host-lost` when the host is out of reach. */
export async function isTaken(transport: Transport, url: string): Promise<boolean> {
  const seconds = 5;
  const answer = await askHost(transport, httpScript, {
    // nc does not tell a closed port from a silent one.
    args: argumentsOf(
      new URL(url),
      seconds,
      httpTools.filter((tool) => tool !== "nc"),
    ),
    timeoutSeconds: seconds + 10,
    maxBytes: 256 * 1024,
  });
  if (answer.is === "unreached")
    throw new PasserelleError("host-lost", { host: transport.host, reason: answer.reason });
  if (answer.is === "late") return true;
  const parsed = parseHttpAnswer(answer.stdout, answer.stderr, seconds);
  return parsed.is === "answer" || (parsed.is === "silence" && !nobodyThere.has(parsed.because));
}

function argumentsOf(url: URL, seconds: number, tools: readonly HttpTool[]): readonly string[] {
  const port = url.port === "" ? (url.protocol === "https:" ? "443" : "80") : url.port;
  const user = [url.username, url.password].map(decoded).join(":");
  const authorization = user === ":" ? "" : `Basic ${Buffer.from(user).toString("base64")}`;
  // A parsed address has no quotes, spaces or line breaks left; a backslash in its query would be read by curl.
  const address = new URL(url);
  address.hash = "";
  return [
    address.href.replaceAll("\\", "%5C"),
    String(seconds),
    tools.join(" "),
    url.hostname.replace(/^\[|\]$/g, ""),
    port,
    `${url.pathname}${url.search}`.replaceAll("\\", "%5C"),
    url.host,
    authorization,
  ];
}

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

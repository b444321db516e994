// What a page answered, and what that means: the pure half of asking over HTTP.

import type { HttpProbe } from "../config/config.ts";
import { type HttpTool, mostBodyBytes } from "./http-script.ts";

export type HttpAnswer =
  | {
      readonly is: "answer";
      readonly status: number;
      readonly location: string | undefined;
      readonly body: Buffer;
      /** False when the time was up, or the line broke, before the body's end. */
      readonly whole: boolean;
      readonly milliseconds: number;
    }
  /** `because` follows the page's name: "refused the connection". */
  | { readonly is: "silence"; readonly because: string; readonly milliseconds: number }
  | { readonly is: "no-tool" };

/** Reads what `httpScript` printed. */
export function parseHttpAnswer(stdout: Buffer, stderr: Buffer, timeoutSeconds: number): HttpAnswer {
  const firstLine = stdout.indexOf("\n");
  const tool = stdout.toString("latin1", 0, Math.max(firstLine, 0)) as HttpTool | "none";
  if (tool === "none") return { is: "no-tool" };
  const said = stderr.toString("latin1");
  const end = /\nrc=(\d+) ms=(\d+)\n*$/.exec(said);
  const code = end === null ? 124 : Number(end[1]);
  const milliseconds = end === null ? timeoutSeconds * 1000 : Number(end[2]);
  const printed = stdout.subarray(firstLine + 1);
  const answer = tool === "wget" ? answerOfWget(printed, said) : answerOf(printed);
  if (answer === undefined)
    return { is: "silence", because: silence(code, said, timeoutSeconds), milliseconds };
  const capped = answer.body.length >= mostBodyBytes;
  const whole = capped || !isCutShort(tool, code);
  return { is: "answer", ...answer, body: answer.body.subarray(0, mostBodyBytes), whole, milliseconds };
}

type Parsed = { readonly status: number; readonly location: string | undefined; readonly body: Buffer };

function answerOf(printed: Buffer): Parsed | undefined {
  let rest = printed;
  for (;;) {
    const text = rest.toString("latin1", 0, 16 * 1024);
    const end = /\r?\n\r?\n/.exec(text);
    const head = end === null ? text : text.slice(0, end.index);
    const status = statusOf(head);
    if (status === undefined) return undefined;
    rest = end === null ? Buffer.alloc(0) : rest.subarray(end.index + end[0].length);
    // 1xx comes before the answer itself.
    if (status >= 200 || rest.length === 0) return { status, location: locationOf(head), body: rest };
  }
}

/** wget tells the head on stderr, each line indented. */
function answerOfWget(body: Buffer, said: string): Parsed | undefined {
  const head = said
    .split("\n")
    .filter((line) => line.startsWith("  "))
    .map((line) => line.trim())
    .join("\n");
  const last = head.slice(Math.max(head.lastIndexOf("\nHTTP/") + 1, 0));
  const status = statusOf(last);
  return status === undefined ? undefined : { status, location: locationOf(last), body };
}

function statusOf(head: string): number | undefined {
  const status = /^HTTP\/\d(?:\.\d)? (\d{3})(?:\s|$)/.exec(head)?.[1];
  return status === undefined ? undefined : Number(status);
}

function locationOf(head: string): string | undefined {
  const location = /^location:[ \t]*(\S+)/im.exec(head)?.[1];
  return location === undefined ? undefined : Buffer.from(location, "latin1").toString();
}

/** wget ends with 8 on every status that is an error, and each tool in its way when its reader has had enough. */
function isCutShort(tool: HttpTool, code: number): boolean {
  if (tool === "wget") return code !== 0 && code !== 8;
  if (tool === "curl") return code !== 0 && code !== 23;
  return code !== 0;
}

const silences: readonly (readonly [RegExp, string])[] = [
  [
    /certificate (?:has )?expired|certificate_expired|CERT_HAS_EXPIRED/i,
    "has a certificate that has expired",
  ],
  [/not (?:yet )?valid|not yet activated/i, "has a certificate that is not valid yet"],
  [/self.signed|SELF_SIGNED|DEPTH_ZERO/i, "has a certificate that it signed itself"],
  [
    /no alternative certificate|(?:host ?name|altname|common name).{0,80}(?:mismatch|match|invalid)|does not match|doesn't match|ERR_TLS_CERT_ALTNAME/i,
    "has a certificate for another name",
  ],
  [
    /unable to get (?:local )?issuer|UNABLE_TO_(?:GET|VERIFY)|certificate verify failed|not trusted|known issuer|cannot verify/i,
    "has a certificate that this host does not trust",
  ],
  [
    /wrong version number|WRONG_VERSION|packet length|unrecognized name|handshake|ssl|tls|EPROTO/i,
    "does not speak TLS as it should",
  ],
  [
    /could not resolve|couldn't resolve|not known|unable to resolve|bad hostname|ENOTFOUND|EAI_AGAIN|resolution/i,
    "has a host name that nothing is known of",
  ],
  [/no route|unreachable|EHOSTUNREACH|ENETUNREACH/i, "cannot be reached from this host"],
  [/refused|couldn't connect to server/i, "refused the connection"],
  [/timed out|timeout|ETIMEDOUT/i, "late"],
  [
    /empty reply|without response|closed connection|reset by peer|no data received|socket hang up|ECONNRESET|broken pipe/i,
    "closed the connection without an answer",
  ],
];

/** Silences in which nothing was listening; anything else that is silent is something. */
export const nobodyThere: ReadonlySet<string> = new Set([
  "refused the connection",
  "has a host name that nothing is known of",
  "cannot be reached from this host",
]);

function silence(code: number, said: string, timeoutSeconds: number): string {
  const late = `did not answer within ${timeoutSeconds} s`;
  // curl's and timeout's own words for it.
  if (code === 28 || code === 124 || code === 137) return late;
  const known = silences.find(([form]) => form.test(said))?.[1];
  if (known !== undefined) return known === "late" ? late : known;
  return code === 0 ? "closed the connection without an answer" : "gave no answer that HTTP knows";
}

export type HttpVerdict =
  | { readonly is: "good"; readonly seen: string }
  /** `trouble` follows the page's name: "answered 503". */
  | { readonly is: "bad"; readonly seen: string; readonly trouble: string }
  | { readonly is: "elsewhere"; readonly url: string };

const mostRedirects = 3;

/** `url` is the one asked, after `redirects` redirects. */
export function judgeHttp(probe: HttpProbe, url: string, redirects: number, answer: HttpAnswer): HttpVerdict {
  const bad = (trouble: string, seen = trouble): HttpVerdict => ({ is: "bad", seen, trouble });
  if (answer.is === "no-tool")
    return bad("cannot be asked: this host has neither curl nor another tool for it; install curl");
  if (answer.is === "silence") return bad(answer.because);
  const { status, body } = answer;
  const seen = `${status} in ${answer.milliseconds} ms`;
  if (isRedirect(status) && probe.status === undefined && answer.location !== undefined) {
    const next = URL.parse(answer.location, url);
    const shown = next === null ? answer.location : withoutUser(next);
    if (next === null || !/^https?:$/.test(next.protocol))
      return bad(`redirects to ${shown}, which cannot be asked`);
    if (!sameHost(next, new URL(url))) return bad(`redirects to another host: ${shown}`);
    if (redirects >= mostRedirects) return bad(`redirects more than ${mostRedirects} times`);
    return { is: "elsewhere", url: next.href };
  }
  const wanted = probe.status === undefined ? status >= 200 && status < 300 : status === probe.status;
  if (!wanted) {
    const instead = probe.status === undefined ? "" : ` instead of ${probe.status}`;
    return bad(`answered ${status}${instead}`, seen);
  }
  if (probe.contains !== undefined && !body.includes(probe.contains)) {
    const where = answer.whole ? "" : " before its time was up";
    return bad(
      `answered ${status} without "${probe.contains}"${where}`,
      `${seen}, without "${probe.contains}"`,
    );
  }
  if (!answer.whole)
    return bad(
      `answered ${status} but did not finish within ${probe.timeoutSeconds} s`,
      `${status}, not finished`,
    );
  return { is: "good", seen };
}

function isRedirect(status: number): boolean {
  return [301, 302, 303, 307, 308].includes(status);
}

const loopback = ["localhost", "127.0.0.1", "[::1]"];

function sameHost(left: URL, right: URL): boolean {
  return (
    left.hostname === right.hostname ||
    (loopback.includes(left.hostname) && loopback.includes(right.hostname))
  );
}

/** An address as it may be shown. */
export function withoutUser(url: URL): string {
  const shown = new URL(url);
  shown.username = "";
  shown.password = "";
  return shown.pathname === "/" && shown.search === "" ? shown.origin : shown.href;
}

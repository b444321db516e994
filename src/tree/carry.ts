// The ways from PREPROD's host to PROD's: straight between the two where one lets the other in, else through the bot.

import { PasserelleError } from "../errors.ts";
import { decodeBytes } from "../transport/bytes.ts";
import { withArguments } from "../transport/run-protocol.ts";
import { quote } from "../transport/shell.ts";
import type { RunResult, Transport } from "../transport/transport.ts";
import { handOver, NobodyTakes } from "./hand-over.ts";
import { lettingGo } from "./let-go.ts";
import { type Report, readReport } from "./lists.ts";
import { askOtherScript, identityScript, pullScript, pushScript } from "./transfer-script.ts";

/** What gives content out on PREPROD's host, or takes it in on PROD's. */
export type End = { readonly script: string; readonly args: readonly string[] };

export type Source = End & { readonly input?: Uint8Array };

export type Carried =
  | { readonly outcome: "reported"; readonly report: Report }
  /** PROD's host failed at it; no link is to blame. */
  | { readonly outcome: "failed"; readonly code: number; readonly stderr: string }
  /** Some of it may have arrived. */
  | { readonly outcome: "broken"; readonly host: string; readonly reason: string };

/** `input` is what `source` reads; bytes are told as they pass through the bot, if they do. */
export type Carry = (source: Source, sink: End, onBytes: (bytes: number) => void) => Promise<Carried>;

export type Route = {
  /** `pull`: PROD's host fetches. `push`: PREPROD's host brings. */
  readonly by: "relay" | "pull" | "push";
  readonly carry: Carry;
};

export type Ends = {
  readonly from: Transport;
  readonly to: Transport;
  readonly timeoutSeconds: number;
};

export function relay({ from, to, timeoutSeconds }: Ends): Route {
  return {
    by: "relay",
    async carry(source, sink, onBytes) {
      const pipe = handOver();
      const letGo = lettingGo();
      const sending = from
        .run(source.script, {
          args: source.args,
          ...(source.input === undefined ? {} : { input: source.input }),
          timeoutSeconds,
          onStdout: (chunk) => {
            onBytes(chunk.length);
            letGo.passed(chunk.length);
            return pipe.push(chunk);
          },
        })
        .catch((error: unknown) => {
          if (error instanceof NobodyTakes) return "unheard" as const;
          throw error;
        })
        .finally(pipe.end);
      const receiving = to
        .run(sink.script, { args: sink.args, input: pipe.chunks, timeoutSeconds })
        .finally(pipe.stop);
      const [sent, received] = await Promise.allSettled([sending, receiving]);
      letGo.end();
      if (received.status === "rejected") throw received.reason;
      if (sent.status === "rejected") throw sent.reason;
      if (sent.value !== "unheard" && sent.value.outcome !== "exited")
        return { outcome: "broken", host: from.host, reason: reasonOf(sent.value) };
      return carriedTo(to.host, received.value);
    },
  };
}

/** The straight way, if there is one; undefined costs a few seconds at the most and changes nothing anywhere. */
export async function findStraightRoute(
  ends: Ends,
  places: { readonly root: string; readonly content: string },
): Promise<Route | undefined> {
  const { from, to } = ends;
  const [fromAddress, toAddress] = await Promise.all([from.address?.(), to.address?.()]);
  if (fromAddress === undefined || toAddress === undefined) return undefined;
  if (await letsIn(to, from, fromAddress, places.root)) return straight(ends, "pull");
  if (await letsIn(from, to, toAddress, places.content)) return straight(ends, "push");
  return undefined;
}

/** Whether `who` logs in to `other` by itself, without a question, and finds there the very machine that we know. */
async function letsIn(
  who: Transport,
  other: Transport,
  address: { readonly address: string; readonly port: number },
  directory: string,
): Promise<boolean> {
  if (/^(?:127\.|::1$|localhost$)/.test(address.address)) return false;
  const expected = await identityOf(other, directory);
  const [user] = expected.split("\n");
  if (user === undefined || user === "") return false;
  const asked = await who.run(askOtherScript, {
    args: [
      address.address,
      String(address.port),
      user,
      commandFor({ script: identityScript, args: [directory] }),
    ],
    timeoutSeconds: 30,
  });
  if (asked.outcome === "lost" && asked.reason !== "timeout")
    throw new PasserelleError("host-lost", { host: who.host, reason: asked.reason });
  return asked.outcome === "exited" && asked.code === 0 && decodeBytes(asked.stdout) === expected;
}

async function identityOf(transport: Transport, directory: string): Promise<string> {
  const told = await transport.run(identityScript, { args: [directory], timeoutSeconds: 30 });
  return told.outcome === "exited" && told.code === 0 ? decodeBytes(told.stdout) : "";
}

function straight({ from, to, timeoutSeconds }: Ends, by: "pull" | "push"): Route {
  const [runsOn, other] = by === "pull" ? [to, from] : [from, to];
  return {
    by,
    async carry(source, sink) {
      const place = await other.address?.();
      const [user = ""] = (await identityOf(other, "/")).split("\n");
      if (place === undefined || user === "")
        return { outcome: "broken", host: other.host, reason: "it does not answer" };
      const [near, far] = by === "pull" ? [sink, source] : [source, sink];
      const result = await runsOn.run(by === "pull" ? pullScript : pushScript, {
        args: [
          place.address,
          String(place.port),
          user,
          commandFor(far),
          withArguments(near.script, near.args),
        ],
        input: source.input ?? Buffer.alloc(0),
        timeoutSeconds,
      });
      if (result.outcome === "exited") {
        const sent = readReport(result.stdout, result.stderr).number("sent");
        if (sent === 255 || Number.isNaN(sent)) {
          const reason = decodeBytes(result.stderr).trim().slice(-300) || `ssh to ${other.host} ended`;
          return { outcome: "broken", host: runsOn.host, reason };
        }
      }
      return carriedTo(runsOn.host, result);
    },
  };
}

/** For whatever shell the other machine's login has. */
function commandFor({ script, args }: End): string {
  return `exec /bin/sh -c ${quote(withArguments(script, args))}`;
}

function carriedTo(host: string, result: RunResult): Carried {
  if (result.outcome !== "exited") return { outcome: "broken", host, reason: reasonOf(result) };
  const report = readReport(result.stdout, result.stderr);
  if (result.code === 0 && report.outcome !== "") return { outcome: "reported", report };
  return { outcome: "failed", code: result.code, stderr: decodeBytes(result.stderr).trim().slice(-1000) };
}

function reasonOf(result: RunResult): string {
  if (result.outcome === "lost") return result.reason;
  return result.outcome === "signal" ? `ended by ${result.signal}` : `ended with ${result.code}`;
}

// Takes content from PREPROD's host to PROD's when they are two: one tar stream through the bot, nothing of it kept.

import { PasserelleError } from "../errors.ts";
import type { RunResult, Transport } from "../transport/transport.ts";
import { type Report, readReport } from "./lists.ts";
import type { Change } from "./plan.ts";
import { type StageNeeds, sourceList } from "./stage-lists.ts";
import { receiveScript, sendScript } from "./stage-script.ts";
import type { Prod } from "./swap.ts";

type Sending = {
  readonly prod: Prod;
  readonly preprod: { readonly transport: Transport; readonly root: string };
  readonly id: string;
  readonly changes: readonly Change[];
  readonly rewritten: ReadonlyMap<string, Uint8Array>;
  readonly needs: StageNeeds;
  readonly timeoutSeconds: number;
  readonly onStaged: ((bytes: number) => void) | undefined;
};

const tries = 3;

/**
 * Undefined when everything that could be read has arrived, the report when there was no room for it. A stream that broke is
 * sent again from its start; what is missing or wrong is found by the check that follows in any case.
 * Throws `host-lost` when the link broke each time.
 */
export async function sendToProd(sending: Sending): Promise<Report | undefined> {
  let lost = "";
  for (let attempt = 1; attempt <= tries; attempt += 1) {
    const { sent, received } = await relay(sending);
    if (received.outcome === "exited" && received.code === 0) {
      const report = readReport(received.stdout, received.stderr);
      if (report.outcome === "no-room") return report;
      if (report.outcome === "staged") return undefined;
      if (sent.outcome === "exited") return undefined;
    } else if (received.outcome === "exited") {
      throw new PasserelleError("command-failed", {
        host: sending.prod.transport.host,
        what: "receiving content",
        code: received.code,
        stderr: received.stderr.toString("utf8").trim().slice(-1000),
      });
    }
    lost = [sent, received]
      .map((end) => (end.outcome === "lost" ? end.reason : ""))
      .join(" ")
      .trim();
  }
  throw new PasserelleError("host-lost", {
    host: sending.prod.transport.host,
    what: "sending content",
    reason: lost,
  });
}

async function relay({
  prod,
  preprod,
  id,
  changes,
  rewritten,
  needs,
  timeoutSeconds,
  onStaged,
}: Sending): Promise<{ sent: RunResult; received: RunResult }> {
  const pipe = handOver();
  let bytes = 0;
  const sending = preprod.transport
    .run(sendScript, {
      args: [preprod.root],
      input: sourceList(changes, rewritten),
      timeoutSeconds,
      onStdout: (chunk) => {
        bytes += chunk.length;
        onStaged?.(bytes);
        return pipe.push(chunk);
      },
    })
    .finally(pipe.end);
  const receiving = prod.transport
    .run(receiveScript, {
      args: [prod.stateDir, id, String(needs.bytes), String(needs.inodes)],
      input: pipe.chunks,
      timeoutSeconds,
    })
    .finally(pipe.stop);
  const [sent, received] = await Promise.all([sending, receiving]);
  return { sent, received };
}

/** One chunk at a time from a pusher to a puller: the slower one sets the pace. */
export function handOver(): {
  readonly push: (chunk: Uint8Array) => Promise<void>;
  readonly end: () => void;
  /** The puller is gone: what is still pushed is dropped. */
  readonly stop: () => void;
  readonly chunks: AsyncIterable<Uint8Array>;
} {
  let waiting: { chunk: Uint8Array; taken: () => void } | undefined;
  let wake: () => void = () => {};
  let ended = false;
  let stopped = false;
  async function* chunks(): AsyncGenerator<Uint8Array> {
    while (true) {
      if (waiting !== undefined) {
        const { chunk, taken } = waiting;
        waiting = undefined;
        try {
          yield chunk;
        } finally {
          taken();
        }
      } else if (ended) {
        return;
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  }
  const stop = () => {
    stopped = true;
    waiting?.taken();
    waiting = undefined;
    wake();
  };
  return {
    push(chunk) {
      if (stopped) return Promise.resolve();
      return new Promise<void>((resolve) => {
        waiting = { chunk, taken: resolve };
        wake();
      });
    },
    end() {
      ended = true;
      wake();
    },
    stop,
    chunks: chunks(),
  };
}

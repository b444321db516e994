// Makes Slack misbehave on demand: rate limits, errors, silence, answers that are lost after the deed was done.

import type { SocketFaults } from "./socket-mode.ts";

export type Fault = {
  /** Answers with this HTTP status; 429 carries `retryAfterSeconds`. */
  readonly status?: number;
  readonly retryAfterSeconds?: number;
  /** Answers `{ ok: false, error }`. */
  readonly error?: string;
  /** Does not answer, and drops the connection after this time. */
  readonly hangSeconds?: number;
  /** Answers properly, but late. */
  readonly delaySeconds?: number;
  /** `after-store`: the deed is done, only its answer is replaced by the fault. Default `before`. */
  readonly when?: "before" | "after-store";
  /** How many calls it hits. Default 1; `Infinity` until removed. */
  readonly times?: number;
};

export type Faults = {
  /** `method` is a Web API method, `upload`, `response_url`, or `*` for all of them. The returned function takes the fault back. */
  add(method: string, fault: Fault): () => void;
  clear(): void;
  readonly socket: SocketFaults;
};

export type FaultBox = Faults & {
  /** The fault that hits this call, if any; counts it. */
  take(method: string): Fault | undefined;
};

export function createFaults(socket: SocketFaults): FaultBox {
  let armed: { readonly method: string; readonly fault: Fault; left: number }[] = [];
  return {
    socket,
    add: (method, fault) => {
      const entry = { method, fault, left: fault.times ?? 1 };
      armed.push(entry);
      return () => {
        armed = armed.filter((other) => other !== entry);
      };
    },
    clear: () => {
      armed = [];
    },
    take: (method) => {
      const entry = armed.find((one) => one.method === method || one.method === "*");
      if (entry === undefined) return undefined;
      entry.left -= 1;
      if (entry.left <= 0) armed = armed.filter((other) => other !== entry);
      return entry.fault;
    },
  };
}

// A machine at the end of a connection as a `Transport`: a few shells at a time, a new connection after a loss.

import { setTimeout as sleep } from "node:timers/promises";
import { PasserelleError } from "../errors.ts";
import { converse, type StartedShell } from "./conversation.ts";
import { createDeadline, type Deadline } from "./deadline.ts";
import { createGate } from "./gate.ts";
import type { RunOptions, RunResult, Transport } from "./transport.ts";

export type Connection = {
  /** Why it is no longer usable. */
  readonly lost: () => string | undefined;
  /**
   * A shell in which the bootstrap waits for its request. Rejects only if nothing has been sent to it: with `ShellRefused`, with
   * a failure for people, or with anything else once the connection is lost.
   */
  readonly openShell: () => Promise<StartedShell>;
  readonly close: () => void | Promise<void>;
};

/** The other side has as many sessions as it takes. */
export class ShellRefused extends Error {}

// sshd takes ten by default, and four fill a line.
const shellsAtOnce = 4;
const mostRefusals = 8;

export function openRemote(
  host: string,
  connect: () => Promise<Connection>,
  shells: number = shellsAtOnce,
): Transport {
  const gate = createGate(shells);
  let current: Promise<Connection> | undefined;
  let connection: Connection | undefined;

  function connected(): Promise<Connection> {
    if (current !== undefined && connection?.lost() === undefined) return current;
    void connection?.close();
    connection = undefined;
    const connecting = connect();
    current = connecting;
    connecting.then(
      (made) => {
        if (current === connecting) connection = made;
        else void made.close();
      },
      () => {
        if (current === connecting) current = undefined;
      },
    );
    return connecting;
  }

  async function openShell(deadline: Deadline): Promise<StartedShell> {
    let reconnected = false;
    for (let refusals = 0; ; ) {
      const on = await deadline.within(connected());
      try {
        return await deadline.within(on.openShell(), (late) => late.abandon());
      } catch (error) {
        if (error === deadline.passed || error instanceof PasserelleError) throw error;
        if (on.lost() !== undefined) {
          // Nothing had been sent yet: an idle connection that had died may be replaced unseen.
          if (reconnected) throw failure("host-lost", error);
          reconnected = true;
          continue;
        }
        refusals += 1;
        if (!(error instanceof ShellRefused) || refusals > mostRefusals)
          throw failure("host-no-shell", error);
        gate.narrow(gate.inside() - 1);
        await sleep(50 * 2 ** Math.min(refusals, 5));
      }
    }
  }

  function failure(code: "host-lost" | "host-no-shell", cause: unknown): PasserelleError {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return new PasserelleError(code, { host, reason }, { cause });
  }

  async function run(script: string, runOptions: RunOptions): Promise<RunResult> {
    const deadline = createDeadline(runOptions.timeoutSeconds * 1000);
    try {
      const shell = await openShell(deadline);
      return await converse(host, shell, script, runOptions, deadline.remaining());
    } catch (error) {
      if (error !== deadline.passed) throw error;
      const nothing = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
      return { outcome: "lost", reason: "timeout", ...nothing };
    } finally {
      deadline.cancel();
    }
  }

  return {
    host,
    async connect() {
      await connected();
    },
    run: (script, runOptions) => gate.through(() => run(script, runOptions)),
    async close() {
      const closing = current;
      current = undefined;
      connection = undefined;
      await (await closing?.catch(() => undefined))?.close();
    },
  };
}

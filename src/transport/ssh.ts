// A machine behind SSH as a `Transport`: one connection, a few channels at a time, a new connection after a loss.

import { setTimeout as sleep } from "node:timers/promises";
import type { ClientChannel } from "ssh2";
import { PasserelleError } from "../errors.ts";
import { converse, type ShellEnd, type StartedShell } from "./conversation.ts";
import { createGate } from "./gate.ts";
import { connectSsh, type SshConnection } from "./ssh-connection.ts";
import { resolveSshSettings, type SshHost, type SshOptions } from "./ssh-settings.ts";
import type { RunOptions, RunResult, Transport } from "./transport.ts";

// sshd takes ten by default, and four fill a line.
const channelsAtOnce = 4;
const mostRefusals = 8;

export function openSsh(host: SshHost, options: SshOptions = {}): Transport {
  const gate = createGate(options.channels ?? channelsAtOnce);
  let current: Promise<SshConnection> | undefined;
  let connection: SshConnection | undefined;

  function connected(): Promise<SshConnection> {
    if (current !== undefined && connection?.lost() === undefined) return current;
    connection?.close();
    connection = undefined;
    const connecting = connectSsh(host, options);
    current = connecting;
    connecting.then(
      (made) => {
        if (current === connecting) connection = made;
        else made.close();
      },
      () => {
        if (current === connecting) current = undefined;
      },
    );
    return connecting;
  }

  async function openShell(deadline: Deadline): Promise<{ channel: ClientChannel; on: SshConnection }> {
    let reconnected = false;
    for (let refusals = 0; ; ) {
      const on = await deadline.within(connected());
      try {
        return { channel: await deadline.within(on.openShell(), (late) => late.close()), on };
      } catch (error) {
        if (error === deadline.passed) throw error;
        if (on.lost() !== undefined) {
          // Nothing had been sent yet: an idle connection that had died may be replaced unseen.
          if (reconnected) throw lost(host, error);
          reconnected = true;
          continue;
        }
        refusals += 1;
        if (!isRefusedChannel(error) || refusals > mostRefusals) throw noShell(host, error);
        gate.narrow(gate.inside() - 1);
        await sleep(50 * 2 ** Math.min(refusals, 5));
      }
    }
  }

  async function run(script: string, runOptions: RunOptions): Promise<RunResult> {
    const deadline = createDeadline(runOptions.timeoutSeconds * 1000);
    try {
      const { channel, on } = await openShell(deadline);
      return await converse(host.name, shellOn(channel, on), script, runOptions, deadline.remaining());
    } catch (error) {
      if (error !== deadline.passed) throw error;
      const nothing = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };
      return { outcome: "lost", reason: "timeout", ...nothing };
    } finally {
      deadline.cancel();
    }
  }

  return {
    host: host.name,
    async address() {
      const { address, port } = await resolveSshSettings(host, options);
      return { address, port };
    },
    async connect() {
      await connected();
    },
    run: (script, runOptions) => gate.through(() => run(script, runOptions)),
    async close() {
      const closing = current;
      current = undefined;
      connection = undefined;
      (await closing?.catch(() => undefined))?.close();
    },
  };
}

function shellOn(channel: ClientChannel, connection: SshConnection): StartedShell {
  const ended = Promise.withResolvers<ShellEnd>();
  let end: ShellEnd | undefined;
  channel.on("exit", (code: number | null, signal?: string) => {
    if (code !== null) end = { outcome: "exited", code };
    else if (signal !== undefined) end = { outcome: "signal", signal };
  });
  channel.on("close", () => {
    // An exit code may arrive before the rest of the output: with the connection gone nobody knows whether it was whole.
    const reason = connection.lost();
    if (reason !== undefined) ended.resolve({ outcome: "lost", reason });
    else ended.resolve(end ?? { outcome: "lost", reason: "the channel was closed without an exit code" });
  });
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended: ended.promise,
    abandon() {
      channel.signal("TERM");
      channel.close();
    },
  };
}

type Deadline = {
  /** What `within` throws when time is up. */
  readonly passed: Error;
  readonly within: <Result>(work: Promise<Result>, late?: (result: Result) => void) => Promise<Result>;
  readonly remaining: () => number;
  readonly cancel: () => void;
};

function createDeadline(milliseconds: number): Deadline {
  const passed = new Error("time is up");
  const end = performance.now() + milliseconds;
  const over = Promise.withResolvers<never>();
  over.promise.catch(() => {});
  const timer = setTimeout(() => over.reject(passed), milliseconds);
  return {
    passed,
    async within(work, late) {
      try {
        return await Promise.race([work, over.promise]);
      } catch (error) {
        if (error === passed) work.then(late, () => {});
        throw error;
      }
    },
    remaining: () => end - performance.now(),
    cancel: () => clearTimeout(timer),
  };
}

function isRefusedChannel(error: unknown): boolean {
  return error instanceof Error && /open fail/i.test(error.message);
}

function noShell(host: SshHost, cause: unknown): PasserelleError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PasserelleError("host-no-shell", { host: host.name, reason }, { cause });
}

function lost(host: SshHost, cause: unknown): PasserelleError {
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new PasserelleError("host-lost", { host: host.name, reason }, { cause });
}

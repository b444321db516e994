// One shell on a shared connection of the system's `ssh`, and how it ended: more than that programme's exit code can say.

import type { ChildProcess } from "node:child_process";
import { constants } from "node:os";
import type { Readable, Writable } from "node:stream";
import { buffer } from "node:stream/consumers";
import type { ShellEnd, StartedShell } from "./conversation.ts";
import { type ExitTeller, exitTeller } from "./exit-teller.ts";
import { sessionArguments } from "./openssh-arguments.ts";
import { exitOf, startSsh } from "./openssh-process.ts";
import { ShellRefused } from "./remote.ts";
import { tellingBootstrapCommand } from "./run-protocol.ts";

const greetingMilliseconds = 5000;
const killAfterMilliseconds = 2000;

/** `lost` looks whether the shared connection is still there. */
export async function openSession(
  host: string,
  socket: string,
  lost: () => Promise<string | undefined>,
): Promise<StartedShell> {
  const child = startSsh(sessionArguments(socket, tellingBootstrapCommand));
  const exited = exitOf(host, child);
  const closed = new Promise<Closed>((resolve) => {
    child.once("close", (code, signal) => resolve({ code, signal }));
  });
  const stdout = exitTeller(child.stdout);
  const stderr = exitTeller(child.stderr);
  const abandon = (): void => end(child);

  // Without a sign of the shell nothing is sent: the connection may have died while nobody used it.
  const first = await Promise.race([hasBytes(stdout.stream), exited, pause(greetingMilliseconds)]);
  if (first !== "bytes" && first !== "no answer") {
    if ((await exited) === 255) {
      const said = (await buffer(stderr.stream)).toString().trim();
      const reason = await lost();
      if (reason !== undefined) throw new Error(reason);
      if (/refused by peer|open failed/i.test(said)) throw new ShellRefused(said);
      throw new Error(said);
    }
  }
  return {
    stdin: tolerant(child.stdin),
    stdout: stdout.stream,
    stderr: stderr.stream,
    ended: Promise.all([closed, over(stdout.stream), over(stderr.stream)]).then(([how]) =>
      conclude(how, [stdout, stderr], lost),
    ),
    abandon,
  };
}

type Closed = { readonly code: number | null; readonly signal: NodeJS.Signals | null };

async function conclude(
  { code, signal }: Closed,
  tellers: readonly ExitTeller[],
  lost: () => Promise<string | undefined>,
): Promise<ShellEnd> {
  if (code === null) return { outcome: "lost", reason: `ssh was ended by ${signal}` };
  const told = tellers.map((teller) => teller.told());
  // Both streams came to their end, and so did the connection's word: nothing is missing.
  if (code !== 255 && told.every((each) => each === code)) return { outcome: "exited", code };
  const reason = await lost();
  if (reason !== undefined) return { outcome: "lost", reason };
  const known = told.find((each) => each !== undefined);
  if (known !== undefined) return { outcome: "exited", code: known };
  if (code === 255) return { outcome: "lost", reason: "the session was closed without an exit code" };
  const name = Object.entries(constants.signals).find(([, number]) => number === code - 128)?.[0];
  return name === undefined ? { outcome: "exited", code } : { outcome: "signal", signal: name };
}

function hasBytes(stream: Readable): Promise<"bytes" | "nothing"> {
  return new Promise((resolve) => {
    stream.once("readable", () => resolve(stream.readableLength > 0 ? "bytes" : "nothing"));
  });
}

function pause(milliseconds: number): Promise<"no answer"> {
  return new Promise((resolve) => setTimeout(() => resolve("no answer"), milliseconds).unref());
}

function over(stream: Readable): Promise<void> {
  return new Promise((resolve) => {
    if (stream.closed) resolve();
    else stream.once("close", () => resolve());
  });
}

function tolerant(stdin: Writable): Writable {
  stdin.on("error", () => {});
  return stdin;
}

function end(child: ChildProcess): void {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill("SIGTERM");
  const timer = setTimeout(() => child.kill("SIGKILL"), killAfterMilliseconds);
  child.once("exit", () => clearTimeout(timer));
}

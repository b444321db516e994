// One script's run over three byte streams, the same for every body of `Transport`.

import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { PasserelleError } from "../errors.ts";
import { decodeBytes } from "./bytes.ts";
import { type CappedOutput, cappedOutput } from "./capped-output.ts";
import { type NoiseFilter, noiseFilter, runRequest } from "./run-protocol.ts";
import type { RunOptions, RunResult } from "./transport.ts";

/** A shell that has been started with the bootstrap and waits for its request. */
export type StartedShell = {
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** Resolves once all output has been delivered; never rejects. */
  readonly ended: Promise<ShellEnd>;
  /** Ends it on our side, and on the far side as well as can be. */
  abandon(): void;
};

export type ShellEnd =
  | { readonly outcome: "exited"; readonly code: number }
  | { readonly outcome: "signal"; readonly signal: string }
  | { readonly outcome: "lost"; readonly reason: string };

const defaultMaxBytes = 1024 * 1024;

export async function converse(
  host: string,
  shell: StartedShell,
  script: string,
  options: RunOptions,
  remainingMilliseconds: number,
): Promise<RunResult> {
  const request = runRequest(script, options.args ?? []);
  const maxBytes = options.maxBytes ?? defaultMaxBytes;
  const stdout = cappedOutput(maxBytes);
  const stderr = cappedOutput(maxBytes);
  const stdoutFilter = noiseFilter(request.begin);
  const stderrFilter = noiseFilter(request.begin);
  const failed = Promise.withResolvers<never>();
  failed.promise.catch(() => {});
  const stopped = new AbortController();
  const deadline = Promise.withResolvers<ShellEnd>();
  const timer = setTimeout(
    () => deadline.resolve({ outcome: "lost", reason: "timeout" }),
    Math.max(1, remainingMilliseconds),
  );

  const listening = listen(shell.stdout, stdoutFilter, options.onStdout ?? stdout.push, failed.reject);
  listen(shell.stderr, stderrFilter, stderr.push, failed.reject);
  feed(shell.stdin, request.preamble, options.input, stopped.signal).catch(failed.reject);

  try {
    const end = await Promise.race([shell.ended, deadline.promise, failed.promise]);
    await Promise.race([listening.taken(), deadline.promise, failed.promise]);
    if (end.outcome === "lost") shell.abandon();
    if (!stdoutFilter.began()) refuseWithoutShell(host, end, stdoutFilter, stderrFilter);
    return { ...end, ...collected(stdout, stderr) };
  } catch (error) {
    shell.abandon();
    throw error;
  } finally {
    clearTimeout(timer);
    stopped.abort();
  }
}

function collected(
  stdout: CappedOutput,
  stderr: CappedOutput,
): { stdout: Buffer; stderr: Buffer; truncated: boolean } {
  return {
    stdout: stdout.bytes(),
    stderr: stderr.bytes(),
    truncated: stdout.truncated() || stderr.truncated(),
  };
}

function refuseWithoutShell(host: string, end: ShellEnd, stdout: NoiseFilter, stderr: NoiseFilter): void {
  if (end.outcome === "lost") return;
  const said = decodeBytes(Buffer.concat([stdout.noise(), stderr.noise()])).trim();
  throw new PasserelleError("host-no-shell", {
    host,
    ...(end.outcome === "exited" ? { code: end.code } : { signal: end.signal }),
    reason: said.slice(0, 300),
  });
}

function listen(
  stream: Readable,
  filter: NoiseFilter,
  take: (chunk: Buffer) => void | Promise<void>,
  fail: (error: unknown) => void,
): { readonly taken: () => Promise<void> } {
  let taking: Promise<void> = Promise.resolve();
  let pending = 0;

  function wait(work: Promise<void>): void {
    pending += 1;
    stream.pause();
    taking = work.then(
      () => {
        pending -= 1;
        if (pending === 0) stream.resume();
      },
      (error: unknown) => fail(error),
    );
  }

  stream.on("error", () => {});
  stream.on("data", (chunk: Buffer) => {
    const wanted = filter.push(chunk);
    if (wanted.length === 0) return;
    try {
      // A paused stream may still give out a chunk that was on its way.
      const work = pending > 0 ? taking.then(() => take(wanted)) : take(wanted);
      if (work !== undefined) wait(work);
    } catch (error) {
      fail(error);
    }
  });
  return { taken: () => taking };
}

const sliceBytes = 256 * 1024;

/** Rejects only if `input` itself fails: a script that ends before it has read everything is no failure. */
async function feed(
  stdin: Writable,
  preamble: Buffer,
  input: RunOptions["input"],
  stopped: AbortSignal,
): Promise<void> {
  const closed = new AbortController();
  const signal = AbortSignal.any([stopped, closed.signal]);
  stdin.on("error", () => closed.abort());
  stdin.once("close", () => closed.abort());

  async function write(chunk: Uint8Array): Promise<boolean> {
    if (signal.aborted || stdin.destroyed || stdin.writableEnded) return false;
    if (stdin.write(chunk)) return true;
    // Both a broken pipe and our own end of waiting come here.
    await once(stdin, "drain", { signal }).catch(() => {});
    return !signal.aborted;
  }

  await write(preamble);
  if (input instanceof Uint8Array) {
    for (let at = 0; at < input.length; at += sliceBytes) {
      if (!(await write(input.subarray(at, at + sliceBytes)))) return;
    }
  } else if (input !== undefined) {
    for await (const chunk of input) {
      if (!(await write(chunk))) return;
    }
  }
  if (!signal.aborted && !stdin.destroyed) stdin.end();
}

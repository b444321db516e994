// A script that has to succeed: its output, or a failure with what it said.

import { PasserelleError } from "../errors.ts";
import { decodeBytes } from "./bytes.ts";
import type { RunOptions, Transport } from "./transport.ts";

/** `what` names the work for people: "reading the tree of PREPROD". */
export type CaptureOptions = RunOptions & { readonly what: string };

/**
 * Throws `command-failed`, `command-timeout` or `host-lost`. An output that did not fit into `maxBytes` is a failure too:
 * with its middle gone it would be read as something else.
 */
export async function capture(
  transport: Transport,
  script: string,
  options: CaptureOptions,
): Promise<{ readonly stdout: Buffer; readonly stderr: Buffer }> {
  const { what, ...runOptions } = options;
  const result = await transport.run(script, runOptions);
  const { host } = transport;
  if (result.outcome === "lost") {
    if (result.reason === "timeout") {
      throw new PasserelleError("command-timeout", { host, what, seconds: options.timeoutSeconds });
    }
    throw new PasserelleError("host-lost", { host, what, reason: result.reason });
  }
  const stderr = decodeBytes(result.stderr).trim().slice(0, 500);
  if (result.outcome === "signal") {
    throw new PasserelleError("command-failed", { host, what, signal: result.signal, stderr });
  }
  if (result.code !== 0)
    throw new PasserelleError("command-failed", { host, what, code: result.code, stderr });
  if (result.truncated && result.stdout.length >= (options.maxBytes ?? 1024 * 1024)) {
    throw new PasserelleError("command-failed", { host, what, code: 0, stderr: "too much output" });
  }
  return { stdout: result.stdout, stderr: result.stderr };
}

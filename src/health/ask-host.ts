// One question to PROD's host that may go unanswered: a broken line is a thing seen, not the end of the watch.

import { isFailure } from "../errors.ts";
import type { RunOptions, Transport } from "../transport/transport.ts";

export type HostAnswer =
  | { readonly is: "answer"; readonly stdout: Buffer; readonly stderr: Buffer; readonly code: number }
  /** The script did not end in time, or was killed. */
  | { readonly is: "late" }
  /** Nobody could look: says nothing about the app. */
  | { readonly is: "unreached"; readonly reason: string };

/** Throws what trying again cannot mend, as `host-key-changed`. */
export async function askHost(
  transport: Transport,
  script: string,
  options: RunOptions,
): Promise<HostAnswer> {
  try {
    const result = await transport.run(script, options);
    if (result.outcome === "exited") {
      return { is: "answer", stdout: result.stdout, stderr: result.stderr, code: result.code };
    }
    if (result.outcome === "signal" || result.reason === "timeout") return { is: "late" };
    return { is: "unreached", reason: result.reason };
  } catch (error) {
    if (!isFailure(error, "host-unreachable", "host-lost")) throw error;
    return { is: "unreached", reason: String(error.details["reason"] ?? error.code) };
  }
}

// Reaching a machine: the one interface with several bodies (local, ssh) that every other room speaks to.

/**
 * A machine we can run POSIX shell scripts on.
 *
 * Contract, the same for every body (one suite checks it):
 * - The script runs under `/bin/sh`, whatever the login shell is, with `LC_ALL=C`, `umask 077`, a fixed `PATH` extended by
 *   the login's own, in the login's home directory. Output of login shells and banners is never part of `stdout`.
 * - The script and its arguments travel on standard input: nothing of them is visible in a process list as an argument.
 * - Output is bytes. What is over `maxBytes` is dropped from the middle, never the end, and `truncated` says so.
 * - A run that a broken link ended is `lost`: whether the script ran to its end is not known.
 * - `run` may be called concurrently; a body queues what its connection cannot take at once.
 * - After `lost` the next `run` connects again.
 */
export interface Transport {
  /** The host's name in the configuration, for people. */
  readonly host: string;
  /** Where other machines may find it, as our own ssh configuration says; absent for the bot's own machine. */
  readonly address?: () => Promise<{ readonly address: string; readonly port: number }>;
  /** Idempotent. Throws `host-unreachable`, `host-key-unknown`, `host-key-changed`, `host-auth-failed`, ... */
  connect(): Promise<void>;
  run(script: string, options: RunOptions): Promise<RunResult>;
  close(): Promise<void>;
}

export type RunOptions = {
  /** `$1`, `$2`, ... of the script, in the byte-exact text of `bytes.ts`. */
  readonly args?: readonly string[];
  /**
   * What the script reads on its standard input. A link that breaks looks to the script like the end of it: what acts on an
   * input checks its size or hash first.
   */
  readonly input?: Uint8Array | AsyncIterable<Uint8Array>;
  /** Over it the run is ended on our side and is `lost` with reason `timeout`. */
  readonly timeoutSeconds: number;
  /** Kept of each stream, head and tail; default 1 MiB. */
  readonly maxBytes?: number;
  /** Takes stdout as it comes, with back-pressure, instead of collecting it. */
  readonly onStdout?: (chunk: Uint8Array) => void | Promise<void>;
};

export type RunResult = {
  readonly stdout: Buffer;
  readonly stderr: Buffer;
  readonly truncated: boolean;
} & (
  | { readonly outcome: "exited"; readonly code: number }
  | { readonly outcome: "signal"; readonly signal: string }
  | { readonly outcome: "lost"; readonly reason: string }
);

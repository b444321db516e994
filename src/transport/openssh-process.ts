// A call of the system's `ssh` that is to end soon.

import { type ChildProcess, type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { open } from "node:fs/promises";
import { PasserelleError } from "../errors.ts";
import { sshEnvironment } from "./ssh-environment.ts";
import { readText } from "./text-file.ts";

/**
 * `said` is a file for what it writes on stderr: whatever it leaves running has that open too. Without a terminal of its own it
 * asks nobody for anything, and what ends us from a terminal does not end it.
 */
export async function runSsh(
  host: string,
  args: readonly string[],
  said: string,
  timeoutSeconds: number,
): Promise<{ readonly code: number | null; readonly said: string }> {
  const stderr = await open(said, "a", 0o600);
  try {
    const child = spawn("ssh", args, { ...surrounding(), stdio: ["ignore", "ignore", stderr.fd] });
    const timer = setTimeout(() => child.kill("SIGKILL"), timeoutSeconds * 1000);
    const code = await exitOf(host, child).finally(() => clearTimeout(timer));
    return { code, said: code === null ? `no answer within ${timeoutSeconds} s` : await readText(said) };
  } finally {
    await stderr.close();
  }
}

const surrounding = (): { readonly detached: true; readonly env: NodeJS.ProcessEnv } => ({
  detached: true,
  env: sshEnvironment(),
});

/** A call whose streams are ours. */
export function startSsh(args: readonly string[]): ChildProcessWithoutNullStreams {
  return spawn("ssh", args, { ...surrounding(), stdio: "pipe" });
}

/** Rejects if it could not be started. */
export function exitOf(host: string, child: ChildProcess): Promise<number | null> {
  return new Promise((resolve, reject) => {
    child.once("exit", (code) => resolve(code));
    child.on("error", (error: NodeJS.ErrnoException) => {
      if (child.pid === undefined) reject(notStarted(host, error));
    });
  });
}

function notStarted(host: string, error: NodeJS.ErrnoException): PasserelleError {
  return error.code === "ENOENT"
    ? new PasserelleError("tool-missing", { host: "local", tools: ["ssh"] }, { cause: error })
    : new PasserelleError(
        "host-unreachable",
        { host, reason: `ssh: ${error.code ?? error.message}` },
        { cause: error },
      );
}

// Jobs without the machinery that makes them outlive their starter: the script runs under /bin/sh, here and now.

import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { encodeBytes } from "../src/transport/bytes.ts";
import type { JobResult, JobSpec, RunJob } from "../src/transport/job.ts";
import { withArguments } from "../src/transport/run-protocol.ts";

export type PlainJobs = {
  /** Put before `/bin/sh script`, as in `["strace", "-f"]`. */
  readonly under?: readonly string[];
  readonly environment?: NodeJS.ProcessEnv;
  /** The job leads a process group of its own, of this id. */
  readonly onStart?: (pid: number, spec: JobSpec) => void;
};

/** Each call runs the script anew: what a retry after a death comes to. A script that was killed has `died`. */
export function plainJobs({ under = [], environment = {}, onStart = () => {} }: PlainJobs = {}): RunJob {
  return async (spec) => {
    const directory = mkdtempSync(join(tmpdir(), "job-"));
    const script = join(directory, "script");
    // A test may run it as another user.
    chmodSync(directory, 0o755);
    writeFileSync(script, encodeBytes(withArguments(spec.script, spec.args ?? [])));
    const [command = "/bin/sh", ...rest] = [...under, "/bin/sh", script];
    try {
      return await new Promise<JobResult>((resolve, reject) => {
        const child = spawn(command, rest, {
          stdio: "pipe",
          env: { PATH: process.env["PATH"], HOME: process.env["HOME"], LC_ALL: "C", ...environment },
          detached: true,
        });
        const stdout: Buffer[] = [];
        const stderr: Buffer[] = [];
        child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
        child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
        child.stdin.on("error", () => {});
        child.stdin.end(spec.input ?? Buffer.alloc(0));
        child.once("error", reject);
        if (child.pid !== undefined) onStart(child.pid, spec);
        child.once("close", (code) => {
          const output = { stdout: Buffer.concat(stdout), stderr: Buffer.concat(stderr) };
          resolve(code === null ? { outcome: "died", ...output } : { outcome: "exited", code, ...output });
        });
      });
    } finally {
      rmSync(directory, { recursive: true, force: true });
    }
  };
}

/** A `PATH` with everything that this machine has but `hidden`; `remove` when done. */
export function pathWithout(...hidden: readonly string[]): {
  readonly path: string;
  readonly remove: () => void;
} {
  const path = mkdtempSync(join(tmpdir(), "tools-"));
  chmodSync(path, 0o755);
  for (const directory of ["/usr/local/bin", "/usr/bin", "/bin", "/usr/sbin", "/sbin"]) {
    if (!existsSync(directory)) continue;
    for (const name of readdirSync(directory)) {
      if (hidden.includes(name) || existsSync(join(path, name))) continue;
      try {
        symlinkSync(join(directory, name), join(path, name));
      } catch {
        // A dangling link of that name is there already.
      }
    }
  }
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}

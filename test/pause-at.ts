// Stops a job, with all its processes, after every few calls that change a directory or ask for something to be kept.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobResult, JobSpec } from "../src/transport/job.ts";
import { plainJobs } from "./plain-jobs.ts";

const calls =
  "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,chmod,fchmodat,fsync,fdatasync,syncfs";

/** Runs the job to its end; `look` may take its time, nothing of the job runs meanwhile. */
export async function runAndPauseAt(
  spec: JobSpec,
  every: number,
  look: (call: number) => Promise<void>,
): Promise<{ readonly result: JobResult; readonly calls: number }> {
  const directory = mkdtempSync(join(tmpdir(), "trace-"));
  const pipe = join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] });
  let group: number | undefined;
  let seen = 0;
  let looking = Promise.resolve();
  let failure: unknown;
  const pause = async (call: number): Promise<void> => {
    if (group === undefined || failure !== undefined) return;
    try {
      process.kill(-group, "SIGSTOP");
      await look(call);
    } catch (error) {
      failure ??= error;
    } finally {
      process.kill(-group, "SIGCONT");
    }
  };
  reader.stdout.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString("latin1").split("\n")) {
      if (!/\) += 0/.test(line)) continue;
      seen += 1;
      const call = seen;
      if (call % every === 0) looking = looking.then(() => pause(call));
    }
  });
  const run = plainJobs({
    under: [
      ...["strace", "-f", "--seccomp-bpf", "-qq", "-o", pipe, "-e", `trace=${calls}`],
      ...["-e", `inject=${calls}:delay_exit=3000`],
    ],
    onStart: (pid) => {
      group = pid;
    },
  });
  try {
    const result = await run(spec);
    await looking;
    if (failure !== undefined && !isGone(failure)) throw failure;
    return { result, calls: seen };
  } finally {
    reader.kill("SIGKILL");
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The job ended before it could be stopped. */
const isGone = (failure: unknown): boolean =>
  failure instanceof Error && "code" in failure && failure.code === "ESRCH";

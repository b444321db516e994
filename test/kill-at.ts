// Kills a job, with all its processes, right after the n-th call that changes a directory: what a crash of its host leaves.

import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobResult, JobSpec } from "../src/transport/job.ts";
import { plainJobs } from "./plain-jobs.ts";

const calls =
  "rename,renameat,renameat2,link,linkat,symlink,symlinkat,unlink,unlinkat,mkdir,mkdirat,rmdir,chmod,fchmodat";

/** Whether strace is here and may trace: not in every container. */
export function canTrace(): boolean {
  try {
    execFileSync(
      "strace",
      ["-f", "--seccomp-bpf", "-qq", "-o", "/dev/null", "-e", `trace=${calls}`, "true"],
      {
        stdio: "ignore",
      },
    );
    return true;
  } catch {
    return false;
  }
}

/**
 * Runs the job and kills it at its `nth` such call; `calls` is how many it came to. Each call is followed by a pause long
 * enough for the kill to come before the next.
 */
export async function runAndKillAt(
  spec: JobSpec,
  nth: number,
  environment: NodeJS.ProcessEnv = {},
): Promise<{ result: JobResult; calls: number }> {
  const directory = mkdtempSync(join(tmpdir(), "trace-"));
  const pipe = join(directory, "pipe");
  execFileSync("mkfifo", [pipe]);
  const reader = spawn("cat", [pipe], { stdio: ["ignore", "pipe", "ignore"] });
  let seen = 0;
  let group: number | undefined;
  reader.stdout.on("data", (chunk: Buffer) => {
    for (const line of chunk.toString("latin1").split("\n")) {
      if (!/\) += 0/.test(line)) continue;
      seen += 1;
      if (seen === nth && group !== undefined) process.kill(-group, "SIGKILL");
    }
  });
  const run = plainJobs({
    environment,
    under: [
      "strace",
      "-f",
      "--seccomp-bpf",
      "-qq",
      "-o",
      pipe,
      "-e",
      `trace=${calls}`,
      "-e",
      `inject=${calls}:delay_exit=3000`,
    ],
    onStart: (pid) => {
      group = pid;
    },
  });
  try {
    const result = await run(spec);
    await new Promise<void>((resolve) => {
      if (reader.exitCode !== null) resolve();
      else reader.once("close", () => resolve());
    });
    return { result: seen >= nth ? { ...result, outcome: "died" } : result, calls: seen };
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

// A directory of small programmes for PATH, so that a script meets the tools that a test gives it and no others.

import { spawn } from "node:child_process";
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { JobResult, RunJob } from "../src/transport/job.ts";
import { withArguments } from "../src/transport/run-protocol.ts";

const everyday = [
  "sh",
  "cat",
  "date",
  "sleep",
  "id",
  "timeout",
  "head",
  "tail",
  "mktemp",
  "rm",
  "mkdir",
  "grep",
  "sed",
  "touch",
  "true",
  "env",
  "setsid",
  "nohup",
  "dirname",
  "basename",
  "cut",
  "wc",
  "tr",
  "printf",
  "od",
  "dd",
  "kill",
  "ls",
  "mv",
  "cp",
  "echo",
];

export type Shims = {
  /** The login's home; the programmes may keep notes in it. */
  readonly home: string;
  readonly path: string;
  /** A programme of this name, in sh. */
  add(name: string, script: string): Promise<void>;
  /** A tool of this machine under its own name. */
  lend(name: string, from: string): Promise<void>;
  remove(): Promise<void>;
};

export async function createShims(): Promise<Shims> {
  const home = await mkdtemp(join(tmpdir(), "passerelle shims-"));
  const path = join(home, "bin");
  await mkdir(path);
  const lend = (name: string, from: string) => symlink(from, join(path, name));
  for (const name of everyday) await lend(name, `/usr/bin/${name}`);
  return {
    home,
    path,
    async add(name, script) {
      const file = join(path, name);
      await rm(file, { force: true });
      await writeFile(file, `#!/bin/sh\n${script}\n`);
      await chmod(file, 0o755);
    },
    lend,
    remove: () => rm(home, { recursive: true, force: true }),
  };
}

/** Runs a job's script here and now, with the tools of `shims` only; over its time it is killed with all it started. */
export function runWith(
  shims: Pick<Shims, "home" | "path">,
  shell: readonly [string, ...string[]] = ["/bin/sh"],
): RunJob {
  return async (spec) => {
    const child = spawn(shell[0], [...shell.slice(1), "-s"], {
      cwd: shims.home,
      env: { HOME: shims.home, PATH: shims.path, LC_ALL: "C" },
      detached: true,
      stdio: "pipe",
    });
    const output: { readonly stdout: Buffer[]; readonly stderr: Buffer[] } = { stdout: [], stderr: [] };
    child.stdout.on("data", (chunk: Buffer) => output.stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => output.stderr.push(chunk));
    child.stdin.end(`{ umask 077; ${withArguments(spec.script, spec.args ?? [])}\nexit\n}\n`);
    let late = false;
    const timer = setTimeout(() => {
      late = true;
      if (child.pid !== undefined) process.kill(-child.pid, "SIGKILL");
    }, spec.timeoutSeconds * 1000);
    const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
    clearTimeout(timer);
    const said = { stdout: Buffer.concat(output.stdout), stderr: Buffer.concat(output.stderr) };
    const result: JobResult =
      code !== null ? { outcome: "exited", code, ...said } : { outcome: late ? "timeout" : "died", ...said };
    return result;
  };
}

// The directory of one demo, and what a demo that could not end in order left behind: its processes and its directory.

import { mkdtemp, readdir, readFile, readlink, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

const prefix = "passerelle-demo-";
const pidFiles = ["bot.pid", "30_run/app.pid", "30_run/preprod.pid"];

export async function makeDemoDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), prefix));
  await writeFile(join(directory, "demo.pid"), `${process.pid}\n`);
  return directory;
}

export async function removeDirectory(directory: string): Promise<void> {
  await rm(directory, { recursive: true, force: true, maxRetries: 5 });
}

/** Another demo that runs is left alone, and so is everything of another person. */
export async function sweepLeftovers(): Promise<void> {
  for (const name of await readdir(tmpdir())) {
    const directory = join(tmpdir(), name);
    if (!name.startsWith(prefix) || !(await isOurs(directory))) continue;
    const owner = await pidIn(join(directory, "demo.pid"));
    if (owner === undefined || isAlive(owner)) continue;
    for (const file of pidFiles) {
      const pid = await pidIn(join(directory, file));
      if (pid !== undefined && (await worksIn(pid, directory))) end(pid);
    }
    await removeDirectory(directory).catch(() => undefined);
  }
}

async function isOurs(directory: string): Promise<boolean> {
  const facts = await stat(directory).catch(() => undefined);
  return facts?.isDirectory() === true && facts.uid === (process.getuid?.() ?? facts.uid);
}

async function pidIn(file: string): Promise<number | undefined> {
  const pid = Number(await readFile(file, "utf8").catch(() => ""));
  return Number.isInteger(pid) && pid > 1 ? pid : undefined;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

/** A number alone may belong to another process by now; one that works in the directory is the one that was started there. */
async function worksIn(pid: number, directory: string): Promise<boolean> {
  const place = await readlink(`/proc/${pid}/cwd`).catch(() => "");
  return place === directory || place.startsWith(`${directory}/`);
}

function end(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It ended by itself meanwhile.
  }
}

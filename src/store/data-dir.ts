// The directory where the bot keeps what is its own, and the hold on it that makes a second bot impossible.

import { closeSync, mkdirSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { setTimeout as sleep } from "node:timers/promises";
import { isFailure, PasserelleError } from "../errors.ts";
import { asFailure } from "./database-failure.ts";

/** Whoever only looks holds the lock for a moment; a bot that starts in that moment looks again. */
const tries = 10;
const pauseMilliseconds = 100;

/** Makes the directory, for its owner alone, when it is not there; an existing one keeps the mode a person gave it. */
export function makeDataDir(dataDir: string): void {
  try {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  } catch (error) {
    throw asFailure(error, dataDir);
  }
}

/** SQLite gives the files beside a database the mode of the database itself. */
export function makeForOwnerOnly(file: string): void {
  try {
    closeSync(openSync(file, "a", 0o600));
  } catch (error) {
    throw asFailure(error, file);
  }
}

/**
 * Holds the directory for this process until it is released. The kernel lets go when the process dies in any way, so
 * there is never a stale hold to clear: an open write transaction on an empty database is such a lock without any tool.
 */
export async function holdDataDir(dataDir: string): Promise<{ release(): Promise<void> }> {
  makeDataDir(dataDir);
  const pidFile = join(dataDir, "bot.pid");
  for (let attempt = 1; ; attempt += 1) {
    const held = take(dataDir);
    if (held !== undefined) {
      try {
        const written = `${pidFile}.new`;
        writeFileSync(written, `${process.pid}\n`, { mode: 0o600 });
        renameSync(written, pidFile);
      } catch (error) {
        held.close();
        throw asFailure(error, pidFile);
      }
      return {
        release: async () => {
          if (!held.isOpen) return;
          rmSync(pidFile, { force: true });
          held.close();
        },
      };
    }
    if (attempt === tries) {
      const pid = await holder(dataDir);
      throw new PasserelleError("data-dir-in-use", { dataDir, pid });
    }
    await sleep(pauseMilliseconds);
  }
}

/** The bot that holds the directory now; undefined when none does. `pid` is undefined when it has not said it yet. */
export async function dataDirHeld(
  dataDir: string,
): Promise<{ readonly pid: number | undefined } | undefined> {
  try {
    const file = new DatabaseSync(join(dataDir, "bot.lock.db"), { readOnly: true, timeout: 0 });
    try {
      file.prepare("SELECT count(*) FROM sqlite_schema").get();
      return undefined;
    } finally {
      file.close();
    }
  } catch (error) {
    const failure = asFailure(error, dataDir);
    if (!isFailure(failure)) throw failure;
    return failure.details["reason"] === "busy" ? { pid: await holder(dataDir) } : undefined;
  }
}

function take(dataDir: string): DatabaseSync | undefined {
  const path = join(dataDir, "bot.lock.db");
  makeForOwnerOnly(path);
  let file: DatabaseSync | undefined;
  try {
    file = new DatabaseSync(path, { timeout: 0 });
    file.exec("BEGIN EXCLUSIVE");
    return file;
  } catch (error) {
    file?.close();
    const failure = asFailure(error, path);
    if (isFailure(failure) && failure.details["reason"] === "busy") return undefined;
    throw failure;
  }
}

async function holder(dataDir: string): Promise<number | undefined> {
  try {
    const pid = Number.parseInt(await readFile(join(dataDir, "bot.pid"), "utf8"), 10);
    return Number.isNaN(pid) ? undefined : pid;
  } catch {
    return undefined;
  }
}

// A PostgreSQL server of its own on this machine, in a temporary directory, that can be killed.

import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { chownSync, existsSync, globSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import postgres from "postgres";

export type PostgresServer = {
  /** A new empty database. */
  database(): Promise<string>;
  start(): Promise<void>;
  /** Ends it like a power cut. */
  kill(): Promise<void>;
  /** Ends it, and leaves nothing behind. */
  remove(): Promise<void>;
};

const found = findServer();

/** For a skipped test to say; undefined when a server can be started. */
export const noPostgres: string | undefined =
  found === undefined
    ? "runs where PostgreSQL is installed, and the user postgres exists if the tests run as root"
    : undefined;

export async function startPostgresServer(): Promise<PostgresServer> {
  if (found === undefined) throw new Error(noPostgres);
  const { bin, user } = found;
  const directory = await mkdtemp(join(tmpdir(), "passerelle-postgres-"));
  if (user !== undefined) chownSync(directory, user.uid, user.gid);
  const data = join(directory, "data");
  const options = { cwd: directory, stdio: "ignore", ...user } as const;
  execFileSync(
    join(bin, "initdb"),
    ["-D", data, "-U", "tester", "-A", "trust", "-E", "UTF8", "--no-sync"],
    options,
  );
  const port = await freePort();
  const url = (name: string): string => `postgresql://tester@127.0.0.1:${port}/${name}`;
  let server: ChildProcess | undefined;
  let databases = 0;

  const ask = async (question: string): Promise<void> => {
    const client = postgres(url("postgres"), { max: 1, onnotice: () => {} });
    try {
      await client.unsafe(question);
    } finally {
      await client.end({ timeout: 1 });
    }
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = server;
    server = undefined;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill(signal);
    await exited;
  };
  const start = async (): Promise<void> => {
    const settings = [
      `port=${port}`,
      "listen_addresses=127.0.0.1",
      `unix_socket_directories=${directory}`,
      "fsync=off",
    ];
    server = spawn(join(bin, "postgres"), ["-D", data, ...settings.flatMap((each) => ["-c", each])], options);
    for (let tries = 0; ; tries += 1) {
      try {
        return await ask("select 1");
      } catch (error) {
        if (tries === 150) throw error;
        await sleep(200);
      }
    }
  };

  await start();
  return {
    start,
    database: async () => {
      databases += 1;
      const name = `test_${databases}`;
      await ask(`create database ${name}`);
      return url(name);
    },
    // SIGQUIT is the immediate shutdown: no checkpoint, no goodbye, recovery at the next start.
    kill: () => end("SIGQUIT"),
    remove: async () => {
      await end("SIGQUIT");
      await rm(directory, { recursive: true, force: true });
    },
  };
}

function findServer(): { bin: string; user: { uid: number; gid: number } | undefined } | undefined {
  const bin = globSync("/usr/lib/postgresql/*/bin").find((each) => existsSync(join(each, "initdb")));
  if (bin === undefined) return undefined;
  if (process.getuid?.() !== 0) return { bin, user: undefined };
  try {
    const id = (flag: string): number => Number(execFileSync("id", [flag, "postgres"], { encoding: "utf8" }));
    return { bin, user: { uid: id("-u"), gid: id("-g") } };
  } catch {
    return undefined;
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  await once(server, "close");
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

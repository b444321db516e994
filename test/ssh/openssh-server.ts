// A real OpenSSH server, on loopback or in a network namespace, that lives as long as a test.

import { type ChildProcess, spawn } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { makeKey, type ReachableSsh, reachable, temporaryDirectory } from "./temporary-keys.ts";

export type OpenSsh = ReachableSsh & {
  readonly directory: string;
  /** `$HOME` of its sessions: a `.bashrc` put there is read. */
  readonly home: string;
  readonly log: () => string;
  /** Kills the server's side of every connection with SIGKILL. */
  readonly dropConnections: () => void;
  readonly stop: () => Promise<void>;
};

export type OpenSshOptions = {
  /** Lines for sshd_config; the first one of a keyword counts. */
  readonly config?: readonly string[];
  /** Runs instead of the command, which it finds in `$SSH_ORIGINAL_COMMAND`. */
  readonly forceCommand?: string;
  readonly hostKeyTypes?: readonly string[];
  readonly place?: Place;
  /** One that has ended, whose directory, home and keys it takes over. */
  readonly again?: OpenSsh;
};

/** Where it listens when not on loopback, and the command that starts another one there in its own process. */
export type Place = {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Made for the home that is given to it. */
  readonly command: (home: string) => readonly string[];
};

const sshd = "/usr/sbin/sshd";

/** Why it cannot run here; undefined if it can. */
export const whyNoOpenSsh: string | undefined = existsSync(sshd)
  ? undefined
  : "runs where /usr/sbin/sshd is installed";

export async function startOpenSsh(options: OpenSshOptions = {}): Promise<OpenSsh> {
  // Where sshd, started as root, puts its unprivileged half.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const directory = options.again?.directory ?? temporaryDirectory();
  const home = join(directory, "home");
  mkdirSync(home, { recursive: true });
  const types = options.hostKeyTypes ?? ["ed25519"];
  const publicKeys = types.map((type) => keyAt(join(directory, `host_${type}`), type));
  if (options.again === undefined) {
    writeFileSync(join(directory, "authorized_keys"), `${makeKey(join(directory, "identity"))}\n`, {
      mode: 0o600,
    });
  }
  // The first line of a keyword counts, of this one too.
  const isSetEnv = (line: string): boolean => /^SetEnv\s/i.test(line);
  const environment = (options.config ?? []).filter(isSetEnv).map((line) => line.slice("SetEnv ".length));
  const lines = [
    ...(options.config ?? []).filter((line) => !isSetEnv(line)),
    ...types.map((type) => `HostKey ${join(directory, `host_${type}`)}`),
    ...(options.forceCommand === undefined ? [] : [`ForceCommand ${options.forceCommand}`]),
    `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
    `SetEnv ${[...environment, `HOME=${home}`].join(" ")}`,
    `PidFile ${join(directory, "pid")}`,
    `ListenAddress ${options.place?.address ?? "127.0.0.1"}`,
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    // Of this keyword the last one counts.
    ...(options.config?.some((line) => line.startsWith("MaxStartups")) === true ? [] : ["MaxStartups 100"]),
    "LogLevel VERBOSE",
  ];
  writeFileSync(join(directory, "sshd_config"), `${lines.join("\n")}\n`);

  const config = join(directory, "sshd_config");
  const { child, port, log } = await (options.place === undefined
    ? startOnFreePort(config)
    : startIn(options.place, home, config));

  function dropConnections(): void {
    for (const pid of descendants(child.pid ?? 0)) killQuietly(pid);
  }

  return {
    ...reachable(directory, port, userInfo().username, publicKeys, options.place),
    directory,
    home,
    log,
    dropConnections,
    async stop() {
      const ended = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      dropConnections();
      if (child.exitCode === null && child.kill("SIGTERM")) await ended;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function keyAt(file: string, type: string): string {
  return existsSync(file) ? readFileSync(`${file}.pub`, "utf8").trim() : makeKey(file, type);
}

type Started = { readonly child: ChildProcess; readonly port: number; readonly log: () => string };

async function startOnFreePort(config: string): Promise<Started> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const started = await start([], config, "127.0.0.1", port);
    if (started !== undefined) return started;
    if (attempt === 3) throw new Error("sshd did not start");
  }
}

async function startIn(place: Place, home: string, config: string): Promise<Started> {
  const started = await start(place.command(home), config, place.address, place.port);
  if (started === undefined) throw new Error(`sshd did not start on ${place.name}`);
  return started;
}

async function start(
  within: readonly string[],
  config: string,
  address: string,
  port: number,
): Promise<Started | undefined> {
  const [command = sshd, ...args] = [...within, sshd, "-D", "-e", "-f", config, "-p", String(port)];
  const child = spawn(command, args, { stdio: ["ignore", "ignore", "pipe"] });
  let said = "";
  child.stderr.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  for (let wait = 0; wait < 300 && child.exitCode === null; wait += 1) {
    if (await greets(address, port)) return { child, port, log: () => said };
    await sleep(50);
  }
  child.kill("SIGKILL");
  return undefined;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      server.close(() => resolve(port));
    });
  });
}

function greets(address: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, address);
    const answer = (greeted: boolean): void => {
      socket.destroy();
      resolve(greeted);
    };
    socket.once("data", (chunk) => answer(chunk.toString("latin1").startsWith("SSH-")));
    socket.once("error", () => answer(false));
    socket.once("close", () => answer(false));
    socket.setTimeout(2000, () => answer(false));
  });
}

/** Only the server's own processes: what a session has started may live on, as on a real host. */
function descendants(pid: number): readonly number[] {
  const parents = new Map<number, number>();
  const names = new Map<number, string>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      const [, name = "", rest = ""] = /\((.*)\) (.*)/s.exec(stat) ?? [];
      parents.set(Number(entry), Number(rest.split(" ")[1]));
      names.set(Number(entry), name);
    } catch {
      // It has ended.
    }
  }
  const found: number[] = [];
  for (const [child, parent] of parents) {
    if (!(names.get(child) ?? "").startsWith("sshd")) continue;
    for (
      let above: number | undefined = parent;
      above !== undefined && above !== 0;
      above = parents.get(above)
    ) {
      if (above === pid) {
        found.push(child);
        break;
      }
    }
  }
  return found;
}

function killQuietly(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It has ended.
  }
}

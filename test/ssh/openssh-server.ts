// A real OpenSSH server on loopback that lives as long as a test.

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
};

const sshd = "/usr/sbin/sshd";

/** Why it cannot run here; undefined if it can. */
export const whyNoOpenSsh: string | undefined = existsSync(sshd)
  ? undefined
  : "runs where /usr/sbin/sshd is installed";

export async function startOpenSsh(options: OpenSshOptions = {}): Promise<OpenSsh> {
  // Where sshd, started as root, puts its unprivileged half.
  if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true, mode: 0o755 });
  const directory = temporaryDirectory();
  const home = join(directory, "home");
  mkdirSync(home);
  const types = options.hostKeyTypes ?? ["ed25519"];
  const publicKeys = types.map((type) => makeKey(join(directory, `host_${type}`), type));
  writeFileSync(join(directory, "authorized_keys"), `${makeKey(join(directory, "identity"))}\n`, {
    mode: 0o600,
  });
  const lines = [
    ...(options.config ?? []),
    ...types.map((type) => `HostKey ${join(directory, `host_${type}`)}`),
    ...(options.forceCommand === undefined ? [] : [`ForceCommand ${options.forceCommand}`]),
    `AuthorizedKeysFile ${join(directory, "authorized_keys")}`,
    `SetEnv HOME=${home}`,
    `PidFile ${join(directory, "pid")}`,
    "ListenAddress 127.0.0.1",
    "StrictModes no",
    "UsePAM no",
    "PermitRootLogin yes",
    "PasswordAuthentication no",
    "KbdInteractiveAuthentication no",
    "MaxStartups 100",
    "LogLevel VERBOSE",
  ];
  writeFileSync(join(directory, "sshd_config"), `${lines.join("\n")}\n`);

  const { child, port, log } = await startOnFreePort(join(directory, "sshd_config"));

  function dropConnections(): void {
    for (const pid of descendants(child.pid ?? 0)) killQuietly(pid);
  }

  return {
    ...reachable(directory, port, userInfo().username, publicKeys),
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

type Started = { readonly child: ChildProcess; readonly port: number; readonly log: () => string };

async function startOnFreePort(config: string): Promise<Started> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await freePort();
    const child = spawn(sshd, ["-D", "-e", "-f", config, "-p", String(port)], {
      stdio: ["ignore", "ignore", "pipe"],
    });
    let said = "";
    child.stderr.on("data", (chunk: Buffer) => {
      said += chunk.toString();
    });
    for (let wait = 0; wait < 300 && child.exitCode === null; wait += 1) {
      if (await greets(port)) return { child, port, log: () => said };
      await sleep(50);
    }
    child.kill("SIGKILL");
    if (attempt === 3) throw new Error(`sshd did not start: ${said}`);
  }
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

function greets(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, "127.0.0.1");
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

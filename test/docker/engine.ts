// A Docker daemon of its own for a test file: its data, its socket and its image are temporary, and nothing of it stays.

import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, existsSync, openSync, readdirSync, readFileSync } from "node:fs";
import { copyFile, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { promisify } from "node:util";

const execute = promisify(execFile);

export type Docker = {
  /** For `DOCKER_HOST`. */
  readonly host: string;
  /** Runs the client and gives what it prints. */
  readonly run: (...args: readonly string[]) => Promise<string>;
  /** Ends the daemon as a service manager does: its containers are stopped first. */
  readonly stop: () => Promise<void>;
  /** Ends it at once; its containers live on until it starts again. */
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** From now on it takes connections and answers none. */
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly remove: () => Promise<void>;
};

/** BusyBox and nothing else. */
export const image = "busybox:test";

const busybox = "/usr/bin/busybox";
const needed = ["/usr/sbin/dockerd", "/usr/bin/docker-compose", busybox];

/** Why it cannot run here; undefined if it can. One is started to find out. */
export const whyNoDocker: string | undefined = await whyNot();

async function whyNot(): Promise<string | undefined> {
  if (process.getuid?.() !== 0) return "runs as root, which a Docker daemon needs";
  if (!needed.every((file) => existsSync(file))) {
    return "runs where docker.io, docker-compose and busybox are installed";
  }
  try {
    const docker = await startDocker();
    try {
      await docker.run("run", "--rm", "--network", "host", image, "true");
    } finally {
      await docker.remove();
    }
    return undefined;
  } catch {
    return "runs where a Docker daemon and its containers may be started";
  }
}

export type DockerOptions = {
  /** The network namespace in which it and its containers live, by its name. */
  readonly namespace?: string;
  /** Where its socket is, for those who must know before it starts. */
  readonly socket?: string;
};

export async function startDocker({ namespace, socket }: DockerOptions = {}): Promise<Docker> {
  const directory = await mkdtemp(join(tmpdir(), "passerelle-docker-"));
  // Another user may come to its socket.
  chmodSync(directory, 0o711);
  const host = `unix://${socket ?? join(directory, "socket")}`;
  let daemon: ChildProcess | undefined;

  const run = async (...args: readonly string[]): Promise<string> => {
    const { stdout } = await execute("docker", ["-H", host, ...args], { timeout: 120_000 });
    return stdout.trim();
  };
  const start = async (): Promise<void> => {
    daemon = await startDaemon(directory, host, namespace, () => run("version"));
  };
  const end = async (signal: NodeJS.Signals): Promise<void> => {
    const running = daemon;
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return;
    const exited = once(running, "exit");
    running.kill("SIGCONT");
    running.kill(signal);
    const timer = setTimeout(() => running.kill("SIGKILL"), 30_000);
    await exited;
    clearTimeout(timer);
  };
  const remove = async (): Promise<void> => {
    daemon?.kill("SIGCONT");
    const containers = await run("ps", "-aq").catch(() => "");
    if (containers !== "") await run("rm", "-f", ...containers.split("\n")).catch(() => {});
    await end("SIGTERM");
    await endRest(directory);
    await unmountBelow(directory);
    await rm(directory, { recursive: true, force: true, maxRetries: 5 });
  };

  try {
    await start();
    await execute("docker", ["-H", host, "import", await packImage(directory), image]);
  } catch (error) {
    await remove();
    throw error;
  }
  return {
    host,
    run,
    start,
    stop: () => end("SIGTERM"),
    async kill() {
      await end("SIGKILL");
      // It dies with its daemon; where nobody buries it, the next daemon takes it for alive.
      await rm(join(directory, "exec/containerd/containerd.pid"), { force: true });
    },
    freeze: () => void daemon?.kill("SIGSTOP"),
    thaw: () => void daemon?.kill("SIGCONT"),
    remove,
  };
}

async function startDaemon(
  directory: string,
  host: string,
  namespace: string | undefined,
  isUp: () => Promise<unknown>,
): Promise<ChildProcess> {
  const command = [
    // Not `ip netns exec`: it hides the control groups, without which there are no containers.
    ...(namespace === undefined ? [] : ["nsenter", `--net=/run/netns/${namespace}`, "--"]),
    "dockerd",
    ...["--data-root", join(directory, "data"), "--exec-root", join(directory, "exec")],
    ...["--pidfile", join(directory, "pid"), "--host", host, "--shutdown-timeout", "10"],
    // Its containers use the network of the machine, so that nothing but loopback is touched.
    ...["--bridge=none", "--iptables=false", "--ip6tables=false", "--ip-masq=false"],
  ];
  const log = openSync(join(directory, "log"), "a");
  const [programme = "", ...args] = command;
  const daemon = spawn(programme, args, { stdio: ["ignore", log, log] });
  await once(daemon, "spawn");
  for (let tries = 0; daemon.exitCode === null; tries += 1) {
    try {
      await isUp();
      return daemon;
    } catch (error) {
      if (tries === 300) throw error;
      await sleep(100);
    }
  }
  throw new Error(`dockerd did not start: ${readFileSync(join(directory, "log"), "utf8").slice(-2000)}`);
}

/** BusyBox of this machine with the libraries that it needs. */
async function packImage(directory: string): Promise<string> {
  const root = join(directory, "image");
  const { stdout: linked } = await execute("ldd", [busybox]).catch(() => ({ stdout: "" }));
  const libraries = linked.match(/\/\S+/g) ?? [];
  for (const library of libraries) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await copyFile(library, join(root, library));
  }
  for (const name of ["bin", "tmp"]) await mkdir(join(root, name), { recursive: true });
  await copyFile(busybox, join(root, "bin/busybox"));
  const { stdout: applets } = await execute(busybox, ["--list"]);
  for (const applet of applets.split("\n").filter((name) => name !== "" && name !== "busybox")) {
    await symlink("busybox", join(root, "bin", applet));
  }
  const packed = join(directory, "image.tar");
  await execute("tar", ["-C", root, "-cf", packed, "."]);
  return packed;
}

/** What a daemon that was killed has left: containerd, its shims, and the containers below them. */
async function endRest(directory: string): Promise<void> {
  for (let tries = 0; tries < 100; tries += 1) {
    const rest = remaining(directory);
    if (rest.length === 0) return;
    for (const pid of rest) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    await sleep(50);
  }
  throw new Error(`these processes of Docker do not end: ${remaining(directory).join(", ")}`);
}

function remaining(directory: string): readonly number[] {
  const parents = new Map<number, number>();
  const found = new Set<number>();
  for (const entry of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    try {
      const pid = Number(entry);
      const stat = readFileSync(`/proc/${entry}/stat`, "latin1");
      const [, state = "", parent = ""] = /\) (\S) (\d+)/.exec(stat) ?? [];
      if (state === "Z") continue;
      parents.set(pid, Number(parent));
      const words = readFileSync(`/proc/${entry}/cmdline`, "latin1");
      const isDockers = /(?:^|\/)(?:dockerd|docker-proxy|containerd[\w-]*)\0/.test(words);
      if (isDockers && words.includes(`${directory}/`)) found.add(pid);
    } catch {
      // It has ended.
    }
  }
  for (let before = -1; before !== found.size; ) {
    before = found.size;
    for (const [pid, parent] of parents) if (found.has(parent)) found.add(pid);
  }
  return [...found];
}

async function unmountBelow(directory: string): Promise<void> {
  const mounts = readFileSync("/proc/self/mounts", "utf8")
    .split("\n")
    .map((line) => line.split(" ")[1] ?? "")
    .filter((path) => path.startsWith(`${directory}/`));
  for (const path of mounts.reverse()) await execute("umount", ["-l", path]);
}

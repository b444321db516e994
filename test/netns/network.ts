// A small network of its own for a test: one switch, one address for the bot, cables that can be cut.

import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Why it cannot run here; undefined if it can. */
export const whyNoNamespaces: string | undefined = reasonAgainst();

function reasonAgainst(): string | undefined {
  if (process.getuid?.() !== 0) return "runs as root, who may make network namespaces";
  const missing = ["ip", "tc", "ss", "iptables", "nsenter", "unshare"].filter(
    (tool) => !["/usr/sbin", "/usr/bin", "/sbin", "/bin"].some((at) => existsSync(join(at, tool))),
  );
  if (missing.length > 0) return `runs where ${missing.join(", ")} are installed`;
  const name = `psrl-try-${process.pid}`;
  try {
    tool("ip", "netns", "add", name);
    tool("ip", "netns", "del", name);
    return undefined;
  } catch {
    return "runs where network namespaces can be made";
  }
}

/** Runs a tool to its end; throws with what it said when it fails. */
export function tool(command: string, ...args: readonly string[]): string {
  return execFileSync(command, args, { encoding: "utf8", stdio: ["ignore", "pipe", "pipe"] });
}

export type Network = {
  /** Where a machine of this network reaches the bot. */
  readonly botAddress: string;
  /** What has passed through the bot's own cable: into it, and out of it. */
  readonly bytesOfBot: () => { readonly received: number; readonly sent: number };
  /** A namespace that is plugged in as `eth0`. At most twelve. */
  readonly plugIn: () => { readonly namespace: string; readonly address: string; readonly port: string };
  /** The switch's namespace, where the other end of each cable is. */
  readonly switchNamespace: string;
  /** Ends every process in its namespaces, and removes them. */
  readonly close: () => void;
};

const claims = join(tmpdir(), "passerelle-networks");
const places = 8192;

export function openNetwork(): Network {
  const place = claimPlace();
  const name = nameOf(place);
  const address = (host: number): string =>
    `198.${18 + (place >> 12)}.${(place >> 4) & 255}.${((place & 15) << 4) + host}`;
  const switchNamespace = `${name}-net`;
  let plugged = 0;
  try {
    // The switch has a namespace of its own, where nobody's firewall looks at what passes.
    tool("ip", "netns", "add", switchNamespace);
    inside(switchNamespace, "ip", "link", "add", "switch", "type", "bridge", "forward_delay", "0");
    inside(switchNamespace, "ip", "link", "set", "switch", "up");
    tool("ip", "link", "add", name, "type", "veth", "peer", "name", "bot", "netns", switchNamespace);
    inside(switchNamespace, "ip", "link", "set", "bot", "master", "switch", "up");
    tool("ip", "addr", "add", `${address(1)}/28`, "dev", name);
    tool("ip", "link", "set", name, "up");
  } catch (error) {
    removePlace(place);
    throw error;
  }
  return {
    botAddress: address(1),
    switchNamespace,
    bytesOfBot() {
      const count = (what: string): number =>
        Number(readFileSync(`/sys/class/net/${name}/statistics/${what}_bytes`, "latin1"));
      return { received: count("rx"), sent: count("tx") };
    },
    plugIn() {
      plugged += 1;
      if (plugged > 12) throw new Error("the network has twelve places");
      const namespace = `${name}-${plugged}`;
      const port = `port${plugged}`;
      tool("ip", "netns", "add", namespace);
      tool(
        "ip",
        "-n",
        namespace,
        "link",
        "add",
        "eth0",
        "type",
        "veth",
        "peer",
        port,
        "netns",
        switchNamespace,
      );
      inside(switchNamespace, "ip", "link", "set", port, "master", "switch", "up");
      tool("ip", "-n", namespace, "addr", "add", `${address(1 + plugged)}/28`, "dev", "eth0");
      for (const device of ["lo", "eth0"]) tool("ip", "-n", namespace, "link", "set", device, "up");
      return { namespace, address: address(1 + plugged), port };
    },
    close: () => removePlace(place),
  };
}

/** Runs a tool in a namespace; the file system is this machine's. */
export function inside(namespace: string, ...command: readonly string[]): string {
  return tool("nsenter", `--net=/run/netns/${namespace}`, ...command);
}

export function processesIn(namespace: string): readonly number[] {
  const pids = tool("ip", "netns", "pids", namespace).split("\n");
  return pids
    .filter((pid) => pid !== "")
    .map(Number)
    .filter(isAlive);
}

export function endProcessesIn(namespace: string): void {
  // What is ended may have started something in the meantime.
  for (let round = 0; round < 100; round += 1) {
    const pids = processesIn(namespace);
    if (pids.length === 0) return;
    for (const pid of pids) {
      try {
        process.kill(pid, "SIGKILL");
      } catch {
        // It has ended.
      }
    }
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 20);
  }
}

function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "latin1"));
  } catch {
    return false;
  }
}

const nameOf = (place: number): string => `psrl${place}`;

/** No two processes of this machine get the same one; what a killed one has left behind is removed. */
function claimPlace(): number {
  mkdirSync(claims, { recursive: true });
  for (const name of readdirSync(claims)) {
    try {
      const owner = Number(readFileSync(join(claims, name), "latin1") || process.pid);
      if (!existsSync(`/proc/${owner}`)) removePlace(Number(name));
    } catch {
      // Somebody else removes it at this moment.
    }
  }
  for (let attempt = 0; attempt < places; attempt += 1) {
    const place = (process.pid * 7 + attempt) % places;
    try {
      writeFileSync(join(claims, String(place)), String(process.pid), { flag: "wx" });
    } catch {
      continue;
    }
    return place;
  }
  throw new Error("no place is left for a network");
}

function removePlace(place: number): void {
  const name = nameOf(place);
  const namespaces = readdirSync("/run/netns").filter((namespace) => namespace.startsWith(`${name}-`));
  for (const namespace of namespaces) endProcessesIn(namespace);
  for (const namespace of namespaces) tool("ip", "netns", "del", namespace);
  // Goes with the switch's end of it, a moment later.
  if (existsSync(`/sys/class/net/${name}`)) {
    try {
      tool("ip", "link", "del", name);
    } catch {
      // It has gone.
    }
  }
  rmSync(join(claims, String(place)), { force: true });
}

// Machines for a test: each a network namespace with a real SSH server, a home and a boot id of its own.

import { randomUUID } from "node:crypto";
import { appendFileSync, chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { type OpenSsh, type OpenSshOptions, startOpenSsh, whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { makeKey } from "../ssh/temporary-keys.ts";
import { endProcessesIn, inside, type Network, openNetwork, whyNoNamespaces } from "./network.ts";

/** Why there can be no such machines here; undefined if there can. */
export const whyNoHosts: string | undefined = whyNoNamespaces ?? whyNoOpenSsh;

export type NetnsHost = {
  readonly name: string;
  readonly address: string;
  readonly namespace: string;
  /** Another one after `boot`. */
  readonly ssh: () => OpenSsh;
  /** `$HOME`, and the home directory of its account too. */
  readonly home: string;
  /** Every packet to and from it is lost without a word. */
  readonly cut: () => void;
  /** No packet passes between it and the other one; the bot still reaches both. */
  readonly cutFrom: (other: NetnsHost) => void;
  /** Takes back every `cut`, `cutFrom`, `unplug` and `slowTo`. */
  readonly mend: () => void;
  readonly unplug: () => void;
  /** Its TCP connections end at once, with a reset at their other ends. */
  readonly reset: () => void;
  /** Bytes per second, each way. */
  readonly slowTo: (bytesPerSecond: number) => void;
  /** What its network card has taken in and given out. */
  readonly bytes: () => { readonly received: number; readonly sent: number };
  /** An account on it may log in to the other one without a question, and knows its key. */
  readonly mayLogInTo: (other: NetnsHost) => void;
  /** Runs a tool in its network. */
  readonly inside: (...command: readonly string[]) => string;
  /** Every process of it ends at once, as when its power fails. */
  readonly fail: () => void;
  /** Starts it again after `fail`, with the same keys, files and address, and another boot id. */
  readonly boot: () => Promise<void>;
};

export type Hosts = {
  readonly network: Network;
  readonly hosts: readonly NetnsHost[];
  readonly close: () => Promise<void>;
};

/** One machine for each of `names`. Give `close` to `onTestFinished` or `afterAll`. */
export async function openHosts(
  names: readonly string[],
  options: (name: string) => OpenSshOptions = () => ({}),
): Promise<Hosts> {
  const network = openNetwork();
  const hosts: NetnsHost[] = [];
  const close = async (): Promise<void> => {
    network.close();
    for (const host of hosts) await host.ssh().stop();
  };
  try {
    for (const name of names) hosts.push(await openHost(network, name, options(name)));
  } catch (error) {
    await close();
    throw error;
  }
  return { network, hosts, close };
}

async function openHost(network: Network, name: string, options: OpenSshOptions): Promise<NetnsHost> {
  const { namespace, address, port } = network.plugIn();
  const place = {
    name,
    address,
    port: 22,
    command: (home: string) => {
      const bootId = join(home, "..", "boot_id");
      writeFileSync(bootId, `${randomUUID()}\n`);
      const views =
        'mount --bind "$1" "$2" && mount --bind "$3" /proc/sys/kernel/random/boot_id && shift 3 && exec "$@"';
      return [
        ...["nsenter", `--net=/run/netns/${namespace}`, "unshare", "--mount", "--propagation", "slave"],
        ...["sh", "-c", views, "sh", home, homedir(), bootId],
      ];
    },
  };
  let ssh = await startOpenSsh({ ...options, place });
  const firewall = (...rule: readonly string[]): void => void inside(namespace, "iptables", "-w", ...rule);
  const host: NetnsHost = {
    name,
    address,
    namespace,
    home: ssh.home,
    ssh: () => ssh,
    inside: (...command) => inside(namespace, ...command),
    cut() {
      for (const chain of ["INPUT", "OUTPUT"]) firewall("-I", chain, "-j", "DROP");
    },
    cutFrom(other) {
      firewall("-I", "INPUT", "-s", other.address, "-j", "DROP");
      firewall("-I", "OUTPUT", "-d", other.address, "-j", "DROP");
    },
    mend() {
      firewall("-F");
      inside(namespace, "ip", "link", "set", "eth0", "up");
      for (const [at, device] of [
        [namespace, "eth0"],
        [network.switchNamespace, port],
      ] as const) {
        if (inside(at, "tc", "qdisc", "show", "dev", device).includes("tbf"))
          inside(at, "tc", "qdisc", "del", "dev", device, "root");
      }
    },
    unplug: () => void inside(namespace, "ip", "link", "set", "eth0", "down"),
    reset: () => void inside(namespace, "ss", "-K", "-t", "src", address),
    slowTo(bytesPerSecond) {
      const rate = `${bytesPerSecond * 8}bit`;
      for (const [at, device] of [
        [namespace, "eth0"],
        [network.switchNamespace, port],
      ] as const) {
        inside(
          at,
          "tc",
          "qdisc",
          "replace",
          "dev",
          device,
          "root",
          "tbf",
          "rate",
          rate,
          "burst",
          "64kb",
          "latency",
          "100ms",
        );
      }
    },
    bytes() {
      const [card] = JSON.parse(inside(namespace, "ip", "-s", "-j", "link", "show", "eth0")) as {
        stats64: { rx: { bytes: number }; tx: { bytes: number } };
      }[];
      return { received: card?.stats64.rx.bytes ?? 0, sent: card?.stats64.tx.bytes ?? 0 };
    },
    mayLogInTo(other) {
      const directory = join(ssh.home, ".ssh");
      mkdirSync(directory, { recursive: true, mode: 0o700 });
      const key = join(directory, "id_ed25519");
      const publicKey = existsSync(key) ? readFileSync(`${key}.pub`, "utf8").trim() : makeKey(key);
      chmodSync(key, 0o600);
      appendFileSync(join(other.ssh().directory, "authorized_keys"), `${publicKey}\n`);
      appendFileSync(join(directory, "known_hosts"), readFileSync(other.ssh().knownHostsFile));
    },
    fail: () => endProcessesIn(namespace),
    async boot() {
      ssh = await startOpenSsh({ ...options, place, again: ssh });
    },
  };
  return host;
}

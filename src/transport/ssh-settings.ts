// What the person's own ssh configuration says about a host, as `ssh -G` resolves it.

import { execFile } from "node:child_process";
import { homedir, userInfo } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { HostConfig } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import { configWithoutExec } from "./ssh-config-copy.ts";
import { expandHome, sshEnvironment } from "./ssh-environment.ts";

export type SshHost = Extract<HostConfig, { kind: "ssh" }>;

export type SshOptions = {
  /** Instead of those that the ssh configuration names. */
  readonly knownHostsFiles?: readonly string[];
  /** Instead of `~/.ssh/config` and the system's. */
  readonly configFile?: string;
  /** Instead of `SSH_AUTH_SOCK`. */
  readonly agentSocket?: string;
  readonly readyTimeoutSeconds?: number;
  /** A link is lost after three of these without an answer. */
  readonly keepaliveSeconds?: number;
  readonly channels?: number;
  /** A jump through one of these goes by what the configuration says of it: its fingerprint, its identity. */
  readonly hosts?: ReadonlyMap<string, HostConfig>;
};

export type SshSettings = {
  readonly address: string;
  readonly port: number;
  readonly user: string;
  /** In the order in which they are tried. */
  readonly identityFiles: readonly string[];
  readonly identitiesOnly: boolean;
  readonly agentSocket: string | undefined;
  readonly knownHostsFiles: readonly string[];
  /** The name under which its key is on file. */
  readonly keyName: string;
  /** `[user@]host[:port]`, the first one is reached first. */
  readonly jumps: readonly string[];
  readonly proxyCommand: string | undefined;
  /** By keyword: what the system's `ssh` would offer, for those with something weak in them. */
  readonly weakOffers: ReadonlyMap<string, readonly string[]>;
};

/** For connecting and logging in. */
export const readyTimeoutSeconds = 15;
/** Three of these without an answer end a connection. */
export const keepaliveSeconds = 5;

const run = promisify(execFile);

export async function resolveSshSettings(host: SshHost, options: SshOptions): Promise<SshSettings> {
  const resolved = await resolvedBySsh(host, options);
  const one = (key: string): string | undefined => resolved.get(key)?.at(-1);
  const proxyCommand = one("proxycommand");
  const address = one("hostname") ?? host.address;
  const jump = one("proxyjump");
  return {
    address,
    port: host.port ?? Number(one("port") ?? 22),
    user: host.user ?? one("user") ?? userInfo().username,
    identityFiles: identityFiles(host, resolved),
    identitiesOnly: one("identitiesonly") === "yes",
    agentSocket: agentSocket(one("identityagent"), options),
    knownHostsFiles: options.knownHostsFiles ?? knownHostsFiles(resolved),
    keyName: one("hostkeyalias") ?? address,
    jumps: jump === undefined || jump === "none" ? [] : jump.split(","),
    proxyCommand: proxyCommand === "none" ? undefined : proxyCommand,
    weakOffers: weakOffers(resolved),
  };
}

export async function addressOf(
  host: SshHost,
  options: SshOptions,
): Promise<{ readonly address: string; readonly port: number }> {
  const { address, port } = await resolveSshSettings(host, options);
  return { address, port };
}

/** A jump host as if it stood in the configuration. */
export function jumpHost(written: string, target: SshHost, options: SshOptions): SshHost {
  const configured = options.hosts?.get(written.trim());
  if (configured?.kind === "ssh") return configured;
  const match = /^(?:ssh:\/\/)?(?:([^@]+)@)?(\[[^\]]+\]|[^:]+)(?::(\d+))?\/?$/.exec(written.trim());
  if (match === null) {
    throw new PasserelleError("host-unreachable", {
      host: target.name,
      reason: `ProxyJump ${written} is not understood`,
    });
  }
  return {
    kind: "ssh",
    name: `${target.name} (ProxyJump ${written.trim()})`,
    address: (match[2] ?? "").replace(/^\[|\]$/g, ""),
    port: match[3] === undefined ? undefined : Number(match[3]),
    user: match[1],
    identityFile: undefined,
    fingerprint: undefined,
    transport: target.transport,
  };
}

/** What `jumpHost` was made from. */
export function jumpName(host: SshHost): string | undefined {
  return / \(ProxyJump (.+)\)$/.exec(host.name)?.[1];
}

/** Empty where there is no `ssh` to ask. */
async function resolvedBySsh(
  host: SshHost,
  options: SshOptions,
): Promise<ReadonlyMap<string, readonly string[]>> {
  // Whoever chose the system's `ssh` for a host has it run what its configuration says.
  const copy = host.transport === "openssh" ? undefined : await configWithoutExec(options.configFile);
  const configFile = copy?.file ?? options.configFile;
  const args = ["-G"];
  if (configFile !== undefined) args.push("-F", configFile);
  if (host.port !== undefined) args.push("-p", String(host.port));
  if (host.user !== undefined) args.push("-l", host.user);
  if (host.identityFile !== undefined) args.push("-i", expandHome(host.identityFile));
  const values = new Map<string, string[]>();
  try {
    const { stdout } = await run("ssh", [...args, "--", host.address], {
      timeout: 10_000,
      env: sshEnvironment(),
    });
    for (const line of stdout.split("\n")) {
      const space = line.indexOf(" ");
      if (space < 0) continue;
      const key = line.slice(0, space).toLowerCase();
      values.set(key, [...(values.get(key) ?? []), line.slice(space + 1).trim()]);
    }
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return values;
    const said = error instanceof Error && "stderr" in error ? String(error.stderr).trim() : String(error);
    const details = { host: host.name, address: host.address, reason: said.slice(0, 300) };
    throw new PasserelleError("host-unreachable", details, { cause: error });
  } finally {
    await copy?.remove();
  }
  return values;
}

const offers = ["KexAlgorithms", "HostKeyAlgorithms", "Ciphers", "MACs"];

function weakOffers(resolved: ReadonlyMap<string, readonly string[]>): SshSettings["weakOffers"] {
  const all = offers.map((keyword): [string, readonly string[]] => [
    keyword,
    resolved.get(keyword.toLowerCase())?.at(-1)?.split(",") ?? [],
  ]);
  return new Map(all.filter(([, names]) => names.some(isWeak)));
}

/** Everything with SHA-1 or MD5, old ciphers, short tags; keys of RSA sign with SHA-1 under their old name. */
export function isWeak(algorithm: string): boolean {
  return /sha1|md5|umac-64|-cbc|arcfour|^(ssh-rsa|ssh-dss)/.test(algorithm);
}

function identityFiles(host: SshHost, resolved: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const own = host.identityFile === undefined ? [] : [host.identityFile];
  const ofSsh =
    resolved.get("identityfile") ??
    (own.length > 0 ? [] : ["~/.ssh/id_ed25519", "~/.ssh/id_ecdsa", "~/.ssh/id_rsa"]);
  return [...new Set([...own, ...ofSsh].map(expandHome))];
}

function agentSocket(written: string | undefined, options: SshOptions): string | undefined {
  if (written === "none") return undefined;
  const ofEnvironment = options.agentSocket ?? process.env["SSH_AUTH_SOCK"];
  if (written === undefined || written === "SSH_AUTH_SOCK")
    return ofEnvironment === "" ? undefined : ofEnvironment;
  return written.startsWith("$") ? process.env[written.replaceAll(/[${}]/g, "")] : expandHome(written);
}

function knownHostsFiles(resolved: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const named = ["userknownhostsfile", "globalknownhostsfile"].flatMap((key) => resolved.get(key) ?? []);
  const files = named.flatMap((line) => line.split(/\s+/)).filter((file) => file !== "" && file !== "none");
  // The home of the environment may be another than the one of the password file, which `ssh` goes by.
  return [
    ...new Set([
      join(homedir(), ".ssh", "known_hosts"),
      ...files.map(expandHome),
      "/etc/ssh/ssh_known_hosts",
    ]),
  ];
}

// How the system's `ssh` is called: everything that matters for safety is on its command line, where no configuration undoes it.

import { userInfo } from "node:os";
import { quote } from "./shell.ts";
import { expandHome } from "./ssh-environment.ts";
import type { Whereabouts } from "./ssh-failures.ts";
import {
  isWeak,
  keepaliveSeconds,
  readyTimeoutSeconds,
  type SshOptions,
  type SshSettings,
} from "./ssh-settings.ts";

/** One machine on the way, the target last. */
export type Hop = Whereabouts & {
  /** Where `ssh` writes what it says about this hop. */
  readonly log: string;
  /** Types of host keys that it is not asked for. */
  readonly withoutTypes: readonly string[];
  /** Takes the place of known_hosts: a `KnownHostsCommand`. */
  readonly knownHostsCommand: string | undefined;
};

const always = [
  "BatchMode=yes",
  "StrictHostKeyChecking=yes",
  "NoHostAuthenticationForLocalhost=no",
  "VerifyHostKeyDNS=no",
  "UpdateHostKeys=no",
  "ServerAliveCountMax=3",
  "ConnectionAttempts=1",
  "ForwardAgent=no",
  "ForwardX11=no",
  "ClearAllForwardings=yes",
  "Tunnel=no",
  "PermitLocalCommand=no",
  "RemoteCommand=none",
  "RequestTTY=no",
  "AddKeysToAgent=no",
  // Its wording of what happened is read.
  "LogLevel=DEBUG1",
];

const idleSeconds = 60;

/** A connection that others share through `socket`, and that ends by itself when nobody has used it for a while. */
export function masterArguments(route: readonly Hop[], options: SshOptions, socket: string): string[] {
  return [
    ...["-M", "-N", "-S", socket.replaceAll("%", "%%")],
    ...asOptions([`ControlPersist=${idleSeconds}`]),
    ...hopArguments(route, options),
  ];
}

/** Neither joins nor becomes a shared connection. */
export function singleArguments(route: readonly Hop[], options: SshOptions): string[] {
  return ["-N", ...asOptions(["ControlMaster=no", "ControlPath=none"]), ...hopArguments(route, options)];
}

/** A session on the shared connection, or nothing: without it there would be a connection of its own. */
export function sessionArguments(socket: string, command: string): string[] {
  const options = ["BatchMode=yes", "ControlMaster=no", "ProxyCommand=false", "LogLevel=ERROR"];
  return [
    "-T",
    "-F",
    "/dev/null",
    "-S",
    socket.replaceAll("%", "%%"),
    ...asOptions(options),
    "--",
    "shared",
    command,
  ];
}

export function controlArguments(socket: string, request: "check" | "exit"): string[] {
  return ["-F", "/dev/null", "-S", socket.replaceAll("%", "%%"), "-O", request, "--", "shared"];
}

/** Trusts the key with this fingerprint and no other. */
export function trustsOnly(fingerprint: string): string {
  const pinned = fingerprint.replace(/=+$/, "");
  return `/bin/sh -c 'if [ "$0" = "${pinned}" ]; then echo "$1 $2 $3"; fi' %f %H %t %K`;
}

/** Trusts no key, and writes each that it is asked about to a file. */
export function writesDown(file: string): string {
  return `/bin/sh -c 'if [ "$0" != NONE ]; then echo "$0" >>"$1"; fi' %K "${file.replaceAll("%", "%%")}"`;
}

function hopArguments(route: readonly Hop[], options: SshOptions): string[] {
  const hop = route.at(-1);
  if (hop === undefined) throw new TypeError("a route has a target");
  const { host, settings } = hop;
  const before = route.slice(0, -1);
  const args = ["-T", "-E", hop.log];
  if (options.configFile !== undefined) args.push("-F", options.configFile);
  args.push(...asOptions(always));
  args.push(
    ...asOptions([
      `ConnectTimeout=${seconds(options.readyTimeoutSeconds ?? readyTimeoutSeconds)}`,
      `ServerAliveInterval=${seconds(options.keepaliveSeconds ?? keepaliveSeconds)}`,
      ...hostKeys(hop),
      ...withoutWeak(settings),
    ]),
  );
  if (before.length > 0) args.push(...asOptions([`ProxyCommand=${proxyCommand(before, options)}`]));
  if (options.agentSocket !== undefined)
    args.push(...asOptions([`IdentityAgent=${options.agentSocket === "" ? "none" : options.agentSocket}`]));
  if (host.identityFile !== undefined) args.push("-i", expandHome(host.identityFile));
  if (host.port !== undefined) args.push("-p", String(host.port));
  if (host.user !== undefined) args.push("-l", host.user);
  else if (settings.user !== userInfo().username) args.push("-l", settings.user);
  return [...args, "--", host.address];
}

function hostKeys({ settings, withoutTypes, knownHostsCommand }: Hop): string[] {
  if (knownHostsCommand === undefined) {
    const files = settings.knownHostsFiles.map((file) => `"${file}"`);
    return [`UserKnownHostsFile=${files.join(" ")}`, "GlobalKnownHostsFile=/dev/null"];
  }
  // The command is asked about a certificate, and not again about the key in it.
  const without = ["*-cert-v01@openssh.com", ...withoutTypes.flatMap(algorithmsOfType)];
  return [
    "UserKnownHostsFile=/dev/null",
    "GlobalKnownHostsFile=/dev/null",
    `KnownHostsCommand=${knownHostsCommand}`,
    `HostKeyAlgorithms=-${without.join(",")}`,
  ];
}

/** Like the built-in transport, whatever the configuration would allow. */
function withoutWeak({ weakOffers }: SshSettings): string[] {
  return [...weakOffers].map(
    ([keyword, names]) => `${keyword}=${names.filter((name) => !isWeak(name)).join(",")}`,
  );
}

function algorithmsOfType(type: string): string[] {
  return type === "ssh-rsa" ? ["ssh-rsa*", "rsa-sha2-*"] : [`${type}*`];
}

/** The way over the machines before the target, each with all that holds for the target. A shell and `ssh` read it. */
function proxyCommand(before: readonly Hop[], options: SshOptions): string {
  const args = hopArguments(before, options);
  const at = args.lastIndexOf("--");
  const words = ["ssh", ...args.slice(0, at), "-o", "ControlMaster=no", "-o", "ControlPath=none"];
  const literally = (word: string): string => quote(word.replaceAll("%", "%%"));
  return [...words.map(literally), "-W", "'[%h]:%p'", ...args.slice(at).map(literally)].join(" ");
}

function asOptions(values: readonly string[]): string[] {
  return values.flatMap((value) => ["-o", value]);
}

function seconds(value: number): number {
  return Math.max(1, Math.ceil(value));
}

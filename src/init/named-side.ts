// `[HOST:]DIR` as a person types it: which machine, which directory on it. Pure.

import { isAbsolute, resolve } from "node:path";
import type { HostConfig, SideConfig } from "../config/config.ts";
import { plainRoot } from "../config/paths.ts";

export type NamedSide = {
  readonly host: HostConfig;
  /** Absolute, or `~/…`. */
  readonly root: string;
};

const addressForm = /^[A-Za-z0-9_[][A-Za-z0-9_.:%[\]-]*$/;
const userForm = /^[A-Za-z0-9_][^\s@:]*$/;

/**
 * `HOST` is an alias of the ssh configuration or `[user@]host[:port]`; without one it is this machine, as with `local:DIR`.
 * What begins with `/`, `~` or `.` is a directory. Undefined when it is none of these.
 */
export function namedSide(written: string, cwd: string): NamedSide | undefined {
  const [, spec, directory] = /^((?:[^@/:]*@)?(?:\[[^\]/]*\]|[^/:@]*)(?::\d+)?):(.*)$/s.exec(written) ?? [];
  const isHere = /^[/~.]/.test(written) || spec === undefined || directory === undefined;
  if (isHere || spec === "local") {
    const typed = spec === "local" && !isHere ? (directory ?? "") : written;
    if (typed.trim() === "" || /^~[^/]/.test(typed)) return undefined;
    const root = typed === "~" || typed.startsWith("~/") || isAbsolute(typed) ? typed : resolve(cwd, typed);
    return sideAt({ kind: "local", name: "local" }, root);
  }
  const host = namedHost(spec);
  if (host === undefined || directory === "") return undefined;
  // As with scp: what is not absolute is below the login's home.
  const isWhole = directory.startsWith("/") || directory === "~" || directory.startsWith("~/");
  return sideAt(host, isWhole ? directory : `~/${directory}`);
}

/** `[user@]host[:port]`; its name is what was typed, so that a failure names it in the same words. */
export function namedHost(written: string): Extract<HostConfig, { kind: "ssh" }> | undefined {
  const [, user, address = "", port] =
    /^(?:([^@]*)@)?(\[[^\]]*\]|[^:[\]@]*)(?::(\d{1,5}))?$/.exec(written) ?? [];
  const bare = address.replace(/^\[(.*)\]$/, "$1");
  if (!addressForm.test(bare) || (user !== undefined && !userForm.test(user))) return undefined;
  if (port !== undefined && (Number(port) < 1 || Number(port) > 65_535)) return undefined;
  return {
    kind: "ssh",
    name: written,
    address: bare,
    port: port === undefined ? undefined : Number(port),
    user,
    identityFile: undefined,
    fingerprint: undefined,
    transport: "ssh",
  };
}

/** The same sides with hosts whose names can stand under `hosts:`. */
export function configuredSides(
  preprod: NamedSide,
  prod: NamedSide,
): { readonly hosts: readonly HostConfig[]; readonly preprod: SideConfig; readonly prod: SideConfig } {
  const hosts: HostConfig[] = [];
  const sideOf = ({ host, root }: NamedSide): SideConfig => {
    if (host.kind === "local") return { hosts: [host], root };
    const known = hosts.find((other) => other.kind === "ssh" && sameLogin(other, host));
    if (known !== undefined) return { hosts: [known], root };
    const named = { ...host, name: freeName(host.address, hosts) };
    hosts.push(named);
    return { hosts: [named], root };
  };
  return { preprod: sideOf(preprod), prod: sideOf(prod), hosts };
}

function sameLogin(
  one: Extract<HostConfig, { kind: "ssh" }>,
  other: Extract<HostConfig, { kind: "ssh" }>,
): boolean {
  return one.address === other.address && one.port === other.port && one.user === other.user;
}

function freeName(address: string, taken: readonly HostConfig[]): string {
  const plain = address
    .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
    .replace(/^[^A-Za-z0-9]+/, "")
    .slice(0, 60);
  const base = plain === "" || plain === "local" ? `host-${plain}`.replace(/-$/, "") : plain;
  for (let count = 1; ; count += 1) {
    const name = count === 1 ? base : `${base}-${count}`;
    if (!taken.some((host) => host.name === name)) return name;
  }
}

function sideAt(host: HostConfig, root: string): NamedSide | undefined {
  const plain = plainRoot(root);
  const parts = plain.split("/").filter((part) => part !== "");
  const isWritable = plain.isWellFormed() && !/[\0-\x1f\x7f]/.test(plain) && !parts.includes("..");
  const isBelow = parts.length > (plain.startsWith("~") ? 1 : 0);
  const isHome = !plain.startsWith("~") || plain === "~" || plain.startsWith("~/");
  return isWritable && isBelow && isHome ? { host, root: plain } : undefined;
}

// Reads known_hosts files as OpenSSH does, and judges a key by them. Pure.

import { createHash, createHmac, timingSafeEqual } from "node:crypto";

export type KnownKey = {
  readonly marker: "" | "@revoked" | "@cert-authority";
  readonly hosts: string;
  readonly keyType: string;
  /** The key's blob in base64. */
  readonly key: string;
  readonly file: string;
  readonly line: number;
};

/** What is told of the key that a server answers with. */
export type ShownKey = { readonly keyType: string; readonly fingerprint: string };

export type HostKeyVerdict =
  | { readonly verdict: "trusted" }
  /** No key of this type is on file. */
  | { readonly verdict: "unknown" }
  | { readonly verdict: "changed"; readonly expected: KnownKey }
  | { readonly verdict: "revoked"; readonly by: KnownKey };

/** Lines that are not understood are left out, as OpenSSH does: a key they hold is then unknown, never trusted. */
export function parseKnownHosts(text: string, file: string): readonly KnownKey[] {
  return text.split("\n").flatMap((written, index) => {
    const line = written.trim();
    if (line === "" || line.startsWith("#")) return [];
    const words = line.split(/\s+/);
    const marker = words[0]?.startsWith("@") === true ? words.shift() : "";
    const [hosts, keyType, key] = words;
    if (marker !== "" && marker !== "@revoked" && marker !== "@cert-authority") return [];
    if (hosts === undefined || keyType === undefined || key === undefined) return [];
    if (typeOfBlob(Buffer.from(key, "base64")) !== keyType) return [];
    return [{ marker, hosts, keyType, key, file, line: index + 1 }];
  });
}

/**
 * The entries for a host under the name it is known by. A key that is only on file without the port counts too: OpenSSH
 * falls back to it, and so a host that it reaches is reached here.
 */
export function keysOf(known: readonly KnownKey[], name: string, port: number): readonly KnownKey[] {
  const exact = known.filter(({ hosts }) => matches(hosts, port === 22 ? name : `[${name}]:${port}`));
  if (port === 22 || exact.some(({ marker }) => marker === "")) return exact;
  return [...exact, ...known.filter(({ hosts }) => matches(hosts, name))];
}

export function judge(entries: readonly KnownKey[], shown: ShownKey): HostKeyVerdict {
  const same = (entry: KnownKey): boolean =>
    fingerprintOf(Buffer.from(entry.key, "base64")) === shown.fingerprint;
  const revoked = entries.find((entry) => entry.marker === "@revoked" && same(entry));
  if (revoked !== undefined) return { verdict: "revoked", by: revoked };
  const plain = entries.filter(({ marker }) => marker === "");
  if (plain.some(same)) return { verdict: "trusted" };
  const other = plain.find(({ keyType }) => keyType === shown.keyType);
  return other === undefined ? { verdict: "unknown" } : { verdict: "changed", expected: other };
}

/** The types a server may be asked for so that its answer can be judged; empty when nothing is on file. */
export function keyTypes(entries: readonly KnownKey[]): readonly string[] {
  return [...new Set(entries.filter(({ marker }) => marker === "").map(({ keyType }) => keyType))];
}

export function shownKey(key: Uint8Array): ShownKey {
  return { keyType: typeOfBlob(key), fingerprint: fingerprintOf(key) };
}

/** As `ssh-keygen -l` prints it. */
export function fingerprintOf(key: Uint8Array): string {
  return `SHA256:${createHash("sha256").update(key).digest("base64").replace(/=+$/, "")}`;
}

/** The type's name that a key's blob starts with; "" if it is no key. */
export function typeOfBlob(key: Uint8Array): string {
  const blob = Buffer.from(key);
  if (blob.length < 4) return "";
  const length = blob.readUInt32BE(0);
  return length <= 64 && blob.length >= 4 + length ? blob.subarray(4, 4 + length).toString("latin1") : "";
}

/** The line that makes `keysOf` find this key. */
export function knownHostsLine(name: string, port: number, key: Uint8Array): string {
  const host = port === 22 ? name.toLowerCase() : `[${name.toLowerCase()}]:${port}`;
  return `${host} ${typeOfBlob(key)} ${Buffer.from(key).toString("base64")}`;
}

function matches(hosts: string, wanted: string): boolean {
  if (hosts.startsWith("|")) return matchesHashed(hosts, wanted.toLowerCase());
  let matched = false;
  for (const pattern of hosts.split(",")) {
    const negated = pattern.startsWith("!");
    if (!matchesPattern(negated ? pattern.slice(1) : pattern, wanted)) continue;
    if (negated) return false;
    matched = true;
  }
  return matched;
}

function matchesPattern(pattern: string, wanted: string): boolean {
  const expression = [...pattern.toLowerCase()]
    .map((character) => {
      if (character === "*") return ".*";
      if (character === "?") return ".";
      return character.replace(/[\\^$.|+()[\]{}]/g, "\\$&");
    })
    .join("")
    .replaceAll(/(?:\.\*)+/g, ".*");
  return new RegExp(`^${expression}$`, "s").test(wanted.toLowerCase());
}

function matchesHashed(hosts: string, wanted: string): boolean {
  const [, version, salt, hash] = hosts.split("|");
  if (version !== "1" || salt === undefined || hash === undefined) return false;
  const expected = Buffer.from(hash, "base64");
  const actual = createHmac("sha1", Buffer.from(salt, "base64")).update(wanted).digest();
  return expected.length === actual.length && timingSafeEqual(expected, actual);
}

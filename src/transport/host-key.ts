// Getting to know a host: its key, shown to a person, then recorded.

import { appendFile, mkdir } from "node:fs/promises";
import { dirname } from "node:path";
import { fingerprintOf, knownHostsLine, typeOfBlob } from "./known-hosts.ts";
import { askKeyOverOpenSsh } from "./openssh-connection.ts";
import { askHostKey } from "./ssh-connection.ts";
import type { SshHost, SshOptions } from "./ssh-settings.ts";
import { readText } from "./text-file.ts";

/** Connects, takes the key and leaves again, without logging in. */
export async function readHostKey(
  host: SshHost,
  options: SshOptions = {},
): Promise<{ readonly keyType: string; readonly fingerprint: string; readonly knownHostsLine: string }> {
  const ask = host.transport === "openssh" ? askKeyOverOpenSsh : askHostKey;
  const { key, where } = await ask(host, options);
  return {
    keyType: typeOfBlob(key),
    fingerprint: fingerprintOf(key),
    knownHostsLine: knownHostsLine(where.settings.keyName, where.settings.port, key),
  };
}

/** Adds a line that `readHostKey` gave; nothing if it is there already. */
export async function recordHostKey(file: string, line: string): Promise<void> {
  if (/[\r\n]/.test(line)) throw new TypeError("a line of known_hosts has no line break");
  await mkdir(dirname(file), { recursive: true, mode: 0o700 });
  const text = await readText(file);
  if (text.split("\n").includes(line)) return;
  const separator = text === "" || text.endsWith("\n") ? "" : "\n";
  await appendFile(file, `${separator}${line}\n`, { mode: 0o600 });
}

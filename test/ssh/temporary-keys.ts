// Keys and known_hosts lines for SSH servers that live as long as a test.

import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SshHost, SshOptions } from "../../src/transport/ssh-settings.ts";

/** What a test needs to reach a server. */
export type ReachableSsh = {
  readonly port: number;
  readonly user: string;
  readonly identityFile: string;
  readonly knownHostsFile: string;
  readonly hostConfig: SshHost;
  /** Keeps the person's own ssh configuration and agent out of it. */
  readonly options: SshOptions;
};

export function temporaryDirectory(): string {
  const directory = mkdtempSync(join(tmpdir(), "passerelle-ssh-"));
  chmodSync(directory, 0o700);
  return directory;
}

/** Makes a key pair; the public half is in `<file>.pub`. */
export function makeKey(file: string, type = "ed25519", passphrase = ""): string {
  const bits = type === "rsa" ? ["-b", "2048"] : [];
  execFileSync("ssh-keygen", ["-q", "-t", type, ...bits, "-N", passphrase, "-C", "test", "-f", file]);
  return readFileSync(`${file}.pub`, "utf8").trim();
}

export function reachable(
  directory: string,
  port: number,
  user: string,
  hostPublicKeys: readonly string[],
  { name, address }: { readonly name: string; readonly address: string } = {
    name: "dock",
    address: "127.0.0.1",
  },
): ReachableSsh {
  const identityFile = join(directory, "identity");
  const knownHostsFile = join(directory, "known_hosts");
  const place = port === 22 ? address : `[${address}]:${port}`;
  writeFileSync(knownHostsFile, hostPublicKeys.map((key) => `${place} ${key}\n`).join(""));
  return {
    port,
    user,
    identityFile,
    knownHostsFile,
    hostConfig: {
      kind: "ssh",
      name,
      address,
      port,
      user,
      identityFile,
      fingerprint: undefined,
      transport: "ssh",
    },
    options: { knownHostsFiles: [knownHostsFile], configFile: "/dev/null", agentSocket: "" },
  };
}

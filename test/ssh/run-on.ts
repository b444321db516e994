// Short ways to run something on a test's SSH server, and to say how it should end.

import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { PasserelleError } from "../../src/errors.ts";
import { failureSentence, textsFor } from "../../src/texts/texts.ts";
import type { SshHost, SshOptions } from "../../src/transport/ssh-settings.ts";
import type { RunResult, Transport } from "../../src/transport/transport.ts";
import { createTransports } from "../../src/transport/transports.ts";
import { type ReachableSsh, temporaryDirectory } from "./temporary-keys.ts";

/** Both ways to speak SSH: what holds for one is tried with the other. */
export const ways = ["ssh", "openssh"] as const;
export type Way = (typeof ways)[number];

/** The same server, reached the one way or the other. */
export function over<Server extends ReachableSsh>(way: Way, server: Server): Server {
  return { ...server, hostConfig: { ...server.hostConfig, transport: way } };
}

export function openHost(host: SshHost, options: SshOptions): Transport {
  return createTransports({ hosts: new Map() }, options).for(host);
}

export async function runOn(
  server: ReachableSsh,
  host: Partial<SshHost> = {},
  options: Partial<SshOptions> = {},
  script = "echo fine",
): Promise<RunResult> {
  const transport = openHost({ ...server.hostConfig, ...host }, { ...server.options, ...options });
  try {
    return await transport.run(script, { timeoutSeconds: 60 });
  } finally {
    await transport.close();
  }
}

export async function failureOf(work: Promise<unknown>): Promise<PasserelleError> {
  const error = await work.then(
    (value) => new Error(`no failure but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof PasserelleError) return error;
  throw error;
}

/** The failure as a person reads it. */
export const told = ({ code, details }: PasserelleError): string =>
  failureSentence(textsFor("en"), { code, details });

export function ownDirectory(): string {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

export const fine = { outcome: "exited", code: 0, stdout: Buffer.from("fine\n"), stderr: Buffer.alloc(0) };

export const publicKey = (server: ReachableSsh): string =>
  readFileSync(server.knownHostsFile, "utf8").split(" ").slice(1).join(" ").trim();

export function knownHosts(text: string): Partial<SshOptions> {
  const file = join(ownDirectory(), "known_hosts");
  writeFileSync(file, text);
  return { knownHostsFiles: [file] };
}

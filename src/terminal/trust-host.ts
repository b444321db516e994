// `passerelle trust-host`: shows a host's key and records it once a person has compared it.

import { homedir } from "node:os";
import { join } from "node:path";
import type { Config } from "../config/config.ts";
import { PasserelleError } from "../errors.ts";
import { namedHost } from "../init/named-side.ts";
import { readHostKey, recordHostKey } from "../transport/host-key.ts";
import type { TerminalCommand } from "./arguments.ts";
import { exits } from "./context.ts";
import type { Screen } from "./screen.ts";

export async function trustHost(
  command: Extract<TerminalCommand, { name: "trust-host" }>,
  config: Config | undefined,
  screen: Screen,
): Promise<number> {
  const isTyped = config === undefined || /[@:]/.test(command.host);
  const host = config?.hosts.get(command.host) ?? (isTyped ? namedHost(command.host) : undefined);
  if (host === undefined || host.kind !== "ssh") {
    const known = [...(config?.hosts.values() ?? [])]
      .filter(({ kind }) => kind === "ssh")
      .map(({ name }) => name);
    throw new PasserelleError("host-unknown", { host: command.host, known });
  }
  const key = await readHostKey(host);
  screen.say(screen.texts.terminal.fingerprint(host.name, `${key.keyType} ${key.fingerprint}`));
  const trusted =
    command.yes || (screen.interactive && (await screen.ask(screen.texts.terminal.trust)).trim() === "yes");
  if (!trusted) {
    screen.note(screen.texts.terminal.notTrusted);
    return exits.error;
  }
  await recordHostKey(join(homedir(), ".ssh", "known_hosts"), key.knownHostsLine);
  screen.say(screen.texts.terminal.trusted(host.name));
  return exits.ok;
}

// One transport per host, shared by everybody who speaks to it.

import type { Config, HostConfig } from "../config/config.ts";
import { openLocal } from "./local.ts";
import { openOpenSsh } from "./openssh.ts";
import { openSsh } from "./ssh.ts";
import type { SshOptions } from "./ssh-settings.ts";
import type { Transport } from "./transport.ts";

export type Transports = {
  /** Opens nothing yet: the first run connects. */
  readonly for: (host: HostConfig) => Transport;
  readonly closeAll: () => Promise<void>;
};

export function createTransports(config: Pick<Config, "hosts">, options: SshOptions = {}): Transports {
  const opened = new Map<string, Transport>();

  function open(host: HostConfig): Transport {
    if (host.kind === "local") return openLocal();
    const open = host.transport === "openssh" ? openOpenSsh : openSsh;
    return open(host, { hosts: config.hosts, ...options });
  }

  return {
    for(host) {
      const known = opened.get(host.name);
      if (known !== undefined) return known;
      const transport = open(host);
      opened.set(host.name, transport);
      return transport;
    },
    async closeAll() {
      const closing = [...opened.values()];
      opened.clear();
      await Promise.all(closing.map((transport) => transport.close()));
    },
  };
}

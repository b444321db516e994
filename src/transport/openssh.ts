// A machine behind SSH as a `Transport`, over the system's `ssh`.

import { connectOpenSsh } from "./openssh-connection.ts";
import { openRemote } from "./remote.ts";
import { addressOf, type SshHost, type SshOptions } from "./ssh-settings.ts";
import type { Transport } from "./transport.ts";

export function openOpenSsh(host: SshHost, options: SshOptions = {}): Transport {
  const remote = openRemote(host.name, () => connectOpenSsh(host, options), options.channels);
  return { ...remote, address: () => addressOf(host, options) };
}

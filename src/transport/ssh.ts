// A machine behind SSH as a `Transport`, over the library that is built in.

import type { ClientChannel } from "ssh2";
import type { ShellEnd, StartedShell } from "./conversation.ts";
import { openRemote, ShellRefused } from "./remote.ts";
import { connectSsh, type SshConnection } from "./ssh-connection.ts";
import { addressOf, type SshHost, type SshOptions } from "./ssh-settings.ts";
import type { Transport } from "./transport.ts";

export function openSsh(host: SshHost, options: SshOptions = {}): Transport {
  const remote = openRemote(
    host.name,
    async () => {
      const connection = await connectSsh(host, options);
      return {
        lost: connection.lost,
        close: connection.close,
        openShell: async () => shellOn(await openChannel(connection), connection),
      };
    },
    options.channels,
  );
  return { ...remote, address: () => addressOf(host, options) };
}

async function openChannel(connection: SshConnection): Promise<ClientChannel> {
  try {
    return await connection.openChannel();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    if (/open fail/i.test(message)) throw new ShellRefused(message, { cause: error });
    throw error;
  }
}

function shellOn(channel: ClientChannel, connection: SshConnection): StartedShell {
  const ended = Promise.withResolvers<ShellEnd>();
  let end: ShellEnd | undefined;
  channel.on("exit", (code: number | null, signal?: string) => {
    if (code !== null) end = { outcome: "exited", code };
    else if (signal !== undefined) end = { outcome: "signal", signal };
  });
  channel.on("close", () => {
    // An exit code may arrive before the rest of the output: with the connection gone nobody knows whether it was whole.
    const reason = connection.lost();
    if (reason !== undefined) ended.resolve({ outcome: "lost", reason });
    else ended.resolve(end ?? { outcome: "lost", reason: "the channel was closed without an exit code" });
  });
  return {
    stdin: channel,
    stdout: channel,
    stderr: channel.stderr,
    ended: ended.promise,
    abandon() {
      channel.signal("TERM");
      channel.close();
    },
  };
}

// An SSH server inside the test's process that runs real shells: exit codes, signals and broken links are real.

import { spawn } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { type AddressInfo, Socket } from "node:net";
import { homedir } from "node:os";
import { join } from "node:path";
import ssh2, { type AuthenticationType, type Connection, type ServerChannel, type Session } from "ssh2";
import { makeKey, type ReachableSsh, reachable, temporaryDirectory } from "./temporary-keys.ts";

export type InProcessSsh = ReachableSsh & {
  /** Cuts every connection, without a word. */
  readonly dropConnections: () => void;
  readonly connections: () => number;
  /** What each client said it is. */
  readonly clients: () => readonly string[];
  /** How many logins have been tried. */
  readonly authentications: () => number;
  readonly stop: () => Promise<void>;
};

export type InProcessOptions = {
  /** Sessions a connection may have at once. */
  readonly maxSessions?: number;
  /** Runs instead of the command, which it finds in `SSH_ORIGINAL_COMMAND`. */
  readonly forceCommand?: string;
  readonly hostKeyType?: string;
  /** The only ways to log in that it names; nobody gets in. */
  readonly accepts?: readonly AuthenticationType[];
};

export async function startInProcessSsh(options: InProcessOptions = {}): Promise<InProcessSsh> {
  const directory = temporaryDirectory();
  const hostKey = join(directory, "host_key");
  const hostPublicKey = makeKey(hostKey, options.hostKeyType);
  makeKey(join(directory, "identity"));
  const allowed = ssh2.utils.parseKey(readFileSync(join(directory, "identity.pub")));
  if (allowed instanceof Error) throw allowed;
  const open = new Set<Connection>();
  const clients: string[] = [];
  let authentications = 0;

  const server = new ssh2.Server({ hostKeys: [readFileSync(hostKey)] }, (connection, { header }) => {
    open.add(connection);
    clients.push(header.versions.software);
    socketOf(connection)?.setNoDelay(true);
    connection.on("close", () => open.delete(connection));
    connection.on("error", () => {});
    connection.on("authentication", (context) => {
      authentications += 1;
      if (options.accepts !== undefined) context.reject([...options.accepts]);
      else if (context.method !== "publickey" || !context.key.data.equals(allowed.getPublicSSH())) {
        context.reject(["publickey"]);
      } else if (context.signature === undefined || context.blob === undefined) {
        context.accept();
      } else if (allowed.verify(context.blob, context.signature, context.hashAlgo) === true) {
        context.accept();
      } else {
        context.reject();
      }
    });
    let sessions = 0;
    connection.on("session", (accept, reject) => {
      if (sessions >= (options.maxSessions ?? 100)) {
        reject();
        return;
      }
      sessions += 1;
      serve(accept(), options, () => {
        sessions -= 1;
      });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;

  function dropConnections(): void {
    for (const connection of open) socketOf(connection)?.destroy();
  }

  return {
    ...reachable(directory, port, "deploy", [hostPublicKey]),
    dropConnections,
    connections: () => open.size,
    clients: () => clients,
    authentications: () => authentications,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      dropConnections();
      await closed;
      rmSync(directory, { recursive: true, force: true });
    },
  };
}

function serve(session: Session, options: InProcessOptions, over: () => void): void {
  session.on("exec", (accept, _reject, { command }) => {
    const channel = accept();
    const child = spawn("/bin/sh", ["-c", options.forceCommand ?? command], {
      cwd: homedir(),
      env: { HOME: homedir(), PATH: "/usr/bin:/bin", SSH_ORIGINAL_COMMAND: command },
      detached: true,
      stdio: "pipe",
    });
    session.on("signal", (acceptSignal, _rejectSignal, { name }) => {
      acceptSignal?.();
      if (child.pid !== undefined) killGroup(child.pid, `SIG${name}` as NodeJS.Signals);
    });
    channel.on("error", () => {});
    channel.on("close", () => child.stdin.end());
    child.stdin.on("error", () => channel.resume());
    channel.pipe(child.stdin);
    child.stdout.pipe(channel, { end: false });
    child.stderr.pipe(channel.stderr, { end: false });
    child.on("close", (code, signal) => {
      over();
      finish(channel, code, signal);
    });
  });
}

function finish(channel: ServerChannel, code: number | null, signal: NodeJS.Signals | null): void {
  if (channel.writableLength > 0 || channel.stderr.writableLength > 0) {
    setTimeout(() => finish(channel, code, signal), 5);
    return;
  }
  if (code !== null) channel.exit(code);
  else channel.exit((signal ?? "SIGKILL").slice(3), false, "");
  channel.end();
}

function killGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // It has ended.
  }
}

/** The library gives no way to break off; a link that breaks is what is tested. */
function socketOf(connection: Connection): Socket | undefined {
  const socket: unknown = Reflect.get(connection, "_sock");
  return socket instanceof Socket ? socket : undefined;
}

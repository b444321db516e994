// One authenticated connection to a host whose key was checked, through jump hosts where the ssh configuration says so.

import { connect, type Socket } from "node:net";
import type { Duplex } from "node:stream";
import { setTimeout as sleep } from "node:timers/promises";
import { NodeSSH } from "node-ssh";
import type { AuthenticationType, AuthHandlerMiddleware, Client, ClientChannel } from "ssh2";
import type { PasserelleError } from "../errors.ts";
import { type HostKeyPolicy, hostKeyPolicy } from "./host-key-policy.ts";
import { shownKey } from "./known-hosts.ts";
import { bootstrapCommand } from "./run-protocol.ts";
import { algorithms, hostKeyTypes } from "./ssh-algorithms.ts";
import {
  connectingFailed,
  type LoginAttempts,
  mayBeTriedAgain,
  unreachable,
  type Whereabouts,
} from "./ssh-failures.ts";
import { findIdentities, type Identities } from "./ssh-identities.ts";
import {
  jumpHost,
  keepaliveSeconds,
  readyTimeoutSeconds,
  resolveSshSettings,
  type SshHost,
  type SshOptions,
} from "./ssh-settings.ts";

export type SshConnection = {
  /** Why it is no longer usable. */
  readonly lost: () => string | undefined;
  /** A channel on which the bootstrap waits for its request. */
  readonly openChannel: () => Promise<ClientChannel>;
  readonly close: () => void;
};

type Link = { readonly client: Client; readonly lost: () => string | undefined; readonly close: () => void };
type Wire = { readonly stream: Duplex; readonly close: () => void };

const mostJumps = 8;

export async function connectSsh(host: SshHost, options: SshOptions): Promise<SshConnection> {
  const link = await connectLink(host, options, undefined, mostJumps);
  return {
    lost: link.lost,
    close: link.close,
    openChannel: () =>
      new Promise((resolve, reject) => {
        link.client.exec(bootstrapCommand, (error, channel) => {
          if (error === undefined || error === null) resolve(channel);
          else reject(error);
        });
      }),
  };
}

/** The key a server answers with, before anything is sent to it. Jump hosts on the way are checked as always. */
export async function askHostKey(
  host: SshHost,
  options: SshOptions,
): Promise<{ key: Buffer; where: Whereabouts }> {
  const where = { host, settings: await resolveSshSettings(host, options) };
  const policy: HostKeyPolicy = {
    keyTypes: undefined,
    refusal: () => unreachable(where, new Error("only its key was asked for")),
  };
  const wire = await openWire(where, options, where.settings.jumps, mostJumps);
  let seen: Buffer | undefined;
  try {
    const link = await authenticate(where, wire, policy, { methods: [], notes: [] }, options, (key) => {
      seen = key;
    });
    link.close();
  } catch (error) {
    if (seen === undefined) throw error;
  } finally {
    wire.close();
  }
  if (seen === undefined) throw unreachable(where, new Error("it gave no key"));
  return { key: seen, where };
}

async function connectLink(
  host: SshHost,
  options: SshOptions,
  throughJumps: readonly string[] | undefined,
  depth: number,
): Promise<Link> {
  const settings = await resolveSshSettings(host, options);
  const where = { host, settings };
  const policy = await hostKeyPolicy(where);
  const identities = await findIdentities(settings, host.identityFile);
  const attempt = async (types: readonly string[] | undefined): Promise<Link> => {
    const wire = await openWire(where, options, throughJumps ?? settings.jumps, depth);
    return authenticate(where, wire, { ...policy, keyTypes: types }, identities, options);
  };
  try {
    return await withTypes(policy, host.fingerprint !== undefined, attempt);
  } catch (error) {
    if (!mayBeTriedAgain(causeOf(error))) throw error;
    await sleep(300);
    return attempt(policy.keyTypes);
  }
}

/**
 * A server shows one key of those it has. If what is on file is of another type, it is asked without that wish, so that the
 * failure names the key that it does have. If the fingerprint is pinned, its other keys are asked for.
 */
async function withTypes(
  policy: HostKeyPolicy,
  pinned: boolean,
  attempt: (types: readonly string[] | undefined) => Promise<Link>,
): Promise<Link> {
  let types = policy.keyTypes;
  for (;;) {
    try {
      return await attempt(types);
    } catch (error) {
      const failure = error as Partial<PasserelleError>;
      const shown = failure.details?.["keyType"];
      const noCommonType =
        failure.code === "host-algorithms" && /host key/.test(String(failure.details?.["reason"]));
      if (!pinned && noCommonType && types !== undefined) {
        types = undefined;
      } else if (pinned && failure.code === "host-key-changed" && typeof shown === "string") {
        const others: readonly string[] = (types ?? hostKeyTypes).filter((type) => type !== shown);
        if (others.length === 0) throw error;
        const found = await withTypes({ ...policy, keyTypes: others }, true, attempt).catch(() => undefined);
        if (found === undefined) throw error;
        return found;
      } else {
        throw error;
      }
    }
  }
}

async function openWire(
  where: Whereabouts,
  options: SshOptions,
  jumps: readonly string[],
  depth: number,
): Promise<Wire> {
  const { host, settings } = where;
  const last = jumps.at(-1);
  if (last === undefined) {
    if (settings.proxyCommand !== undefined)
      throw unreachable(
        where,
        new Error("its ssh configuration has a ProxyCommand; set transport: openssh, or use ProxyJump"),
      );
    const socket = await openSocket(where, options);
    return { stream: socket, close: () => socket.destroy() };
  }
  if (depth === 0) throw unreachable(where, new Error("too many jump hosts"));
  const before = jumps.slice(0, -1);
  const link = await connectLink(
    jumpHost(last, host, options),
    options,
    before.length > 0 ? before : undefined,
    depth - 1,
  );
  const { client } = link;
  const stream = await new Promise<Duplex>((resolve, reject) => {
    client.forwardOut("127.0.0.1", 0, settings.address, settings.port, (error, channel) => {
      if (error === undefined || error === null) resolve(channel);
      else reject(unreachable(where, error));
    });
  }).catch((error: unknown) => {
    link.close();
    throw error;
  });
  return { stream, close: link.close };
}

function openSocket(where: Whereabouts, options: SshOptions): Promise<Socket> {
  const { address, port } = where.settings;
  return new Promise((resolve, reject) => {
    const socket = connect({ host: address, port, noDelay: true, keepAlive: true });
    const seconds = options.readyTimeoutSeconds ?? readyTimeoutSeconds;
    const timer = setTimeout(() => {
      socket.destroy();
      reject(unreachable(where, new Error(`no answer within ${seconds} s`)));
    }, seconds * 1000);
    socket.once("connect", () => {
      clearTimeout(timer);
      resolve(socket);
    });
    socket.once("error", (error) => {
      clearTimeout(timer);
      reject(unreachable(where, error));
    });
  });
}

function authenticate(
  where: Whereabouts,
  wire: Wire,
  policy: HostKeyPolicy,
  identities: Identities,
  options: SshOptions,
  onKey: (key: Buffer) => void = () => {},
): Promise<Link> {
  return new Promise((resolve, reject) => {
    let refusal: PasserelleError | undefined;
    let lost: string | undefined;
    let firstError: Error | undefined;
    const login = offering(where, identities);
    const ssh = new NodeSSH();
    // Its promise is not the one to wait for: it takes the first error of any kind for the end, and it leaves the connection
    // without a listener afterwards, so that the next error would end the process.
    const connecting = ssh.connect({
      sock: wire.stream,
      host: where.settings.address,
      username: where.settings.user,
      authHandler: login.next,
      hostVerifier: (key: Buffer) => {
        onKey(key);
        refusal = policy.refusal(shownKey(key));
        return refusal === undefined;
      },
      algorithms: algorithms(policy.keyTypes),
      readyTimeout: (options.readyTimeoutSeconds ?? readyTimeoutSeconds) * 1000,
      keepaliveInterval: (options.keepaliveSeconds ?? keepaliveSeconds) * 1000,
      keepaliveCountMax: 3,
    });
    const client = ssh.connection;
    connecting.catch((error: unknown) => fail(error instanceof Error ? error : new Error(String(error))));
    if (client === null) return;

    function fail(error: Error): void {
      lost ??= firstError?.message ?? error.message;
      wire.close();
      reject(refusal ?? connectingFailed(where, login.attempts(), firstError ?? error));
    }
    client.on("error", (error: Error & { level?: string }) => {
      // The agent could not answer; the library goes on with the next method.
      if (error.level === "agent") return;
      firstError ??= error;
      lost ??= error.message;
      client.destroy();
      fail(error);
    });
    client.on("end", () => {
      lost ??= "the connection was closed";
    });
    client.on("close", () => fail(new Error("the connection was closed")));
    client.once("ready", () => {
      resolve({
        client,
        lost: () => lost,
        close() {
          lost ??= "closed by us";
          client.end();
          client.destroy();
          wire.close();
        },
      });
    });
  });
}

/** Offers each key once, and none to a server that takes no keys. */
function offering(
  { settings }: Whereabouts,
  { methods, notes }: Identities,
): { readonly next: AuthHandlerMiddleware; readonly attempts: () => LoginAttempts } {
  const waiting = [...methods];
  const tried: string[] = [];
  let accepted: readonly string[] | undefined;
  return {
    attempts: () => ({ tried, notes, accepted }),
    next(left, _partial, give) {
      if (Array.isArray(left)) accepted = left;
      const method = accepted?.includes("publickey") === false ? undefined : waiting.shift();
      if (method !== undefined) {
        tried.push(method.name);
        give(method.method);
      } else if (accepted === undefined) {
        // Only to be told what it would take.
        give({ type: "none", username: settings.user });
      } else {
        // The library stops at this, which its types do not say.
        give(false as unknown as AuthenticationType);
      }
    },
  };
}

function causeOf(error: unknown): unknown {
  return error instanceof Error ? error.cause : undefined;
}

// The keys that are offered to a host: identity files that only we can read, then the agent's.

import { readFile, stat } from "node:fs/promises";
import { connect } from "node:net";
import ssh2, { type AgentAuthMethod, type BaseAgent, type PublicKeyAuthMethod } from "ssh2";
import type { SshSettings } from "./ssh-settings.ts";

export type Identities = {
  readonly methods: readonly {
    readonly method: PublicKeyAuthMethod | AgentAuthMethod;
    readonly name: string;
  }[];
  /** Why other keys are not offered, for people. */
  readonly notes: readonly string[];
};

export async function findIdentities(
  settings: SshSettings,
  explicit: string | undefined,
): Promise<Identities> {
  const methods: Identities["methods"][number][] = [];
  const notes: string[] = [];
  const publicKeys: Buffer[] = [];
  for (const file of settings.identityFiles) {
    const found = await readIdentity(file);
    if (found.publicKey !== undefined) publicKeys.push(found.publicKey);
    if (found.key !== undefined) {
      methods.push({ method: { type: "publickey", username: settings.user, key: found.key }, name: file });
    } else if (found.note !== undefined && (found.exists || file === explicit)) {
      notes.push(found.note);
    }
  }
  const socket = settings.agentSocket;
  if (socket === undefined) {
    notes.push("no agent (SSH_AUTH_SOCK is not set)");
  } else if (await answers(socket)) {
    const agent = settings.identitiesOnly ? onlyKeys(socket, publicKeys) : ssh2.createAgent(socket);
    methods.push({ method: { type: "agent", username: settings.user, agent }, name: `agent ${socket}` });
  } else {
    notes.push(`the agent at ${socket} does not answer`);
  }
  return { methods, notes };
}

type Identity = {
  readonly exists: boolean;
  readonly key?: Buffer;
  readonly publicKey?: Buffer;
  readonly note?: string;
};

async function readIdentity(file: string): Promise<Identity> {
  const publicKey = await readPublicKey(`${file}.pub`);
  const known = publicKey === undefined ? {} : { publicKey };
  try {
    const { mode, uid } = await stat(file);
    if (uid === process.getuid?.() && (mode & 0o077) !== 0) {
      const shown = (mode & 0o777).toString(8).padStart(4, "0");
      return { ...known, exists: true, note: `${file} can be read by others (mode ${shown}): chmod 600 it` };
    }
    const key = await readFile(file);
    const parsed = ssh2.utils.parseKey(key);
    if (!(parsed instanceof Error)) {
      if (!parsed.isPrivateKey()) return { ...known, exists: true, note: `${file} is not a private key` };
      return { exists: true, key, publicKey: parsed.getPublicSSH() };
    }
    const why = /encrypted/i.test(parsed.message)
      ? "is protected by a passphrase: load it into an agent (ssh-add)"
      : `cannot be used (${parsed.message})`;
    return { ...known, exists: true, note: `${file} ${why}` };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : String(error);
    const exists = code !== "ENOENT" && code !== "ENOTDIR";
    return { ...known, exists, note: `${file} cannot be read (${code})` };
  }
}

async function readPublicKey(file: string): Promise<Buffer | undefined> {
  try {
    const parsed = ssh2.utils.parseKey(await readFile(file));
    return parsed instanceof Error ? undefined : parsed.getPublicSSH();
  } catch {
    return undefined;
  }
}

/** An agent that is gone must be known before it is asked: the library reports it as an error of the whole connection. */
async function answers(socket: string): Promise<boolean> {
  const connected = Promise.withResolvers<boolean>();
  const probe = connect(socket);
  probe.once("connect", () => connected.resolve(true));
  probe.once("error", () => connected.resolve(false));
  probe.setTimeout(2000, () => connected.resolve(false));
  const answered = await connected.promise;
  probe.destroy();
  return answered;
}

function onlyKeys(socket: string, publicKeys: readonly Buffer[]): BaseAgent {
  const agent = new ssh2.OpenSSHAgent(socket);
  const all = agent.getIdentities.bind(agent);
  agent.getIdentities = (callback) => {
    all((error, keys) => {
      const wanted = keys?.filter(
        (key) => "getPublicSSH" in key && publicKeys.some((each) => each.equals(key.getPublicSSH())),
      );
      callback(error, wanted);
    });
  };
  return agent;
}

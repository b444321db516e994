// A scene whose two sides are on one machine behind a real SSH server, with a home of its own for the bot's known_hosts.

import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { onTestFinished } from "vitest";
import { fingerprintOf } from "../../src/transport/known-hosts.ts";
import { openScene, type Scene, type SceneOptions } from "../scene.ts";
import { type OpenSsh, type OpenSshOptions, startOpenSsh } from "../ssh/openssh-server.ts";
import { publicKey } from "../ssh/run-on.ts";

export type HostLine = Readonly<
  Partial<
    Record<"port" | "user" | "identity-file" | "fingerprint" | "transport", string | number | undefined>
  >
>;
export type BehindSsh = {
  readonly scene: Scene;
  readonly server: OpenSsh;
  readonly hostLine: (other?: HostLine) => string;
};

/** The host is called `dock`, and its key is pinned unless `host` says otherwise. */
export async function openBehindSsh(
  finish: typeof onTestFinished,
  {
    host = () => ({}),
    sshd,
    ...options
  }: Partial<SceneOptions> & {
    readonly host?: (server: OpenSsh) => HostLine | Promise<HostLine>;
    readonly sshd?: OpenSshOptions;
  } = {},
): Promise<BehindSsh> {
  const server = await startOpenSsh(sshd);
  finish(() => server.stop());
  const hostLine = (other: HostLine = {}): string => {
    const line = {
      address: "127.0.0.1",
      port: server.port,
      user: server.user,
      "identity-file": server.identityFile,
      fingerprint: fingerprintOfServer(server),
      ...other,
    };
    const written = Object.entries(line).filter(([, value]) => value !== undefined);
    return `hosts: { dock: { ${written.map(([key, value]) => `${key}: ${value}`).join(", ")} } }`;
  };
  const scene = await openScene({
    preprod: { "src/health": "ok", "src/main.txt": "new\n" },
    prod: { "app/health": "ok", "app/main.txt": "old\n" },
    hosts: hostLine(await host(server)),
    sides: ({ preprod, prod }) => ({
      preprod: `{ host: dock, root: "${preprod}" }`,
      prod: `{ host: dock, root: "${prod}" }`,
    }),
    app: ({ url }) => ({ health: `{ deadline: 60s, interval: 1s, http: [{ url: "${url}" }] }` }),
    ...options,
  });
  finish(() => scene.close());
  return { scene, server, hostLine };
}

export function fingerprintOfServer(server: OpenSsh): string {
  return fingerprintOf(Buffer.from(publicKey(server).split(" ")[1] ?? "", "base64"));
}

/** Gives this process, and all that it starts, a home without keys and known hosts. */
export function ownHome(): { readonly knownHosts: string; readonly remove: () => void } {
  const home = mkdtempSync(join(tmpdir(), "passerelle-home-"));
  mkdirSync(join(home, ".ssh"), { mode: 0o700 });
  const before = { HOME: process.env["HOME"], SSH_AUTH_SOCK: process.env["SSH_AUTH_SOCK"] };
  process.env["HOME"] = home;
  delete process.env["SSH_AUTH_SOCK"];
  return {
    knownHosts: join(home, ".ssh/known_hosts"),
    remove() {
      for (const [name, value] of Object.entries(before)) {
        if (value !== undefined) process.env[name] = value;
      }
      rmSync(home, { recursive: true, force: true });
    },
  };
}

export type Line = {
  readonly port: number;
  /** Breaks every connection and lets nobody in until it is mended. */
  readonly cut: () => Promise<void>;
  readonly mend: () => Promise<void>;
};

/** A port that leads to another one as long as the line is whole. */
export async function layLine(finish: typeof onTestFinished, target: number): Promise<Line> {
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(target, "127.0.0.1");
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => {
        sockets.delete(socket);
        near.destroy();
        far.destroy();
      });
    }
    near.pipe(far).pipe(near);
  });
  const listen = (port: number): Promise<void> =>
    new Promise((resolve) => server.listen(port, "127.0.0.1", resolve));
  await listen(0);
  const { port } = server.address() as AddressInfo;
  const cut = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    for (const socket of sockets) socket.destroy();
    await closed;
  };
  finish(() => (server.listening ? cut() : undefined));
  return { port, cut, mend: () => listen(port) };
}

// PREPROD on one machine and PROD on another, each a network namespace, for tests of what goes between them.

import { createHash } from "node:crypto";
import { createReadStream, mkdirSync } from "node:fs";
import { join } from "node:path";
import { openSsh } from "../../src/transport/ssh.ts";
import type { SshOptions } from "../../src/transport/ssh-settings.ts";
import type { Transport } from "../../src/transport/transport.ts";
import type { Change } from "../../src/tree/plan.ts";
import { changesBetween, readTree } from "../changes-between.ts";
import { type Hosts, type NetnsHost, openHosts } from "./hosts.ts";

export type TwoMachines = {
  readonly a: NetnsHost;
  readonly b: NetnsHost;
  readonly preprod: { readonly transport: Transport; readonly root: string };
  readonly prod: { readonly transport: Transport; readonly root: string; readonly stateDir: string };
  readonly bytesOfBot: Hosts["network"]["bytesOfBot"];
  readonly plan: () => Change[];
  readonly close: () => Promise<void>;
};

/** `prodIn` is where PROD's directory is made, when not in its machine's home. */
export async function openTwoMachines({
  prodIn,
  ...options
}: Partial<SshOptions> & { readonly prodIn?: string } = {}): Promise<TwoMachines> {
  const all: Hosts = await openHosts(["a", "b"]);
  const [a, b] = all.hosts as readonly [NetnsHost, NetnsHost];
  const [from, to] = [a, b].map((host) =>
    openSsh(host.ssh().hostConfig, { ...host.ssh().options, ...options }),
  ) as [Transport, Transport];
  const preprod = { transport: from, root: join(a.home, "10_preprod") };
  const prod = {
    ...{ transport: to, root: join(prodIn ?? b.home, "20_prod") },
    stateDir: join(prodIn ?? b.home, ".passerelle/app"),
  };
  for (const path of [preprod.root, prod.root, prod.stateDir]) mkdirSync(path, { recursive: true });
  return {
    ...{ a, b, preprod, prod, bytesOfBot: all.network.bytesOfBot },
    plan: () => changesBetween(readTree(prod.root), readTree(preprod.root)),
    async close() {
      await Promise.all([from.close(), to.close()]);
      await all.close();
    },
  };
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash("sha256");
  for await (const chunk of createReadStream(path)) hash.update(chunk as Buffer);
  return hash.digest("hex");
}

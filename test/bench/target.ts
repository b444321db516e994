// A promotion's hold on a tree behind a real SSH server, and the same server's shell for the commands it is measured against.

import { claim, release } from "../../src/transport/claim.ts";
import type { RunJob } from "../../src/transport/job.ts";
import { createJobRunner } from "../../src/transport/job-runner.ts";
import { openSsh } from "../../src/transport/ssh.ts";
import { prepareStateDir } from "../../src/transport/state-dir.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { type Compared, compareSides } from "../../src/tree/compare.ts";
import type { HashMemory } from "../../src/tree/memory.ts";
import type { Prod } from "../../src/tree/swap.ts";
import { appWith, memoryOfAMap } from "../comparing.ts";
import { type OpenSsh, startOpenSsh } from "../ssh/openssh-server.ts";
import { timed } from "./measure.ts";
import type { Sides } from "./trees.ts";

export type Machine = {
  readonly server: OpenSsh;
  readonly transport: Transport;
  /** Milliseconds that a command of the host takes, asked for over the connection that we use too. */
  readonly time: (command: string, ...args: readonly string[]) => Promise<number>;
  readonly run: (command: string, ...args: readonly string[]) => Promise<void>;
  readonly stop: () => Promise<void>;
};

export async function startMachine(): Promise<Machine> {
  const server = await startOpenSsh();
  const transport = openSsh(server.hostConfig, server.options);
  await transport.connect();
  const run = async (command: string, ...args: readonly string[]): Promise<void> => {
    const result = await transport.run(command, { args, timeoutSeconds: 900, maxBytes: 64 * 1024 });
    if (result.outcome !== "exited" || result.code !== 0)
      throw new Error(`${command}: ${JSON.stringify(result.outcome)} ${result.stderr.toString()}`);
  };
  return {
    server,
    transport,
    run,
    time: (command, ...args) => timed(() => run(command, ...args)),
    async stop() {
      await transport.close();
      await server.stop();
    },
  };
}

export const app = appWith({});

export function compare(
  { transport }: Pick<Machine, "transport">,
  { preprod, prod }: Sides,
  memory: HashMemory = memoryOfAMap(),
): Promise<Compared> {
  return compareSides({
    preprod: { transport, root: preprod },
    prod: { transport, root: prod },
    app,
    memory,
  });
}

export type Held = { readonly prod: Prod; readonly runJob: RunJob; readonly letGo: () => Promise<void> };

export async function hold(transport: Transport, root: string, owner: string): Promise<Held> {
  const { stateDir, prodRoot } = await prepareStateDir(transport, root, "bench");
  const claimed = await claim(transport, stateDir, { owner, holder: "bench", force: true });
  if (claimed.outcome !== "claimed") throw new Error("the target is held");
  const { token } = claimed;
  return {
    prod: { transport, root: prodRoot, stateDir },
    runJob: createJobRunner({ transport, stateDir, token, owner, pollSeconds: 0.5 }),
    letGo: async () => {
      await release(transport, stateDir, { owner, token });
    },
  };
}

// What is measured of the whole bot: memory, how soon it answers and starts, and how it carries content between two hosts.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openSsh } from "../../src/transport/ssh.ts";
import { stage } from "../../src/tree/stage.ts";
import { openScene, type SceneOptions } from "../scene.ts";
import { type OpenSsh, startOpenSsh } from "../ssh/openssh-server.ts";
import { serve } from "../terminal.ts";
import { median, type Row, timed } from "./measure.ts";
import { compare, hold, type Machine } from "./target.ts";
import { type Sides, shapes, writeLarge } from "./trees.ts";

/** In a process of its own, for what is measured is the most that it ever held. */
export function memoryRow(machine: Machine, sides: Sides): Row {
  return {
    work: "memory of a diff of T3",
    peer: "-",
    goal: 150,
    unit: "MB",
    rounds: 1,
    async ours() {
      const { hostConfig, options } = machine.server;
      const told = JSON.stringify({ hostConfig, options, sides });
      const child = spawn(process.execPath, [join(import.meta.dirname, "one-diff.ts"), told], {
        stdio: ["ignore", "pipe", "inherit"],
      });
      let said = "";
      child.stdout.on("data", (chunk: Buffer) => {
        said += chunk.toString();
      });
      const [code] = await once(child, "close");
      if (code !== 0) throw new Error(`a diff ended with ${code}`);
      return Number(said) / 1024;
    },
  };
}

/** The most memory that this process has held until now, in KiB. */
export function mostMemory(): number {
  return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? Number.NaN);
}

const small: SceneOptions = {
  preprod: { "src/health": "ok", "src/main.txt": "new\n" },
  prod: { "app/health": "ok", "app/main.txt": "old\n" },
};

export const acknowledgedRow: Row = {
  work: "/promote acknowledged, 200 at once, the slowest but one of a hundred",
  peer: "-",
  goal: 0.3,
  unit: "s",
  rounds: 1,
  async ours() {
    const scene = await openScene(small);
    try {
      const ana = scene.person("ana");
      await ana.types("/promote help");
      const all = Array.from({ length: 200 }, () => timed(() => ana.types("/promote help")));
      const sorted = (await Promise.all(all)).toSorted((left, right) => left - right);
      return (sorted[Math.ceil(sorted.length * 0.99) - 1] ?? Number.NaN) / 1000;
    } finally {
      await scene.close();
    }
  },
};

export const startRow: Row = {
  work: "bot started and listening",
  peer: "-",
  goal: 1.5,
  unit: "s",
  rounds: 1,
  async ours() {
    const scene = await openScene({ ...small, startBot: false });
    const times: number[] = [];
    try {
      for (let round = 0; round < 5; round += 1) {
        const began = performance.now();
        const bot = await serve(scene);
        times.push((performance.now() - began) / 1000);
        await bot.stop();
      }
    } finally {
      await scene.close();
    }
    return median(times);
  },
};

/** Both hosts are servers of this machine; content goes from one to the other as if they were two. */
export function twoHostsRow(directory: string): Row {
  const from = join(directory, "far-preprod");
  const to = join(directory, "far-prod");
  let servers: readonly [OpenSsh, OpenSsh] | undefined;
  return {
    work: "581 MB between two hosts, through the bot",
    peer: "ssh a cat, piped into ssh b cat",
    goal: 1.1,
    rounds: 3,
    async ours(round) {
      servers ??= [await startOpenSsh(), await startOpenSsh()];
      for (const root of [from, to]) mkdirSync(root, { recursive: true });
      if (round === 0) writeLarge(join(from, "data.duckdb"), shapes.T1.large);
      const [a, b] = servers.map(({ hostConfig, options }, index) =>
        openSsh({ ...hostConfig, name: `host-${index}` }, options),
      );
      if (a === undefined || b === undefined) return Number.NaN;
      const { changes } = await compare({ transport: a }, { preprod: from, prod: to });
      const id = `pr_far${round}`;
      const held = await hold(b, to, id);
      const took = await timed(async () => {
        const staged = await stage({
          ...{ runJob: held.runJob, prod: held.prod, id, changes },
          preprod: { transport: a, root: from },
          sameHost: false,
        });
        if (staged.outcome !== "staged") throw new Error(`staging was ${staged.outcome}`);
      });
      await held.letGo();
      for (const transport of [a, b]) await transport.close();
      rmSync(join(held.prod.stateDir, "staging"), { recursive: true });
      return took;
    },
    async theirs() {
      if (servers === undefined) return Number.NaN;
      const [a, b] = servers.map(
        ({ directory: keys, port, user, identityFile }) =>
          `ssh -F none -c aes128-gcm@openssh.com -o UserKnownHostsFile=${keys}/known_hosts -i ${identityFile} -p ${port} ${user}@127.0.0.1`,
      );
      const line = `${a} 'cat ${from}/data.duckdb' | ${b} 'cat >${to}.copy && sync ${to}.copy && sha256sum ${to}.copy && rm ${to}.copy'`;
      return timed(async () => {
        const child = spawn("/bin/sh", ["-c", line], { stdio: "ignore" });
        const [code] = await once(child, "close");
        if (code !== 0) throw new Error(`the pipe ended with ${code}`);
      });
    },
  };
}

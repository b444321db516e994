// The machines that other tests are made of: reached by address, cut off, slowed, failed and gone afterwards.

import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openSsh } from "../../src/transport/ssh.ts";
import type { Transport } from "../../src/transport/transport.ts";
import { runOn } from "../ssh/run-on.ts";
import { type Hosts, type NetnsHost, openHosts, whyNoHosts } from "./hosts.ts";

const when = whyNoHosts === undefined ? "" : ` (${whyNoHosts})`;
let all: Hosts;
let a: NetnsHost;
let b: NetnsHost;

beforeAll(async () => {
  if (whyNoHosts !== undefined) return;
  all = await openHosts(["a", "b"], (name) => ({ config: [`SetEnv DOCKER_HOST=unix:///${name}`] }));
  [a, b] = all.hosts as [NetnsHost, NetnsHost];
});
afterAll(() => all?.close());

const out = async (host: NetnsHost, script: string): Promise<string> =>
  (await runOn(host.ssh(), {}, {}, script)).stdout.toString("utf8").trim();

test.skipIf(whyNoHosts)(`each has an address, a home and an environment of its own${when}`, async () => {
  const asked =
    'ip -4 -o addr show eth0 | grep -o "inet [0-9.]*"; echo "$HOME"; echo "$DOCKER_HOST"; cat /proc/sys/kernel/random/boot_id';
  const [fromA, fromB] = [await out(a, asked), await out(b, asked)];
  expect(fromA.split("\n").slice(0, 3)).toEqual([`inet ${a.address}`, a.home, "unix:///a"]);
  expect(fromB.split("\n").slice(0, 3)).toEqual([`inet ${b.address}`, b.home, "unix:///b"]);
  expect(fromA.split("\n")[3]).not.toBe(fromB.split("\n")[3]);
  expect(fromA.split("\n")[3]).not.toBe(readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim());
});

test.skipIf(whyNoHosts)(
  `one logs in to the other where it may, and not where they are cut apart${when}`,
  async () => {
    const ask = `ssh -o BatchMode=yes -o ConnectTimeout=2 ${b.address} 'cat name'`;
    writeFileSync(join(b.home, "name"), "this is b");
    expect(await out(a, ask)).toBe("");
    a.mayLogInTo(b);
    expect(await out(a, ask)).toBe("this is b");
    a.cutFrom(b);
    expect(await out(a, ask)).toBe("");
    a.mend();
    expect(await out(a, ask)).toBe("this is b");
  },
);

const opened = (host: NetnsHost, keepalive = {}): Transport =>
  openSsh(host.ssh().hostConfig, { ...host.ssh().options, ...keepalive });

test.skipIf(whyNoHosts)(`a cut is silent, a reset is not, and both can be mended${when}`, async () => {
  for (const [stop, reason] of [
    [a.cut, /keepalive/i],
    [a.unplug, /keepalive/i],
    [a.reset, /reset|closed/i],
  ] as const) {
    const transport = opened(a, { keepaliveSeconds: 0.3 });
    let started = (): void => {};
    const running = new Promise<void>((resolve) => {
      started = resolve;
    });
    const run = transport.run("echo go; exec sleep 20", { timeoutSeconds: 30, onStdout: () => started() });
    await running;
    stop();
    const ended = await run;
    expect(ended).toMatchObject({ outcome: "lost", reason: expect.stringMatching(reason) });
    a.mend();
    expect(await transport.run("echo back", { timeoutSeconds: 20 })).toMatchObject({ outcome: "exited" });
    await transport.close();
  }
});

test.skipIf(whyNoHosts)(`a slowed one takes its time, and what passes is counted${when}`, async () => {
  const before = b.bytes();
  const send = async (): Promise<number> => {
    const begun = performance.now();
    await runOn(b.ssh(), {}, {}, "head -c 400000 /dev/urandom");
    return (performance.now() - begun) / 1000;
  };
  b.slowTo(200_000);
  expect(await send()).toBeGreaterThan(1.2);
  b.mend();
  await send();
  expect(b.bytes().sent - before.sent).toBeGreaterThan(800_000);
  expect(b.bytes().received - before.received).toBeLessThan(200_000);
});

test.skipIf(whyNoHosts)(
  `one that fails takes its detached processes along and comes back as another boot${when}`,
  async () => {
    const bootId = "cat /proc/sys/kernel/random/boot_id";
    const first = await out(a, `setsid -f sleep 1000 >/dev/null 2>&1 </dev/null; ${bootId}`);
    expect(a.inside("ip", "netns", "pids", a.namespace).trim().split("\n").length).toBeGreaterThan(1);
    a.fail();
    await expect(runOn(a.ssh(), {}, { readyTimeoutSeconds: 5 })).rejects.toMatchObject({
      code: "host-unreachable",
    });
    await a.boot();
    const again = await out(a, bootId);
    expect(again).toMatch(/^[0-9a-f-]{36}$/);
    expect(again).not.toBe(first);
  },
);

test.skipIf(whyNoHosts)(
  `nothing is left of them once they are closed, though something still runs on them${when}`,
  async () => {
    const { hosts, network, close } = await openHosts(["c"]);
    const [c] = hosts as [NetnsHost];
    await out(c, "setsid -f sleep 1000 >/dev/null 2>&1 </dev/null");
    await close();
    const name = network.switchNamespace.replace("-net", "");
    expect(readdirSync("/run/netns").filter((left) => left.startsWith(`${name}-`))).toEqual([]);
    expect(existsSync(`/sys/class/net/${name}`)).toBe(false);
    expect(existsSync(c.ssh().directory)).toBe(false);
  },
);

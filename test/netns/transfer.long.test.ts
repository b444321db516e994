// Content goes from one machine to another: by the straight way where there is one, and on after breaks of every kind.

import { randomBytes } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test, vi } from "vitest";
import { openSsh } from "../../src/transport/ssh.ts";
import { type StageRequest, type StageResult, stage } from "../../src/tree/stage.ts";
import { dropStaging } from "../../src/tree/swap.ts";
import { changesBetween, readTree } from "../changes-between.ts";
import { snapshot } from "../compare-trees.ts";
import { makeHostileTree } from "../hostile-tree.ts";
import { plainJobs } from "../plain-jobs.ts";
import { mountSmall } from "../small-file-system.ts";
import { failureOf } from "../ssh/run-on.ts";
import { type NetnsHost, openHosts, whyNoHosts } from "./hosts.ts";
import { processesIn } from "./network.ts";
import { openTwoMachines, type TwoMachines } from "./two-machines.ts";

const when = whyNoHosts === undefined ? "" : ` (${whyNoHosts})`;
const megabyte = 1_000_000;

// Lines are slowed and cut, on a machine that may be busy with other things.
vi.setConfig({ testTimeout: 240_000 });

type Sides = {
  readonly preprod: { readonly root: string };
  readonly prod: { readonly stateDir: string };
};

async function opened(place: { readonly prodIn?: string } = {}): Promise<TwoMachines> {
  const machines = await openTwoMachines({ ...place, keepaliveSeconds: 1, readyTimeoutSeconds: 5 });
  onTestFinished(() => machines.close());
  return machines;
}

function staging(machines: TwoMachines, more: Partial<StageRequest> = {}): Promise<StageResult> {
  const { prod, preprod } = machines;
  const common = { runJob: plainJobs(), prod, preprod, sameHost: false, id: "pr_1" };
  return stage({ ...common, changes: machines.plan(), ...more });
}

function fill({ preprod: { root } }: Pick<Sides, "preprod">, bytes: number): void {
  makeHostileTree(join(root, "names"), "content");
  for (let index = 0; index < 50; index += 1) writeFileSync(join(root, `small-${index}`), randomBytes(2000));
  writeFileSync(join(root, "large.bin"), randomBytes(bytes), { mode: 0o444 });
}

/** Everything but directories, with its modes and times: those are made anew by the swap. */
const files = (directory: string): ReadonlyMap<string, string> =>
  new Map([...snapshot(directory)].filter(([, line]) => !line.startsWith("directory")));

function expectStaged({ prod, preprod }: Sides): void {
  expect(files(join(prod.stateDir, "staging/pr_1/tree"))).toEqual(files(preprod.root));
  expect(readdirSync(join(prod.stateDir, "staging"))).toEqual(["pr_1"]);
}

async function counted(machines: TwoMachines, work: () => Promise<void>) {
  const read = () => ({
    bot: machines.bytesOfBot().received,
    a: machines.a.bytes().sent,
    b: machines.b.bytes().received,
  });
  const before = read();
  await work();
  const after = read();
  return { throughBot: after.bot - before.bot, fromA: after.a - before.a, toB: after.b - before.b };
}

async function untilArrived({ prod }: Pick<Sides, "prod">, bytes: number): Promise<void> {
  const file = join(prod.stateDir, "staging/pr_1.from/content/large.bin");
  while (!existsSync(file) || statSync(file).size < bytes) await sleep(20);
}

test.skipIf(whyNoHosts)(`content of every kind passes through the bot${when}`, async () => {
  const machines = await opened();
  fill(machines, 5 * megabyte);
  expect(await staging(machines, { transfer: "relay" })).toMatchObject({ outcome: "staged" });
  expectStaged(machines);
});

test.skipIf(whyNoHosts).each(["PROD may log in to PREPROD", "PREPROD may log in to PROD"])(
  `%s: no content passes through the bot${when}`,
  async (who) => {
    const machines = await opened();
    const { a, b } = machines;
    if (who.startsWith("PROD")) b.mayLogInTo(a);
    else a.mayLogInTo(b);
    fill(machines, 70 * megabyte);
    const told: number[] = [];
    const bytes = await counted(machines, async () => {
      const onStaged = (staged: number): void => void told.push(staged);
      b.slowTo(20 * megabyte);
      expect(await staging(machines, { onStaged })).toMatchObject({ outcome: "staged" });
    });
    expectStaged(machines);
    expect(bytes.fromA).toBeGreaterThan(70 * megabyte);
    expect(bytes.toB).toBeGreaterThan(70 * megabyte);
    expect(bytes.throughBot).toBeLessThan(megabyte);
    expect(told.length).toBeGreaterThan(0);
  },
);

test.skipIf(whyNoHosts)(
  `neither may log in to the other: the bot relays, and says so where that is not wanted${when}`,
  async () => {
    const machines = await opened();
    fill(machines, 66 * megabyte);
    const { code, details } = await failureOf(staging(machines, { transfer: "direct" }));
    expect({ code, details }).toEqual({ code: "no-direct-transfer", details: { from: "a", host: "b" } });
    expect(await staging(machines)).toMatchObject({ outcome: "staged" });
    expectStaged(machines);
  },
);

test.skipIf(whyNoHosts)(
  `a machine that answers at PREPROD's address but is another one is not asked for content${when}`,
  async () => {
    const machines = await opened();
    const { a, b } = machines;
    b.mayLogInTo(a);
    writeFileSync(join(machines.preprod.root, "main.py"), "new");
    // What the bot reaches, and what PROD reaches at the same address, have different roots.
    const elsewhere = { ...machines.preprod.transport, run: renamed(machines) };
    const preprod = { transport: elsewhere, root: machines.preprod.root };
    const failure = await failureOf(staging(machines, { preprod, transfer: "direct" }));
    expect(failure.code).toBe("no-direct-transfer");
  },
);

/** Says of PREPROD that it booted another time than it did. */
function renamed({ preprod }: TwoMachines): typeof preprod.transport.run {
  return (script, options) =>
    preprod.transport.run(script.replaceAll("/proc/sys/kernel/random/boot_id", "/proc/version"), options);
}

test.skipIf(whyNoHosts)(
  `a straight way that breaks is gone on with, and left for the bot's when it stays broken${when}`,
  async () => {
    const machines = await opened();
    const { a, b } = machines;
    b.mayLogInTo(a);
    fill(machines, 70 * megabyte);
    b.slowTo(10 * megabyte);
    const bytes = await counted(machines, async () => {
      const staged = staging(machines);
      await untilArrived(machines, 20 * megabyte);
      b.cutFrom(a);
      expect(await staged).toMatchObject({ outcome: "staged" });
    });
    expectStaged(machines);
    // The first part had arrived; the rest came through the bot, once.
    expect(bytes.toB).toBeLessThan(1.1 * 70 * megabyte);
    expect(bytes.throughBot).toBeGreaterThan(30 * megabyte);
  },
);

test.skipIf(whyNoHosts).each(["cut", "unplug", "reset"] as const)(
  `a link that is lost on either side while the bot relays (%s) costs no more than what was on its way${when}`,
  async (how) => {
    const machines = await opened();
    const { a, b } = machines;
    fill(machines, 40 * megabyte);
    b.slowTo(8 * megabyte);
    const bytes = await counted(machines, async () => {
      const staged = staging(machines, { transfer: "relay" });
      for (const [host, at] of [
        [b, 10],
        [a, 22],
      ] as const) {
        await untilArrived(machines, at * megabyte);
        host[how]();
        await sleep(how === "reset" ? 0 : 5000);
        host.mend();
        b.slowTo(8 * megabyte);
      }
      expect(await staged).toMatchObject({ outcome: "staged" });
    });
    expectStaged(machines);
    expect(bytes.toB).toBeLessThan(1.25 * 40 * megabyte);
  },
);

test.skipIf(whyNoHosts).each(["relay", "direct"] as const)(
  `a transfer (%s) that is stopped leaves no process behind, and nothing once its staging is dropped${when}`,
  async (transfer) => {
    const machines = await opened();
    const { a, b, prod } = machines;
    b.mayLogInTo(a);
    fill(machines, 40 * megabyte);
    b.slowTo(4 * megabyte);
    let stop = false;
    const staged = staging(machines, { transfer, hooks: { shouldStop: () => stop } });
    await untilArrived(machines, 4 * megabyte);
    stop = true;
    expect(await staged).toEqual({ outcome: "stopped" });
    b.mend();
    await expect.poll(() => namesOf(b), { timeout: 10_000 }).toEqual(["sshd"]);
    await expect.poll(() => namesOf(a), { timeout: 10_000 }).toEqual(["sshd"]);
    await dropStaging({ runJob: plainJobs(), prod, id: "pr_1" });
    expect(readdirSync(join(prod.stateDir, "staging"))).toEqual([]);
  },
);

test.skipIf(whyNoHosts).each(["relay", "direct"] as const)(
  `one PREPROD and two machines of PROD at once (%s), one of them cut off for a while: both get everything${when}`,
  async (transfer) => {
    const { hosts, close } = await openHosts(["a", "b", "c"]);
    onTestFinished(close);
    const [a, ...prods] = hosts as readonly [NetnsHost, NetnsHost, NetnsHost];
    const options = { keepaliveSeconds: 1, readyTimeoutSeconds: 5 };
    const reach = (host: NetnsHost) => openSsh(host.ssh().hostConfig, { ...host.ssh().options, ...options });
    const preprod = { transport: reach(a), root: join(a.home, "10_preprod") };
    mkdirSync(preprod.root);
    fill({ preprod }, 20 * megabyte);
    const sides = prods.map((host) => {
      host.mayLogInTo(a);
      host.slowTo(5 * megabyte);
      const prod = {
        transport: reach(host),
        root: join(host.home, "20_prod"),
        stateDir: join(host.home, "state"),
      };
      for (const path of [prod.root, prod.stateDir]) mkdirSync(path);
      return { host, prod };
    });
    onTestFinished(async () => {
      for (const { transport } of [preprod, ...sides.map(({ prod }) => prod)]) await transport.close();
    });
    const common = { runJob: plainJobs(), preprod, sameHost: false, id: "pr_1", transfer };
    const staged = sides.map(({ prod }) =>
      stage({ ...common, prod, changes: changesBetween(readTree(prod.root), readTree(preprod.root)) }),
    );
    const [cut] = sides;
    if (cut === undefined) throw new Error("there are two");
    await untilArrived(cut, 5 * megabyte);
    cut.host.cut();
    await sleep(4000);
    cut.host.mend();
    for (const { outcome } of await Promise.all(staged)) expect(outcome).toBe("staged");
    for (const { prod } of sides) expectStaged({ prod, preprod });
  },
);

test.skipIf(whyNoHosts).each(["relay", "direct"] as const)(
  `a disk of PROD's machine that fills while content arrives (%s) is told, and given back${when}`,
  async (transfer) => {
    const disk = mountSmall("size=60m");
    onTestFinished(() => disk.unmount());
    const machines = await opened({ prodIn: disk.path });
    const { a, b, prod } = machines;
    b.mayLogInTo(a);
    fill(machines, 30 * megabyte);
    b.slowTo(8 * megabyte);
    const staged = staging(machines, { transfer });
    await untilArrived(machines, 2 * megabyte);
    writeFileSync(join(prod.root, "filler"), randomBytes(45 * megabyte));
    expect(await staged).toMatchObject({ outcome: "disk-full" });
    expect(readdirSync(join(prod.stateDir, "staging"))).toEqual([]);
    rmSync(join(prod.root, "filler"));
    b.mend();
    expect(await staging(machines, { transfer })).toMatchObject({ outcome: "staged" });
    expectStaged(machines);
  },
);

/** What runs on a machine, by name. */
function namesOf(host: NetnsHost): readonly string[] {
  const names = processesIn(host.namespace).map((pid) => {
    try {
      return readFileSync(`/proc/${pid}/comm`, "utf8").trim();
    } catch {
      return "";
    }
  });
  return [...new Set(names)].filter((name) => name !== "");
}

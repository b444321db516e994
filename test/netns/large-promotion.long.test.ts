// 581 MB are promoted from one machine to another by a bot that is cut off, reset and killed on the way.

import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { runChild } from "../child.ts";
import { approve, done, planned } from "../scenarios/in-slack.ts";
import type { OpenSsh } from "../ssh/openssh-server.ts";
import { type Serving, serve } from "../terminal.ts";
import { whyNoHosts } from "./hosts.ts";
import { openNetnsScene, untilSent } from "./netns-scene.ts";
import { openTwoMachines, sha256Of } from "./two-machines.ts";

const when = whyNoHosts === undefined ? "" : ` (${whyNoHosts})`;
const mebibyte = 1024 * 1024;
const size = 581 * mebibyte;

test.skipIf(whyNoHosts)(
  `581 MB arrive whole, having been sent once, though the line breaks twice and the bot dies${when}`,
  { timeout: 900_000 },
  async () => {
    const opened = await openNetnsScene(onTestFinished, {
      startBot: false,
      fill: ({ preprod }) => makeLargeFile(join(preprod, "src/data.bin")),
    });
    const { scene, a, b } = opened;
    const sent = await sha256Of(join(scene.preprod, "src/data.bin"));
    const first = await serve(scene);
    onTestFinished(async () => void (await first.stop()));
    const bo = scene.person("bo");
    await scene.person("ana").types("/promote diff kitchen");
    await bo.sees(planned, { timeoutSeconds: 120 });
    const held = peakOf(first);
    const before = b.bytes().received;
    await bo.presses(approve);

    await untilSent(opened, "src/data.bin", 150 * mebibyte);
    // Nobody is told: it has to be noticed.
    b.cut();
    await sleep(25_000);
    b.mend();
    await untilSent(opened, "src/data.bin", 300 * mebibyte);
    await bo.sees(/\d+ MB of 581 MB, [\d.]+ [KM]B\/s, about .+ left/, { timeoutSeconds: 60 });
    a.reset();
    await untilSent(opened, "src/data.bin", 450 * mebibyte);
    const peak = peakOf(first);
    process.kill(first.pid, "SIGKILL");
    await first.exited;
    const second = await serve(scene);
    onTestFinished(async () => void (await second.stop()));
    await bo.sees(done, { timeoutSeconds: 300 });

    expect(await sha256Of(join(scene.prod, "app/data.bin"))).toBe(sent);
    expect((b.bytes().received - before) / size).toBeLessThan(1.1);
    expect(peak - held).toBeLessThan(80);
    // A whole bot, from sources that are compiled for the first time; what it sends would not go in.
    expect(Math.max(peak, peakOf(second))).toBeLessThan(260);
    expect(b.inside("curl", "-s", "http://127.0.0.1:8080/")).toBe("ok new\n");
  },
);

const relaying = `
const { readFileSync } = await import("node:fs");
const { openSsh } = await load("../../src/transport/ssh.ts");
const { sendToProd } = await load("../../src/tree/stage-stream.ts");
const { from, to, root, stateDir, changes } = JSON.parse(readFileSync(process.env.GIVEN, "utf8"));
const [a, b] = [from, to].map(({ hostConfig, options }) => openSsh(hostConfig, options));
await sendToProd({
  prod: { transport: b, root: "", stateDir }, preprod: { transport: a, root }, id: "pr_1", changes,
  rewritten: new Map(), needs: { bytes: 0, inodes: 0, files: 1 }, timeoutSeconds: 600, transfer: "relay",
});
console.log(/VmHWM:\\s+(\\d+)/.exec(readFileSync("/proc/self/status", "utf8"))[1]);
await Promise.all([a.close(), b.close()]);
`;

test.skipIf(whyNoHosts)(
  `a process that relays 581 MB holds less than 150 MB of memory${when}`,
  { timeout: 600_000 },
  async () => {
    const { a, b, preprod, prod, plan, close } = await openTwoMachines();
    onTestFinished(close);
    makeLargeFile(join(preprod.root, "data.bin"));
    const reachable = ({ hostConfig, options }: OpenSsh) => ({ hostConfig, options });
    const given = join(a.home, "given.json");
    const { stateDir } = prod;
    const ends = { from: reachable(a.ssh()), to: reachable(b.ssh()) };
    writeFileSync(given, JSON.stringify({ ...ends, root: preprod.root, stateDir, changes: plan() }));
    const child = runChild(import.meta.url, relaying, { env: { GIVEN: given } });
    onTestFinished(() => child.kill());
    expect(Number(await child.line()) / 1024).toBeLessThan(150);
    expect(await sha256Of(join(stateDir, "staging/pr_1.from/content/data.bin"))).toBe(
      await sha256Of(join(preprod.root, "data.bin")),
    );
  },
);

function makeLargeFile(path: string): void {
  execFileSync("sh", ["-c", `head -c ${size} /dev/urandom >"$1"`, "sh", path]);
}

/** The most memory that it has ever held, in MB. */
function peakOf({ pid }: Serving): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1]) / 1024);
}

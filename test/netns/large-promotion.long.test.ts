// 581 MB are promoted from one machine to another by a bot that is cut off, reset and killed on the way.

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { buildPackage } from "../build-package.ts";
import { approve, done, planned } from "../scenarios/in-slack.ts";
import { type Serving, serve } from "../terminal.ts";
import { whyNoHosts } from "./hosts.ts";
import { openNetnsScene, untilSent } from "./netns-scene.ts";
import { sha256Of } from "./two-machines.ts";

const when = whyNoHosts === undefined ? "" : ` (${whyNoHosts})`;
const mebibyte = 1024 * 1024;
const size = 581 * mebibyte;

test.skipIf(whyNoHosts)(
  `581 MB arrive whole, having been sent once, though the line breaks twice and the bot dies, which holds less than 150 MB of memory${when}`,
  { timeout: 900_000 },
  async () => {
    const opened = await openNetnsScene(onTestFinished, {
      startBot: false,
      fill: ({ preprod }) => makeLargeFile(join(preprod, "src/data.bin")),
    });
    const { scene, a, b } = opened;
    const sent = await sha256Of(join(scene.preprod, "src/data.bin"));
    // As people install it: from sources, it would hold their text and their types as well.
    const { programme, remove } = buildPackage();
    onTestFinished(remove);
    const { directory, environment } = scene;
    const first = await serve({ directory, environment, programme });
    onTestFinished(async () => void (await first.stop()));
    const bo = scene.person("bo");
    await scene.person("ana").types("/promote diff kitchen");
    await bo.sees(planned, { timeoutSeconds: 120 });
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
    const second = await serve({ directory, environment, programme });
    onTestFinished(async () => void (await second.stop()));
    await bo.sees(done, { timeoutSeconds: 300 });

    expect(await sha256Of(join(scene.prod, "app/data.bin"))).toBe(sent);
    expect((b.bytes().received - before) / size).toBeLessThan(1.1);
    expect(Math.max(peak, peakOf(second))).toBeLessThan(150);
    expect(b.inside("curl", "-s", "http://127.0.0.1:8080/")).toBe("ok new\n");
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

// PROD's machine loses its power in the middle of a swap and comes back: the bot connects again, and what was begun is ended.

import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { expect, onTestFinished, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import { openLoopFileSystem, whyNoLoop } from "../loop-file-system.ts";
import { approve, backHealthy, done, long, propose } from "../scenarios/in-slack.ts";
import { type NetnsHost, whyNoHosts } from "./hosts.ts";
import { openNetnsScene } from "./netns-scene.ts";

const why = whyNoHosts ?? whyNoLoop;
const when = why === undefined ? "" : ` (${why})`;

/** An `rm` that, the first time it is to remove this file of PROD, says so and then takes its time. */
function slowRemoval(file: string): { readonly path: string; readonly reached: () => boolean } {
  const path = mkdtempSync(join(tmpdir(), "slow-rm-"));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  const mark = join(path, "reached");
  const script = `#!/bin/sh
case "$*" in *${file}*) [ -e "${mark}" ] || { : >"${mark}"; sleep 600; } ;; esac
exec /bin/rm "$@"
`;
  writeFileSync(join(path, "rm"), script);
  chmodSync(join(path, "rm"), 0o755);
  return { path, reached: () => existsSync(mark) };
}

test.skipIf(why).each(["goes on", "goes back"] as const)(
  `a promotion whose machine fails in the middle of the swap %s when it is back${when}`,
  { timeout: 300_000 },
  async (how) => {
    const disk = openLoopFileSystem(64);
    onTestFinished(() => disk.close());
    const slow = slowRemoval("obsolete.txt");
    const opened = await openNetnsScene(onTestFinished, {
      prodIn: disk.path,
      sshd: (name) => (name === "beta" ? { config: [`SetEnv PATH=${slow.path}:/usr/bin:/bin`] } : {}),
      fill: ({ prod }) => {
        mkdirSync(join(prod, "app/old"), { recursive: true });
        writeFileSync(join(prod, "app/old/obsolete.txt"), "goes\n");
      },
      section: { paths: "[{ from: src/, to: app/, delete: true }]" },
    });
    const { scene, b } = opened;
    const before = snapshot(scene.prod);
    await propose(scene);
    const bo = scene.person("bo");
    await bo.presses(approve);
    while (!slow.reached()) await sleep(20);
    // The new files are in, what is to go is still there: PROD is neither old nor new.
    expect(readFileSync(join(scene.prod, "app/main.txt"), "utf8")).toBe("new\n");
    expect(existsSync(join(scene.prod, "app/old/obsolete.txt"))).toBe(true);
    const bootId = bootIdOf(b);
    b.fail();
    disk.cutPower();
    if (how === "goes back") {
      await bo.presses("Stop and roll back");
    }
    await sleep(3000);
    await b.boot();
    expect(bootIdOf(b)).not.toBe(bootId);
    if (how === "goes on") {
      await bo.sees(done, long);
      expect(readFileSync(join(scene.prod, "app/main.txt"), "utf8")).toBe("new\n");
      expect(existsSync(join(scene.prod, "app/old/obsolete.txt"))).toBe(false);
      expect(b.inside("curl", "-s", "http://127.0.0.1:8080/")).toBe("ok new\n");
    } else {
      await bo.sees(backHealthy, long);
      expect(snapshot(scene.prod)).toEqual(before);
      expect(b.inside("curl", "-s", "http://127.0.0.1:8080/")).toBe("ok old\n");
    }
  },
);

const bootIdOf = (host: NetnsHost): string => readFileSync(join(host.ssh().directory, "boot_id"), "utf8");

import { existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import type { Scene } from "../scene.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { temporaryDirectory } from "../ssh/temporary-keys.ts";
import { type } from "../terminal.ts";
import { openBehindSsh } from "./behind-ssh.ts";
import { patience } from "./in-slack.ts";
import { alpine, macos, type PoorHost, whyNoBusybox, without } from "./poor-hosts.ts";

/** A scene whose host has these tools first in its PATH. */
async function openOn(
  { onTestFinished }: Pick<TestContext, "onTestFinished">,
  poor: PoorHost,
): Promise<Scene> {
  const home = temporaryDirectory();
  onTestFinished(() => rmSync(home, { recursive: true }));
  const bin = join(home, "bin");
  mkdirSync(bin);
  poor(bin);
  const { scene } = await openBehindSsh(onTestFinished, {
    sshd: { config: [`SetEnv HOME=${home} PATH=${bin}:/usr/bin:/bin`] },
    startBot: false,
  });
  return scene;
}

describe.skipIf(whyNoOpenSsh !== undefined)(`a host behind OpenSSH (${whyNoOpenSsh ?? "here"})`, () => {
  test.concurrent.for([
    [
      "Alpine with BusyBox alone",
      alpine,
      ["flock", "setsid", "find", "comm", "sed"],
      "apk add coreutils findutils sed tar util-linux",
      whyNoBusybox,
    ],
    [
      "macOS",
      macos,
      ["flock", "setsid", "timeout", "sha256sum", "find", "stat", "dd"],
      "brew install coreutils findutils flock gnu-sed",
      undefined,
    ],
    ["no flock", without("flock"), ["flock"], "sudo apt-get install util-linux", undefined],
    ["no sha256sum", without("sha256sum"), ["sha256sum"], "sudo apt-get install coreutils", undefined],
    ["no tar", without("tar"), ["tar"], "sudo apt-get install tar", undefined],
    [
      "a sync that takes no file",
      without("sync", " a "),
      ["sync"],
      "sudo apt-get install coreutils",
      undefined,
    ],
    [
      "a find without -printf",
      without("find", "-printf"),
      ["find"],
      "sudo apt-get install findutils",
      undefined,
    ],
    [
      "a stat of another kind",
      without("stat", " -c "),
      ["stat"],
      "sudo apt-get install coreutils",
      undefined,
    ],
  ] as const)(
    "%s: a plan is refused before anything is written, with the command that installs what is missing",
    { timeout: patience },
    async ([, poor, tools, remedy, why], context) => {
      if (why !== undefined) return context.skip(why);
      const scene = await openOn(context, poor);
      const before = snapshot(scene.prod);
      const said = await type(scene, ["diff", "--json"]);
      expect(said.code, said.stderr).toBe(1);
      const { error } = JSON.parse(said.stdout);
      expect(error).toMatchObject({ code: "tool-missing", details: { host: "dock" } });
      expect(error.details.tools).toEqual(expect.arrayContaining([...tools]));
      expect(error.details.remedy).toContain(remedy);
      expect(said.stderr).toMatch(/missing on dock\..*Install it there with `.*`; `passerelle doctor` lists/);
      expect(snapshot(scene.prod)).toEqual(before);
      expect(existsSync(join(dirname(scene.prod), ".passerelle"))).toBe(false);
    },
  );
});

import { existsSync, mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { dirname, join } from "node:path";
import { describe, expect, type TestContext, test } from "vitest";
import { snapshot } from "../compare-trees.ts";
import type { Scene } from "../scene.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { temporaryDirectory } from "../ssh/temporary-keys.ts";
import { type } from "../terminal.ts";
import { openBehindSsh } from "./behind-ssh.ts";
import { codesOf, examined } from "./examined.ts";
import { openFleet } from "./fleet.ts";
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
      if (tools.length > 1) {
        const { all } = await examined(scene);
        const lacking = all.find((told) => told.code === "tool-missing");
        expect(lacking).toMatchObject({ level: "wrong", remedy: error.details.remedy });
        for (const tool of tools) expect(lacking?.says).toContain(tool);
        expect(codesOf(all, "wrong")).toEqual(["tool-missing", "host-not-ready"]);
      }
      expect(snapshot(scene.prod)).toEqual(before);
      expect(existsSync(join(dirname(scene.prod), ".passerelle"))).toBe(false);
    },
  );

  test.concurrent.for([
    ["is PROD itself, under another host's name", (): string => "PROD", { preprod: "quay", prod: "dock" }],
    ["lies in PROD, through a link", (): string => "PROD/app", { preprod: "dock", prod: "dock" }],
    ["has PROD in it, through a link", (): string => "BOTH", { preprod: "dock", prod: "dock" }],
  ] as const)(
    "a PREPROD that %s is refused by the plan and by the doctor",
    { timeout: patience },
    async ([, lead, hosts], { onTestFinished }) => {
      const { scene, hostLine } = await openBehindSsh(onTestFinished, {
        startBot: false,
        sides: ({ preprod, prod }) => ({
          preprod: `{ host: ${hosts.preprod}, root: "${preprod}" }`,
          prod: `{ host: ${hosts.prod}, root: "${prod}" }`,
        }),
        hosts: "",
      });
      const [, line = ""] = /^hosts: \{ dock: (.*) \}$/.exec(hostLine()) ?? [];
      const written = readFileSync(scene.configFile, "utf8");
      writeFileSync(scene.configFile, `hosts: { dock: ${line}, quay: ${line} }\n${written}`);
      rmSync(scene.preprod, { recursive: true });
      symlinkSync(lead().replace("PROD", scene.prod).replace("BOTH", scene.directory), scene.preprod);
      const before = snapshot(scene.prod);
      const said = await type(scene, ["diff", "--json"]);
      expect(said.code).toBe(1);
      expect(JSON.parse(said.stdout)).toMatchObject({ error: { code: "sides-overlap" } });
      expect(said.stderr).toMatch(/PREPROD and PROD overlap.*Give each its own directory/);
      const { all } = await examined(scene);
      expect(codesOf(all, "wrong")).toEqual(["sides-overlap"]);
      expect(snapshot(scene.prod)).toEqual(before);
      expect(existsSync(join(dirname(scene.prod), ".passerelle"))).toBe(false);
    },
  );

  test.concurrent("a host whose key is unknown: the doctor names the command, and goes on with the rest", {
    timeout: patience,
  }, async ({ onTestFinished }) => {
    const { scene } = await openBehindSsh(onTestFinished, {
      startBot: false,
      host: () => ({ fingerprint: undefined }),
    });
    const home = temporaryDirectory();
    onTestFinished(() => rmSync(home, { recursive: true }));
    const { all } = await examined(scene, { HOME: home });
    expect(codesOf(all, "wrong")).toEqual(["host-key-unknown", "host-not-ready"]);
    expect(all.find(({ code }) => code === "host-key-unknown")?.remedy).toBe("passerelle trust-host dock");
    expect(codesOf(all, "ok")).toEqual(
      expect.arrayContaining(["bot-token", "channel-member", "data-dir-free"]),
    );
  });

  test.concurrent("a host that takes connections and then says nothing is given up, and everything else is told", {
    timeout: patience,
  }, async ({ onTestFinished }) => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    onTestFinished(() => void silent.close());
    const { port } = silent.address() as AddressInfo;
    const { scene } = await openBehindSsh(onTestFinished, { startBot: false, host: () => ({ port }) });
    const began = performance.now();
    const { all } = await examined(scene);
    expect(performance.now() - began).toBeLessThan(90_000);
    expect(codesOf(all, "wrong")).toEqual(["host-unreachable", "host-not-ready"]);
    expect(codesOf(all, "ok")).toEqual(expect.arrayContaining(["bot-token", "data-dir-free"]));
  });

  test.concurrent("an app on several hosts: each PROD is looked at, one that is away holds up none, one under two names is told", {
    timeout: patience,
  }, async ({ onTestFinished }) => {
    const { scene, host } = await openFleet(onTestFinished, {
      startBot: false,
      hostLines: ([a = "", b = ""]) => [a, b, a.replace(/^ {2}a:/, "  c:").replace("127.0.0.1", "localhost")],
    });
    await host("b").server.stop();
    const { report, all } = await examined(scene);
    const targets = report.sections.filter(({ room }) => room === "target");
    expect(targets.map(({ name, host: on }) => `${name} ${on ?? ""}`.trim())).toEqual([
      ...["kitchen", "kitchen a", "kitchen b", "kitchen c"],
    ]);
    const codes = (on: string) =>
      targets.find((section) => section.host === on)?.findings.map(({ code }) => code);
    expect(codes("a")).toContain("renamable");
    expect(codes("b")).toEqual(["host-not-ready"]);
    const overlap = all.find(({ code }) => code === "hosts-overlap");
    expect(overlap).toMatchObject({ level: "wrong" });
  });
});

// One of two machines cannot be reached: nothing is written anywhere, and the message names the one that it is.

import { existsSync, readdirSync } from "node:fs";
import { expect, onTestFinished, test } from "vitest";
import { openSsh } from "../../src/transport/ssh.ts";
import { snapshot } from "../compare-trees.ts";
import { approve, done, long, patience, planned, promote, propose } from "../scenarios/in-slack.ts";
import { type NetnsHost, openHosts, whyNoHosts } from "./hosts.ts";
import { type NetnsScene, openNetnsScene } from "./netns-scene.ts";

const when = whyNoHosts === undefined ? "" : ` (${whyNoHosts})`;
const sides = [
  ["PREPROD", "alpha"],
  ["PROD", "beta"],
] as const;
const machine = ({ a, b }: NetnsScene, name: "alpha" | "beta"): NetnsHost => (name === "alpha" ? a : b);

test.skipIf(whyNoHosts)(
  `PREPROD on one machine and PROD on another: from Slack to healthy${when}`,
  { timeout: patience },
  async () => {
    const opened = await openNetnsScene(onTestFinished);
    await promote(opened.scene);
    expect(opened.b.inside("curl", "-s", "http://127.0.0.1:8080/")).toBe("ok new\n");
    expect(readdirSync(opened.state("staging"))).toEqual([]);
  },
);

test.skipIf(whyNoHosts).each(sides)(
  `%s's machine is silent when a plan is asked for: no plan, and it is named${when}`,
  { timeout: patience },
  async (_, name) => {
    const opened = await openNetnsScene(onTestFinished);
    const { scene } = opened;
    const before = snapshot(scene.prod);
    machine(opened, name).cut();
    const ana = scene.person("ana");
    await ana.types("/promote diff kitchen");
    const said = await ana.sees(/cannot be reached/, long);
    expect(said).toContain(name);
    expect(said).not.toMatch(planned);
    expect(snapshot(scene.prod)).toEqual(before);
    expect(existsSync(opened.state("."))).toBe(false);
    machine(opened, name).mend();
    await promote(scene);
  },
);

test.skipIf(whyNoHosts).each(sides)(
  `%s's machine goes away between the plan and its approval: refused before anything is written, and it is named${when}`,
  { timeout: 2 * patience },
  async (_, name) => {
    const opened = await openNetnsScene(onTestFinished);
    const { scene } = opened;
    const before = snapshot(scene.prod);
    await propose(scene);
    machine(opened, name).cut();
    const bo = scene.person("bo");
    await bo.presses(approve);
    const said = await bo.sees(/Nothing was written to PROD/, { timeoutSeconds: 240 });
    expect(said).toMatch(new RegExp(`${name} cannot be reached|connection to ${name} was lost`));
    expect(snapshot(scene.prod)).toEqual(before);
    machine(opened, name).mend();
    await promote(scene, "kitchen", done);
  },
);

test.skipIf(whyNoHosts)(
  `a link that falls silent is noticed within twenty seconds${when}`,
  { timeout: patience },
  async () => {
    const { hosts, close } = await openHosts(["gamma"]);
    onTestFinished(close);
    const [gamma] = hosts as readonly [NetnsHost];
    const transport = openSsh(gamma.ssh().hostConfig, gamma.ssh().options);
    let began = 0;
    const run = transport.run("echo go; exec sleep 300", {
      timeoutSeconds: 300,
      onStdout() {
        gamma.cut();
        began = performance.now();
      },
    });
    expect(await run).toMatchObject({ outcome: "lost" });
    expect((performance.now() - began) / 1000).toBeLessThan(23);
    gamma.mend();
    expect(await transport.run("echo back", { timeoutSeconds: 60 })).toMatchObject({ outcome: "exited" });
    await transport.close();
  },
);

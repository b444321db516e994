// A promotion whose link to the host falls silent in the middle of each of its steps, with the times that hosts have.

import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, type onTestFinished, test, vi } from "vitest";
import type { Scene } from "../scene.ts";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { ways } from "../ssh/run-on.ts";
import { type StallingProxy, startStallingProxy } from "../ssh/stalling-proxy.ts";
import { openBehindSsh } from "./behind-ssh.ts";
import { approve, done, endingsTold, propose } from "./in-slack.ts";

// So many that each step takes its time.
const files = Array.from({ length: 600 }, (_, index) => `part-${index}.txt`);
const version = (directory: string, text: string): Record<string, string> =>
  Object.fromEntries([[`${directory}/health`, "ok"], ...files.map((file) => [`${directory}/${file}`, text])]);

const inState = (scene: Scene, ...path: readonly string[]): string =>
  join(scene.directory, ".passerelle/kitchen", ...path);

const jobRuns = (scene: Scene, step: string): boolean => {
  const jobs = inState(scene, "jobs");
  const name =
    existsSync(jobs) && readdirSync(jobs).find((each) => each.endsWith(`-${step}`) && each.startsWith("pr_"));
  return typeof name === "string" && !existsSync(join(jobs, name, "rc"));
};

type Story = { readonly scene: Scene; readonly asked: () => number };

const steps: readonly (readonly [step: string, begun: (story: Story) => boolean])[] = [
  ["backing up", ({ scene }) => jobRuns(scene, "back-up")],
  ["staging", ({ scene }) => jobRuns(scene, "stage")],
  ["swapping", ({ scene }) => jobRuns(scene, "swap")],
  ["restarting", ({ scene }) => existsSync(join(scene.directory, "begun"))],
  ["checking the health", ({ asked }) => asked() > 0],
];

const untouched = /Nothing was written to PROD/;

describe.skipIf(whyNoOpenSsh !== undefined).each(ways)(
  `a promotion over %s (${whyNoOpenSsh ?? "OpenSSH is here"})`,
  (way) => {
    async function openStory(finish: typeof onTestFinished) {
      const lines: StallingProxy[] = [];
      let asked = 0;
      let watching = false;
      const { scene, server } = await openBehindSsh(finish, {
        preprod: version("src", "new\n"),
        prod: version("app", "old\n"),
        host: async ({ port }) => {
          const line = await startStallingProxy(port);
          lines.push(line);
          finish(() => line.stop());
          return { port: line.port, transport: way };
        },
        answers: () => {
          asked += watching ? 1 : 0;
          return watching && asked < 4 ? { status: 503, text: "starting" } : { status: 200, text: "ok" };
        },
        app: ({ url }) => ({
          restart: "{ command: 'echo >>../begun; sleep 2; echo restarted >>../restarted' }",
          health: `{ deadline: 120s, interval: 1s, http: [{ url: "${url}" }] }`,
        }),
      });
      const logins = (): number => server.log().split("Accepted publickey").length;

      /** Bo approves, and once it has come that far nothing more passes on the connections that are there. */
      async function approvedAndCut(begun: () => boolean): Promise<void> {
        await propose(scene);
        watching = true;
        await scene.person("bo").presses(approve);
        await vi.waitUntil(begun, { timeout: 120_000, interval: 1 });
        const before = logins();
        const cutAt = performance.now();
        for (const line of lines) line.stallThose();
        await vi.waitUntil(() => logins() > before, { timeout: 60_000, interval: 50 });
        // Twenty, and some for a machine that is busy.
        expect((performance.now() - cutAt) / 1000).toBeLessThan(20 + 10);
      }

      async function promotedOnce(): Promise<void> {
        for (const file of files) expect(readFileSync(join(scene.prod, "app", file), "utf8")).toBe("new\n");
        expect(readFileSync(join(scene.directory, "begun"), "utf8")).toBe("\n");
        expect(await scene.restarts()).toBe(1);
        expect(await endingsTold(scene, done)).toBe(1);
        expect(existsSync(inState(scene, "claim"))).toBe(false);
      }
      return { scene, asked: () => asked, approvedAndCut, promotedOnce };
    }

    test.concurrent.for(steps)(
      "whose link falls silent while %s ends once and right",
      { timeout: 300_000 },
      async ([, begun], { onTestFinished }) => {
        const story = await openStory(onTestFinished);
        await story.approvedAndCut(() => begun(story));
        await story.scene.person("bo").sees(done, { timeoutSeconds: 200 });
        await story.promotedOnce();
        expect(await story.scene.bot.promotions.history("kitchen")).toHaveLength(1);
      },
    );

    test.concurrent("whose link falls silent while it takes PROD writes nothing, and the next one is not held up", {
      timeout: 300_000,
    }, async ({ onTestFinished }) => {
      const { scene, approvedAndCut, promotedOnce } = await openStory(onTestFinished);
      await approvedAndCut(() => existsSync(inState(scene, "claim")));
      await scene.person("bo").sees(untouched, { timeoutSeconds: 200 });
      expect(await endingsTold(scene, untouched)).toBe(1);
      for (const file of files) expect(readFileSync(join(scene.prod, "app", file), "utf8")).toBe("old\n");
      await propose(scene);
      await scene.person("bo").presses(approve);
      await scene.person("bo").sees(done, { timeoutSeconds: 200 });
      await promotedOnce();
    });
  },
);

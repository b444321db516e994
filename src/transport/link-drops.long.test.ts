// A link to a real SSH server that breaks in every way it can, with the times that hosts have, while a job runs.

import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
import { type OpenSsh, startOpenSsh, whyNoOpenSsh } from "../../test/ssh/openssh-server.ts";
import { openHost, over, publicKey, type Way, ways } from "../../test/ssh/run-on.ts";
import { type StallingProxy, startStallingProxy } from "../../test/ssh/stalling-proxy.ts";
import { temporaryTarget } from "../../test/state-dir.ts";
import { createJobRunner } from "./job-runner.ts";
import { fingerprintOf } from "./known-hosts.ts";
import type { Transport } from "./transport.ts";

type Line = { readonly server: OpenSsh; readonly proxy: StallingProxy; readonly transport: Transport };

const drops: readonly (readonly [name: string, (line: Line) => void])[] = [
  ["reset", ({ proxy }) => proxy.reset()],
  ["silent", ({ proxy }) => proxy.stallThose()],
  ["closed towards us alone", ({ proxy }) => proxy.halfClose("near")],
  ["closed towards the host alone", ({ proxy }) => proxy.halfClose("far")],
  ["left by the host's side of it, which was killed", ({ server }) => server.dropConnections()],
];

// Fifteen seconds of silence and the time until the first question, on a machine that may be busy.
const foundWithinSeconds = 20 + 5;

describe.skipIf(whyNoOpenSsh !== undefined).each(ways)(
  `a link over %s (${whyNoOpenSsh ?? "OpenSSH is here"})`,
  (way) => {
    test.concurrent.for(drops)(
      "that is %s is found within twenty seconds, and what runs there is adopted",
      { timeout: 180_000 },
      async ([, drop], context) => {
        const line = await layLine(way, context.onTestFinished);
        const target = await temporaryTarget();
        context.onTestFinished(() => target.remove());
        const here = (name: string): string => join(target.directory, name);
        const result = createJobRunner({
          transport: line.transport,
          stateDir: target.stateDir,
          token: 1,
          owner: "pr_1",
          pollSeconds: 2,
        })({
          id: "step",
          script: 'echo ran >>"$1/log"; until [ -e "$1/go" ]; do sleep 0.1; done; echo whole; exit 4',
          args: [target.directory],
          timeoutSeconds: 300,
          lock: "exclusive",
        });
        const started = Promise.withResolvers<void>();
        const beside = line.transport.run("echo started; sleep 300", {
          timeoutSeconds: 400,
          onStdout: () => started.resolve(),
        });
        await started.promise;
        await vi.waitUntil(() => existsSync(here("log")), { timeout: 60_000 });

        const before = performance.now();
        drop(line);
        expect(await beside).toMatchObject({
          outcome: "lost",
          reason: expect.not.stringMatching(/^timeout$/),
        });
        expect((performance.now() - before) / 1000).toBeLessThan(foundWithinSeconds);

        writeFileSync(here("go"), "");
        const ended = await result;
        expect(ended).toMatchObject({ outcome: "exited", code: 4 });
        expect(ended.stdout.toString()).toBe("whole\n");
        expect(readFileSync(here("log"), "utf8")).toBe("ran\n");
      },
    );

    test("that falls silent before the login is given up, and said so", async () => {
      const line = await layLine(way, onTestFinished);
      line.proxy.stall();
      const before = performance.now();
      await expect(line.transport.run("echo", { timeoutSeconds: 120 })).rejects.toMatchObject({
        code: "host-unreachable",
      });
      expect((performance.now() - before) / 1000).toBeLessThan(foundWithinSeconds);
    }, 60_000);
  },
);

async function layLine(way: Way, finish: typeof onTestFinished): Promise<Line> {
  const server = over(way, await startOpenSsh());
  const proxy = await startStallingProxy(server.port);
  const fingerprint = fingerprintOf(Buffer.from(publicKey(server).split(" ")[1] ?? "", "base64"));
  const transport = openHost({ ...server.hostConfig, port: proxy.port, fingerprint }, server.options);
  finish(async () => {
    await transport.close();
    await proxy.stop();
    await server.stop();
  });
  return { server, proxy, transport };
}

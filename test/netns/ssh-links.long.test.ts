// A machine whose network drops everything, loses its cable or resets, with the times that hosts have, both ways to speak SSH.

import { afterAll, beforeAll, expect, test } from "vitest";
import { openHost, over, ways } from "../ssh/run-on.ts";
import { type Hosts, type NetnsHost, openHosts, whyNoHosts } from "./hosts.ts";

const when = whyNoHosts === undefined ? "" : ` (${whyNoHosts})`;
const kinds = ["cut", "unplug", "reset"] as const;
const cases = ways
  .flatMap((way) => kinds.map((kind) => ({ way, kind })))
  .map((each, index) => ({ ...each, index }));
let all: Hosts;

beforeAll(async () => {
  if (whyNoHosts === undefined) all = await openHosts(["a", "b", "c", "d", "e", "f"]);
}, 60_000);
afterAll(() => all?.close());

test.skipIf(whyNoHosts).concurrent.for(cases)(
  `$kind over $way is found within twenty seconds, and mended by itself${when}`,
  { timeout: 120_000 },
  async ({ way, kind, index }, context) => {
    const host = all.hosts[index] as NetnsHost;
    const server = over(way, host.ssh());
    const transport = openHost(server.hostConfig, server.options);
    context.onTestFinished(() => transport.close());
    const started = Promise.withResolvers<void>();
    const running = transport.run("echo started; exec sleep 200", {
      timeoutSeconds: 300,
      onStdout: () => started.resolve(),
    });
    await started.promise;
    const before = performance.now();
    host[kind]();
    expect(await running).toMatchObject({ outcome: "lost", reason: expect.not.stringMatching(/^timeout$/) });
    // Twenty, and some for a machine that is busy.
    expect((performance.now() - before) / 1000).toBeLessThan(20 + 5);
    host.mend();
    expect(await transport.run("echo back", { timeoutSeconds: 60 })).toMatchObject({
      outcome: "exited",
      stdout: Buffer.from("back\n"),
    });
  },
);

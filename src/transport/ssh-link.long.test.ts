// Links that go bad: reset, silent, closed, at rest and in the middle of work.

import { describe, expect, onTestFinished, test } from "vitest";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import { openHost, over, ways } from "../../test/ssh/run-on.ts";
import { startStallingProxy } from "../../test/ssh/stalling-proxy.ts";
import { readHostKey } from "./host-key.ts";
import type { SshOptions } from "./ssh-settings.ts";

describe.each(ways)("over %s:", (way) => {
  async function behindProxy(options: Partial<SshOptions> = {}) {
    const server = over(way, await startInProcessSsh());
    const proxy = await startStallingProxy(server.port);
    const host = { ...server.hostConfig, port: proxy.port };
    const { fingerprint } = await readHostKey(server.hostConfig, server.options);
    const transport = openHost({ ...host, fingerprint }, { ...server.options, ...options });
    onTestFinished(async () => {
      await transport.close();
      await proxy.stop();
      await server.stop();
    });
    return { server, proxy, transport };
  }

  test("a link that falls silent is lost after three unanswered keepalives", async () => {
    const { proxy, transport } = await behindProxy({ keepaliveSeconds: 1 });
    const started = Promise.withResolvers<void>();
    const running = transport.run("echo started; sleep 60", {
      timeoutSeconds: 120,
      onStdout: () => started.resolve(),
    });
    await started.promise;
    proxy.stall();
    const result = await running;
    expect(result).toMatchObject({ outcome: "lost" });
    expect(result.outcome === "lost" && result.reason).not.toBe("timeout");
  });

  test("a server that falls silent before the login is unreachable", async () => {
    const { proxy, transport } = await behindProxy({ readyTimeoutSeconds: 1 });
    proxy.stall();
    await expect(transport.run("echo", { timeoutSeconds: 60 })).rejects.toMatchObject({
      code: "host-unreachable",
    });
  });

  test("connecting counts as time of the run", async () => {
    const { proxy, transport } = await behindProxy({ readyTimeoutSeconds: 4 });
    proxy.stall();
    expect(await transport.run("echo", { timeoutSeconds: 0.5 })).toMatchObject({
      outcome: "lost",
      reason: "timeout",
    });
  });

  test("a reset while nothing runs ends nothing", async () => {
    const { proxy, server, transport } = await behindProxy();
    await transport.run(":", { timeoutSeconds: 60 });
    for (let time = 0; time < 3; time += 1) {
      proxy.reset();
      await new Promise((resolve) => setTimeout(resolve, 50));
      expect(await transport.run("echo fine", { timeoutSeconds: 60 })).toMatchObject({
        outcome: "exited",
        code: 0,
      });
    }
    expect(server.authentications()).toBeGreaterThanOrEqual(4);
  });

  test("runs that share a connection are all lost with it, and told so", async () => {
    const { proxy, transport } = await behindProxy();
    const started = Array.from({ length: 3 }, () => Promise.withResolvers<void>());
    const running = started.map(({ resolve }) =>
      transport.run("echo started; sleep 60", { timeoutSeconds: 120, onStdout: () => resolve() }),
    );
    await Promise.all(started.map(({ promise }) => promise));
    proxy.reset();
    expect((await Promise.all(running)).map(({ outcome }) => outcome)).toEqual(["lost", "lost", "lost"]);
  });

  test("closing ends what runs, and a later run opens again", async () => {
    const { transport } = await behindProxy();
    const started = Promise.withResolvers<void>();
    const running = transport.run("echo started; sleep 60", {
      timeoutSeconds: 120,
      onStdout: () => started.resolve(),
    });
    await started.promise;
    await transport.close();
    expect(await running).toMatchObject({ outcome: "lost" });
    expect(await transport.run("echo fine", { timeoutSeconds: 60 })).toMatchObject({
      outcome: "exited",
      code: 0,
    });
  });
});

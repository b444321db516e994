// One connection per host, whoever asks.

import { expect, onTestFinished, test } from "vitest";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import { createTransports } from "./transports.ts";

test("everybody who asks for a host gets the same transport and one connection", async () => {
  const server = await startInProcessSsh();
  const transports = createTransports({ hosts: new Map() }, server.options);
  onTestFinished(async () => {
    await transports.closeAll();
    await server.stop();
  });
  const first = transports.for(server.hostConfig);
  expect(transports.for({ ...server.hostConfig })).toBe(first);
  await Promise.all([1, 2, 3].map(() => transports.for(server.hostConfig).run(":", { timeoutSeconds: 60 })));
  expect(server.connections()).toBe(1);
  const local = transports.for({ kind: "local", name: "local" });
  expect((await local.run("echo here", { timeoutSeconds: 60 })).stdout.toString()).toBe("here\n");

  await transports.closeAll();
  await expect.poll(() => server.connections(), { timeout: 10_000 }).toBe(0);
});

test("a transport that does not exist yet is refused when it is asked for", async () => {
  const server = await startInProcessSsh();
  onTestFinished(() => server.stop());
  const transports = createTransports({ hosts: new Map() });
  expect(() => transports.for({ ...server.hostConfig, transport: "openssh" })).toThrow(
    /openssh is not available/,
  );
});

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

test("a host is reached with the transport that the configuration names", async () => {
  const server = await startInProcessSsh();
  const transports = createTransports({ hosts: new Map() }, server.options);
  onTestFinished(async () => {
    await transports.closeAll();
    await server.stop();
  });
  const idents: string[] = [];
  for (const transport of ["ssh", "openssh"] as const) {
    const host = { ...server.hostConfig, name: transport, transport };
    await transports.for(host).run(":", { timeoutSeconds: 60 });
    idents.push(server.clients().at(-1) ?? "");
  }
  expect(idents).toEqual([expect.stringMatching(/ssh2js/), expect.stringMatching(/OpenSSH/)]);
});

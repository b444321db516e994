// A TCP proxy that can stop passing anything on, or break off: a line that goes bad.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type StallingProxy = {
  readonly port: number;
  /** From now on nothing passes, and nobody is told. */
  readonly stall: () => void;
  /** Resets every connection. */
  readonly reset: () => void;
  readonly stop: () => Promise<void>;
};

export async function startStallingProxy(targetPort: number): Promise<StallingProxy> {
  const sockets = new Set<Socket>();
  let stalled = false;
  const server = createServer((near) => {
    const far = connect(targetPort, "127.0.0.1");
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("data", (chunk) => {
        if (!stalled) to.write(chunk);
      });
      from.on("error", () => {});
      from.on("close", () => {
        sockets.delete(from);
        if (!stalled) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  function reset(): void {
    for (const socket of sockets) socket.resetAndDestroy();
  }

  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      stalled = true;
    },
    reset,
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      reset();
      await closed;
    },
  };
}

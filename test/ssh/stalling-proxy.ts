// A TCP proxy that can stop passing anything on, or break off: a line that goes bad.

import { type AddressInfo, connect, createServer, type Socket } from "node:net";

export type StallingProxy = {
  readonly port: number;
  /** From now on nothing passes, and nobody is told. */
  readonly stall: () => void;
  /** The same for the connections that are there; a new one passes. */
  readonly stallThose: () => void;
  /** Resets every connection. */
  readonly reset: () => void;
  /** Tells one end of every connection that the other has no more to say, and says nothing to the other. */
  readonly halfClose: (told: "near" | "far") => void;
  readonly stop: () => Promise<void>;
};

type Wire = { readonly near: Socket; readonly far: Socket; stalled: boolean };

export async function startStallingProxy(targetPort: number): Promise<StallingProxy> {
  const wires = new Set<Wire>();
  let stalled = false;
  const server = createServer({ allowHalfOpen: true }, (near) => {
    const far = connect({ port: targetPort, host: "127.0.0.1", allowHalfOpen: true });
    const wire: Wire = { near, far, stalled: false };
    wires.add(wire);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      const passes = (): boolean => !stalled && !wire.stalled;
      from.on("data", (chunk) => {
        if (passes() && to.writable) to.write(chunk);
      });
      from.on("end", () => {
        if (passes()) to.end();
      });
      from.on("error", () => {});
      from.on("close", () => {
        if (near.closed && far.closed) wires.delete(wire);
        if (passes()) to.destroy();
      });
    }
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));

  function reset(): void {
    for (const { near, far } of wires) {
      near.resetAndDestroy();
      far.resetAndDestroy();
    }
  }

  return {
    port: (server.address() as AddressInfo).port,
    stall() {
      stalled = true;
    },
    stallThose() {
      for (const wire of wires) wire.stalled = true;
    },
    reset,
    halfClose(told) {
      for (const wire of wires) {
        wire.stalled = true;
        wire[told].end();
      }
    },
    async stop() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      reset();
      await closed;
    },
  };
}

// A port on loopback for a server that comes later, and goes and comes again.

import { randomInt } from "node:crypto";
import { once } from "node:events";
import { createServer } from "node:net";

/** None of those that outgoing connections are given, one of which would take it in the meantime. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(15_000, 32_000);
    const server = createServer();
    server.listen(port, "127.0.0.1");
    const isFree = await once(server, "listening").then(
      () => true,
      () => false,
    );
    if (!isFree) continue;
    server.close();
    await once(server, "close");
    return port;
  }
}

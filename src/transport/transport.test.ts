// The one suite for all bodies of `Transport`.

import { describe, test } from "vitest";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import { startOpenSsh, whyNoOpenSsh } from "../../test/ssh/openssh-server.ts";
import { transportSuite } from "../../test/transport-suite.ts";
import { openLocal } from "./local.ts";
import { openOpenSsh } from "./openssh.ts";
import { openSsh } from "./ssh.ts";

transportSuite("local", async () => ({ transport: openLocal(), stop: () => Promise.resolve() }));

transportSuite("ssh to a server in this process", async () => {
  const server = await startInProcessSsh();
  return {
    transport: openSsh(server.hostConfig, server.options),
    cut: server.dropConnections,
    stop: server.stop,
  };
});

for (const [name, open] of [
  ["ssh to OpenSSH", openSsh],
  ["openssh to OpenSSH", openOpenSsh],
] as const) {
  if (whyNoOpenSsh === undefined) {
    transportSuite(name, async () => {
      const server = await startOpenSsh();
      return {
        transport: open(server.hostConfig, server.options),
        cut: server.dropConnections,
        stop: server.stop,
      };
    });
  } else {
    describe(name, () => {
      test.skip(whyNoOpenSsh ?? "", () => {});
    });
  }
}

// What a bot that is killed leaves of its shared connections: they end by themselves.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { startOpenSsh, whyNoOpenSsh } from "../../test/ssh/openssh-server.ts";
import { over } from "../../test/ssh/run-on.ts";

const program = `
import { openOpenSsh } from ${JSON.stringify(join(import.meta.dirname, "openssh.ts"))};
const [host, options] = JSON.parse(process.argv[1]);
const transport = openOpenSsh(host, options);
transport.run("sleep 5", { timeoutSeconds: 2000 });
const { stdout } = await transport.run("echo connected", { timeoutSeconds: 60 });
process.stdout.write(stdout);
`;

test.skipIf(whyNoOpenSsh !== undefined)(
  `the shared connection of a bot that was killed ends by itself, a minute after its last use (${whyNoOpenSsh ?? "OpenSSH is here"})`,
  async () => {
    const server = over("openssh", await startOpenSsh());
    onTestFinished(() => server.stop());
    const asked = JSON.stringify([server.hostConfig, server.options]);
    const bot = spawn(process.execPath, ["--input-type=module", "-e", program, asked], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    onTestFinished(() => void bot.kill("SIGKILL"));
    await new Promise((resolve) => bot.stdout.once("data", resolve));
    expect(server.log()).not.toMatch(/Disconnected from user/);
    bot.kill("SIGKILL");
    await vi.waitUntil(() => /Disconnected from user/.test(server.log()), {
      timeout: 110_000,
      interval: 200,
    });
  },
  150_000,
);

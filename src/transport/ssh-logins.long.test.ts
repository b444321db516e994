// Logins that a host refuses or restricts: what a person is told, and that nobody is asked again and again.

import { execFileSync, spawn } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { connect, type Socket } from "node:net";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import {
  type OpenSsh,
  type OpenSshOptions,
  startOpenSsh,
  whyNoOpenSsh,
} from "../../test/ssh/openssh-server.ts";
import { failureOf, fine, openHost, over, ownDirectory, runOn, told, ways } from "../../test/ssh/run-on.ts";
import { makeKey } from "../../test/ssh/temporary-keys.ts";

describe.skipIf(whyNoOpenSsh !== undefined).each(ways)(
  `a login over %s (${whyNoOpenSsh ?? "OpenSSH is here"})`,
  (way) => {
    async function server(options: OpenSshOptions = {}): Promise<OpenSsh> {
      const started = await startOpenSsh(options);
      onTestFinished(() => started.stop());
      return over(way, started);
    }

    const connections = (of: OpenSsh): number => of.log().split("Connection from").length - 1;

    async function agentWith(
      keys: readonly string[],
    ): Promise<{ socket: string; kill: () => Promise<void> }> {
      const socket = join(ownDirectory(), "agent");
      const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
      const ended = new Promise<void>((resolve) => agent.once("exit", () => resolve()));
      const kill = (): Promise<void> => {
        agent.kill("SIGKILL");
        return ended;
      };
      onTestFinished(kill);
      await new Promise((resolve) => agent.stdout.once("data", resolve));
      for (const key of keys) {
        execFileSync("ssh-add", ["-q", key], {
          env: { ...process.env, SSH_AUTH_SOCK: socket },
          stdio: "ignore",
        });
      }
      return { socket, kill };
    }

    test("that is refused is tried once, whoever waits for it", async () => {
      const host = await server();
      writeFileSync(join(host.directory, "authorized_keys"), "");
      const before = connections(host);
      const transport = openHost(host.hostConfig, host.options);
      onTestFinished(() => transport.close());
      const failures = await Promise.all(
        [1, 2, 3, 4].map(() => failureOf(transport.run("echo", { timeoutSeconds: 60 }))),
      );
      for (const failure of failures) {
        expect(failure).toMatchObject({ code: "host-auth-failed", details: { tried: [host.identityFile] } });
        expect(told(failure)).toContain(`refused: ${host.identityFile}`);
      }
      expect(connections(host) - before).toBe(1);
    });

    test("to a host that takes only passwords says so, and no key is shown to it twice", async () => {
      const host = await server({ config: ["PasswordAuthentication yes", "PubkeyAuthentication no"] });
      const before = connections(host);
      const failure = await failureOf(runOn(host));
      expect(failure.code).toBe("host-auth-failed");
      expect(told(failure)).toMatch(/takes only password, and a bot logs in with a key/);
      expect(connections(host) - before).toBe(1);
    });

    test("to a host that takes only answers at a keyboard says so", async () => {
      const host = await startInProcessSsh({ accepts: ["keyboard-interactive"] });
      onTestFinished(() => host.stop());
      const failure = await failureOf(runOn(over(way, host)));
      expect(failure.code).toBe("host-auth-failed");
      expect(told(failure)).toMatch(/takes only keyboard-interactive, and a bot logs in with a key/);
      expect(host.clients()).toHaveLength(1);
    });

    test("with an agent that has died is told from one without an agent", async () => {
      const host = await server();
      const { socket, kill } = await agentWith([host.identityFile]);
      const stranger = join(ownDirectory(), "stranger");
      makeKey(stranger);
      expect(await runOn(host, { identityFile: stranger }, { agentSocket: socket })).toMatchObject(fine);
      await kill();
      const failure = await failureOf(runOn(host, { identityFile: stranger }, { agentSocket: socket }));
      expect(failure.code).toBe("host-auth-failed");
      expect(told(failure)).toContain(`agent at ${socket} does not answer`);
    });

    test("with an agent full of other keys says what keeps them back", async () => {
      const host = await server({ config: ["MaxAuthTries 2"] });
      const others = ["a", "b", "c", "d"].map((name) => join(ownDirectory(), name));
      for (const key of others) makeKey(key);
      const { socket } = await agentWith(others);
      const stranger = join(ownDirectory(), "stranger");
      makeKey(stranger);
      const failure = await failureOf(runOn(host, { identityFile: stranger }, { agentSocket: socket }));
      expect(failure.code).toBe("host-auth-failed");
      expect(told(failure)).toContain("IdentitiesOnly yes");
    });

    test("with a key that may run only its own command is no shell", async () => {
      const host = await server();
      const file = join(host.directory, "authorized_keys");
      const key = readFileSync(file, "utf8");
      writeFileSync(file, `command="echo only for backups" ${key}`);
      const failure = await failureOf(runOn(host));
      expect(failure).toMatchObject({ code: "host-no-shell", details: { reason: "only for backups" } });
      writeFileSync(file, `restrict ${key}`);
      expect(await runOn(host)).toMatchObject(fine);
    });

    test.each([
      ["/bin/false", ""],
      ["/usr/sbin/nologin", "This account is currently not available."],
    ])("whose shell is %s is no shell", async (shell, says) => {
      const host = await server({ forceCommand: shell });
      expect(await failureOf(runOn(host))).toMatchObject({
        code: "host-no-shell",
        details: { code: 1, reason: says },
      });
    });

    test("is greeted by a long banner, and that is nobody's output", async () => {
      const banner = join(ownDirectory(), "banner");
      writeFileSync(
        banner,
        "Permission denied (publickey). no matching cipher. Host key verification failed.\n".repeat(100),
      );
      const host = await server({ config: [`Banner ${banner}`] });
      expect(await runOn(host)).toMatchObject(fine);
    });

    test("at a server that is busy is tried once more, and then told", async () => {
      const host = await server({ config: ["MaxStartups 1:100:1", "LoginGraceTime 120"] });
      const holding = await onlyVisitor(host.port);
      onTestFinished(() => void holding.destroy());
      const drops = (): number => host.log().split("drop connection").length;
      const before = drops();
      const failure = await failureOf(runOn(host));
      expect(failure.code).toBe("host-unreachable");
      expect(told(failure)).toMatch(/may be busy \(MaxStartups\)/);
      expect(drops() - before).toBe(2);

      const later = runOn(host);
      setTimeout(() => holding.destroy(), 100);
      expect(await later).toMatchObject(fine);
    });
  },
);

/** Whoever was there before may not have left yet. */
async function onlyVisitor(port: number): Promise<Socket> {
  for (;;) {
    const socket = connect(port, "127.0.0.1");
    const greeting = await new Promise<Buffer>((resolve) => socket.once("data", resolve));
    if (greeting.toString().startsWith("SSH-")) return socket;
    socket.destroy();
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

// Hosts that are not who or what they should be: their keys, our logins, their shells.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import {
  failureOf,
  fine,
  knownHosts,
  openHost,
  over,
  ownDirectory,
  publicKey,
  runOn,
  told,
  ways,
} from "../../test/ssh/run-on.ts";
import { makeKey } from "../../test/ssh/temporary-keys.ts";
import { readHostKey, recordHostKey } from "./host-key.ts";

describe.each(ways)("over %s:", (way) => {
  async function inProcess(options?: Parameters<typeof startInProcessSsh>[0]) {
    const server = await startInProcessSsh(options);
    onTestFinished(() => server.stop());
    return over(way, server);
  }

  describe("the key of a host", () => {
    test("that is not on file is refused before the login, with the way to trust it", async () => {
      const server = await inProcess();
      const failure = await failureOf(runOn(server, {}, knownHosts("")));
      const key = await readHostKey(server.hostConfig, server.options);
      expect(failure).toMatchObject({
        code: "host-key-unknown",
        details: { host: "dock", port: server.port, fingerprint: key.fingerprint, keyType: "ssh-ed25519" },
      });
      expect(failure.details["remedy"]).toBe("passerelle trust-host dock");
      expect(server.authentications()).toBe(0);

      const options = knownHosts("[127.0.0.1]:1 ssh-rsa AAAA");
      const file = options.knownHostsFiles?.[0] ?? "";
      await recordHostKey(file, key.knownHostsLine);
      await recordHostKey(file, key.knownHostsLine);
      expect(readFileSync(file, "utf8")).toBe(`[127.0.0.1]:1 ssh-rsa AAAA\n${key.knownHostsLine}\n`);
      expect(await runOn(server, {}, options)).toMatchObject(fine);
    });

    test("that changed is refused before the login, with both fingerprints", async () => {
      const server = await inProcess();
      const old = makeKey(join(ownDirectory(), "old"));
      const failure = await failureOf(runOn(server, {}, knownHosts(`\n[127.0.0.1]:${server.port} ${old}\n`)));
      expect(failure.code).toBe("host-key-changed");
      expect(failure.details["fingerprint"]).toMatch(/^SHA256:/);
      expect(failure.details["expected"]).toMatch(/^SHA256:/);
      expect(failure.details["expected"]).not.toBe(failure.details["fingerprint"]);
      expect(failure.details["file"]).toMatch(/known_hosts:2$/);
      for (const detail of ["fingerprint", "expected", "file"])
        expect(told(failure)).toContain(failure.details[detail]);
      expect(server.authentications()).toBe(0);
    });

    test("that was revoked is refused even if it is on file too", async () => {
      const server = await inProcess();
      const key = publicKey(server);
      const text = `[127.0.0.1]:${server.port} ${key}\n@revoked * ${key}\n`;
      expect((await failureOf(runOn(server, {}, knownHosts(text)))).code).toBe("host-key-revoked");
      expect(server.authentications()).toBe(0);
    });

    test("of another type than the one on file is unknown, and the failure shows it", async () => {
      const server = await inProcess();
      const rsa = makeKey(join(ownDirectory(), "rsa"), "rsa");
      const failure = await failureOf(runOn(server, {}, knownHosts(`[127.0.0.1]:${server.port} ${rsa}\n`)));
      expect(failure).toMatchObject({
        code: "host-key-unknown",
        details: { keyType: "ssh-ed25519", onFile: ["ssh-rsa"] },
      });
      expect(server.authentications()).toBe(0);
    });

    test("may be pinned in the configuration, and then known_hosts is not asked", async () => {
      const server = await inProcess();
      const { fingerprint } = await readHostKey(server.hostConfig, server.options);
      expect(await runOn(server, { fingerprint }, knownHosts(""))).toMatchObject(fine);
      const wrong = `SHA256:${"A".repeat(43)}`;
      const failure = await failureOf(runOn(server, { fingerprint: wrong }));
      expect(failure).toMatchObject({ code: "host-key-changed", details: { expected: wrong, fingerprint } });
    });

    test("is asked for without a login", async () => {
      const server = await inProcess();
      expect(await readHostKey({ ...server.hostConfig, user: "nobody" }, server.options)).toMatchObject({
        keyType: "ssh-ed25519",
        knownHostsLine: `[127.0.0.1]:${server.port} ${publicKey(server).split(" ").slice(0, 2).join(" ")}`,
      });
      expect(server.authentications()).toBe(0);
    });
  });

  describe("a login", () => {
    test("with a key that the host does not know fails with what was tried", async () => {
      const server = await inProcess();
      const identityFile = join(ownDirectory(), "stranger");
      makeKey(identityFile);
      const failure = await failureOf(runOn(server, { identityFile }));
      expect(failure).toMatchObject({
        code: "host-auth-failed",
        details: { host: "dock", user: "deploy", tried: [identityFile] },
      });
    });

    test("does not offer a key that others can read", async () => {
      const server = await inProcess();
      chmodSync(server.identityFile, 0o644);
      const failure = await failureOf(runOn(server));
      expect(failure.code).toBe("host-auth-failed");
      expect(failure.details["reason"]).toMatch(
        /no key to offer; .*identity can be read by others \(mode 0644\)/,
      );
    });

    test("with a key behind a passphrase names the agent", async () => {
      const server = await inProcess();
      const identityFile = join(ownDirectory(), "locked");
      makeKey(identityFile, "ed25519", "a passphrase");
      const failure = await failureOf(runOn(server, { identityFile }, { agentSocket: "/nowhere/agent" }));
      expect(failure.code).toBe("host-auth-failed");
      expect(failure.details["reason"]).toMatch(/passphrase: load it into an agent/);
      expect(failure.details["reason"]).toMatch(/agent at \/nowhere\/agent does not answer/);
    });

    test("with a key that is not there says so", async () => {
      const server = await inProcess();
      const failure = await failureOf(runOn(server, { identityFile: "/nowhere/key" }));
      expect(failure.details["reason"]).toMatch(/\/nowhere\/key cannot be read \(ENOENT\)/);
    });

    test("takes a key from the agent", async () => {
      const server = await inProcess();
      const socket = join(ownDirectory(), "agent");
      const agent = spawn("ssh-agent", ["-D", "-a", socket], { stdio: ["ignore", "pipe", "ignore"] });
      onTestFinished(async () => {
        const ended = new Promise((resolve) => agent.once("exit", resolve));
        agent.kill();
        await ended;
      });
      await new Promise((resolve) => agent.stdout.once("data", resolve));
      const identityFile = join(ownDirectory(), "stranger");
      makeKey(identityFile);
      execFileSync("ssh-add", ["-q", server.identityFile], {
        env: { ...process.env, SSH_AUTH_SOCK: socket },
        stdio: "ignore",
      });
      expect(await runOn(server, { identityFile }, { agentSocket: socket })).toMatchObject(fine);
      expect(await runOn(server, {}, { agentSocket: "/nowhere/agent" })).toMatchObject(fine);
    });
  });

  describe("a host", () => {
    test("where nothing listens is unreachable, and why", async () => {
      const server = over(way, await startInProcessSsh());
      await server.stop();
      const failure = await failureOf(runOn({ ...server, options: { ...server.options } }));
      expect(failure).toMatchObject({
        code: "host-unreachable",
        details: { host: "dock", reason: "connection refused" },
      });
    });

    test("with fewer sessions than we would like is used with those it has", async () => {
      const server = await inProcess({ maxSessions: 1 });
      const transport = openHost(server.hostConfig, server.options);
      onTestFinished(() => transport.close());
      const results = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          transport.run(`sleep 0.05; echo ${index}`, { timeoutSeconds: 60 }),
        ),
      );
      expect(results.map(({ stdout }) => stdout.toString())).toEqual(
        Array.from({ length: 8 }, (_, index) => `${index}\n`),
      );
      expect(server.connections()).toBe(1);
    });

    test("that lets us in without a shell is told from one that is lost", async () => {
      const server = await inProcess({ forceCommand: "echo This account is not available; exit 1" });
      const failure = await failureOf(runOn(server));
      expect(failure).toMatchObject({
        code: "host-no-shell",
        details: { host: "dock", code: 1, reason: "This account is not available" },
      });
    });

    test("that only echoes what it gets is no shell", async () => {
      const server = await inProcess({ forceCommand: "cat" });
      expect((await failureOf(runOn(server))).code).toBe("host-no-shell");
    });

    test("that talks before every command is understood", async () => {
      const server = await inProcess({
        forceCommand:
          'head -c 300000 /dev/zero; printf welcome; echo "no newline here" >&2; printf x >&2; eval "$SSH_ORIGINAL_COMMAND"',
      });
      expect(await runOn(server)).toMatchObject(fine);
    });
  });
});

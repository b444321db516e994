// What only a real OpenSSH server shows: login shells, its limits, its algorithms, jump hosts.

import { execFileSync, spawn } from "node:child_process";
import { createHash, randomBytes } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  type OpenSsh,
  type OpenSshOptions,
  startOpenSsh,
  whyNoOpenSsh,
} from "../../test/ssh/openssh-server.ts";
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
import { readHostKey } from "./host-key.ts";
import type { SshHost } from "./ssh-settings.ts";

describe.skipIf(whyNoOpenSsh !== undefined).each(ways)(
  `OpenSSH over %s (${whyNoOpenSsh ?? "is here"})`,
  (way) => {
    async function openSshServer(options: OpenSshOptions = {}): Promise<OpenSsh> {
      const server = await startOpenSsh(options);
      onTestFinished(() => server.stop());
      return over(way, server);
    }

    const installed = (command: string): boolean => {
      try {
        execFileSync("sh", ["-c", `command -v ${command}`]);
        return true;
      } catch {
        return false;
      }
    };

    test.each(["sh", "dash", "bash", "fish", "csh", "tcsh", "zsh", "ksh"].filter(installed))(
      "a login shell %s makes no difference",
      async (shell) => {
        const server = await openSshServer({ forceCommand: `exec ${shell} -c "$SSH_ORIGINAL_COMMAND"` });
        const result = await runOn(server, {}, {}, 'printf "%s|" "$LC_ALL" "a\\\\b" "!x"; exit 7');
        expect(result).toMatchObject({ outcome: "exited", code: 7, stdout: Buffer.from("C|a\\b|!x|") });
      },
    );

    test("a talkative .bashrc is not part of the output", async ({ skip }) => {
      const server = await openSshServer();
      writeFileSync(join(server.home, ".bashrc"), "echo welcome; echo careful >&2; printf 'no newline'\n");
      if (!(await readNoise(server)).includes("welcome")) return skip("runs where the login shell is bash");
      expect(await runOn(server)).toMatchObject(fine);
    });

    test("a .bashrc that exits is no shell", async ({ skip }) => {
      const server = await openSshServer();
      writeFileSync(join(server.home, ".bashrc"), "echo bye; exit 0\n");
      if (!(await readNoise(server)).includes("bye")) return skip("runs where the login shell is bash");
      expect(await failureOf(runOn(server))).toMatchObject({
        code: "host-no-shell",
        details: { code: 0, reason: "bye" },
      });
    });

    test("MaxSessions 2 is enough for twelve runs at once", async () => {
      const server = await openSshServer({ config: ["MaxSessions 2"] });
      const transport = openHost(server.hostConfig, server.options);
      onTestFinished(() => transport.close());
      const results = await Promise.all(
        Array.from({ length: 12 }, (_, index) => transport.run(`echo ${index}`, { timeoutSeconds: 60 })),
      );
      expect(results.map(({ stdout }) => stdout.toString().trim())).toEqual(
        Array.from({ length: 12 }, (_, index) => `${index}`),
      );
    });

    test("keys that are renewed every two megabytes lose nothing either way", async () => {
      const server = await openSshServer({ config: ["RekeyLimit 2M"] });
      const bytes = randomBytes(20_000_000);
      const hash = createHash("sha256");
      let size = 0;
      const transport = openHost(server.hostConfig, server.options);
      onTestFinished(() => transport.close());
      const result = await transport.run("cat", {
        input: bytes,
        timeoutSeconds: 120,
        onStdout(chunk) {
          size += chunk.length;
          hash.update(chunk);
        },
      });
      expect(result).toMatchObject({ outcome: "exited", code: 0 });
      expect(size).toBe(bytes.length);
      expect(hash.digest("hex")).toBe(createHash("sha256").update(bytes).digest("hex"));
    }, 120_000);

    test("MaxSessions 1 is enough for whoever waits", async () => {
      const server = await openSshServer({ config: ["MaxSessions 1"] });
      const transport = openHost(server.hostConfig, server.options);
      onTestFinished(() => transport.close());
      const results = await Promise.all(
        [0, 1, 2, 3, 4].map((each) => transport.run(`echo ${each}`, { timeoutSeconds: 60 })),
      );
      expect(results.map(({ stdout }) => stdout.toString())).toEqual(
        [0, 1, 2, 3, 4].map((each) => `${each}\n`),
      );
    });

    test("MaxSessions 0 is no shell", async () => {
      const server = await openSshServer({ config: ["MaxSessions 0"] });
      expect((await failureOf(runOn(server))).code).toBe("host-no-shell");
    });

    test(
      way === "openssh"
        ? "a server with only key exchanges that are safe from quantum computers is reached"
        : "a server with only newer key exchanges needs the other transport, which is named",
      async () => {
        const server = await openSshServer({ config: ["KexAlgorithms sntrup761x25519-sha512@openssh.com"] });
        if (way === "openssh") {
          expect(await runOn(server)).toMatchObject(fine);
          expect(await readHostKey(server.hostConfig, server.options)).toMatchObject({
            keyType: "ssh-ed25519",
          });
          return;
        }
        const failure = await failureOf(runOn(server));
        expect(failure).toMatchObject({
          code: "host-algorithms",
          details: { host: "dock", reason: "no matching key exchange algorithm" },
        });
        expect(told(failure)).toContain("`transport: openssh`");
      },
    );

    test("a server with only weak algorithms is refused, even where the ssh configuration allows them", async () => {
      for (const config of [
        ["Ciphers aes128-ctr", "MACs hmac-sha1"],
        ["KexAlgorithms diffie-hellman-group14-sha1"],
        ["Ciphers aes256-cbc"],
        ["HostKeyAlgorithms ssh-rsa"],
      ]) {
        const server = await openSshServer({ config, hostKeyTypes: ["rsa"] });
        const configFile = join(ownDirectory(), "config");
        writeFileSync(
          configFile,
          "HostKeyAlgorithms +ssh-rsa\nCiphers +aes256-cbc\nKexAlgorithms +diffie-hellman-group14-sha1\n",
        );
        const failure = await failureOf(runOn(server, {}, { configFile }));
        expect(failure).toMatchObject({
          code: "host-algorithms",
          details: { reason: expect.stringMatching(/no matching/) },
        });
        expect(told(failure)).toMatch(/(?:U|, or u)pdate its SSH server/);
      }
    });

    test("a server with several keys shows the one that is on file or pinned", async () => {
      const server = await openSshServer({ hostKeyTypes: ["ed25519", "rsa", "ecdsa"] });
      const lines = readFileSync(server.knownHostsFile, "utf8").trim().split("\n");
      for (const line of lines) expect(await runOn(server, {}, knownHosts(`${line}\n`))).toMatchObject(fine);
      for (const type of ["ed25519", "rsa", "ecdsa"]) {
        const printed = execFileSync("ssh-keygen", [
          "-l",
          "-f",
          join(server.directory, `host_${type}.pub`),
        ]).toString();
        const fingerprint = printed.split(" ")[1];
        expect(await runOn(server, { fingerprint }, knownHosts(""))).toMatchObject(fine);
      }
    });

    test("the ssh configuration gives address, port, user, identity and jump host", async () => {
      const jump = await openSshServer();
      const target = await openSshServer();
      const configFile = join(ownDirectory(), "config");
      const known = join(ownDirectory(), "known hosts").replaceAll(" ", "_");
      writeFileSync(known, `jump-key ${publicKey(jump)}\ntarget-key ${publicKey(target)}\n`);
      writeFileSync(
        configFile,
        [
          `Host pier\n HostName 127.0.0.1\n Port ${target.port}\n User ${target.user}\n ProxyJump gangway`,
          ` IdentityFile ${target.identityFile}\n HostKeyAlias target-key\n UserKnownHostsFile ${known}`,
          `Host gangway\n HostName 127.0.0.1\n Port ${jump.port}\n User ${jump.user}`,
          ` IdentityFile ${jump.identityFile}\n HostKeyAlias jump-key\n UserKnownHostsFile ${known}\n`,
        ].join("\n"),
      );
      const bare: SshHost = {
        kind: "ssh",
        name: "pier",
        address: "pier",
        port: undefined,
        user: undefined,
        identityFile: undefined,
        fingerprint: undefined,
        transport: way,
      };
      const transport = openHost(bare, { configFile, agentSocket: "" });
      onTestFinished(() => transport.close());
      const { stdout } = await transport.run("echo $SSH_CONNECTION", { timeoutSeconds: 60 });
      expect(stdout.toString().trim().split(" ").at(-1)).toBe(`${target.port}`);
      expect(jump.log()).toMatch(/Accepted publickey/);

      jump.dropConnections();
      expect(await transport.run("echo fine", { timeoutSeconds: 60 })).toMatchObject(fine);

      writeFileSync(known, `target-key ${publicKey(target)}\n`);
      const strict = openHost(bare, { configFile, agentSocket: "" });
      const failure = await failureOf(strict.run("echo", { timeoutSeconds: 60 }));
      expect(failure).toMatchObject({
        code: "host-key-unknown",
        details: {
          host: "pier (ProxyJump gangway)",
          remedy: `passerelle trust-host ${jump.user}@gangway`,
        },
      });
    });

    test("a jump host of our own configuration goes by what is said of it there", async () => {
      const jump = await openSshServer();
      const target = await openSshServer();
      const configFile = join(ownDirectory(), "config");
      writeFileSync(configFile, `Host 127.0.0.1\n ProxyJump gangway\n`);
      const { fingerprint } = await readHostKey(jump.hostConfig, jump.options);
      const gangway: SshHost = { ...jump.hostConfig, name: "gangway", address: "localhost", fingerprint };
      const options = { configFile, hosts: new Map([["gangway", gangway]]) };
      expect(await runOn(target, {}, options)).toMatchObject(fine);
      expect(jump.log()).toMatch(/Accepted publickey/);
    });
  },
);

async function readNoise(server: OpenSsh): Promise<string> {
  const { knownHostsFile, identityFile, port, user } = server;
  const args = [
    "-F",
    "/dev/null",
    "-o",
    `UserKnownHostsFile=${knownHostsFile}`,
    "-o",
    "BatchMode=yes",
    "-i",
    identityFile,
  ];
  const ssh = spawn("ssh", [...args, "-p", `${port}`, `${user}@127.0.0.1`, "true"], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let said = "";
  ssh.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
  });
  await new Promise((resolve) => ssh.once("close", resolve));
  return said;
}

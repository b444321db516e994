// What people have in their ssh configuration: included files, matches, jumps over several machines, commands.

import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { type OpenSsh, startOpenSsh, whyNoOpenSsh } from "../../test/ssh/openssh-server.ts";
import { failureOf, fine, openHost, ownDirectory, told, ways } from "../../test/ssh/run-on.ts";
import type { SshHost } from "./ssh-settings.ts";
import type { RunResult } from "./transport.ts";

describe.skipIf(whyNoOpenSsh !== undefined).each(ways)(
  `the ssh configuration over %s (${whyNoOpenSsh ?? "is here"})`,
  (way) => {
    async function server(): Promise<OpenSsh> {
      const started = await startOpenSsh();
      onTestFinished(() => started.stop());
      return started;
    }

    const block = (host: string, to: OpenSsh, ...more: string[]): string =>
      [
        `Host ${host}`,
        "HostName 127.0.0.1",
        `Port ${to.port}`,
        `User ${to.user}`,
        `IdentityFile ${to.identityFile}`,
        `UserKnownHostsFile ${to.knownHostsFile}`,
        ...more,
      ].join("\n  ");

    async function runBy(config: string, host = "pier", script = "echo fine"): Promise<RunResult> {
      const configFile = join(ownDirectory(), "config");
      writeFileSync(configFile, config);
      const bare: SshHost = {
        kind: "ssh",
        name: host,
        address: host,
        port: undefined,
        user: undefined,
        identityFile: undefined,
        fingerprint: undefined,
        transport: way,
      };
      const transport = openHost(bare, { configFile, agentSocket: "" });
      onTestFinished(() => transport.close());
      return transport.run(script, { timeoutSeconds: 60 });
    }

    test("an alias with a pattern, and what stands first counts", async () => {
      const target = await server();
      const config = `${block("pi?r", target)}\nHost *\n  Port 1\n  User nobody\n  IdentityFile /nowhere/key\n`;
      expect(await runBy(config)).toMatchObject(fine);
    });

    test("included files, by pattern and within a block, speak for their hosts", async () => {
      const target = await server();
      const directory = ownDirectory();
      mkdirSync(join(directory, "config.d"));
      writeFileSync(join(directory, "config.d/10-pier"), `${block("pier", target)}\n`);
      writeFileSync(join(directory, "config.d/20-rest"), "Host *\n  Port 1\n");
      expect(await runBy(`Include ${directory}/config.d/*\n`)).toMatchObject(fine);
      const nested = `Include "${directory}/config.d/10-pier"\nHost other\n  Include ${directory}/config.d/20-rest\n`;
      expect(await runBy(nested)).toMatchObject(fine);
    });

    test("Match by name and by user", async () => {
      const target = await server();
      const config = `Match originalhost pier localuser *\n${block("*", target).split("\n").slice(1).join("\n")}\n`;
      expect(await runBy(config)).toMatchObject(fine);
    });

    test("Match exec is run only for a host whose transport is the system's ssh", async () => {
      const target = await server();
      const ran = join(ownDirectory(), "ran");
      const hidden = join(ownDirectory(), "hidden");
      writeFileSync(hidden, `Match host pier !exec "touch ${ran}"\n  Port 1\n`);
      const config = `Include ${hidden}\nMatch host=pier exec "touch ${ran}; exit 1"\n  Port 1\n${block("pier", target)}\n`;
      expect(await runBy(config)).toMatchObject(fine);
      expect(existsSync(ran)).toBe(way === "openssh");
    });

    test("two jump hosts, in the order in which they are written", async () => {
      const [first, second, target] = [await server(), await server(), await server()];
      const config = [
        block("pier", target, "ProxyJump gangway,ladder"),
        block("gangway", first),
        block("ladder", second),
      ].join("\n");
      const { stdout } = await runBy(config, "pier", "echo $SSH_CONNECTION");
      expect(stdout.toString().trim().split(" ").at(-1)).toBe(`${target.port}`);
      expect(first.log()).toMatch(/Accepted publickey/);
      expect(second.log()).toMatch(/Accepted publickey/);
    });

    test("a jump host that has a jump host of its own", async () => {
      const [first, second, target] = [await server(), await server(), await server()];
      const config = [
        block("pier", target, "ProxyJump ladder"),
        block("ladder", second, "ProxyJump gangway"),
        block("gangway", first),
      ].join("\n");
      expect(await runBy(config)).toMatchObject(fine);
      expect(first.log()).toMatch(/Accepted publickey/);
    });

    test("a failure on the way names the machine where it happened", async () => {
      const [jump, target] = [await server(), await server()];
      const at = (...more: string[]): string =>
        [block("pier", target, "ProxyJump gangway"), block("gangway", jump, ...more)].join("\n");
      const refused = await failureOf(
        runBy(at().replace(`IdentityFile ${jump.identityFile}`, "IdentityFile /nowhere/key")),
      );
      expect(refused).toMatchObject({
        code: "host-auth-failed",
        details: { host: "pier (ProxyJump gangway)" },
      });
      const unknown = await failureOf(runBy(at().replace(jump.knownHostsFile, "/dev/null")));
      expect(unknown).toMatchObject({
        code: "host-key-unknown",
        details: { host: "pier (ProxyJump gangway)" },
      });
      expect(told(unknown)).toContain(`passerelle trust-host ${jump.user}@gangway`);
      const beyond = await failureOf(runBy(at().replace(`Port ${target.port}`, "Port 1")));
      expect(beyond).toMatchObject({ code: "host-unreachable", details: { host: "pier", port: 1 } });
      expect(jump.log()).toMatch(/Accepted publickey/);
      expect(target.log()).not.toMatch(/Accepted publickey/);
    });

    test("a jump that leads to itself is told", async () => {
      const target = await server();
      expect(await failureOf(runBy(block("pier", target, "ProxyJump pier")))).toMatchObject({
        code: "host-unreachable",
      });
    });

    test("a ProxyCommand is for the system's ssh, and the other transport says so", async () => {
      const target = await server();
      const proxied = block("pier", target, `ProxyCommand ${process.execPath} -e ${relay(target.port)}`);
      if (way === "openssh") {
        expect(await runBy(proxied)).toMatchObject(fine);
        const broken = await failureOf(
          runBy(block("pier", target, "ProxyCommand echo no tunnel today >&2; exit 1")),
        );
        expect(broken).toMatchObject({ code: "host-unreachable", details: { host: "pier" } });
        return;
      }
      const failure = await failureOf(runBy(proxied));
      expect(failure.code).toBe("host-unreachable");
      expect(told(failure)).toMatch(/ProxyCommand; set transport: openssh, or use ProxyJump/);
    });

    test("a mistake in it is told with its line", async () => {
      const failure = await failureOf(runBy("Host pier\n  HostNane 127.0.0.1\n"));
      expect(failure.code).toBe("host-unreachable");
      expect(told(failure)).toMatch(/config.*line 2: Bad configuration option: hostnane/i);
    });
  },
);

const relay = (port: number): string =>
  `'const s=require("net").connect(${port},"127.0.0.1");process.stdin.pipe(s).pipe(process.stdout)'`;

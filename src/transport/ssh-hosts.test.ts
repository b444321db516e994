// Hosts that are not who or what they should be: keys, logins, shells, algorithms.

import { execFileSync, spawn } from "node:child_process";
import { chmodSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import {
  type OpenSsh,
  type OpenSshOptions,
  startOpenSsh,
  whyNoOpenSsh,
} from "../../test/ssh/openssh-server.ts";
import { makeKey, type ReachableSsh, temporaryDirectory } from "../../test/ssh/temporary-keys.ts";
import { PasserelleError } from "../errors.ts";
import { readHostKey, recordHostKey } from "./host-key.ts";
import { openSsh } from "./ssh.ts";
import type { SshHost, SshOptions } from "./ssh-settings.ts";
import type { RunResult } from "./transport.ts";

async function runOn(
  server: ReachableSsh,
  host: Partial<SshHost> = {},
  options: Partial<SshOptions> = {},
  script = "echo fine",
): Promise<RunResult> {
  const transport = openSsh({ ...server.hostConfig, ...host }, { ...server.options, ...options });
  try {
    return await transport.run(script, { timeoutSeconds: 60 });
  } finally {
    await transport.close();
  }
}

async function failureOf(work: Promise<unknown>): Promise<PasserelleError> {
  const error = await work.then(
    (value) => new Error(`no failure but ${JSON.stringify(value)}`),
    (reason: unknown) => reason,
  );
  if (error instanceof PasserelleError) return error;
  throw error;
}

function ownDirectory(): string {
  const directory = temporaryDirectory();
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return directory;
}

const fine = { outcome: "exited", code: 0, stdout: Buffer.from("fine\n"), stderr: Buffer.alloc(0) };

const publicKey = (server: ReachableSsh): string =>
  readFileSync(server.knownHostsFile, "utf8").split(" ").slice(1).join(" ").trim();

function knownHosts(text: string): Partial<SshOptions> {
  const file = join(ownDirectory(), "known_hosts");
  writeFileSync(file, text);
  return { knownHostsFiles: [file] };
}

async function inProcess(options?: Parameters<typeof startInProcessSsh>[0]) {
  const server = await startInProcessSsh(options);
  onTestFinished(() => server.stop());
  return server;
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
    onTestFinished(() => {
      agent.kill();
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
    const server = await startInProcessSsh();
    await server.stop();
    const failure = await failureOf(runOn({ ...server, options: { ...server.options } }));
    expect(failure).toMatchObject({
      code: "host-unreachable",
      details: { host: "dock", reason: "connection refused" },
    });
  });

  test("with fewer sessions than we would like is used with those it has", async () => {
    const server = await inProcess({ maxSessions: 1 });
    const transport = openSsh(server.hostConfig, server.options);
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

describe.skipIf(whyNoOpenSsh !== undefined)(`OpenSSH (${whyNoOpenSsh ?? "is here"})`, () => {
  async function openSshServer(options: OpenSshOptions = {}): Promise<OpenSsh> {
    const server = await startOpenSsh(options);
    onTestFinished(() => server.stop());
    return server;
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
    const transport = openSsh(server.hostConfig, server.options);
    onTestFinished(() => transport.close());
    const results = await Promise.all(
      Array.from({ length: 12 }, (_, index) => transport.run(`echo ${index}`, { timeoutSeconds: 60 })),
    );
    expect(results.map(({ stdout }) => stdout.toString().trim())).toEqual(
      Array.from({ length: 12 }, (_, index) => `${index}`),
    );
  });

  test("MaxSessions 0 is no shell", async () => {
    const server = await openSshServer({ config: ["MaxSessions 0"] });
    expect((await failureOf(runOn(server))).code).toBe("host-no-shell");
  });

  test("a server with only newer key exchanges is named as such", async () => {
    const server = await openSshServer({ config: ["KexAlgorithms sntrup761x25519-sha512@openssh.com"] });
    expect(await failureOf(runOn(server))).toMatchObject({
      code: "host-algorithms",
      details: { host: "dock", reason: "no matching key exchange algorithm" },
    });
  });

  test("a server with only SHA-1 is refused", async () => {
    const server = await openSshServer({ config: ["Ciphers aes128-ctr", "MACs hmac-sha1"] });
    expect((await failureOf(runOn(server))).code).toBe("host-algorithms");
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
      transport: "ssh",
    };
    const transport = openSsh(bare, { configFile, agentSocket: "" });
    onTestFinished(() => transport.close());
    const { stdout } = await transport.run("echo $SSH_CONNECTION", { timeoutSeconds: 60 });
    expect(stdout.toString().trim().split(" ").at(-1)).toBe(`${target.port}`);
    expect(jump.log()).toMatch(/Accepted publickey/);

    jump.dropConnections();
    expect(await transport.run("echo fine", { timeoutSeconds: 60 })).toMatchObject(fine);

    writeFileSync(known, `target-key ${publicKey(target)}\n`);
    const strict = openSsh(bare, { configFile, agentSocket: "" });
    const failure = await failureOf(strict.run("echo", { timeoutSeconds: 60 }));
    expect(failure).toMatchObject({
      code: "host-key-unknown",
      details: { host: "pier (ProxyJump gangway)" },
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
});

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

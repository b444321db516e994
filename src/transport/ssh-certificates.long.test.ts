// What only the system's `ssh` speaks: certificates of hosts and of users. And what it leaves behind: nothing.

import { execFileSync } from "node:child_process";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test, vi } from "vitest";
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
  runOn,
  told,
} from "../../test/ssh/run-on.ts";
import { makeKey } from "../../test/ssh/temporary-keys.ts";
import { readHostKey } from "./host-key.ts";

type Signed = { readonly file: string; readonly authority: string };

/** A key pair with a certificate beside it. */
function signedKey(...options: readonly string[]): Signed {
  const directory = ownDirectory();
  const file = join(directory, "key");
  makeKey(file);
  const authority = makeKey(join(directory, "authority"));
  execFileSync("ssh-keygen", [
    "-q",
    "-s",
    join(directory, "authority"),
    "-I",
    "test",
    ...options,
    `${file}.pub`,
  ]);
  return { file, authority };
}

const hostCertificate = (...options: readonly string[]): Signed => signedKey("-h", ...options);

describe.skipIf(whyNoOpenSsh !== undefined)(`certificates (${whyNoOpenSsh ?? "OpenSSH is here"})`, () => {
  async function server(options: OpenSshOptions = {}): Promise<OpenSsh> {
    const started = await startOpenSsh(options);
    onTestFinished(() => started.stop());
    return over("openssh", started);
  }

  const showing = ({ file }: Signed): OpenSshOptions => ({
    config: [`HostKey ${file}`, `HostCertificate ${file}-cert.pub`],
  });

  test("a host with a certificate of an authority that is on file is trusted", async () => {
    const signed = hostCertificate("-n", "127.0.0.1,dock");
    const host = await server(showing(signed));
    const known = knownHosts(`@cert-authority [127.0.0.1]:${host.port} ${signed.authority}\n`);
    expect(await runOn(host, {}, known)).toMatchObject(fine);
    expect(
      await failureOf(runOn({ ...host, hostConfig: { ...host.hostConfig, transport: "ssh" } }, {}, known)),
    ).toMatchObject({
      code: "host-key-unknown",
    });
  });

  test.each([
    ["for another machine", ["-n", "elsewhere.example"]],
    ["that is over", ["-n", "127.0.0.1", "-V", "20200101:20200102"]],
  ])("a host with a certificate %s is refused before the login", async (_, options) => {
    const signed = hostCertificate(...options);
    const host = await server(showing(signed));
    const failure = await failureOf(
      runOn(host, {}, knownHosts(`@cert-authority [127.0.0.1]:${host.port} ${signed.authority}\n`)),
    );
    expect(failure).toMatchObject({
      code: "host-key-unknown",
      details: { host: "dock", keyType: "ssh-ed25519" },
    });
    expect(host.log()).not.toMatch(/Accepted publickey/);
  });

  test("a host with a certificate of a stranger is unknown, and its key may still be on file or pinned", async () => {
    const signed = hostCertificate("-n", "127.0.0.1");
    const host = await server(showing(signed));
    expect((await failureOf(runOn(host, {}, knownHosts("")))).code).toBe("host-key-unknown");
    const key = readFileSync(`${signed.file}.pub`, "utf8");
    expect(await runOn(host, {}, knownHosts(`[127.0.0.1]:${host.port} ${key}`))).toMatchObject(fine);
    const { fingerprint } = await readHostKey(host.hostConfig, host.options);
    expect(await runOn(host, { fingerprint }, knownHosts(""))).toMatchObject(fine);
  });

  test("a user's certificate is shown, and one that is over is refused", async () => {
    const signed = signedKey("-n", "root,deploy,runner", "-V", "-1d:+1d");
    const file = join(ownDirectory(), "users_authority.pub");
    writeFileSync(file, `${signed.authority}\n`);
    const host = await server({
      config: [`TrustedUserCAKeys ${file}`, "AuthorizedPrincipalsFile none", "AuthorizedKeysFile none"],
    });
    const allowed = signedKeyFor(host.user, signed, "-1d:+1d");
    expect(await runOn(host, { identityFile: allowed })).toMatchObject(fine);
    const over = signedKeyFor(host.user, signed, "20200101:20200102");
    const failure = await failureOf(runOn(host, { identityFile: over }));
    expect(failure.code).toBe("host-auth-failed");
    expect(told(failure)).toContain("refused: ");
  });
});

/** The same key with another certificate of the same authority. */
function signedKeyFor(user: string, { file }: Signed, validity: string): string {
  const directory = ownDirectory();
  const copy = join(directory, "key");
  for (const end of ["", ".pub"]) copyFileSync(`${file}${end}`, `${copy}${end}`);
  const authority = join(file, "../authority");
  execFileSync("ssh-keygen", [
    "-q",
    "-s",
    authority,
    "-I",
    "test",
    "-n",
    user,
    "-V",
    validity,
    `${copy}.pub`,
  ]);
  return copy;
}

describe.skipIf(whyNoOpenSsh !== undefined)(
  `the shared connection (${whyNoOpenSsh ?? "OpenSSH is here"})`,
  () => {
    const directories = (place: string): readonly string[] =>
      readdirSync(place).filter((name) => /^passerelle-[A-Za-z0-9]{6}$/.test(name));

    async function withPlace(place: string): Promise<OpenSsh> {
      const before = { TMPDIR: process.env["TMPDIR"], XDG_RUNTIME_DIR: process.env["XDG_RUNTIME_DIR"] };
      process.env["TMPDIR"] = place;
      delete process.env["XDG_RUNTIME_DIR"];
      const started = await startOpenSsh();
      onTestFinished(async () => {
        await started.stop();
        for (const [name, value] of Object.entries(before)) {
          if (value === undefined) delete process.env[name];
          else process.env[name] = value;
        }
      });
      return over("openssh", started);
    }

    test("is in a directory that only we may enter, and that goes with it", async () => {
      const place = ownDirectory();
      const host = await withPlace(place);
      const transport = openHost(host.hostConfig, host.options);
      expect(await transport.run("echo fine", { timeoutSeconds: 60 })).toMatchObject(fine);
      const [only = "", ...others] = directories(place);
      expect(others).toEqual([]);
      expect(statSync(join(place, only)).mode & 0o777).toBe(0o700);
      expect(existsSync(join(place, only, "s"))).toBe(true);
      await transport.close();
      expect(directories(place)).toEqual([]);
      await vi.waitUntil(
        () => host.log().includes("Disconnected from") || host.log().includes("Connection closed"),
        10_000,
      );

      const failing = openHost({ ...host.hostConfig, port: 1 }, host.options);
      await failureOf(failing.run("echo", { timeoutSeconds: 60 }));
      expect(directories(place)).toEqual([]);
    });

    test("finds a short place where the temporary directory has a long name", async () => {
      const place = join(ownDirectory(), "x".repeat(90));
      mkdirSync(place);
      const host = await withPlace(place);
      expect(await runOn(host)).toMatchObject(fine);
    });

    test("needs an ssh programme on the bot's machine, and says so", async () => {
      const host = await withPlace(ownDirectory());
      const path = process.env["PATH"];
      process.env["PATH"] = "/nowhere";
      const failure = await failureOf(runOn(host)).finally(() => {
        process.env["PATH"] = path;
      });
      expect(failure).toMatchObject({ code: "tool-missing", details: { host: "local", tools: ["ssh"] } });
      expect(told(failure)).toMatch(/^ssh is missing on local/);
    });

    test("that is gone with its directory is made anew", async () => {
      const place = ownDirectory();
      const host = await withPlace(place);
      const transport = openHost(host.hostConfig, host.options);
      onTestFinished(() => transport.close());
      await transport.run(":", { timeoutSeconds: 60 });
      for (const name of directories(place)) execFileSync("rm", ["-rf", join(place, name)]);
      expect(await transport.run("echo fine", { timeoutSeconds: 60 })).toMatchObject(fine);
    });

    test("has nothing of the bot's environment, and forwards nothing, whatever the configuration says", async () => {
      const host = over("openssh", await startOpenSsh({ config: ["AcceptEnv *"] }));
      onTestFinished(() => host.stop());
      const configFile = join(ownDirectory(), "config");
      const ran = join(ownDirectory(), "ran");
      writeFileSync(
        configFile,
        [
          "SendEnv *",
          "ForwardAgent yes",
          "ForwardX11 yes",
          "PermitLocalCommand yes",
          `LocalCommand touch ${ran}`,
          "RemoteForward 0 127.0.0.1:1",
          "RequestTTY force",
          "RemoteCommand echo other",
          "StrictHostKeyChecking no",
          "ControlMaster auto",
          `ControlPath ${join(tmpdir(), "passerelle-not-ours-%C")}`,
          "LogLevel QUIET\n",
        ].join("\n"),
      );
      process.env["SLACK_TEST_TOKEN"] = "xoxb-secret";
      onTestFinished(() => void delete process.env["SLACK_TEST_TOKEN"]);
      const script =
        'echo "${SLACK_TEST_TOKEN-none} ${SSH_AUTH_SOCK-none} ${DISPLAY-none}"; test -t 0 || echo no tty';
      const result = await runOn(host, {}, { configFile }, script);
      expect(result.stdout.toString()).toBe("none none none\nno tty\n");
      expect(existsSync(ran)).toBe(false);
      expect(host.log()).not.toMatch(/tcpip-forward|x11|auth-agent/i);
      expect((await failureOf(runOn(host, {}, { ...knownHosts(""), configFile }))).code).toBe(
        "host-key-unknown",
      );
    });
  },
);

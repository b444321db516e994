import { execFileSync } from "node:child_process";
import {
  chmodSync,
  chownSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { type } from "../terminal.ts";
import { openBehindSsh } from "./behind-ssh.ts";
import { codesOf, examined } from "./examined.ts";
import { patience } from "./in-slack.ts";

describe.skipIf(whyNoOpenSsh !== undefined)(`a host behind OpenSSH (${whyNoOpenSsh ?? "here"})`, () => {
  const faketime = globSync("/usr/lib/*/faketime/libfaketime.so.1")[0];
  const whyNoFaketime = faketime === undefined ? "runs where libfaketime is installed" : undefined;

  test.concurrent.for([
    [
      "an hour ahead, in a Turkish session far to the east",
      "+1h",
      "LANG=tr_TR.UTF-8 TZ=Pacific/Chatham",
      /1 h ahead of/,
    ],
    [
      "an hour behind, in a German session",
      "-1h",
      "LC_ALL=de_DE.UTF-8 TZ=America/St_Johns",
      /(?:1 h|59 min \d+ s) behind/,
    ],
  ] as const)(
    "a host whose clock is %s: the doctor says so, and a promotion goes right, whatever the order of times",
    { timeout: patience },
    async ([, offset, session, said], context) => {
      if (whyNoFaketime !== undefined) return context.skip(whyNoFaketime);
      const clock = `LD_PRELOAD=${faketime} FAKETIME=${offset} NO_FAKE_STAT=1 FAKETIME_DONT_FAKE_MONOTONIC=1`;
      const { scene } = await openBehindSsh(context.onTestFinished, {
        sshd: { config: [`SetEnv ${session} ${clock}`] },
        startBot: false,
      });
      const { all } = await examined(scene);
      expect(codesOf(all, "wrong")).toEqual(["host-clock-apart"]);
      expect(all.find(({ code }) => code === "host-clock-apart")?.says).toMatch(said);
      for (const [content, time] of [
        ["old, from long ago\n", new Date("2001-01-01T00:00:00Z")],
        ["from tomorrow\n", new Date(Date.now() + 86_400_000)],
      ] as const) {
        writeFileSync(join(scene.preprod, "src/main.txt"), content);
        utimesSync(join(scene.preprod, "src/main.txt"), time, time);
        const planned = await type(scene, ["diff", "--json"]);
        expect(planned.code, planned.stderr).toBe(2);
        const { digest } = JSON.parse(planned.stdout);
        const done = await type(scene, ["promote", "--plan", digest, "--reason", "clocks"]);
        expect(done.code, done.stdout + done.stderr).toBe(0);
        expect(readFileSync(join(scene.prod, "app/main.txt"), "utf8")).toBe(content);
      }
      const back = await type(scene, ["rollback", "--yes", "--reason", "clocks"]);
      expect(back.code, back.stdout + back.stderr).toBe(0);
      expect(readFileSync(join(scene.prod, "app/main.txt"), "utf8")).toBe("old, from long ago\n");
    },
  );

  const whyNoUser =
    process.getuid?.() === 0 && existsSync("/usr/sbin/useradd")
      ? undefined
      : "runs as root, who can make a user, where useradd is installed";

  test(`a deploy user without rights beyond its own (${whyNoUser ?? "here"})`, {
    timeout: patience,
    skip: whyNoUser !== undefined,
  }, async ({ onTestFinished }) => {
    const directory = mkdtempSync(join(tmpdir(), "passerelle-deploy-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    chmodSync(directory, 0o755);
    const user = `deploy${process.pid}`;
    execFileSync("useradd", ["-M", "-d", directory, "-s", "/bin/sh", "-p", "*", user]);
    onTestFinished(() => void execFileSync("userdel", [user]));
    const uid = Number(execFileSync("id", ["-u", user], { encoding: "utf8" }));
    const [bin, home, around] = [join(directory, "bin"), join(directory, "home"), join(directory, "apps")];
    for (const made of [bin, home, around]) mkdirSync(made);
    for (const own of [home, around]) chownSync(own, uid, uid);
    const keys = join(directory, "authorized_keys");
    const tool = (name: string, script: string): void =>
      writeFileSync(join(bin, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    const restarted = join(home, "restarted");
    tool(
      "systemctl",
      `case "$*" in
  *LoadState*) echo LoadState=loaded ;;
  *ActiveState*) echo ActiveState=active ;;
  *Result*) echo Result=success ;;
  "restart kitchen.service") [ "$AS_ROOT" = yes ] || { echo "Access denied" >&2; exit 1; }; echo >>"${restarted}" ;;
esac`,
    );
    const allow = (what: string): void =>
      tool(
        "sudo",
        `[ "$1" = -n ] || exit 1
shift
case "$*" in
  "-l ${what}") exit 0 ;;
  "${what}") AS_ROOT=yes exec "$@" ;;
esac
echo "sudo: a password is required" >&2
exit 1`,
      );
    allow("systemctl restart other.service");

    const { scene, server } = await openBehindSsh(onTestFinished, {
      startBot: false,
      host: () => ({ user }),
      prodIn: around,
      sshd: { config: [`AuthorizedKeysFile ${keys}`, `SetEnv HOME=${home} PATH=${bin}:/usr/bin:/bin`] },
      preprod: { "src/health": "ok", "src/main.txt": "new\n", "src/locked/page.txt": "new\n" },
      prod: {
        "app/health": "ok",
        "app/main.txt": "old\n",
        "app/locked/page.txt": "old\n",
        "app/gone/main.py": "print()\n",
        "app/gone/__pycache__/main.pyc": "compiled",
      },
      app: ({ url }) => ({
        paths: "[{ from: src/, to: app/, delete: true }]",
        restart: "{ systemd: kitchen.service, sudo: true }",
        health: `{ deadline: 60s, interval: 1s, http: [{ url: "${url}" }] }`,
      }),
      fill: ({ preprod, prod }) => {
        chmodSync(join(preprod, ".."), 0o755);
        execFileSync("chown", ["-R", `${uid}:${uid}`, prod]);
        execFileSync("chown", ["-R", "0:0", join(prod, "app/locked"), join(prod, "app/gone/__pycache__")]);
      },
    });
    copyFileSync(join(server.directory, "authorized_keys"), keys);
    chmodSync(keys, 0o644);

    const first = await examined(scene);
    expect(codesOf(first.all, "wrong")).toEqual(["directories-locked", "restart-not-ready"]);
    expect(codesOf(first.all, "warning")).toEqual(["caches-locked", "foreign-files"]);
    const [locked] = first.all.filter(({ code }) => code === "directories-locked");
    expect(locked?.says).toContain("app/locked");
    expect(first.all.find(({ code }) => code === "restart-not-ready")?.says).toMatch(
      /sudo wants a password; allow the login `\/usr\/bin\/systemctl restart kitchen.service` in sudoers with NOPASSWD/,
    );
    expect((await type(scene, ["diff"])).code).toBe(3);

    const remedy = locked?.remedy?.replace("on dock: sudo ", "") ?? "";
    execFileSync("/bin/sh", ["-c", remedy]);
    allow("systemctl restart kitchen.service");
    const second = await examined(scene);
    expect(codesOf(second.all, "wrong")).toEqual([]);
    expect(codesOf(second.all, "ok")).toContain("restart-ready");

    const { digest } = JSON.parse((await type(scene, ["diff", "--json"])).stdout);
    const done = await type(scene, ["promote", "--plan", digest, "--reason", "as deploy"]);
    expect(done.code, done.stdout + done.stderr).toBe(0);
    expect(readFileSync(join(scene.prod, "app/main.txt"), "utf8")).toBe("new\n");
    expect(readFileSync(join(scene.prod, "app/locked/page.txt"), "utf8")).toBe("new\n");
    expect(existsSync(join(scene.prod, "app/gone/main.py"))).toBe(false);
    expect(readFileSync(join(scene.prod, "app/gone/__pycache__/main.pyc"), "utf8")).toBe("compiled");
    expect(readFileSync(restarted, "utf8")).toBe("\n");
    const back = await type(scene, ["rollback", "--yes", "--reason", "as deploy"]);
    expect(back.code, back.stdout + back.stderr).toBe(0);
    expect(readFileSync(join(scene.prod, "app/gone/main.py"), "utf8")).toBe("print()\n");
  });
});

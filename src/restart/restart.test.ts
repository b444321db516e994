import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type WithReason, withReason } from "../../test/restart-reason.ts";
import { createShims, runWith, type Shims } from "../../test/shims.ts";
import type { RestartConfig } from "../config/config.ts";
import type { JobResult, JobSpec } from "../transport/job.ts";
import { restart } from "./restart.ts";

let shims: Shims;

beforeEach(async () => {
  shims = await createShims();
});

afterEach(async () => {
  await shims.remove();
});

async function restarted(config: RestartConfig, root = "~/"): Promise<WithReason> {
  return withReason(await restart({ runJob: runWith(shims), id: "p1-restart", restart: config, root }));
}

async function notes(name = "calls"): Promise<readonly string[]> {
  return (await readFile(join(shims.home, name), "utf8")).trimEnd().split("\n");
}

// Notes each call as its directory and arguments; what a test wants to go wrong is a file of that name in the home.
const docker = String.raw`
note() { for word; do printf '[%s]' "$word"; done >>"$HOME/calls"; echo >>"$HOME/calls"; }
case $1 in
  version)
    [ ! -e "$HOME/no-daemon" ] || { echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock. Is it running?" >&2; exit 1; }
    [ ! -e "$HOME/no-right" ] || { echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1; }
    echo 28.2.2; exit ;;
  compose) [ ! -e "$HOME/no-plugin" ] || { echo "docker: unknown command: docker compose" >&2; exit 1; }; shift ;;
esac
[ "$1" != version ] || { echo v2; exit; }
case $3 in
  config) [ ! -e "$HOME/bad-file" ] || { echo "services.web Additional property imagee is not allowed" >&2; exit 15; }; exit ;;
esac
note "$0" "$PWD" "$@"
printf '\033[32mContainer web  Restarting\033[0m\r\n' >&2
[ ! -e "$HOME/no-image" ] || { cat "$HOME/no-image" >&2; exit 18; }
`;

const oddDirectory = 'it\'s $HOME "here" -x';

async function composeFile(name = "compose.yml"): Promise<string> {
  await mkdir(join(shims.home, oddDirectory), { recursive: true });
  await writeFile(join(shims.home, oddDirectory, name), "services: {}\n");
  return `~/${oddDirectory}/${name}`;
}

function compose(
  file: string,
  other: Partial<Extract<RestartConfig, { kind: "compose" }>> = {},
): RestartConfig {
  return { kind: "compose", file, mode: "restart", services: [], timeoutSeconds: 20, ...other };
}

describe("compose", () => {
  test("restarts in the compose file's directory, whatever the names, and says when", async () => {
    await shims.add("docker", docker);
    const before = Date.now() / 1000;
    const result = await restarted(compose(await composeFile("-f 'odd'.yml")));
    expect(result).toEqual({ outcome: "restarted", mark: expect.stringMatching(/^\d+\.\d{9}$/) });
    const mark = result.outcome === "restarted" ? Number(result.mark) : 0;
    expect(mark).toBeGreaterThanOrEqual(Math.floor(before));
    expect(mark).toBeLessThanOrEqual(Date.now() / 1000);
    expect(await notes()).toEqual([
      `[${shims.path}/docker][${shims.home}/${oddDirectory}][-f][./-f 'odd'.yml][restart]`,
    ]);
  });

  test("recreates, and only the named services", async () => {
    await shims.add("docker", docker);
    await restarted(compose(await composeFile(), { mode: "recreate", services: ["web", "worker"] }));
    expect((await notes())[0]).toMatch(
      /\[-f\]\[\.\/compose\.yml\]\[up\]\[-d\]\[--force-recreate\]\[web\]\[worker\]$/,
    );
  });

  test("takes the old docker-compose where the plugin is missing", async () => {
    await shims.add("docker", docker);
    await shims.add("docker-compose", docker);
    await writeFile(join(shims.home, "no-plugin"), "");
    expect((await restarted(compose(await composeFile()))).outcome).toBe("restarted");
    expect((await notes())[0]).toMatch(/docker-compose\].*\[-f\]\[\.\/compose\.yml\]\[restart\]$/);
  });

  const faults: readonly (readonly [string, string, string, RegExp])[] = [
    ["a daemon that is down", "no-daemon", "docker-unreachable", /Docker daemon does not answer/],
    ["a daemon that is not ours to speak to", "no-right", "docker-forbidden", /group docker/],
    ["a compose file that is not accepted", "bad-file", "compose-file-invalid", /does not accept ~\/it's/],
    [
      "Docker without compose",
      "no-plugin",
      "compose-missing",
      /neither `docker compose` nor `docker-compose`/,
    ],
  ];

  test.for(faults)("%s is told before anything is restarted", async ([, file, code, reason]) => {
    await shims.add("docker", docker);
    await writeFile(join(shims.home, file), "");
    const result = await restarted(compose(await composeFile()));
    expect(result).toMatchObject({
      outcome: "failed",
      code,
      reason: expect.stringMatching(reason),
      mark: undefined,
    });
    await expect(notes()).rejects.toThrow("ENOENT");
  });

  test("a failed restart tells its exit code and what was said, without colours", async () => {
    await shims.add("docker", docker);
    await writeFile(join(shims.home, "no-image"), "yeast is out\n");
    const result = await restarted(compose(await composeFile()));
    expect(result).toMatchObject({
      outcome: "failed",
      code: "exit-code",
      reason: "docker compose restart ended with exit code 18.",
      excerpt: ["Container web  Restarting", "yeast is out"],
      mark: expect.any(String),
    });
  });

  test("a failed restart whose cause is known tells the cause, and what to do", async () => {
    await shims.add("docker", docker);
    await writeFile(join(shims.home, "no-image"), "pull access denied for shop\n");
    expect(await restarted(compose(await composeFile()))).toMatchObject({
      code: "compose-image-missing",
      reason: expect.stringMatching(
        /^An image of .* could not be pulled; `docker compose pull` there brings it/,
      ),
      excerpt: ["Container web  Restarting", "pull access denied for shop"],
    });
  });

  test("a missing file and a missing Docker are told apart", async () => {
    expect(await restarted(compose("~/nowhere/compose.yml"))).toMatchObject({ code: "compose-file-missing" });
    expect(await restarted(compose(await composeFile()))).toMatchObject({ code: "docker-missing" });
  });
});

// A system with one unit whose life is written in the file `states`, a line for each look at it.
const systemctl = `
for word; do printf '[%s]' "$word"; done >>"$HOME/calls"; echo >>"$HOME/calls"
for last; do :; done
case " $* " in
  *" show -p LoadState "*)
    [ "$last" = shop.service ] && echo LoadState=$(cat "$HOME/load" 2>/dev/null || echo loaded) || echo LoadState=not-found ;;
  *" show -p ActiveState "*)
    echo "ActiveState=$(head -n 1 "$HOME/states")"
    [ "$(wc -l <"$HOME/states")" = 1 ] || sed -i 1d "$HOME/states" ;;
  *" show -p Result "*) echo "Result=$(cat "$HOME/result" 2>/dev/null || echo success)" ;;
  *" show -p Type "*) echo "Type=$(cat "$HOME/type" 2>/dev/null || echo simple)" ;;
  *" status "*) echo "shop.service - the shop: failed because of bread" ;;
  *" restart "*)
    [ ! -e "$HOME/auth" ] || { echo "Failed to restart shop.service: Interactive authentication required." >&2; exit 1; }
    [ ! -e "$HOME/fails" ] || { echo "Job for shop.service failed because the control process exited with error code." >&2; exit 1; } ;;
esac
`;

const systemd = (other: Partial<Extract<RestartConfig, { kind: "systemd" }>> = {}): RestartConfig => ({
  kind: "systemd",
  unit: "shop.service",
  user: false,
  sudo: false,
  timeoutSeconds: 20,
  ...other,
});

describe("systemd", () => {
  beforeEach(async () => {
    await shims.add("systemctl", systemctl);
    await writeFile(join(shims.home, "states"), "active\n");
  });

  test("waits for a unit that is still starting", async () => {
    await writeFile(join(shims.home, "states"), "activating\nactivating\nactive\n");
    expect((await restarted(systemd())).outcome).toBe("restarted");
    const calls = await notes();
    expect(calls[1]).toBe("[--no-ask-password][restart][shop.service]");
    expect(calls.filter((call) => call.includes("ActiveState"))).toHaveLength(3);
  });

  test("a unit of the login's own is spoken to as such", async () => {
    await restarted(systemd({ user: true }));
    expect((await notes()).slice(0, 2)).toEqual([
      "[--user][show][-p][LoadState][shop.service]",
      "[--user][restart][shop.service]",
    ]);
  });

  test("sudo is asked for the restart alone, in the words of a sudoers rule, and never for a password", async () => {
    await shims.add("sudo", 'echo "sudo: $*" >>"$HOME/calls"; shift; exec "$@"');
    expect((await restarted(systemd({ sudo: true }))).outcome).toBe("restarted");
    expect((await notes()).filter((call) => call.startsWith("sudo"))).toEqual([
      "sudo: -n systemctl restart shop.service",
    ]);
  });

  const refusals: readonly (readonly [string, string, string, RegExp])[] = [
    ["wants a password", "sudo: a password is required", "sudo-password", /NOPASSWD/],
    ["wants a terminal", "sudo: a terminal is required to read the password", "sudo-password", /NOPASSWD/],
    [
      "refuses",
      "Sorry, user deploy is not allowed to execute '/usr/bin/systemctl' as root",
      "sudo-refused",
      /add it to sudoers/,
    ],
  ];

  test.for(refusals)("a sudo that %s is told", async ([, words, code, reason]) => {
    await shims.add("sudo", `echo "${words}" >&2; exit 1`);
    expect(await restarted(systemd({ sudo: true }))).toMatchObject({
      outcome: "failed",
      code,
      reason: expect.stringMatching(reason),
    });
  });

  test("a unit that stays in its start is told after the time limit", async () => {
    await writeFile(join(shims.home, "states"), "activating\n");
    expect(await restarted(systemd({ timeoutSeconds: 5 }))).toMatchObject({
      code: "unit-activating",
      reason: "The unit shop.service was still starting after 5 s.",
    });
  });

  test("a unit that failed is told with its state", async () => {
    await writeFile(join(shims.home, "states"), "failed\n");
    await writeFile(join(shims.home, "result"), "exit-code\n");
    await writeFile(join(shims.home, "fails"), "");
    expect(await restarted(systemd())).toMatchObject({
      code: "unit-failed",
      excerpt: [
        "Job for shop.service failed because the control process exited with error code.",
        "shop.service - the shop: failed because of bread",
      ],
    });
  });

  test("a unit that failed too often is told with the way out", async () => {
    await writeFile(join(shims.home, "states"), "failed\n");
    await writeFile(join(shims.home, "result"), "start-limit-hit\n");
    expect(await restarted(systemd())).toMatchObject({
      code: "unit-start-limit",
      reason: expect.stringContaining("reset-failed"),
    });
  });

  test("a unit that did its work and ended is fine", async () => {
    await writeFile(join(shims.home, "states"), "inactive\n");
    expect(await restarted(systemd())).toMatchObject({ code: "unit-failed" });
    await writeFile(join(shims.home, "type"), "oneshot\n");
    expect((await restarted(systemd())).outcome).toBe("restarted");
  });

  test("a missing unit, a masked one and a missing right are told apart", async () => {
    expect(await restarted(systemd({ unit: "shap.service" }))).toMatchObject({ code: "unit-missing" });
    await writeFile(join(shims.home, "load"), "masked\n");
    expect(await restarted(systemd())).toMatchObject({ code: "unit-masked" });
    await writeFile(join(shims.home, "load"), "loaded\n");
    await writeFile(join(shims.home, "auth"), "");
    expect(await restarted(systemd())).toMatchObject({ code: "not-permitted" });
  });
});

const command = (text: string, timeoutSeconds = 20): RestartConfig => ({
  kind: "command",
  command: text,
  timeoutSeconds,
});

describe("a command", () => {
  test("runs in PROD's root, with the home's own mask for new files", async () => {
    await mkdir(join(shims.home, "the app"));
    expect(
      (await restarted(command('echo "$PWD $(umask) ${LC_ALL-unset} $#" >note'), "~/the app")).outcome,
    ).toBe("restarted");
    expect(await notes("the app/note")).toEqual([`${shims.home}/the app 0022 unset 0`]);
  });

  test("may have several lines and may exit", async () => {
    expect((await restarted(command("echo one >>log\nexit 0\necho two >>log"))).outcome).toBe("restarted");
    expect(await notes("log")).toEqual(["one"]);
  });

  test("that fails tells its exit code and its last words", async () => {
    expect(await restarted(command('echo "no bread" >&2; exit 4'))).toMatchObject({
      code: "exit-code",
      reason: "The restart command ended with exit code 4.",
      excerpt: ["no bread"],
    });
  });

  test("that cannot be read by the shell fails as well", async () => {
    expect(await restarted(command("echo 'unclosed"))).toMatchObject({
      outcome: "failed",
      code: "exit-code",
    });
  });

  test("cannot pretend to be the script around it", async () => {
    expect(
      await restarted(command("echo 'failed docker-missing'; failed unit-missing; exit 5")),
    ).toMatchObject({
      code: "exit-code",
      details: { exitCode: 5 },
    });
  });

  test("that never ends is ended and told", async () => {
    expect(await restarted(command("echo waiting; sleep 60", 1))).toMatchObject({
      code: "timeout",
      reason: "The restart command took longer than 1 s and was ended.",
      excerpt: ["waiting"],
    });
  });

  test("in a root that is not there is not run", async () => {
    expect(await restarted(command("touch ran"), "~/nowhere")).toMatchObject({
      code: "root-missing",
      reason: "PROD's root ~/nowhere is not there.",
      mark: undefined,
    });
  });
});

test("an app that needs no restart gets its mark all the same", async () => {
  expect(await restarted({ kind: "none", timeoutSeconds: 5 })).toMatchObject({
    outcome: "restarted",
    mark: expect.any(String),
  });
});

test.for([
  ["/usr/bin/bash", "--posix"],
  ["/usr/bin/busybox", "sh"],
] as const)("the scripts mean the same to %s", async (shell) => {
  await shims.add("docker", docker);
  await shims.add("systemctl", systemctl);
  await writeFile(join(shims.home, "states"), "active\n");
  const runJob = runWith(shims, shell);
  const oddCommand = command('echo "$PWD $(umask) $#" >note\nexit 0\nexit 9');
  const results = await Promise.all(
    [compose(await composeFile()), systemd(), oddCommand, compose("~/nowhere.yml"), command("exit 4")].map(
      (config) => restart({ runJob, id: "x", restart: config, root: "~/" }),
    ),
  );
  expect(results).toMatchObject([
    { outcome: "restarted" },
    { outcome: "restarted" },
    { outcome: "restarted" },
    { code: "compose-file-missing" },
    { code: "exit-code", details: { exitCode: 4 } },
  ]);
  expect(await notes("note")).toEqual([`${shims.home} 0022 0`]);
});

describe("the endings of a job", () => {
  const none = { stdout: Buffer.alloc(0), stderr: Buffer.from("last words\n") };
  const ending = (result: JobResult) =>
    restart({
      runJob: async () => result,
      id: "x",
      restart: { kind: "none", timeoutSeconds: 5 },
      root: "/srv",
    });

  test("a job that died is a failed restart, one that was stopped is told as that, a fenced one is thrown", async () => {
    expect(await ending({ outcome: "died", ...none })).toMatchObject({
      code: "died",
      excerpt: ["last words"],
    });
    expect(await ending({ outcome: "stopped", ...none })).toEqual({ outcome: "stopped" });
    await expect(ending({ outcome: "fenced", ...none })).rejects.toMatchObject({ code: "job-fenced" });
  });

  test("the job holds the target alone, within the configured time", async () => {
    const specs: JobSpec[] = [];
    await restart({
      runJob: async (spec) => {
        specs.push(spec);
        return { outcome: "exited", code: 0, ...none };
      },
      id: "p7-restart",
      restart: command("true", 33),
      root: "/srv",
    });
    expect(specs).toMatchObject([
      { id: "p7-restart", lock: "exclusive", timeoutSeconds: 33, args: ["/srv", "true"] },
    ]);
  });
});

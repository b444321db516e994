// Jobs when something breaks: the link, the one who waits, the job itself, and what starts it, at every command.

import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { startInProcessSsh } from "../../test/ssh/in-process-server.ts";
import { openHost, over, ways } from "../../test/ssh/run-on.ts";
import { type TemporaryTarget, temporaryTarget } from "../../test/state-dir.ts";
import type { JobResult, JobSpec } from "./job.ts";
import { createJobRunner } from "./job-runner.ts";
import { openLocal } from "./local.ts";
import { quote } from "./shell.ts";
import type { Transport } from "./transport.ts";

const local = openLocal();
let target: TemporaryTarget;

beforeEach(async () => {
  target = await temporaryTarget();
});
afterEach(() => target.remove());

function runOver(transport: Transport, spec: JobSpec, patienceSeconds = 30): Promise<JobResult> {
  return createJobRunner({
    transport,
    stateDir: target.stateDir,
    token: 1,
    owner: "pr_1",
    pollSeconds: 0.3,
    lockWaitSeconds: 5,
    patienceSeconds,
  })(spec);
}

function job(id: string, script: string): JobSpec {
  return { id, script, args: [target.directory], timeoutSeconds: 60, lock: "exclusive" };
}

const inTarget = (name: string): string => join(target.directory, name);
const read = (name: string): string =>
  existsSync(inTarget(name)) ? readFileSync(inTarget(name), "utf8") : "";
const pause = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

async function until(holds: () => boolean): Promise<void> {
  for (let wait = 0; wait < 600 && !holds(); wait += 1) await pause(50);
  expect(holds()).toBe(true);
}

const gated = 'echo ran >>"$1/log"; echo one; until [ -e "$1/go" ]; do sleep 0.05; done; echo two; exit 4';

describe.each(ways)("over a link of %s that breaks", (way) => {
  async function overSsh() {
    const server = over(way, await startInProcessSsh());
    const transport = openHost(server.hostConfig, server.options);
    onTestFinished(async () => {
      await transport.close();
      await server.stop();
    });
    return { server, transport };
  }

  test("a job goes on, and its whole result is told", async () => {
    const { server, transport } = await overSsh();
    const running = runOver(transport, job("long", gated));
    await until(() => read("log") !== "");
    for (let cut = 0; cut < 3; cut += 1) {
      server.dropConnections();
      await pause(400);
    }
    writeFileSync(inTarget("go"), "");
    const result = await running;
    expect(result).toMatchObject({ outcome: "exited", code: 4 });
    expect(result.stdout.toString()).toBe("one\ntwo\n");
    expect(read("log")).toBe("ran\n");
  });

  test("a start that is cut anywhere in its input starts nothing half, and then once", async () => {
    const { server, transport } = await overSsh();
    const input = Buffer.alloc(3_000_000, "abcdefgh");
    const spec = { ...job("start", 'echo ran >>"$1/log"; sha256sum | cut -c1-8'), input };
    const cutting = setInterval(() => server.dropConnections(), 60);
    const running = runOver(transport, spec);
    await pause(1500);
    clearInterval(cutting);
    const whole = await runOver(local, { ...spec, id: "whole" });
    const result = await running;
    expect(result).toMatchObject({ outcome: "exited", code: 0 });
    expect(result.stdout.equals(whole.stdout)).toBe(true);
    expect(read("log")).toBe("ran\nran\n");
  });

  test("patience ends when the host does not come back, and the job may be adopted later", async () => {
    const { server, transport } = await overSsh();
    const waiting = runOver(transport, job("left", gated), 1).catch((error: unknown) => error);
    await until(() => read("log") !== "");
    await server.stop();
    expect(await waiting).toMatchObject({ code: "host-lost" });
    writeFileSync(inTarget("go"), "");
    expect(await runOver(local, job("left", gated))).toMatchObject({ outcome: "exited", code: 4 });
    expect(read("log")).toBe("ran\n");
  });
});

describe("with processes killed", () => {
  const pidOf = (id: string, file: string): number =>
    Number(readFileSync(join(target.stateDir, "jobs", id, file), "utf8"));
  const kill = (pid: number): boolean => process.kill(pid, "SIGKILL");

  test("all of a job at once: it died, and it is not started again", async () => {
    const running = runOver(local, job("all", gated));
    await until(() => read("log") !== "" && existsSync(join(target.stateDir, "jobs/all/group")));
    const supervisor = pidOf("all", "pid");
    const group = pidOf("all", "group");
    kill(supervisor);
    kill(-group);
    const result = await running;
    expect(result.outcome).toBe("died");
    expect(result.stdout.toString()).toBe("one\n");
    expect((await runOver(local, job("all", gated))).outcome).toBe("died");
    expect(read("log")).toBe("ran\n");
    expect((await runOver(local, job("next", "exit 0"))).outcome).toBe("exited");
  });

  test("the supervisor alone: the job keeps the lock until it ends, and its code is known", async () => {
    const running = runOver(local, job("half", gated));
    await until(() => read("log") !== "" && existsSync(join(target.stateDir, "jobs/half/group")));
    kill(pidOf("half", "pid"));
    const next = runOver(local, job("next", 'cat "$1/log"'));
    await pause(700);
    writeFileSync(inTarget("go"), "");
    expect(await running).toMatchObject({ outcome: "exited", code: 4 });
    expect(await next).toMatchObject({ outcome: "exited", code: 0 });
  });

  test("what watches its time alone: nothing of the job is left running", async () => {
    const running = runOver(local, job("watch", gated));
    await until(() => read("log") !== "" && existsSync(join(target.stateDir, "jobs/watch/group")));
    kill(pidOf("watch", "group"));
    expect((await running).outcome).toBe("died");
    writeFileSync(inTarget("go"), "");
    expect(await runOver(local, job("next", "exit 0"))).toMatchObject({ outcome: "exited", code: 0 });
    expect((await running).stdout.toString()).toBe("one\n");
  });
});

describe("with each command of what starts and watches it", () => {
  const wrapped = [
    "find",
    "mktemp",
    "dd",
    "cat",
    "sha256sum",
    "sync",
    "rm",
    "mv",
    "flock",
    "setsid",
    "mkfifo",
    "timeout",
    "stat",
    "head",
    "tail",
  ];

  const real = (command: string): string => execFileSync("which", [command]).toString().trim();

  type Fault = "killed before it" | "killed after it" | "failing";

  /**
   * Commands that count themselves. The wanted one kills the process group it is in, and with it the script that called it,
   * before or after it has done its work; or it fails without doing it.
   */
  function faultyCommands(at: number, fault: Fault): Transport {
    const directory = inTarget(`bin-${fault}-${at}`);
    const works = fault === "killed after it";
    mkdirSync(directory);
    for (const command of wrapped) {
      writeFileSync(
        join(directory, command),
        `#!/bin/sh
echo >>${quote(join(directory, "count"))}
[ "$(${real("wc")} -l <${quote(join(directory, "count"))})" = ${at} ] || exec ${real(command)} "$@"
${works ? `${real(command)} "$@"` : ""}
${fault === "failing" ? "exit 1" : ""}
read -r _ _ _ _ group _ </proc/$$/stat
kill -KILL "-$group"
`,
      );
      chmodSync(join(directory, command), 0o755);
    }
    return {
      ...local,
      run: (script, options) => local.run(`PATH=${quote(directory)}:$PATH\nexport PATH\n${script}`, options),
    };
  }

  const countOf = (at: number, fault: Fault): number => read(`bin-${fault}-${at}/count`).length;

  test.each<Fault>(["killed before it", "killed after it", "failing"])(
    "%s",
    async (fault) => {
      const script = 'echo ran >>"$1/log-$2"; sleep 0.2; echo done';
      const spec = (id: string): JobSpec => ({
        ...job(id, script),
        args: [target.directory, id],
        input: Buffer.from("input"),
        lock: "shared",
      });
      expect(await runOver(faultyCommands(0, fault), spec("whole"))).toMatchObject({
        outcome: "exited",
        code: 0,
      });
      const commands = countOf(0, fault);
      expect(commands).toBeGreaterThan(20);

      const endings = new Map<string, number>();
      async function breakAt(at: number): Promise<void> {
        const id = `job-${at}`;
        const first = await runOver(faultyCommands(at, fault), spec(id)).catch(() => undefined);
        if (first?.outcome === "exited")
          expect({ at, runs: read(`log-${id}`) }).toEqual({ at, runs: "ran\n" });
        const result = await runOver(local, spec(id));
        const runs = read(`log-${id}`);
        if (result.outcome === "died") expect(["", "ran\n"]).toContain(runs);
        else {
          expect({ at, ...result }).toMatchObject({ at, outcome: "exited", code: 0 });
          expect({ at, runs }).toEqual({ at, runs: "ran\n" });
          expect(result.stdout.toString()).toBe("done\n");
        }
        endings.set(result.outcome, (endings.get(result.outcome) ?? 0) + 1);
      }
      for (let at = 1; at <= commands; at += 6) {
        const some = Array.from({ length: Math.min(6, commands - at + 1) }, (_, index) => at + index);
        await Promise.all(some.map(breakAt));
      }
      // Most of it comes before the job is marked as started, and then it is simply started again.
      expect(endings.get("exited") ?? 0).toBeGreaterThan(endings.get("died") ?? 0);
      expect(
        readdirSync(join(target.stateDir, "jobs")).filter((name) => name.startsWith("job-")).length,
      ).toBe(commands);
    },
    240_000,
  );
});

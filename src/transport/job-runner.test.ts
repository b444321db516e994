// Jobs as they go when nothing breaks, and what they keep to: once, alone, in time, within bounds.

import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type TemporaryTarget, temporaryTarget } from "../../test/state-dir.ts";
import type { JobResult, JobSpec, RunJob } from "./job.ts";
import { createJobRunner, type JobRunnerOptions } from "./job-runner.ts";
import { openLocal } from "./local.ts";

const transport = openLocal();
let target: TemporaryTarget;
let run: RunJob;

beforeEach(async () => {
  target = await temporaryTarget();
  run = runner();
});
afterEach(() => target.remove());

function runner(options: Partial<JobRunnerOptions> = {}): RunJob {
  return createJobRunner({
    transport,
    stateDir: target.stateDir,
    token: 1,
    owner: "pr_1",
    pollSeconds: 0.3,
    ...options,
  });
}

function job(id: string, script: string, rest: Partial<JobSpec> = {}): JobSpec {
  return { id, script, timeoutSeconds: 60, lock: "exclusive", ...rest };
}

const inTarget = (name: string): string => join(target.directory, name);
const read = (name: string): string =>
  existsSync(inTarget(name)) ? readFileSync(inTarget(name), "utf8") : "";

async function until(holds: () => boolean): Promise<void> {
  for (let wait = 0; wait < 600 && !holds(); wait += 1)
    await new Promise((resolve) => setTimeout(resolve, 50));
  expect(holds()).toBe(true);
}

function said(result: JobResult): readonly [string, string] {
  return [result.stdout.toString(), result.stderr.toString()];
}

describe("a job", () => {
  test("tells its exit code and both outputs, and has had its arguments and its input", async () => {
    const input = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const result = await run(
      job(
        "one",
        'printf "%s|" "$@"; cat >"$3/copy"; pwd >"$3/where"; umask >>"$3/where"; echo oops >&2; exit 3',
        {
          args: ["a b", "it's\n", target.directory],
          input,
        },
      ),
    );
    expect(result).toMatchObject({ outcome: "exited", code: 3 });
    expect(said(result)).toEqual([`a b|it's\n|${target.directory}|`, "oops\n"]);
    expect(readFileSync(inTarget("copy")).equals(input)).toBe(true);
    expect(read("where")).toBe(`${process.env["HOME"] ?? "/"}\n0077\n`);
  });

  test("that is started twice, one after the other or at once, runs once", async () => {
    const spec = job("once", 'echo ran >>"$1/log"; sleep 0.3; echo done', { args: [target.directory] });
    const results = await Promise.all([run(spec), runner()(spec), runner()(spec)]);
    results.push(await run(spec));
    expect(results.map((result) => said(result)[0])).toEqual(["done\n", "done\n", "done\n", "done\n"]);
    expect(read("log")).toBe("ran\n");
  });

  test("gives each line once, while it runs, and the last one without its end", async () => {
    const lines: string[] = [];
    const spec = job(
      "lines",
      'echo one; until [ -e "$1/go" ]; do sleep 0.05; done; printf "two\\nthr"; printf ee',
      {
        args: [target.directory],
      },
    );
    const result = await run(spec, {
      onLine(line) {
        lines.push(line);
        if (line === "one") writeFileSync(inTarget("go"), "");
      },
    });
    expect(said(result)[0]).toBe("one\ntwo\nthree");
    expect(lines).toEqual(["one", "two", "three"]);
    const again: string[] = [];
    await run(spec, { onLine: (line) => again.push(line) });
    expect(again).toEqual(lines);
  });

  test("over its time is ended with all it started", async () => {
    const result = await run(
      job("slow", 'echo begun; (sleep 3; echo late >>"$1/log") & sleep 60; echo never', {
        args: [target.directory],
        timeoutSeconds: 1,
      }),
    );
    expect(result.outcome).toBe("timeout");
    expect(said(result)[0]).toBe("begun\n");
    await new Promise((resolve) => setTimeout(resolve, 3000));
    expect(read("log")).toBe("");
  });

  test("that ignores being ended is killed", async () => {
    const result = await run(
      job("deaf", 'trap "" TERM; echo begun; while :; do sleep 1; done', { timeoutSeconds: 1 }),
    );
    expect(result.outcome).toBe("timeout");
  }, 60_000);

  test("whose own exit code is that of a time limit or a fence has merely exited", async () => {
    expect(await run(job("a", "exit 124"))).toMatchObject({ outcome: "exited", code: 124 });
    expect(await run(job("b", "exit 75"))).toMatchObject({ outcome: "exited", code: 75 });
    expect(await run(job("c", "kill -KILL $$"))).toMatchObject({ outcome: "exited", code: 137 });
  });

  test("that is stopped ends on the target", async () => {
    let asked = 0;
    const result = await run(
      job("stop", 'echo begun; sleep 60; echo ended >>"$1/log"', { args: [target.directory] }),
      {
        shouldStop() {
          asked += 1;
          return asked > 2;
        },
      },
    );
    expect(result.outcome).toBe("stopped");
    expect(said(result)[0]).toBe("begun\n");
    expect((await run(job("stop", "echo other"))).outcome).toBe("stopped");
    expect(await run(job("next", "echo free"))).toMatchObject({ outcome: "exited", code: 0 });
  });

  test("that is stopped may clean up, and then it is still stopped", async () => {
    const spec = job("tidy", 'trap "echo tidied; exit 9" TERM; echo begun; while :; do sleep 0.1; done');
    // Its process id is there before the script has begun, and has set its trap.
    const begun = (): boolean => {
      const out = join(target.stateDir, "jobs/tidy/out");
      return existsSync(out) && readFileSync(out, "utf8").includes("begun");
    };
    const result = await run(spec, { shouldStop: begun });
    expect(result.outcome).toBe("stopped");
    expect(said(result)[0]).toBe("begun\ntidied\n");
  });

  test("that printed a gigabyte has filled nothing, and its end is kept", async () => {
    const result = await run(
      job(
        "loud",
        "echo first; head -c 1000000000 /dev/zero | tr '\\0' x; echo; echo last; head -c 3000000 /dev/zero >&2",
      ),
    );
    expect(result).toMatchObject({ outcome: "exited", code: 0 });
    const [out] = said(result);
    expect(out.startsWith("first\nxxx")).toBe(true);
    expect(out.endsWith("xxx\nlast\n")).toBe(true);
    expect(out).toContain("\n[output cut here]\n");
    for (const file of ["out", "out.tail", "err", "err.tail"]) {
      expect(statSync(join(target.stateDir, "jobs/loud", file)).size).toBe(512 * 1024);
    }
  }, 120_000);

  test("leaves nothing in a process list", async () => {
    const result = await run(
      job("quiet", 'cat /proc/[0-9]*/cmdline 2>/dev/null | tr "\\0" " "', {
        args: ["a-secret-argument"],
        input: Buffer.from("a-secret-input"),
      }),
    );
    expect(said(result)[0]).toContain("supervise");
    expect(said(result)[0]).not.toMatch(/a-secret/);
  });

  test("with an id that is no name is refused", async () => {
    for (const id of ["", "../x", "a/b", "-x", ".new-x"])
      await expect(run(job(id, ":"))).rejects.toThrow(TypeError);
  });
});

describe("the lock of a target", () => {
  const log = 'echo "$2 in" >>"$1/log"; sleep 0.5; echo "$2 out" >>"$1/log"';

  test("lets exclusive jobs in one after the other", async () => {
    const each = ["a", "b", "c"].map((id) => run(job(id, log, { args: [target.directory, id] })));
    await Promise.all(each);
    const lines = read("log").trim().split("\n");
    for (let index = 0; index < 6; index += 2) {
      expect(lines[index + 1]).toBe(lines[index]?.replace(" in", " out"));
    }
    expect(lines.length).toBe(6);
  });

  test("lets shared jobs in together, but not beside an exclusive one", async () => {
    const wait =
      'touch "$1/$2"; n=0; until [ -e "$1/$3" ]; do sleep 0.05; n=$((n + 1)); [ $n -lt 400 ] || exit 1; done';
    const together = await Promise.all([
      run(job("a", wait, { args: [target.directory, "a", "b"], lock: "shared" })),
      run(job("b", wait, { args: [target.directory, "b", "a"], lock: "shared" })),
    ]);
    expect(together).toMatchObject([{ code: 0 }, { code: 0 }]);

    const long = run(
      job("x", 'touch "$1/x"; until [ -e "$1/go" ]; do sleep 0.05; done; touch "$1/x-out"', {
        args: [target.directory],
      }),
    );
    await until(() => existsSync(inTarget("x")));
    const beside = run(job("s", '[ -e "$1/x-out" ]', { args: [target.directory], lock: "shared" }));
    await new Promise((resolve) => setTimeout(resolve, 500));
    writeFileSync(inTarget("go"), "");
    expect(await beside).toMatchObject({ outcome: "exited", code: 0 });
    await long;
  });

  test("is not kept by what a job leaves in the background", async () => {
    const first = await run(job("daemon", 'sleep 300 & echo $! >"$1/daemon"', { args: [target.directory] }));
    expect(first).toMatchObject({ outcome: "exited", code: 0 });
    const daemon = Number(read("daemon"));
    try {
      expect(await run(job("after", "echo free"))).toMatchObject({ outcome: "exited", code: 0 });
      process.kill(daemon, 0);
    } finally {
      process.kill(daemon, "SIGKILL");
    }
  });

  test("that stays held is a failure, and the job may be tried again", async () => {
    const holding = run(
      job("holder", 'touch "$1/in"; until [ -e "$1/go" ]; do sleep 0.05; done', { args: [target.directory] }),
    );
    await until(() => existsSync(inTarget("in")));
    const late = job("late", "echo ran");
    await expect(runner({ lockWaitSeconds: 0.2 })(late)).rejects.toMatchObject({ code: "target-held" });
    writeFileSync(inTarget("go"), "");
    await holding;
    expect(await run(late)).toMatchObject({ outcome: "exited", code: 0 });
  }, 60_000);
});

describe("the fencing token", () => {
  test("of a newer claim keeps an older one from starting anything", async () => {
    writeFileSync(join(target.stateDir, "token"), "7\n");
    const spec = job("step", 'echo ran >>"$1/log"', { args: [target.directory] });
    expect((await runner({ token: 6 })(spec)).outcome).toBe("fenced");
    expect(read("log")).toBe("");
    expect(await runner({ token: 7 })(spec)).toMatchObject({ outcome: "exited", code: 0 });
    expect(read("log")).toBe("ran\n");
  });

  test("that was raised while a job waited for the lock fences it", async () => {
    const holding = run(
      job("holder", 'touch "$1/in"; until [ -e "$1/go" ]; do sleep 0.05; done', { args: [target.directory] }),
    );
    await until(() => existsSync(inTarget("in")));
    const waiting = run(job("zombie", 'echo ran >>"$1/log"', { args: [target.directory] }));
    await until(() => existsSync(join(target.stateDir, "jobs/zombie/run.lock")));
    writeFileSync(join(target.stateDir, "token"), "2\n");
    writeFileSync(inTarget("go"), "");
    expect((await waiting).outcome).toBe("fenced");
    expect((await holding).outcome).toBe("exited");
    expect(read("log")).toBe("");
  }, 60_000);

  test("that cannot be read lets nobody in", async () => {
    writeFileSync(join(target.stateDir, "token"), "12\0rubbish\n");
    await expect(run(job("step", 'echo ran >>"$1/log"', { args: [target.directory] }))).rejects.toMatchObject(
      {
        code: "state-dir-unusable",
      },
    );
    expect(read("log")).toBe("");
  }, 60_000);
});

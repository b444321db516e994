// Hooks, run for real through the job runner.

import { access, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { type TemporaryTarget, temporaryTarget } from "../../test/state-dir.ts";
import { claim } from "../transport/claim.ts";
import type { RunJob } from "../transport/job.ts";
import { createJobRunner } from "../transport/job-runner.ts";
import { openLocal } from "../transport/local.ts";
import { runHook } from "./run-hook.ts";

let target: TemporaryTarget;
let runJob: RunJob;

beforeEach(async () => {
  target = await temporaryTarget();
  const transport = openLocal();
  const { stateDir } = target;
  const claimed = await claim(transport, stateDir, { owner: "pr_1", holder: "test" });
  if (claimed.outcome !== "claimed") throw new Error("the target is held");
  runJob = createJobRunner({ transport, stateDir, token: claimed.token, owner: "pr_1", pollSeconds: 0.1 });
});
afterEach(() => target.remove());

const run = (id: string, command: string, timeoutSeconds = 30) =>
  runHook({
    runJob,
    id,
    hook: { run: command, when: [], timeoutSeconds },
    root: target.prodRoot,
  });

test("a hook runs in PROD's root, as a login would: without our locale, with files that others may read", async () => {
  const command = 'touch "made" && stat -c %a made >mode && echo "${LC_ALL-none} $#" >said';
  expect(await run("pr_1-a", command)).toEqual({ outcome: "done" });
  expect(await readFile(join(target.prodRoot, "mode"), "utf8")).toBe("644\n");
  expect(await readFile(join(target.prodRoot, "said"), "utf8")).toBe("none 0\n");
});

test("a hook runs once under its id, however often it is asked for", async () => {
  await Promise.all([run("pr_1-a", "echo x >>times"), run("pr_1-a", "echo x >>times")]);
  await run("pr_1-a", "echo x >>times");
  expect(await readFile(join(target.prodRoot, "times"), "utf8")).toBe("x\n");
});

test("a hook that fails is told with its command, its exit code and its last lines", async () => {
  expect(await run("pr_1-a", "echo syncing\necho 'no such package' >&2; exit 7")).toEqual({
    outcome: "failed",
    details: { what: "echo syncing", exitCode: 7, reason: "no such package" },
    excerpt: ["syncing", "no such package"],
  });
});

test("a hook over its time limit is ended with all that it started", async () => {
  const result = await run("pr_1-a", "(sleep 3; touch late) & sleep 30", 1);
  expect(result).toMatchObject({ outcome: "failed", details: { seconds: 1 } });
  await new Promise((resolve) => setTimeout(resolve, 3500));
  await expect(access(join(target.prodRoot, "late"))).rejects.toThrow();
});

test("a hook where PROD's root has gone says so", async () => {
  await writeFile(join(target.directory, "file"), "");
  const hook = { run: "true", when: [], timeoutSeconds: 30 };
  const root = join(target.directory, "file");
  expect(await runHook({ runJob, id: "pr_1-a", hook, root })).toMatchObject({
    outcome: "failed",
    details: { what: "true", reason: `there is no ${root}` },
  });
});

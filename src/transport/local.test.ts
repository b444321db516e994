import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test, vi } from "vitest";
import { temporaryTarget } from "../../test/state-dir.ts";
import { createJobRunner } from "./job-runner.ts";
import { openLocal } from "./local.ts";

afterEach(() => vi.unstubAllEnvs());

test("a home that cannot be entered keeps neither scripts nor jobs from running", async () => {
  const target = await temporaryTarget();
  try {
    writeFileSync(join(target.directory, "no directory"), "");
    vi.stubEnv("HOME", join(target.directory, "no directory"));
    const transport = openLocal();
    const ran = await transport.run("pwd", { timeoutSeconds: 30 });
    expect(ran).toMatchObject({ outcome: "exited", code: 0, stdout: Buffer.from("/\n") });
    const runJob = createJobRunner({ transport, stateDir: target.stateDir, token: 1, owner: "pr_1" });
    const job = await runJob({ id: "one", script: "pwd", timeoutSeconds: 30, lock: "exclusive" });
    expect(job).toMatchObject({ outcome: "exited", code: 0, stdout: Buffer.from("/\n") });
  } finally {
    target.remove();
  }
});

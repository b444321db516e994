import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createShims, type Shims } from "../../test/shims.ts";
import { openLocal } from "../transport/local.ts";
import { askContainer, judgeContainer } from "./ask-container.ts";

const state = {
  status: "running",
  health: undefined,
  restarts: 0,
  exitCode: 0,
  outOfMemory: false,
  ended: undefined,
  started: undefined,
  checked: "",
};
const judged = (other: Partial<Parameters<typeof judgeContainer>[1]>) =>
  judgeContainer("container shop", { ...state, ...other });

test.for([
  [{}, "running"],
  [{ health: "healthy" }, "healthy"],
  [{ health: "healthy", restarts: 1 }, "healthy, started again once"],
] as const)("%o is good", ([other, seen]) => {
  expect(judged(other).result).toMatchObject({ ok: true, seen });
});

test.for([
  [{ health: "starting" }, "container shop runs, its health check is still starting", false],
  [{ health: "unhealthy" }, "container shop runs, but its health check says unhealthy", false],
  [
    { health: "unhealthy", checked: "wget: server returned error: HTTP/1.1 404 Not Found" },
    "container shop runs, but its health check says unhealthy: wget: server returned error: HTTP/1.1 404 Not Found",
    false,
  ],
  [
    { status: "restarting", restarts: 4, exitCode: 1 },
    "container shop keeps restarting: it has exited with code 1, started again 4 times",
    false,
  ],
  [{ status: "exited", exitCode: 3 }, "container shop has exited with code 3", true],
  [
    { status: "exited", exitCode: 137, outOfMemory: true },
    "container shop was killed for want of memory",
    true,
  ],
  [{ status: "dead" }, "container shop has exited with code 0", true],
  [{ status: "created" }, "container shop is created", false],
  [{ status: "paused" }, "container shop is paused", false],
] as const)("%o is bad", ([other, trouble, hopeless]) => {
  expect(judged(other)).toMatchObject({ result: { ok: false }, trouble, hopeless });
});

// Answers as Docker does, from a file; the arguments are noted.
const docker = `
for word; do printf '[%s]' "$word"; done >"$(dirname "$0")/../calls"
. "$(dirname "$0")/../docker-says"
`;

let shims: Shims;
const path = process.env["PATH"] ?? "";

beforeEach(async () => {
  shims = await createShims();
  process.env["PATH"] = `${shims.path}:${path}`;
  await shims.add("docker", docker);
});

afterEach(async () => {
  process.env["PATH"] = path;
  await shims.remove();
});

async function asked(says: string, seconds = 10) {
  await writeFile(join(shims.home, "docker-says"), says);
  return askContainer(openLocal(), "shop", seconds);
}

test("Docker is asked once for all", async () => {
  expect(await asked("echo state running healthy 2 0 false")).toMatchObject({
    probed: { result: { ok: true, seen: "healthy, started again 2 times" } },
    restarts: 2,
  });
  expect((await asked("echo state running - 0 0 false")).probed.result.seen).toBe("running");
});

test("of a container that runs no more, all since the restart is its own", async () => {
  const times = "times 2026-11-28T03:28:08.5Z 2026-11-28T03:28:09.5Z";
  expect(await asked(`echo state exited - 0 3 false; echo ${times}`)).toMatchObject({ changed: undefined });
});

test("the last health check is told by its last line", async () => {
  const checks = ["one", "two\\n  no bread  \\n"].map((output) => `check "${output}"`);
  const { probed } = await asked(
    `printf '%s\\n' 'state running unhealthy 0 0 false' '${checks.join("' '")}'`,
  );
  expect(probed.result.seen).toBe("runs, but its health check says unhealthy: no bread");
});

const moments = (ended: string, started: string, restarts = 0) =>
  `echo state running - ${restarts} 0 false; echo times ${ended} ${started}`;

test.for([
  ["2026-11-28T03:28:08.5Z", "2026-11-28T03:28:09.500000002Z", 0, "1795836489.000000001"],
  ["2026-11-28T04:28:09+01:00", "2026-11-28T03:28:09Z", 0, "1795836489.000000000"],
  // The first one that it ever had.
  ["0001-01-01T00:00:00Z", "2026-11-28T03:28:09.5Z", 0, undefined],
  // Docker itself has started it again: what it said before is the new version's, too.
  ["2026-11-28T03:28:08.5Z", "2026-11-28T03:28:09.5Z", 1, undefined],
  // It has ended again.
  ["2026-11-28T03:28:10Z", "2026-11-28T03:28:09.5Z", 0, undefined],
  // As Podman writes it.
  ["2026-11-28 03:28:08.5 +0000 UTC", "2026-11-28 03:28:09 +0000 UTC", 0, undefined],
] as const)(
  "ended at %s and started at %s after %i restarts: changed at %s",
  async ([ended, started, restarts, at]) => {
    expect(await asked(moments(ended, started, restarts))).toMatchObject({ restarts, changed: at });
  },
);

test.for([
  ['echo "Error: No such container: shop" >&2; exit 1', "there is no such container"],
  [
    'echo "Cannot connect to the Docker daemon at unix:///var/run/docker.sock." >&2; exit 1',
    "the Docker daemon does not answer",
  ],
  [
    'echo "permission denied while trying to connect to the Docker daemon socket" >&2; exit 1',
    "the login may not speak to the Docker daemon",
  ],
  ['echo "template parsing error" >&2; exit 64', "docker inspect failed: template parsing error"],
  ["sleep 20", "Docker did not answer within 1 s"],
] as const)("when Docker says %s the reason is told", async ([says, seen]) => {
  expect((await asked(says, 1)).probed.result).toMatchObject({ ok: false, seen });
});

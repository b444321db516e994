import { mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { appWith, compareDirectories, rule } from "../../test/comparing.ts";
import { writeTree } from "../../test/fixtures/seed-app.ts";
import { type TemporaryTarget, temporaryTarget } from "../../test/state-dir.ts";
import { openLocal } from "../transport/local.ts";
import { type Trials, tryCommands } from "./try-commands.ts";

const transport = openLocal();
let target: TemporaryTarget;
let preprod: string;

beforeEach(async () => {
  target = await temporaryTarget(transport);
  preprod = join(target.directory, "preprod");
  mkdirSync(preprod);
});
afterEach(() => target.remove());

const paths = [rule("settings", "conf/settings", { rewrite: [{ match: "preprod", replace: "prod" }] })];

const empty = { stdout: Buffer.alloc(0), stderr: Buffer.alloc(0), truncated: false };

async function tryOn(run: string, from = transport): Promise<Trials> {
  const { prodRoot: root, stateDir } = target;
  const { changes } = await compareDirectories(preprod, root, { paths });
  return tryCommands({
    prod: { transport, root, stateDir },
    preprod: { transport: from, root: preprod },
    app: appWith({ paths }),
    changes,
    commands: [{ name: "own", run, timeoutSeconds: 20 }],
  });
}

test.each([
  ["the same host", transport],
  ["another host", openLocal()],
] as const)("content of %s is there as PROD would get it", async (_, from) => {
  writeTree(preprod, { settings: "at preprod\n" });
  writeTree(target.prodRoot, { other: "stays\n" });
  expect(await tryOn("cat conf/settings other", from)).toMatchObject({
    trials: [{ outcome: "passed", excerpt: ["at prod", "stays"] }],
  });
  expect(readdirSync(join(target.stateDir, "checks"))).toEqual([]);
  expect(readdirSync(target.prodRoot)).toEqual(["other"]);
});

test("its directory is closed to others, and is gone after a command that left a process and files nobody may write", async () => {
  writeTree(preprod, { settings: "x\n" });
  const seen = join(target.directory, "seen");
  const run = `stat -c %a ../../../.. >"${seen}"; mkdir -m 500 shut; sleep 300 & echo $! >>"${seen}"`;
  expect(await tryOn(run)).toEqual({
    outcome: "tried",
    trials: [{ name: "own", outcome: "passed", excerpt: [] }],
  });
  const [mode, pid] = readFileSync(seen, "utf8").trim().split("\n");
  expect(mode).toBe("700");
  expect(() => statSync(`/proc/${pid ?? ""}/cwd/.`)).toThrow();
  expect(readdirSync(join(target.stateDir, "checks"))).toEqual([]);
});

test("a link that breaks under a command is no answer of the command, and nothing stays behind", async () => {
  writeTree(preprod, { settings: "x\n" });
  const { prodRoot: root, stateDir } = target;
  const { changes } = await compareDirectories(preprod, root, { paths });
  const breaking: typeof transport = {
    ...transport,
    run: (script, options) =>
      options.args?.includes("true # broken") === true
        ? Promise.resolve({ ...empty, outcome: "lost", reason: "link broke" })
        : transport.run(script, options),
  };
  const request = {
    prod: { transport: breaking, root, stateDir },
    preprod: { transport: breaking, root: preprod },
    app: appWith({ paths }),
    changes,
    commands: [{ name: "own", run: "true # broken", timeoutSeconds: 20 }],
  };
  await expect(tryCommands(request)).rejects.toMatchObject({ code: "host-lost" });
  expect(readdirSync(join(stateDir, "checks"))).toEqual([]);
});

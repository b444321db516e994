// Content that goes from one host to another through the bot: exact, at the slower one's pace, and again when a link breaks.

import { createHash, randomBytes } from "node:crypto";
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { changesBetween, readTree } from "../../test/changes-between.ts";
import { contents } from "../../test/compare-trees.ts";
import { makeHostileTree } from "../../test/hostile-tree.ts";
import { plainJobs } from "../../test/plain-jobs.ts";
import { openLocal } from "../transport/local.ts";
import type { Transport } from "../transport/transport.ts";
import { handOver, NobodyTakes } from "./hand-over.ts";
import type { Change } from "./plan.ts";
import { stage } from "./stage.ts";
import { sendToProd } from "./stage-stream.ts";
import { type Prod, swap } from "./swap.ts";

const transport = openLocal();
const runJob = plainJobs();
const id = "pr_1";
let base: string;
let preprod: string;
let prod: Prod;

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), "stream-"));
  preprod = join(base, "preprod");
  prod = { transport, root: join(base, "prod"), stateDir: join(base, ".passerelle/app") };
  for (const path of [preprod, prod.root, prod.stateDir]) mkdirSync(path, { recursive: true });
});

afterEach(() => {
  rmSync(base, { recursive: true, force: true });
});

/** Another layout on each side, as where PREPROD keeps under `src/` what PROD serves from `web/`. */
function plan(): Change[] {
  const wanted = new Map(
    Array.from(readTree(join(preprod, "src")), ([path, entry]) => [`web/${path}`, entry] as const),
  );
  return changesBetween(readTree(prod.root), wanted, (path) => path.replace(/^web\//, "src/"));
}

test("every name and link arrives, with its mode and time, in PROD's layout", async () => {
  makeHostileTree(join(preprod, "src"), "content");
  symlinkSync("/etc/hostname", join(preprod, "src/absolute"));
  writeFileSync(join(preprod, "src/settings.py"), "HOST = 'preprod'");
  const rewritten = new Map([["web/settings.py", Buffer.from("HOST = 'prod'")]]);
  const sha256 = createHash("sha256").update("HOST = 'prod'").digest("hex");
  const changes = plan().map((change) =>
    rewritten.has(change.path) && change.after?.type === "file"
      ? { ...change, after: { ...change.after, size: 13, sha256 } }
      : change,
  );
  const staged = await stage({
    runJob,
    prod,
    preprod: { transport, root: preprod },
    sameHost: false,
    id,
    changes,
    rewritten,
  });
  expect(staged).toMatchObject({ outcome: "staged" });
  expect(await swap({ runJob, prod, id, changes })).toMatchObject({ outcome: "swapped" });
  writeFileSync(join(preprod, "src/settings.py"), "HOST = 'prod'");
  expect(contents(join(prod.root, "web"))).toEqual(contents(join(preprod, "src")));
  expect(readdirSync(join(prod.stateDir, "staging"))).toEqual([id]);
});

test("how many bytes have arrived is told as they pass, and goes on from there after a break", async () => {
  mkdirSync(join(preprod, "src"));
  writeFileSync(join(preprod, "src/data.bin"), randomBytes(3_000_000));
  const changes = plan();
  const told: number[] = [];
  const needs = { bytes: 3_000_000, inodes: 10, files: 1 };
  const sent = await sendToProd({
    ...{ prod, preprod: { transport: losing(1, 1_000_000), root: preprod }, id, changes, needs },
    ...{ rewritten: new Map(), timeoutSeconds: 60, onStaged: (bytes: number) => void told.push(bytes) },
  });
  expect(sent).toBeUndefined();
  expect(told.at(-1)).toBe(3_000_000);
  expect(readFileSync(join(prod.stateDir, `staging/${id}.from/content/src/data.bin`))).toEqual(
    readFileSync(join(preprod, "src/data.bin")),
  );
});

/** Loses the link after so many bytes were received, as often as told. */
function losing(times: number, afterBytes: number): Transport {
  let left = times;
  return {
    ...transport,
    async run(script, options) {
      if (options.onStdout === undefined || left === 0) return transport.run(script, options);
      left -= 1;
      let passed = 0;
      const { onStdout } = options;
      await transport.run(script, {
        ...options,
        onStdout: async (chunk) => {
          passed += chunk.length;
          if (passed <= afterBytes) await onStdout(chunk);
        },
      });
      return {
        outcome: "lost",
        reason: "reset",
        stdout: Buffer.alloc(0),
        stderr: Buffer.alloc(0),
        truncated: false,
      };
    },
  };
}

test("a stream that breaks is gone on with; one that always breaks is told, and gone on with the next time", async () => {
  mkdirSync(join(preprod, "src"));
  for (const name of ["a", "b", "c"]) writeFileSync(join(preprod, "src", name), randomBytes(300_000));
  const changes = plan();
  const common = { runJob, prod, sameHost: false, changes };
  const source = (times: number, after: number) => ({ transport: losing(times, after), root: preprod });
  expect(await stage({ ...common, id, preprod: source(3, 400_000) })).toMatchObject({ outcome: "staged" });
  const impatient = { ...common, id: "pr_2", patienceSeconds: 1 };
  await expect(stage({ ...impatient, preprod: source(99, 0) })).rejects.toMatchObject({
    code: "host-lost",
  });
  expect(await stage({ ...common, id: "pr_2", preprod: source(0, 0) })).toMatchObject({ outcome: "staged" });
});

test("a link that the other host sends in a directory's place leads nowhere", async () => {
  mkdirSync(join(preprod, "src/keys"), { recursive: true });
  writeFileSync(join(preprod, "src/keys/file"), "planned", { mode: 0o644 });
  mkdirSync(join(base, "outside"));
  writeFileSync(join(base, "outside/file"), "secret", { mode: 0o600 });
  const changes = plan();
  const lying: Transport = {
    ...transport,
    run: (_script, options) =>
      transport.run(
        `cd "${base}" && mkdir -p lie/src && ln -sfn "${base}/outside" lie/src/keys && tar -C lie -cf - ./src/keys`,
        options,
      ),
  };
  const staged = await stage({
    runJob,
    prod,
    preprod: { transport: lying, root: preprod },
    sameHost: false,
    id,
    changes,
  });
  expect(staged).toEqual({ outcome: "mismatch", paths: ["src/keys"] });
  expect(contents(join(base, "outside")).get("file")).toMatch(/^file 600 /);
});

test("what PREPROD no longer has, or has otherwise, is named", async () => {
  mkdirSync(join(preprod, "src"));
  for (const name of ["a", "b", "c"]) writeFileSync(join(preprod, "src", name), name);
  const changes = plan();
  rmSync(join(preprod, "src/a"));
  writeFileSync(join(preprod, "src/b"), "B");
  const staged = await stage({
    runJob,
    prod,
    preprod: { transport, root: preprod },
    sameHost: false,
    id,
    changes,
  });
  expect(staged).toEqual({ outcome: "mismatch", paths: ["web/a", "web/b"] });
  expect(readdirSync(join(prod.stateDir, "staging"))).toEqual([]);
});

test("the sender waits for the receiver, and learns when the receiver is gone", async () => {
  const { push, end, stop, chunks } = handOver();
  let pushed = 0;
  const sending = (async () => {
    for (let index = 0; index < 5; index += 1) {
      await push(Buffer.from([index]));
      pushed += 1;
    }
    end();
  })();
  const received: number[] = [];
  for await (const chunk of chunks) {
    received.push(...chunk);
    await sleep(5);
    expect(pushed).toBe(received.length - 1);
    if (received.length === 3) break;
  }
  stop();
  await expect(sending).rejects.toBeInstanceOf(NobodyTakes);
  expect(received).toEqual([0, 1, 2]);
  expect(pushed).toBe(3);
});

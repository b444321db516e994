// Rehearsals through the job runner, on real trees, with real servers on real ports.

import { execFileSync } from "node:child_process";
import {
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import type { AddressInfo } from "node:net";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { snapshot } from "../../test/compare-trees.ts";
import { type TemporaryTarget, temporaryTarget } from "../../test/state-dir.ts";
import type { AppConfig } from "../config/config.ts";
import { builtInIgnore } from "../config/defaults.ts";
import { claim } from "../transport/claim.ts";
import type { RunJob } from "../transport/job.ts";
import { createJobRunner } from "../transport/job-runner.ts";
import { openLocal } from "../transport/local.ts";
import type { Change } from "../tree/plan.ts";
import { endRehearsal, rehearse } from "./rehearse.ts";
import type { RehearsalRequest } from "./watch-app.ts";

const id = "pr_1";
const node = `'${process.execPath}'`;
const file = { type: "file", mode: 0o644, size: 1, mtime: "0", identity: "1" } as const;
const directory = { type: "directory", mode: 0o750, mtime: "0" } as const;
const counts = { linesAdded: 0, linesRemoved: 0, binary: false };
const add = (path: string): Change => ({ ...counts, kind: "add", path, after: file });
const change = (path: string): Change => ({ ...counts, kind: "change", path, before: file, after: file });
const remove = (path: string): Change => ({ ...counts, kind: "remove", path, before: file });

let target: TemporaryTarget;
let runJob: RunJob;
let token = 0;
let port = 0;
let url = "";

const transport = openLocal();
const inProd = (path: string): string => join(target.prodRoot, path);
const scratch = (): string => join(target.stateDir, "staging", id, "rehearsal");

beforeEach(async () => {
  target = await temporaryTarget(transport);
  const { stateDir } = target;
  putStaged({});
  const claimed = await claim(transport, stateDir, { owner: id, holder: "test" });
  if (claimed.outcome !== "claimed") throw new Error("the target is held");
  token = claimed.token;
  runJob = createJobRunner({ transport, stateDir, token, owner: id, pollSeconds: 0.2 });
  port = await freePort();
  url = `http://127.0.0.1:${port}/`;
});
afterEach(async () => {
  await endRehearsal(request());
  target.remove();
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port: free } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return free;
}

function put(root: string, files: Readonly<Record<string, string>>): void {
  mkdirSync(root, { recursive: true });
  for (const [path, content] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), content);
  }
}
const putProd = (files: Readonly<Record<string, string>>): void => put(target.prodRoot, files);
const putStaged = (files: Readonly<Record<string, string>>): void =>
  put(join(target.stateDir, "staging", id, "tree"), files);

const health: AppConfig["health"] = {
  startPeriodSeconds: 0,
  deadlineSeconds: 20,
  successes: 1,
  intervalSeconds: 0.2,
  http: [],
  container: undefined,
  logs: { command: "true", tail: 20, forbid: ["Traceback"] },
};

function request(
  more: Partial<RehearsalRequest> & {
    command?: string;
    exclude?: readonly string[];
    ignore?: readonly string[];
  } = {},
): RehearsalRequest {
  const { command = `${node} server.cjs ${port}`, exclude = [], ignore = [], ...rest } = more;
  return {
    runJob,
    prod: { transport, root: target.prodRoot, stateDir: target.stateDir },
    token,
    id,
    attempt: 1,
    rehearse: { command, url },
    app: {
      ignore: [...builtInIgnore, ...ignore],
      backup: { keep: 3, exclude, compression: "auto" },
      health,
    },
    changes: [],
    now: () => performance.now(),
    sleep: (seconds) => sleep(seconds * 1000),
    shouldStop: () => false,
    onAttempt: () => {},
    ...rest,
  };
}

/** Answers with what it was told to, and writes its process id where a test finds it. */
const server = (say = '"well"'): string => `
require("node:fs").writeFileSync(${JSON.stringify(join(target.directory, "pid"))}, String(process.pid));
require("node:http").createServer((_, answer) => answer.end(String(${say}))).listen(Number(process.argv[2]), "127.0.0.1");
`;

const pid = (): number => Number(readFileSync(join(target.directory, "pid"), "utf8"));
const lives = (process_: number): boolean => {
  try {
    process.kill(process_, 0);
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${process_}/status`, "utf8"));
  } catch {
    return false;
  }
};

async function answers(): Promise<boolean> {
  return fetch(url).then(
    () => true,
    () => false,
  );
}

async function expectNothingLeft(): Promise<void> {
  expect(existsSync(scratch())).toBe(false);
  expect(await answers()).toBe(false);
}

describe("a rehearsal", () => {
  test("starts what is staged, finds it well, and leaves neither a process nor a file", async () => {
    putProd({ "server.cjs": "throw new Error('old')", "kept.txt": "kept" });
    putStaged({
      "server.cjs": server('require("./kept.txt.cjs")'),
      "kept.txt.cjs": "module.exports = 'new'",
    });
    const before = snapshot(target.prodRoot);
    const result = await rehearse(request({ changes: [change("server.cjs"), add("kept.txt.cjs")] }));
    expect(result).toMatchObject({ outcome: "healthy", seen: expect.stringMatching(/^200 in/) });
    expect(lives(pid())).toBe(false);
    await expectNothingLeft();
    expect(snapshot(target.prodRoot)).toEqual(before);
  });

  test("whose command ends is failed at once, with its last lines", async () => {
    putProd({});
    putStaged({ "server.cjs": "console.log('starting'); throw new Error('no module named polars')" });
    const result = await rehearse(request({ changes: [add("server.cjs")] }));
    expect(result).toMatchObject({
      outcome: "failed",
      reason: "its command ended with exit code 1 instead of staying up",
    });
    expect(JSON.stringify(result)).toContain("no module named polars");
    await expectNothingLeft();
  });

  test("that answers well but says what is forbidden has failed", async () => {
    putStaged({
      "server.cjs": `${server()}; console.error("Traceback (most recent call last):"); console.error("  boom")`,
    });
    const result = await rehearse(request({ changes: [add("server.cjs")] }));
    expect(result).toMatchObject({
      outcome: "failed",
      reason: "its output says: Traceback (most recent call last):",
      excerpt: expect.arrayContaining(["  boom"]),
    });
    expect(lives(pid())).toBe(false);
    await expectNothingLeft();
  });

  test("of an app that speaks of trouble only while it is ended is well", async () => {
    const late = 'process.on("SIGTERM", () => { console.log("Traceback: cancelled"); process.exit(0); });';
    putStaged({ "server.cjs": `${server()}${late}` });
    expect(await rehearse(request({ changes: [add("server.cjs")] }))).toMatchObject({ outcome: "healthy" });
  });

  test("has the text that PROD's health check asks for, or has failed", async () => {
    putStaged({ "server.cjs": server() });
    const http = [{ url: "http://x/", status: 418, contains: "Back to the Kitchen", timeoutSeconds: 5 }];
    const app = { ...request().app, health: { ...health, deadlineSeconds: 2, http } };
    const result = await rehearse(request({ app, changes: [add("server.cjs")] }));
    expect(result).toMatchObject({
      outcome: "failed",
      reason: expect.stringContaining('answered 200 without "Back to the Kitchen"'),
    });
    await expectNothingLeft();
  });

  test("does not begin where somebody else answers already", async () => {
    const other = createServer((socket) => socket.end("HTTP/1.0 500 no\r\n\r\n"));
    await new Promise<void>((resolve) => other.listen(port, "127.0.0.1", resolve));
    try {
      putStaged({ "server.cjs": server() });
      const result = await rehearse(request({ changes: [add("server.cjs")] }));
      expect(result).toEqual({ outcome: "port-taken", reason: "" });
      expect(existsSync(join(target.directory, "pid"))).toBe(false);
    } finally {
      other.close();
    }
  });

  test("ends children that went into groups and sessions of their own and ignore being asked to end", async () => {
    const stubborn = `process.on("SIGTERM", () => {}); ${server()}`;
    putStaged({ "server.cjs": stubborn });
    const command = `setsid ${node} server.cjs ${port} & sleep 1000`;
    expect(await rehearse(request({ command, changes: [add("server.cjs")] }))).toMatchObject({
      outcome: "healthy",
    });
    expect(lives(pid())).toBe(false);
    await expectNothingLeft();
  });

  test("is stopped when a person asks for it", async () => {
    putStaged({ "server.cjs": "setInterval(() => {}, 1000)" });
    let asked = 0;
    const result = await rehearse(
      request({ changes: [add("server.cjs")], onAttempt: () => (asked += 1), shouldStop: () => asked > 1 }),
    );
    expect(result).toEqual({ outcome: "stopped" });
    await expectNothingLeft();
  });

  test("that a dead bot left running is ended by the next attempt, and by the end of the promotion", async () => {
    putStaged({ "server.cjs": server() });
    const changes = [add("server.cjs")];
    // A bot that dies: nobody asks any more, and nobody ends it.
    const dying = rehearse(request({ changes, sleep: () => new Promise(() => {}) }));
    dying.catch(() => {});
    await expect.poll(answers, { timeout: 20_000 }).toBe(true);
    const first = pid();
    expect(await rehearse(request({ changes, attempt: 2 }))).toMatchObject({ outcome: "healthy" });
    expect(lives(first)).toBe(false);
    await expectNothingLeft();
    await endRehearsal(request());
  });

  test("of a claim that another bot has taken over ends nothing", async () => {
    putStaged({ "server.cjs": server() });
    const dying = rehearse(request({ changes: [add("server.cjs")], sleep: () => new Promise(() => {}) }));
    dying.catch(() => {});
    await expect.poll(answers, { timeout: 20_000 }).toBe(true);
    await endRehearsal({ ...request(), token: token - 1 });
    expect(await answers()).toBe(true);
    await endRehearsal(request());
    expect(await answers()).toBe(false);
  });
});

/** What the command finds: a listing that it writes itself, before it ends. */
async function laidOut(options: Parameters<typeof request>[0], look: string): Promise<string> {
  const out = join(target.directory, "seen");
  await rehearse(request({ ...options, command: `{ ${look}; } >'${out.replaceAll("'", "'\\''")}' 2>&1` }));
  return readFileSync(out, "utf8");
}

describe("what is laid out", () => {
  test("is PROD as it will be: copies, changes, additions, without what goes", async () => {
    putProd({ "a.txt": "old", "gone.txt": "x", "sub/kept.txt": "kept", ".env": "SECRET=1" });
    mkdirSync(inProd("empty"));
    putStaged({ "a.txt": "new", "fresh/b.txt": "b" });
    const changes = [
      change("a.txt"),
      remove("gone.txt"),
      { ...counts, kind: "add", path: "fresh", after: directory } as const,
      add("fresh/b.txt"),
    ];
    const seen = await laidOut({ changes }, "find . -mindepth 1 | sort; cat a.txt; stat -c %a fresh; umask");
    expect(seen.split("\n")).toEqual([
      "./.env",
      "./a.txt",
      "./empty",
      "./fresh",
      "./fresh/b.txt",
      "./sub",
      "./sub/kept.txt",
      "new750",
      "0022",
      "",
    ]);
    expect(readFileSync(inProd("a.txt"), "utf8")).toBe("old");
  });

  test("has what is not backed up by a link, but never a link above something that changes", async () => {
    putProd({
      "data/big.csv": "big",
      "data/deep/old.db": "old",
      "data/deep/other": "other",
      "docs/x.md": "x",
    });
    putStaged({ "data/deep/old.db": "new" });
    const before = snapshot(target.prodRoot);
    const options = { exclude: ["data/"], ignore: ["*.md"], changes: [change("data/deep/old.db")] };
    const look = "cat data/deep/old.db data/big.csv; find . -type l | sort; echo touched >data/deep/old.db";
    expect((await laidOut(options, look)).split("\n")).toEqual([
      "newbig./data/big.csv",
      "./data/deep/other",
      "./docs/x.md",
      "",
    ]);
    expect(snapshot(target.prodRoot)).toEqual(before);
  });

  test("links the whole of a directory in which nothing changes", async () => {
    putProd({ "data/big.csv": "big", "app/data/loader.py": "code" });
    const look = "readlink data; [ -L app/data ] || cat app/data/loader.py";
    expect(await laidOut({ exclude: ["data/"] }, look)).toBe(`${inProd("data")}\ncode`);
  });

  test("copies packages even where the backup leaves them out, so that nothing installs through a link", async () => {
    putProd({ ".venv/pyvenv.cfg": "x", "node_modules/a/data/b.js": "1", "node_modules/a/README.md": "1" });
    putProd({ ".venv/bin/run": `#!${inProd(".venv/bin/python")}\n` });
    symlinkSync("/usr/bin/env", inProd(".venv/bin/python"));
    const before = snapshot(target.prodRoot);
    const options = { exclude: [".venv/", "node_modules/", "data/"], ignore: ["*.md"] };
    const look =
      'find . -type l; head -n 1 .venv/bin/run | grep -cxF "#!$PWD/.venv/bin/python"; rm -rf node_modules/* .venv/*';
    expect((await laidOut(options, look)).split("\n")).toEqual(["./.venv/bin/python", "1", ""]);
    expect(snapshot(target.prodRoot)).toEqual(before);
  });

  test("keeps links leading where they led", async () => {
    putProd({ "real.txt": "in PROD" });
    put(target.directory, { "beside.txt": "beside" });
    symlinkSync("../beside.txt", inProd("out"));
    symlinkSync("real.txt", inProd("in"));
    symlinkSync(inProd("real.txt"), inProd("full"));
    putStaged({ "real.txt": "new" });
    expect(await laidOut({ changes: [change("real.txt")] }, "cat out in full")).toBe("besidenewnew");
    expect(lstatSync(inProd("out")).isSymbolicLink() && readlinkSync(inProd("out"))).toBe("../beside.txt");
  });

  test("has names of any kind", async () => {
    const name = "-a\nb 'c' \"d\" $e *";
    putProd({ [name]: "x", [`data ${name}/${name}`]: "y" });
    const seen = await laidOut({ exclude: ["data*/"] }, "find . -mindepth 1 | wc -l; cat -- ./-a*");
    expect(seen.replaceAll(" ", "")).toMatch(/^\d+\nx$/);
  });

  test("shows the command to nobody in a list of processes", async () => {
    putProd({});
    const secret = "token=s3cr3t-value";
    const command = `: ${secret}; sleep 2; ${node} -e 'setInterval(()=>{},1000)'`;
    const running = rehearse(
      request({ command, app: { ...request().app, health: { ...health, deadlineSeconds: 3 } } }),
    );
    await sleep(1500);
    const shown = execFileSync("ps", ["-eo", "args"], { encoding: "utf8" });
    await running;
    expect(shown).not.toContain(secret);
  });
});

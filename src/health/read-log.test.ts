import { appendFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { createShims } from "../../test/shims.ts";
import { openLocal } from "../transport/local.ts";
import { askLog, takeLogMark } from "./read-log.ts";

const transport = openLocal();
const forbid = ["Traceback", "^ERROR "];
let directory = "";
let file = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "passerelle-log-"));
  file = join(directory, "app.log");
});

afterEach(() => rm(directory, { recursive: true }));

const scan = (command: string, tail = 50) => ({ command, tail, forbid });
const mark = (command: string) => takeLogMark({ transport, logs: scan(command) });
const look = (command: string, log: string, seconds = 20) =>
  askLog(transport, scan(command), { restart: "1700000000.000000000", log }, seconds);

test("errors from before the restart never count, those after it always do", async () => {
  await writeFile(file, "started\nTraceback (old)\n");
  const before = await mark(`cat '${file}'`);
  expect((await look(`cat '${file}'`, before)).probed.result).toMatchObject({
    ok: true,
    seen: "0 lines since the restart, nothing forbidden",
  });
  await appendFile(file, "started\nERROR no bread\n");
  const after = await look(`cat '${file}'`, before);
  expect(after).toEqual({
    probed: {
      result: { name: "log", ok: false, seen: "1 line matches ^ERROR ", milliseconds: 0 },
      trouble: "the log since the restart says: ERROR no bread",
      unreached: false,
      hopeless: true,
    },
    excerpt: ["started", "ERROR no bread"],
  });
});

test("a log that was rotated under the window is new as a whole", async () => {
  await writeFile(file, "Traceback (old)\n");
  const before = await mark(`tail -n 5 '${file}'`);
  await writeFile(file, "started anew\n");
  expect((await look(`tail -n 5 '${file}'`, before)).probed.result.seen).toBe(
    "1 line since the restart, nothing forbidden",
  );
});

test("a line that had no end yet is judged when it has one, and brings none of the old ones with it", async () => {
  await writeFile(file, "Traceback (old)\nsta");
  const before = await mark(`cat '${file}'`);
  await appendFile(file, "rted\n");
  expect((await look(`cat '${file}'`, before)).probed.result.seen).toBe(
    "1 line since the restart, nothing forbidden",
  );
});

test("a log that is not there yet is no mark, and cannot be judged until it is", async () => {
  const before = await mark(`cat '${file}'`);
  expect(before).toBe("");
  const missing = await look(`cat '${file}'`, before);
  expect(missing.probed).toMatchObject({ result: { ok: false }, hopeless: false });
  expect(missing.probed.trouble).toContain("No such file");
  await writeFile(file, "up\n");
  expect((await look(`cat '${file}'`, before)).probed.result.ok).toBe(true);
});

test("colours, binary and endless lines are read, and only the last 64 KiB of a huge log", async () => {
  await writeFile(
    file,
    `Traceback at the very start\n${"x".repeat(3_000_000)}\n\0\xff\x1b[31mERROR \x1b[0mred\nfine`,
    "latin1",
  );
  const seen = await look(`cat '${file}'`, "");
  expect(seen.probed.result.seen).toBe("2 lines since the restart, nothing forbidden");
  expect(seen.excerpt).toEqual(["\ufffdERROR red", "fine"]);
  await writeFile(file, `Traceback\n${"fine\n".repeat(50_000)}\x1b[1mERROR\x1b[0m loud\n`);
  const coloured = await look(`cat '${file}'`, "");
  expect(coloured.probed.result.seen).toBe("1 line matches ^ERROR ");
  expect(coloured.excerpt.at(-1)).toBe("ERROR loud");
});

test("a command that prints for ever is ended", async () => {
  const endless = await look("yes", "", 1);
  expect(endless.probed.result).toMatchObject({ ok: false, seen: "did not end within 1 s" });
});

test("a command's stderr is part of the log, and its exit code is told", async () => {
  expect((await look("echo 'ERROR x' >&2", "")).probed.result.seen).toBe("1 line matches ^ERROR ");
  expect((await look("echo gone >&2; exit 3", "")).probed.trouble).toBe(
    "the log cannot be read: its command ended with exit code 3: gone",
  );
});

test("what Docker says of its own failure is no line of the app", async () => {
  const shims = await createShims();
  const path = process.env["PATH"];
  process.env["PATH"] = `${shims.path}:${path}`;
  onTestFinished(async () => {
    process.env["PATH"] = path;
    await shims.remove();
  });
  await shims.add("docker", 'echo "ERROR response from daemon: No such container" >&2; exit 1');
  expect((await look("docker logs shop", "")).probed).toMatchObject({
    trouble:
      "the log cannot be read: its command ended with exit code 1: ERROR response from daemon: No such container",
    hopeless: false,
  });
});

test("the command runs in PROD's root, where the app's own paths are right", async () => {
  await writeFile(file, "ERROR no salt\n");
  const logs = { ...scan("cat app.log"), root: directory };
  const { probed } = await askLog(transport, logs, { restart: "1700000000.000000000", log: "" }, 20);
  expect(probed.trouble).toBe("the log since the restart says: ERROR no salt");
});

// One writer at a time, nothing written through a link, and only what is missing is asked for.

import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { canMount, mountSmall } from "../../test/small-file-system.ts";
import { openLocal } from "../transport/local.ts";
import { arrived } from "./arrived.ts";
import { pathList, type Report, readReport, recordList } from "./lists.ts";
import { placedOf } from "./stage-lists.ts";
import { appendScript, haltScript, prepareScript, receiveScript } from "./transfer-script.ts";

const transport = openLocal();
let state: string;
let content: string;
beforeEach(() => {
  state = mkdtempSync(join(tmpdir(), "transfer-"));
  content = join(state, "staging/pr_1.from/content");
  mkdirSync(content, { recursive: true });
});
afterEach(() => rmSync(state, { recursive: true, force: true }));

async function run(
  script: string,
  args: readonly string[],
  input: Uint8Array | AsyncIterable<Uint8Array> = Buffer.alloc(0),
): Promise<Report> {
  const result = await transport.run(script, { args: [state, "pr_1", ...args], input, timeoutSeconds: 60 });
  expect(result, result.stderr.toString()).toMatchObject({ outcome: "exited", code: 0 });
  return readReport(result.stdout, result.stderr);
}

/** Gives some bytes and then stays open, as a link does that has died without a word. */
function openEnded(bytes: Uint8Array): {
  readonly input: AsyncIterable<Uint8Array>;
  readonly end: () => void;
} {
  const ended = Promise.withResolvers<void>();
  async function* input(): AsyncGenerator<Uint8Array> {
    yield bytes;
    await ended.promise;
  }
  return { input: input(), end: ended.resolve };
}

async function until(isSo: () => boolean): Promise<void> {
  for (let tries = 0; tries < 400 && !isSo(); tries += 1)
    await new Promise((resolve) => setTimeout(resolve, 25));
  expect(isSo()).toBe(true);
}

test.each([
  ["another transfer", (): Promise<Report> => run(prepareScript, ["0", "0"])],
  ["a request to stop", (): Promise<Report> => run(haltScript, [])],
])("a transfer that waits behind a dead link is ended by %s", async (_, by) => {
  writeFileSync(join(content, "data.bin"), "0123");
  const { input, end } = openEnded(randomBytes(65_536));
  const first = run(appendScript, ["./data.bin", "4", "1000000", "1.0"], input);
  await until(() => statSync(join(content, "data.bin")).size > 60_000);
  await until(() => existsSync(join(content, "../writer")));
  await by();
  expect((await first).number("code")).toBe(137);
  end();
});

test("what is missing of a file is added to it, no more than that, and its time is set", async () => {
  writeFileSync(join(content, "data.bin"), "0123", { mode: 0o444 });
  const report = await run(
    appendScript,
    ["./data.bin", "4", "8", "1500000000.250000000"],
    Buffer.from("4567 and more"),
  );
  expect(report.outcome).toBe("received");
  expect(readFileSync(join(content, "data.bin"), "utf8")).toBe("01234567");
  expect(statSync(join(content, "data.bin")).mtimeMs).toBe(1_500_000_000_250);
});

test.each(["a link", "a file below a link", "a file with another name", "a file of another size"])(
  "%s is not written to",
  async (what) => {
    const outside = join(state, "outside");
    mkdirSync(outside);
    writeFileSync(join(outside, "file"), "0123");
    const below = what === "a file below a link";
    if (below) symlinkSync(outside, join(content, "keys"));
    else if (what === "a link") symlinkSync(join(outside, "file"), join(content, "file"));
    else if (what === "a file with another name") linkSync(join(outside, "file"), join(content, "file"));
    else writeFileSync(join(content, "file"), "012");
    await run(appendScript, [below ? "./keys/file" : "./file", "4", "8", "1.0"], Buffer.from("4567"));
    expect(readFileSync(join(outside, "file"), "utf8")).toBe("0123");
  },
);

test("a link that an earlier transfer brought leads nowhere in the next one", async () => {
  const outside = join(state, "outside");
  mkdirSync(outside);
  writeFileSync(join(outside, "file"), "0123");
  symlinkSync(outside, join(content, "keys"));
  const sent = join(state, "sent");
  mkdirSync(join(sent, "keys"), { recursive: true });
  writeFileSync(join(sent, "keys/file"), "4567");
  const archive = execFileSync("tar", ["-C", sent, "-cf", "-", "--no-recursion", "./keys/file"]);
  expect((await run(receiveScript, [], archive)).outcome).toBe("received");
  expect(readFileSync(join(outside, "file"), "utf8")).toBe("0123");
  expect(readFileSync(join(content, "keys/file"), "utf8")).toBe("4567");
});

test("nothing is received any more once it is staged", async () => {
  mkdirSync(join(state, "staging/pr_1"));
  writeFileSync(join(state, "staging/pr_1/sealed"), "");
  for (const [script, args] of [
    [prepareScript, ["0", "0"]],
    [receiveScript, []],
    [appendScript, ["./file", "0", "1", "1.0"]],
  ] as const)
    expect((await run(script, args)).outcome).toBe("staged");
});

const whyNoMount = canMount() ? undefined : "runs as root where file systems can be mounted";

test.skipIf(whyNoMount)(
  `a disk that fills while a file is gone on with is told, and given back${whyNoMount === undefined ? "" : ` (${whyNoMount})`}`,
  async () => {
    const disk = mountSmall("size=3m");
    try {
      const args = [disk.path, "pr_1"];
      const from = join(disk.path, "staging/pr_1.from");
      mkdirSync(join(from, "content"), { recursive: true });
      writeFileSync(join(from, "content/data.bin"), randomBytes(1_000_000));
      const result = await transport.run(appendScript, {
        ...{ args: [...args, "./data.bin", "1000000", "9000000", "1.0"], input: randomBytes(8_000_000) },
        timeoutSeconds: 60,
      });
      expect(readReport(result.stdout, result.stderr).outcome).toBe("no-room");
      expect(existsSync(from)).toBe(false);
    } finally {
      disk.unmount();
    }
  },
);

test("what has arrived is found by size, time and hash", async () => {
  const file = (path: string, size: number, sha256: string) => ({
    ...{ kind: "add" as const, path, from: path, linesAdded: 0, linesRemoved: 0, binary: true },
    after: { type: "file" as const, mode: 0o644, size, mtime: "7.0000000000", identity: "", sha256 },
  });
  const large = 3_000_000;
  const placed = placedOf([
    file("complete", 4, "a".repeat(64)),
    file("another", 4, "b".repeat(64)),
    file("late", 4, "c".repeat(64)),
    file("begun", large, "d".repeat(64)),
    file("hardly begun", large, "e".repeat(64)),
    file("absent", 4, "f".repeat(64)),
    file("too long", 4, "0".repeat(64)),
  ]);
  const records = [
    ...["4 7.0000000000 ./complete", "4 7.0000000000 ./another", "4 8.0000000000 ./late"],
    ...["1000000 9.0 ./begun", "10 9.0 ./hardly begun", "5 7.0000000000 ./too long"],
  ].map((record) => `size ${record}`);
  const hashes = [
    "a ./complete",
    "1 ./another",
    "c ./late",
    "2 ./begun",
    "3 ./hardly begun",
    "0 ./too long",
  ].map((record) => `hash ${record.slice(0, 1).repeat(64)}  ${record.slice(2)}`);
  const found = arrived(placed, readReport(recordList([...records, ...hashes]), Buffer.alloc(0)));
  expect(found.whole).toEqual(["another", "hardly begun", "absent", "too long"]);
  expect(found.begun.map(({ path, have }) => [path, have])).toEqual([
    ["./late", 4],
    ["./begun", 1_000_000],
  ]);
  expect(found.bytes).toBe(4);
});

test("names of every kind are told as what they are", async () => {
  writeFileSync(join(content, "line\nbreak"), "x");
  const report = await run(prepareScript, ["0", "0"], pathList(["line\nbreak", "not there"]));
  expect(report.all("size")).toEqual([expect.stringMatching(/^1 \S+ \.\/line\nbreak$/)]);
  expect(report.all("hash")).toEqual([expect.stringMatching(/^[0-9a-f]{64} {2}\.\/line\nbreak$/)]);
});

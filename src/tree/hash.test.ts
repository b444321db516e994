import { createHash } from "node:crypto";
import { appendFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { readTree } from "../../test/changes-between.ts";
import { makeHostileTree } from "../../test/hostile-tree.ts";
import { openLocal } from "../transport/local.ts";
import { readFiles } from "./contents.ts";
import { type HashedFile, hashFiles } from "./hash.ts";
import type { OpenPairs } from "./pairing.ts";
import { sameContent } from "./same-content.ts";
import { scan } from "./scan.ts";

let root: string;
const transport = openLocal();

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "hash-"));
});

afterEach(() => rmSync(root, { recursive: true }));

function filesIn(directory: string): readonly (HashedFile & { readonly sha256: string })[] {
  return [...readTree(directory)].flatMap(([path, entry]) =>
    entry.type === "file"
      ? [{ path, size: entry.size, identity: entry.identity, sha256: entry.sha256 ?? "" }]
      : [],
  );
}

describe("hashing on the host", () => {
  test("is exact, in order, for many files of every name", async () => {
    makeHostileTree(root, "content");
    for (let number = 0; number < 900; number += 1) writeFileSync(join(root, `f${number}`), `${number}\n`);
    const files = filesIn(root);
    expect(await hashFiles(transport, root, files)).toEqual(files.map(({ sha256 }) => sha256));
  });

  test("is the same for much data, which another tool may hash", async () => {
    for (const name of ["-a", "b b", "$c"]) writeFileSync(join(root, name), Buffer.alloc(3_000_000, name));
    const files = filesIn(root);
    expect(await hashFiles(transport, root, files)).toEqual(files.map(({ sha256 }) => sha256));
  });

  test("refuses a file that grew, was replaced, or is gone", async () => {
    for (const change of [
      (path: string) => appendFileSync(path, "more"),
      (path: string) => {
        rmSync(path);
        writeFileSync(path, "same size?!");
      },
      (path: string) => rmSync(path),
      (path: string) => {
        rmSync(path);
        mkdirSync(path);
      },
    ]) {
      const path = join(root, "moved");
      rmSync(path, { force: true, recursive: true });
      writeFileSync(path, "same size??");
      const files = filesIn(root);
      change(path);
      await expect(hashFiles(transport, root, files)).rejects.toMatchObject({
        code: "scan-moved",
        details: { path },
      });
    }
  });
});

describe("comparing bytes on the host", () => {
  /** Both sides as they are now, with every path that both have as a pair. */
  async function sides() {
    const [preprod, prod] = await Promise.all([
      scan(transport, join(root, "a")),
      scan(transport, join(root, "b")),
    ]);
    const places = new Map(
      Array.from({ length: prod.listing.count }, (_, at) => [prod.listing.path(at), at]),
    );
    const pairs: OpenPairs = { preprod: [], prod: [] };
    for (let at = 1; at < preprod.listing.count; at += 1) {
      pairs.preprod.push(at);
      pairs.prod.push(places.get(preprod.listing.path(at)) ?? -1);
    }
    return { preprod, prod, pairs };
  }

  test("says for each pair whether it is the same", async () => {
    const differing = ["large", "late"];
    for (const side of ["a", "b"]) {
      mkdirSync(join(root, side));
      for (let number = 0; number < 700; number += 1) {
        const name = `f\n${number}`;
        writeFileSync(join(root, side, name), number % 7 === 0 ? `${side} ${number}` : `- ${number}`);
        if (number % 7 === 0 && side === "a") differing.push(name);
      }
      writeFileSync(join(root, side, "large"), Buffer.alloc(2_500_000, side === "a" ? "x" : "y"));
      writeFileSync(join(root, side, "late"), `${"z".repeat(2_500_000)}${side}`);
    }
    const { preprod, prod, pairs } = await sides();
    const same = await sameContent(transport, preprod, prod, pairs);
    expect(same).toHaveLength(702);
    const found = pairs.preprod.filter((_, at) => same?.[at] === 0).map((at) => preprod.listing.path(at));
    expect(found.sort()).toEqual(differing.sort());
  });

  test("names the side that is not any more what was listed", async () => {
    for (const side of ["a", "b"]) {
      mkdirSync(join(root, side));
      writeFileSync(join(root, side, "f"), "1234");
    }
    const { preprod, prod, pairs } = await sides();
    writeFileSync(join(root, "b", "f"), "1");
    await expect(sameContent(transport, preprod, prod, pairs)).rejects.toMatchObject({
      code: "scan-moved",
      details: { path: join(root, "b", "f") },
    });
    rmSync(join(root, "a", "f"));
    await expect(sameContent(transport, preprod, prod, pairs)).rejects.toMatchObject({
      code: "scan-moved",
      details: { path: join(root, "a", "f") },
    });
  });
});

describe("reading contents", () => {
  test("hands over each file whole, in order, also while the taker is slow", async () => {
    makeHostileTree(root, "content");
    for (let number = 0; number < 60; number += 1) {
      writeFileSync(join(root, `f${number}`), Buffer.alloc(number * 2_000, `${number}`));
    }
    const files = filesIn(root);
    const hashes: string[] = [];
    await readFiles(transport, root, files, async (_, content) => {
      await new Promise((done) => setImmediate(done));
      hashes.push(createHash("sha256").update(content).digest("hex"));
    });
    expect(hashes).toEqual(files.map(({ sha256 }) => sha256));
  });

  test("never hands over other content than was hashed", async () => {
    writeFileSync(join(root, "f"), "1234");
    const files = filesIn(root);
    for (const content of ["4321", "12345", "1"]) {
      writeFileSync(join(root, "f"), content);
      const seen: string[] = [];
      const reading = readFiles(transport, root, files, (_, bytes) => void seen.push(bytes.toString()));
      await expect(reading).rejects.toMatchObject({ code: "scan-moved" });
      expect(seen.filter((text) => text !== "1234")).toEqual([]);
    }
  });
});

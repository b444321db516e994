// Sides to compare in tests: real directories, and listings of trees that exist only in memory.

import { createHash } from "node:crypto";
import type { AppConfig, PathRule } from "../src/config/config.ts";
import { encodeBytes } from "../src/transport/bytes.ts";
import { openLocal } from "../src/transport/local.ts";
import { type Compared, type CompareRequest, compareSides } from "../src/tree/compare.ts";
import type { Entry } from "../src/tree/entry.ts";
import { type Listing, readListing } from "../src/tree/listing.ts";
import type { HashMemory } from "../src/tree/memory.ts";

export function rule(from: string, to: string, more: Partial<PathRule> = {}): PathRule {
  return { from, to, delete: false, group: undefined, rewrite: [], ...more };
}

/** An app with these settings and nothing else to say. */
export function appWith(settings: Partial<AppConfig>): AppConfig {
  const local = { kind: "local", name: "local" } as const;
  return {
    name: "kitchen",
    channel: "C0KITCHEN00",
    preprod: { hosts: [local], root: "/srv/preprod" },
    prod: { hosts: [local], root: "/srv/prod" },
    paths: [rule("./", "./")],
    ignore: [],
    protect: [],
    checks: {},
    backup: { keep: 3, exclude: [], compression: "auto" },
    rehearse: undefined,
    hooks: { "after-swap": [], "before-restart": [], "after-health": [] },
    restart: { kind: "none", timeoutSeconds: 10 },
    health: {
      startPeriodSeconds: 0,
      deadlineSeconds: 10,
      successes: 1,
      intervalSeconds: 1,
      http: [],
      container: undefined,
      logs: undefined,
    },
    approval: { approvers: ["U0AAA"], required: 1, byRequester: false, expiresSeconds: 3600 },
    freeze: [],
    watch: { drift: undefined },
    ...settings,
  };
}

/** Compares two directories of this machine. */
export function compareDirectories(
  preprod: string,
  prod: string,
  settings: Partial<AppConfig> = {},
  more: Partial<CompareRequest> = {},
): Promise<Compared> {
  const transport = openLocal();
  return compareSides({
    preprod: { transport, root: preprod },
    prod: { transport, root: prod },
    app: appWith(settings),
    ...more,
  });
}

export type ReadableMemory = HashMemory & { readonly values: Map<string, string> };

export function memoryOfAMap(): ReadableMemory {
  const values = new Map<string, string>();
  return {
    values,
    recall: (key) => Promise.resolve(values.get(key)),
    remember(key, value) {
      values.set(key, value);
      return Promise.resolve();
    },
  };
}

/** What `find` would print for these entries, parents first. A file's content stands in its `sha256`. */
export function listingOf(entries: Iterable<readonly [path: string, entry: Entry]>): Listing {
  const reader = readListing();
  reader.push(Buffer.from("d 755 0 1.0000000000 1.0000000000 1 1 \0"));
  const ordered = [...entries].sort(([left], [right]) => (left < right ? -1 : 1));
  for (const [path, entry] of ordered) {
    const inode = Number.parseInt(
      createHash("sha256")
        .update(JSON.stringify([path, entry]))
        .digest("hex")
        .slice(0, 8),
      16,
    );
    const times = "1700000000.1234567890 1700000000.1234567890";
    const record =
      entry.type === "file"
        ? `f ${entry.mode.toString(8)} ${entry.size} ${times} ${inode} 1 `
        : entry.type === "directory"
          ? `d ${entry.mode.toString(8)} 4096 ${times} ${inode} 1 `
          : entry.type === "link"
            ? `l 777 1 ${times} ${inode} 1 `
            : `${{ fifo: "p", socket: "s", block: "b", character: "c" }[entry.kind]} 644 0 ${times} ${inode} 1 `;
    const target = entry.type === "link" ? [encodeBytes(entry.target), Buffer.of(0)] : [];
    reader.push(Buffer.concat([Buffer.from(record), encodeBytes(path), Buffer.of(0), ...target]));
  }
  return reader.end();
}

export function file(content: string, mode = 0o644): Entry {
  const sha256 = createHash("sha256").update(content).digest("hex");
  return { type: "file", mode, size: content.length, mtime: "1.000000000", identity: `id:${sha256}`, sha256 };
}

export function directory(mode = 0o755): Entry {
  return { type: "directory", mode, mtime: "1.000000000" };
}

export function link(target: string): Entry {
  return { type: "link", target, mtime: "1.000000000" };
}

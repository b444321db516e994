import { chmodSync, existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { noPostgres, startPostgresServer } from "../../test/postgres-server.ts";
import { inspectPostgres, inspectSqlite } from "./inspect-database.ts";
import { openStore } from "./open-store.ts";
import type { NewPromotion } from "./store.ts";

let dataDir = "";

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "passerelle-inspect-"));
});

afterEach(() => {
  rmSync(dataDir, { recursive: true, force: true });
});

const started: NewPromotion = {
  id: "pr_1",
  app: "kitchen",
  kind: "rollback",
  planId: undefined,
  restorePointId: "pr_0",
  requester: "U1",
  approvedBy: [],
  reason: "it broke",
  startedAt: "2026-11-22T10:00:00.000Z",
  steps: [],
};

test("a file that is not there is not made, one that is there is read beside its bot", async () => {
  expect(inspectSqlite(dataDir)).toBeUndefined();
  expect(existsSync(join(dataDir, "passerelle.db"))).toBe(false);
  const store = await openStore({ dataDir, databaseUrl: undefined, role: "bot" });
  try {
    await store.startRollback(started);
    await store.remember("verified:kitchen", "2026-11-21T10:00:00.000Z");
    const found = inspectSqlite(dataDir);
    expect(found).toMatchObject({ running: ["pr_1"], aheadSeconds: undefined });
    expect(found?.verified).toEqual(new Map([["kitchen", "2026-11-21T10:00:00.000Z"]]));
  } finally {
    await store.close();
  }
});

test("an empty file is a database without rows, and anything else is told for what it is", () => {
  writeFileSync(join(dataDir, "passerelle.db"), "");
  expect(inspectSqlite(dataDir)).toMatchObject({ running: [] });
  writeFileSync(join(dataDir, "passerelle.db"), "no database at all".repeat(200));
  expect(() => inspectSqlite(dataDir)).toThrow(/database-unusable.*corrupt/);
});

test("a file that may not be read is told", ({ skip }) => {
  if (process.getuid?.() === 0) return skip("runs as somebody who is not root");
  writeFileSync(join(dataDir, "passerelle.db"), "");
  chmodSync(join(dataDir, "passerelle.db"), 0o000);
  expect(() => inspectSqlite(dataDir)).toThrow(/database-unusable/);
});

test(`a PostgreSQL server tells its version and its clock, and a dead one is told without its password (${noPostgres ?? "here"})`, {
  skip: noPostgres !== undefined,
}, async () => {
  const server = await startPostgresServer();
  try {
    const url = await server.database();
    const empty = await inspectPostgres(url, () => Date.now() + 3_600_000);
    expect(empty.version).toMatch(/^\d+/);
    expect(empty.running).toEqual([]);
    expect(empty.aheadSeconds).toBeGreaterThan(3590);
    expect(empty.aheadSeconds).toBeLessThan(3610);
    const store = await openStore({ dataDir, databaseUrl: url, role: "bot" });
    await store.startRollback(started);
    await store.remember("verified:kitchen", "2026-11-21T10:00:00.000Z");
    await store.close();
    const full = await inspectPostgres(url, Date.now);
    expect(full.running).toEqual(["pr_1"]);
    expect(full.verified.get("kitchen")).toBe("2026-11-21T10:00:00.000Z");
    await server.kill();
    const withPassword = url.replace("tester@", `tester:${"hush".repeat(3)}@`);
    const failure = await inspectPostgres(withPassword, Date.now).catch((error: unknown) => error);
    expect(String(failure)).toMatch(/database-unusable.*unreachable/);
    expect(String(failure)).not.toContain("hushhush");
  } finally {
    await server.remove();
  }
});

import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Kysely, sql } from "kysely";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Child, runChild } from "../../test/child.ts";
import { noPostgres, type PostgresServer, startPostgresServer } from "../../test/postgres-server.ts";
import { newPlan, newRollback } from "../../test/store-samples.ts";
import { asFailure } from "./database-failure.ts";
import { openStore } from "./open-store.ts";
import { postgresDialect } from "./postgres-dialect.ts";
import type { Rows } from "./rows.ts";
import type { Store } from "./store.ts";

const at = "2026-03-01T10:00:00.000Z";

for (const engine of ["SQLite", "PostgreSQL"] as const) {
  const missing = engine === "SQLite" ? undefined : noPostgres;
  describe.skipIf(missing)(
    `several processes on ${engine}${missing === undefined ? "" : ` (${missing})`}`,
    () => {
      let home: string;
      let dataDir: string;
      let databaseUrl: string | undefined;
      let store: Store;
      let server: PostgresServer | undefined;
      const children: Child[] = [];

      beforeAll(async () => {
        if (engine === "PostgreSQL") server = await startPostgresServer();
      }, 120_000);
      afterAll(() => server?.remove());

      beforeEach(async () => {
        databaseUrl = await server?.database();
        home = await mkdtemp(join(tmpdir(), "passerelle-store-"));
        dataDir = join(home, "data");
        store = await openStore({ dataDir, databaseUrl, role: "bot" });
      });

      afterEach(async () => {
        await Promise.all(children.splice(0).map((child) => child.kill()));
        await store.close();
        await rm(home, { recursive: true, force: true });
      });

      const startChild = (script: string): Child => {
        const opening = `
        const { openStore } = await load("./open-store.ts");
        const { newPlan, newPromotion, newRollback } = await load("../../test/store-samples.ts");
        const dataDir = process.env.DATA_DIR;
        const databaseUrl = process.env.URL || undefined;
        const at = ${JSON.stringify(at)};
        const store = await openStore({ dataDir, databaseUrl, role: "terminal" });
        const event = { at, kind: "log", step: undefined, facts: {}, excerpt: ["line"] };
      `;
        const env = { DATA_DIR: dataDir, URL: databaseUrl ?? "" };
        const child = runChild(import.meta.url, opening + script, { env });
        children.push(child);
        return child;
      };

      test("four processes with 25 clicks each start a plan once", async () => {
        await store.addPlan(newPlan("pl_1"), undefined);
        const clickers = Array.from({ length: 4 }, (_, index) =>
          startChild(`
          console.log("ready");
          await new Promise((resolve) => process.stdin.once("data", resolve));
          const clicks = Array.from({ length: 25 }, (_, click) =>
            store.startPromotion("pl_1", newPromotion("pr_${index}_" + click, "pl_1"), at));
          console.log(JSON.stringify(await Promise.all(clicks)));
          await store.close();
          process.exit(0);
        `),
        );
        for (const clicker of clickers) expect(await clicker.line()).toBe("ready");
        for (const clicker of clickers) clicker.write("go\n");
        const answers = (await Promise.all(clickers.map((clicker) => clicker.line()))).flatMap(
          (line) => JSON.parse(line) as string[],
        );
        expect(answers.filter((answer) => answer === "started")).toHaveLength(1);
        expect(answers.filter((answer) => answer === "not-open")).toHaveLength(99);
        expect(await store.allRunning()).toHaveLength(1);
      });

      test("five processes that open a new database at the same time find one schema", async () => {
        databaseUrl = await server?.database();
        dataDir = join(home, "new");
        const openers = Array.from({ length: 5 }, (_, index) =>
          startChild(`
          await store.addPlan(newPlan("pl_${index}"), undefined);
          console.log((await store.openPlans("shop")).length);
        `),
        );
        const counts = (await Promise.all(openers.map((opener) => opener.line()))).map(Number).sort();
        expect(counts.at(-1)).toBe(5);
      });

      test("what a process was writing when it was killed is there whole or not at all", async () => {
        await store.startRollback(newRollback("rb_1"));
        for (let round = 0; round < 6; round += 1) {
          const writer = startChild(`
          console.log("writing");
          for (let count = 0; ; count += 1) {
            await Promise.all([
              store.addEvent("rb_1", event),
              store.startRollback(newRollback("rb_${round}_" + count, "app_${round}_" + count)),
            ]);
          }
        `);
          await writer.line();
          await sleep(50 + 40 * round);
          await writer.kill();
          await store.addEvent("rb_1", { at, kind: "note", step: undefined, facts: {}, excerpt: [] });
        }
        const sequences = (await store.events("rb_1", 0)).map(({ sequence }) => sequence);
        expect(sequences.length).toBeGreaterThan(6);
        expect(sequences).toEqual(sequences.map((_, index) => index + 1));
        const running = await store.allRunning();
        expect(running.length).toBeGreaterThan(1);
        for (const { steps } of running) expect(steps.map(({ name }) => name)).toEqual(["lock", "swap"]);
      });

      test("a process killed in the middle of a transaction leaves nothing of it, and nobody waiting", async () => {
        await store.addPlan(newPlan("pl_1"), undefined);
        const writer = startChild(`
        const { Kysely } = await import(${JSON.stringify(import.meta.resolve("kysely"))});
        const { nodeSqliteDialect, openSqlite } = await load("./node-sqlite-dialect.ts");
        const { postgresDialect } = await load("./postgres-dialect.ts");
        const dialect = databaseUrl ? postgresDialect(databaseUrl) : nodeSqliteDialect(openSqlite(dataDir + "/passerelle.db"));
        const plain = new Kysely({ dialect });
        const db = databaseUrl ? plain.withSchema("passerelle") : plain;
        await db.transaction().execute(async (transaction) => {
          await transaction.updateTable("plans").set({ status: "approved" }).execute();
          await transaction.updateTable("change_counter").set({ value: 999 }).execute();
          console.log("in it");
          await new Promise(() => setInterval(() => {}, 1000));
        });
      `);
        expect(await writer.line()).toBe("in it");
        await writer.kill();
        const before = performance.now();
        expect(await store.movePlan("pl_1", "open", "stale", at)).toBe(true);
        expect(performance.now() - before).toBeLessThan(10_000);
        expect((await store.changesSince(0)).cursor).toBe(2);
      });
    },
  );
}

describe.skipIf(noPostgres)(`a PostgreSQL server that dies${noPostgres ? ` (${noPostgres})` : ""}`, () => {
  let server: PostgresServer;

  beforeAll(async () => {
    server = await startPostgresServer();
  }, 120_000);
  afterAll(() => server?.remove());

  test("costs no event and doubles none, however often it dies", async () => {
    const store = await openStore({
      dataDir: "/nonexistent",
      databaseUrl: await server.database(),
      role: "bot",
    });
    await store.startRollback(newRollback("rb_1"));
    const event = { at, kind: "log", step: undefined, facts: {}, excerpt: [] } as const;
    let adding = true;
    let added = 0;
    const adders = Array.from({ length: 4 }, async () => {
      while (adding) {
        await store.addEvent("rb_1", event);
        added += 1;
      }
    });
    for (let round = 0; round < 3; round += 1) {
      await sleep(300);
      await server.kill();
      await sleep(300);
      await server.start();
    }
    await sleep(300);
    adding = false;
    await Promise.all(adders);
    const sequences = (await store.events("rb_1", 0)).map(({ sequence }) => sequence);
    expect(added).toBeGreaterThan(20);
    expect(sequences).toEqual(Array.from({ length: added }, (_, index) => index + 1));
    await store.close();
  }, 120_000);

  test("is given up when the network swallows what is sent, and asked anew", async () => {
    const url = new URL(await server.database());
    const network = await openNetwork(Number(url.port));
    url.port = String(network.port);
    const db = new Kysely<Rows>({ dialect: postgresDialect(url.href, { silenceSeconds: 1 }) });
    const ask = (): Promise<unknown> => db.transaction().execute((now) => sql`select 1 as one`.execute(now));
    await ask();
    network.swallow();
    const failure = await ask().catch((error: unknown) => error);
    expect(asFailure(failure, "here")).toMatchObject({ details: { reason: "unreachable" } });
    network.deliver();
    expect(await ask()).toMatchObject({ rows: [{ one: 1 }] });
    await db.destroy();
    await network.close();
  }, 120_000);

  test("is named, without its password, once patience is over", async () => {
    const databaseUrl = (await server.database()).replace("tester@", "tester:hunter2@");
    const store = await openStore({ dataDir: "/nonexistent", databaseUrl, role: "bot", patienceSeconds: 1 });
    await server.kill();
    const failure = await store.plan("pl_1").catch((error: unknown) => error);
    expect(failure).toMatchObject({ code: "database-unusable", details: { reason: "unreachable" } });
    expect(JSON.stringify(failure)).not.toContain("hunter2");
    await server.start();
    expect(await store.plan("pl_1")).toBeUndefined();
    await store.close();
  }, 120_000);
});

/** Connections to a local port through a wire that can be cut without anyone being told. */
async function openNetwork(
  to: number,
): Promise<{ port: number; swallow: () => void; deliver: () => void; close: () => Promise<void> }> {
  let cut = false;
  const sockets = new Set<Socket>();
  const server = createServer((near) => {
    const far = connect(to, "127.0.0.1");
    const swallowed = cut;
    for (const [from, onto] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.add(from);
      from.on("error", () => {});
      from.on("data", (data) => {
        if (!cut && !swallowed) onto.write(data);
      });
      from.on("close", () => onto.destroy());
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  return {
    port: address.port,
    swallow: () => {
      cut = true;
    },
    deliver: () => {
      cut = false;
    },
    close: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

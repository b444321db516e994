import { execFileSync } from "node:child_process";
import { chmod, mkdir, mkdtemp, open, readdir, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Kysely } from "kysely";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { runChild } from "../../test/child.ts";
import { newPlan } from "../../test/store-samples.ts";
import { holdDataDir } from "./data-dir.ts";
import { type Migration, migrate, migrations } from "./migrations.ts";
import { nodeSqliteDialect, openSqlite } from "./node-sqlite-dialect.ts";
import { openStore } from "./open-store.ts";
import type { Rows } from "./rows.ts";

const notRoot = process.getuid?.() === 0 ? undefined : "runs as root, to become another user";
const noSmallVolume = (await canMount()) ? undefined : "runs as root, where a tmpfs can be mounted";

let dataDir: string;
let file: string;

beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), "passerelle-store-"));
  file = join(dataDir, "passerelle.db");
});

afterEach(() => rm(dataDir, { recursive: true, force: true }));

function openBot(at = dataDir): ReturnType<typeof openStore> {
  return openStore({ dataDir: at, databaseUrl: undefined, role: "bot" });
}

test("a new database is for its owner alone, whatever the umask says", async () => {
  const umask = process.umask(0);
  try {
    const nested = join(dataDir, "a", "b");
    const store = await openBot(nested);
    await store.addPlan(newPlan("pl_1"), undefined);
    expect((await stat(nested)).mode & 0o777).toBe(0o700);
    const names = await readdir(nested);
    expect(names.sort()).toEqual(["passerelle.db", "passerelle.db-shm", "passerelle.db-wal"]);
    for (const name of names) expect((await stat(join(nested, name))).mode & 0o777).toBe(0o600);
    await store.close();
  } finally {
    process.umask(umask);
  }
});

test("what was stored is there after the database is opened again, under a long path with spaces", async () => {
  const nested = join(dataDir, `with spaces and ${"long ".repeat(30)}name`);
  const store = await openBot(nested);
  await store.addPlan(newPlan("pl_1"), "C1");
  await store.close();
  const again = await openBot(nested);
  expect(await again.planChannel("pl_1")).toBe("C1");
  await again.close();
});

describe("a database that cannot be used", () => {
  test("is named when it is not a database", async () => {
    await writeFile(file, "not a database, but long enough to have a header of one hundred bytes ".repeat(9));
    await expect(openBot()).rejects.toMatchObject(unusable("corrupt", file));
  });

  test("is named when a page of it is broken, before anything relies on it", async () => {
    const store = await openBot();
    for (let index = 0; index < 50; index += 1) await store.addPlan(newPlan(`pl_${index}`), "x".repeat(500));
    await store.close();
    const handle = await open(file, "r+");
    const { size } = await handle.stat();
    await handle.write(Buffer.alloc(size / 2, 0xff), 0, Math.floor(size / 2), Math.floor(size / 4));
    await handle.close();
    await expect(openBot()).rejects.toMatchObject(unusable("corrupt", file));
  });

  test("is named when its place is taken by a directory", async () => {
    await mkdir(file);
    await expect(openBot()).rejects.toMatchObject(unusable("unwritable", file));
  });

  test("is named when the data directory cannot be made", async () => {
    await writeFile(join(dataDir, "file"), "");
    const impossible = join(dataDir, "file", "data");
    await expect(openBot(impossible)).rejects.toMatchObject(unusable("unwritable", impossible));
  });

  test.skipIf(notRoot)(
    `is named when it belongs to another user${notRoot ? ` (${notRoot})` : ""}`,
    async () => {
      await (await openBot()).close();
      await chmod(dataDir, 0o755);
      const other = runChild(
        import.meta.url,
        `const { openStore } = await load("./open-store.ts");
      const dataDir = ${JSON.stringify(dataDir)};
      await openStore({ dataDir, databaseUrl: undefined, role: "terminal" }).catch((error) =>
        console.log(JSON.stringify({ code: error.code, details: error.details })));`,
        { uid: 65534, gid: 65534 },
      );
      expect(JSON.parse(await other.line())).toMatchObject(unusable("unwritable", file));
    },
  );

  test.skipIf(noSmallVolume)(
    `says that the volume is full, and goes on when there is space again${noSmallVolume ? ` (${noSmallVolume})` : ""}`,
    async () => {
      const volume = join(dataDir, "volume");
      await mkdir(volume);
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=2m", "tmpfs", volume]);
      try {
        const store = await openBot(join(volume, "data"));
        await store.addPlan(newPlan("pl_1"), undefined);
        const ballast = join(volume, "ballast");
        await writeFile(ballast, Buffer.alloc(1_400_000));
        const large = newPlan("pl_2", { onlyInProd: ["x".repeat(900_000)] });
        await expect(store.addPlan(large, undefined)).rejects.toMatchObject(
          unusable("full", join(volume, "data", "passerelle.db")),
        );
        expect((await store.openPlans("shop")).map(({ id }) => id)).toEqual(["pl_1"]);
        await rm(ballast);
        await store.addPlan(newPlan("pl_3"), undefined);
        expect((await store.openPlans("shop")).map(({ id }) => id)).toEqual(["pl_1", "pl_3"]);
        await store.close();
      } finally {
        execFileSync("umount", [volume]);
      }
    },
  );

  test("is named when the URL is none, or says a server where there is none", async () => {
    const store = (databaseUrl: string): Promise<unknown> =>
      openStore({ dataDir, databaseUrl, role: "terminal", patienceSeconds: 0 });
    await expect(store("postgres")).rejects.toMatchObject(unusable("refused", "DATABASE_URL"));
    await expect(store("postgresql://bot:hunter2@127.0.0.1:1/rows")).rejects.toMatchObject(
      unusable("unreachable", "postgresql://bot@127.0.0.1:1/rows"),
    );
  });
});

describe("the schema", () => {
  const addTable: Migration = async (db) => {
    await db.schema.createTable("later").addColumn("id", "integer").execute();
  };

  const upgrade = async (known: readonly Migration[], mayUpgrade = true): Promise<void> => {
    const db = new Kysely<Rows>({ dialect: nodeSqliteDialect(openSqlite(file)) });
    const options = { engine: "sqlite", where: file, known, mayUpgrade: async () => mayUpgrade } as const;
    try {
      await db.transaction().execute((transaction) => migrate(transaction, options));
    } finally {
      await db.destroy();
    }
  };

  test("of a newer version is refused", async () => {
    await upgrade([...migrations, addTable]);
    await expect(openBot()).rejects.toMatchObject(unusable("newer", file));
  });

  test("is brought up to date and keeps its rows", async () => {
    const store = await openBot();
    await store.addPlan(newPlan("pl_1"), undefined);
    await upgrade([...migrations, addTable]);
    expect(await store.plan("pl_1")).toBeDefined();
    await store.close();
    await expect(upgrade([...migrations, addTable])).resolves.toBeUndefined();
  });

  test("stays as it was when a step of an upgrade fails", async () => {
    await (await openBot()).close();
    const broken: Migration = async () => {
      throw new Error("half way");
    };
    await expect(upgrade([...migrations, addTable, broken])).rejects.toThrow("half way");
    await (await openBot()).close();
    await upgrade([...migrations, addTable]);
  });

  test("is not changed under a bot that runs", async () => {
    await (await openBot()).close();
    await expect(upgrade([...migrations, addTable], false)).rejects.toMatchObject(unusable("older", file));
    await expect(upgrade(migrations, false)).resolves.toBeUndefined();
    const held = await holdDataDir(dataDir);
    const terminal = await openStore({ dataDir, databaseUrl: undefined, role: "terminal" });
    expect(await terminal.allRunning()).toEqual([]);
    await terminal.close();
    await held.release();
  });
});

function unusable(reason: string, where: string): object {
  return {
    code: "database-unusable",
    details: { reason, where, remedy: expect.any(String), said: expect.any(String) },
  };
}

async function canMount(): Promise<boolean> {
  const place = await mkdtemp(join(tmpdir(), "passerelle-mount-"));
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=64k", "tmpfs", place], { stdio: "ignore" });
    execFileSync("umount", [place], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  } finally {
    await rm(place, { recursive: true, force: true });
  }
}

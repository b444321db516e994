// Looks at the bot's database for `passerelle doctor`: nothing is made, changed or brought up to date.

import { existsSync, statSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import postgres from "postgres";
import { asFailure, unusable } from "./database-failure.ts";

export type Inspected = {
  readonly where: string;
  readonly version: string;
  readonly bytes: number | undefined;
  /** How far the clock here is ahead of the server's; of a file there is none. */
  readonly aheadSeconds: number | undefined;
  /** Ids of promotions that it says are under way. */
  readonly running: readonly string[];
  /** When the restore points of an app were last checked, by the app. */
  readonly verified: ReadonlyMap<string, string>;
};

/** Undefined when there is no file yet. Throws `database-unusable`. */
export function inspectSqlite(dataDir: string): Inspected | undefined {
  const where = join(dataDir, "passerelle.db");
  if (!existsSync(where)) return undefined;
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(where, { readOnly: true, timeout: 2000 });
    const found = database.prepare("PRAGMA integrity_check(1)").get()?.["integrity_check"];
    if (found !== "ok") throw unusable(where, "corrupt", String(found));
    const rowsOf = (table: string, question: string) =>
      database?.prepare("SELECT 1 FROM sqlite_schema WHERE name = ?").get(table) === undefined
        ? []
        : (database?.prepare(question).all() ?? []);
    const rows = rowsOf("promotions", "SELECT id FROM promotions WHERE status = 'running'");
    const checked = rowsOf("memories", "SELECT key, value FROM memories WHERE key LIKE 'verified:%'");
    const version = String(database.prepare("SELECT sqlite_version() AS version").get()?.["version"]);
    const running = rows.map(({ id }) => String(id));
    const bytes = statSync(where).size;
    return { where, version, bytes, aheadSeconds: undefined, running, verified: verifiedIn(checked) };
  } catch (error) {
    throw asFailure(error, where);
  } finally {
    database?.close();
  }
}

/** Throws `database-unusable`. */
export async function inspectPostgres(databaseUrl: string, now: () => number): Promise<Inspected> {
  const url = new URL(databaseUrl);
  const where = `${url.protocol}//${url.host}${url.pathname}`;
  const client = postgres(databaseUrl, {
    max: 1,
    connect_timeout: 8,
    idle_timeout: 1,
    fetch_types: false,
    onnotice: () => {},
    connection: { application_name: "passerelle doctor", statement_timeout: 8000 },
  });
  try {
    const before = now();
    const [server] = await client`
      select current_setting('server_version') as version, extract(epoch from clock_timestamp())::float8 as clock,
        to_regclass('passerelle.promotions') is not null as known`;
    const between = (before + now()) / 2;
    const rows =
      server?.["known"] === true
        ? await client`select id from passerelle.promotions where status = 'running'`
        : [];
    const checked =
      server?.["known"] === true
        ? await client`select key, value from passerelle.memories where key like 'verified:%'`
        : [];
    return {
      where,
      version: String(server?.["version"]),
      bytes: undefined,
      aheadSeconds: Math.round(between / 1000 - Number(server?.["clock"])),
      running: rows.map(({ id }) => String(id)),
      verified: verifiedIn(checked),
    };
  } catch (error) {
    throw asFailure(error, where);
  } finally {
    await client.end({ timeout: 1 }).catch(() => {});
  }
}

function verifiedIn(rows: readonly Readonly<Record<string, unknown>>[]): ReadonlyMap<string, string> {
  return new Map(rows.map(({ key, value }) => [String(key).slice("verified:".length), String(value)]));
}

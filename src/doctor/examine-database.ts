// The bot's own database and the directory it is in, and which bot works with them now.

import { statfsSync } from "node:fs";
import { dirname } from "node:path";
import type { Environment } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import { dataDirHeld } from "../store/data-dir.ts";
import { type Inspected, inspectPostgres, inspectSqlite } from "../store/inspect-database.ts";
import { clockVerdict } from "./clocks.ts";
import { loginName, mayWrite } from "./examine-config.ts";
import { type Finding, failed, ok, warning, wrong } from "./finding.ts";
import type { Past } from "./target-verdict.ts";

const leastBytes = 100 * 1024 * 1024;

export type DatabaseExamined = {
  readonly findings: readonly Finding[];
  readonly past: Past;
};

export async function examineDatabase(
  { dataDir, databaseUrl }: Pick<Environment, "dataDir" | "databaseUrl">,
  now: () => number,
): Promise<DatabaseExamined> {
  const room = roomFinding(dataDir);
  const held = await dataDirHeld(dataDir);
  const about = [...room, held === undefined ? ok("data-dir-free") : ok("data-dir-held", { pid: held.pid })];
  try {
    const inspected =
      databaseUrl === undefined ? inspectSqlite(dataDir) : await inspectPostgres(databaseUrl, now);
    if (inspected === undefined)
      return {
        findings: [ok("database-new", { where: `${dataDir}/passerelle.db` }), ...about],
        past: { running: [], verified: new Map() },
      };
    const { running, verified } = inspected;
    return {
      findings: [...databaseVerdict(inspected, databaseUrl === undefined), ...about],
      past: { running, verified },
    };
  } catch (error) {
    if (!isFailure(error)) throw error;
    return { findings: [failed(error), ...about], past: { running: undefined, verified: new Map() } };
  }
}

function databaseVerdict(inspected: Inspected, isFile: boolean): readonly Finding[] {
  const { where, version, aheadSeconds } = inspected;
  const engine = isFile ? "SQLite" : "PostgreSQL";
  if (isFile && !mayWrite(where)) return [wrong("database-unwritable", { where, user: loginName() })];
  const clock =
    aheadSeconds === undefined
      ? undefined
      : clockVerdict(aheadSeconds, { good: "database-sound", apart: "database-clock-apart" });
  const apart = clock === undefined || clock.level === "ok" ? [] : [clock];
  return [ok("database-sound", { where, version, engine }), ...apart];
}

function roomFinding(dataDir: string): readonly Finding[] {
  for (let path = dataDir; ; path = dirname(path)) {
    try {
      const { bavail, bsize } = statfsSync(path);
      const free = bavail * bsize;
      return [free < leastBytes ? warning("disk-room-short", { free }) : ok("disk-room", { free })];
    } catch {
      if (path === dirname(path)) return [];
    }
  }
}

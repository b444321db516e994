// `npm run bench`: measures what people wait for against what they would pick instead, prints a table and writes it as JSON.

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { cpus, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseArgs } from "node:util";
import { whyNoOpenSsh } from "../ssh/openssh-server.ts";
import { comparingRows } from "./comparing-rows.ts";
import { type Measured, measure, type Row, tableLine } from "./measure.ts";
import { backupRow, promotionRows, rollbackRows } from "./promoting-rows.ts";
import { type Machine, startMachine } from "./target.ts";
import { makeSides, type TreeName } from "./trees.ts";
import { acknowledgedRow, memoryRow, startRow, twoHostsRow } from "./whole-rows.ts";

const { values } = parseArgs({
  options: {
    trees: { type: "string", default: "T1,T2,T3" },
    only: { type: "string", default: "" },
    rounds: { type: "string", default: "5" },
    out: { type: "string", default: "artifacts/bench.json" },
  },
});

const goals: Readonly<Record<TreeName, { first: number; unchanged?: number; some?: number }>> = {
  T1: { first: 0.9 },
  T2: { first: 1, unchanged: 0.35, some: 0.5 },
  T3: { first: 1.2, unchanged: 0.5, some: 0.7 },
};

async function main(): Promise<number> {
  if (whyNoOpenSsh !== undefined) {
    console.error(`bench ${whyNoOpenSsh}`);
    return 1;
  }
  const directory = mkdtempSync(join(tmpdir(), "passerelle-bench-"));
  const machine = await startMachine();
  const results: Measured[] = [];
  console.log(
    `Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? "?"}; medians, ours and the peer in turn.\n`,
  );
  console.log(
    "| work | Passerelle | peer | peer's | ratio | goal | reached |\n|---|---|---|---|---|---|---|",
  );
  const take = async (rows: readonly Row[]): Promise<void> => {
    for (const row of rows) {
      if (!row.work.includes(values.only)) continue;
      const measured = await measure(row, Number(values.rounds));
      results.push(measured);
      console.log(tableLine(measured));
    }
  };
  try {
    for (const name of values.trees.split(",") as TreeName[]) await take(rowsOf(machine, directory, name));
    await take([twoHostsRow(directory), acknowledgedRow, startRow]);
  } finally {
    await machine.stop();
    rmSync(directory, { recursive: true, force: true });
  }
  mkdirSync(dirname(values.out), { recursive: true });
  writeFileSync(values.out, `${JSON.stringify({ node: process.version, results }, undefined, 2)}\n`);
  return 0;
}

function rowsOf(machine: Machine, directory: string, name: TreeName): readonly Row[] {
  const sides = makeSides(directory, name);
  const rows: Row[] = [
    ...comparingRows(machine, name, sides, goals[name]),
    backupRow(machine, name, sides, "auto", 0.1),
    backupRow(machine, name, sides, "gzip", 0.4),
  ];
  if (name === "T2") {
    rows.push(...promotionRows(machine, name, sides));
    rows.push(...rollbackRows(machine, name, (round) => makeSides(join(directory, `all-${round}`), name, 1)));
  }
  if (name === "T3") rows.push(memoryRow(machine, sides));
  return rows;
}

process.exitCode = await main();
// Servers and agents that were asked to end are not waited for.
process.exit();

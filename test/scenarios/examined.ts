// What `passerelle doctor --json` says, for tests.

import { expect } from "vitest";
import { type } from "../terminal.ts";

export type Told = {
  readonly level: "ok" | "warning" | "wrong";
  readonly code: string;
  readonly says: string;
  readonly remedy?: string;
};

type Report = {
  readonly ok: boolean;
  readonly sections: readonly {
    readonly room: string;
    readonly name?: string;
    readonly host?: string;
    readonly findings: readonly Told[];
  }[];
};

export async function examined(
  where: Parameters<typeof type>[0],
  env: Readonly<Record<string, string | undefined>> = {},
): Promise<{ code: number | null; report: Report; all: readonly Told[]; text: string }> {
  const { code, stdout, stderr } = await type(where, ["doctor", "--json"], env);
  expect(stderr).toBe("");
  const report: Report = JSON.parse(stdout);
  const all = report.sections.flatMap(({ findings }) => findings);
  for (const { says } of all) expect(says).not.toMatch(/undefined|NaN|\[object/);
  return { code, report, all, text: stdout };
}

export function codesOf(all: readonly Told[], level: Told["level"]): readonly string[] {
  return all.filter((told) => told.level === level).map(({ code }) => code);
}

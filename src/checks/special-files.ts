// Check: sockets, fifos and devices where files are promoted; they cannot be copied, so they are named.

import { compileRules, mapToProd } from "../tree/rules.ts";
import { type Check, type CheckInput, counted, type Finding, listed } from "./check.ts";

export const specialFiles: Check = {
  id: "special-files",
  level: "warn",
  fine: "No sockets, fifos or devices among the promoted paths.",
  find: async (input) => findSpecialFiles(input),
  summary: (findings) =>
    `${counted(findings.length, "path")} cannot be promoted, being sockets, fifos or devices: ${listed(findings.map(({ path, facts }) => `${path} (${facts["kind"]})`))}.`,
};

function findSpecialFiles(input: CheckInput): readonly Finding[] {
  const rules = compileRules(input.app, input.groups);
  const found = new Map<string, Finding>();
  for (const [path, entry] of input.preprod) {
    if (entry.type !== "special") continue;
    const mapping = mapToProd(rules, path);
    if (mapping.kind === "mapped") found.set(mapping.path, special(mapping.path, entry.kind, "PREPROD"));
  }
  for (const { path, before } of input.changes) {
    if (before?.type === "special") found.set(path, special(path, before.kind, "PROD"));
  }
  return [...found.values()];
}

function special(path: string, kind: string, side: string): Finding {
  const message = `is a ${kind} ${side === "PROD" ? "in PROD, where something else would be put" : "in PREPROD, so it is left out"}`;
  return { code: "special-file", path, line: 0, facts: { kind, side }, message };
}

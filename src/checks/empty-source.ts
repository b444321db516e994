// Check: a source that suddenly lacks most of what PROD has, as when a disk was not mounted.

import type { PathRule } from "../config/config.ts";
import type { Tree } from "../tree/entry.ts";
import { bareOf, compileRules, isSelected, type Mapping, mapToPreprod, mapToProd } from "../tree/rules.ts";
import { type Check, type CheckInput, counted, type Finding, listed } from "./check.ts";

/** PREPROD having fewer than this share of PROD's files of a rule is an accident, not a release. */
const leastShare = 0.2;
const fewFiles = 5;

export const emptySource: Check = {
  id: "empty-source",
  level: "block",
  always: true,
  fine: "PREPROD has what it is expected to have.",
  find: async (input) => findEmptySources(input),
  summary: (findings) =>
    `PREPROD lacks most of what PROD has: ${listed(findings.map(({ facts }) => `${facts["from"]} (${facts["preprod"]} files, PROD has ${facts["prod"]})`))}. Is a disk not mounted there?`,
};

function findEmptySources(input: CheckInput): readonly Finding[] {
  const rules = compileRules(input.app, input.groups);
  const inPreprod = filesByRule(input.preprod, (path) => mapToProd(rules, path));
  const inProd = filesByRule(input.prod, (path) => mapToPreprod(rules, path));
  const findings: Finding[] = [];
  for (const rule of input.app.paths) {
    if (!isSelected(rules, rule)) continue;
    const preprod = inPreprod.get(rule) ?? 0;
    const prod = inProd.get(rule) ?? 0;
    // A single file that goes away is a removal like any other, unless everything went.
    const empty = preprod === 0 && prod > 0 && (rule.from.endsWith("/") || inPreprod.size === 0);
    // Where nothing is ever removed, PROD may well have grown files of its own.
    const shrunken = rule.delete && prod >= fewFiles && preprod < prod * leastShare;
    if (!empty && !shrunken) continue;
    findings.push({
      code: "empty-source",
      path: bareOf(rule.to),
      line: 0,
      facts: { from: rule.from, to: rule.to, preprod, prod },
      message: `PREPROD's ${rule.from} has ${counted(preprod, "file")} where PROD's ${rule.to} has ${prod}`,
    });
  }
  return findings;
}

function filesByRule(tree: Tree, mapping: (path: string) => Mapping): ReadonlyMap<PathRule, number> {
  const counts = new Map<PathRule, number>();
  for (const [path, { type }] of tree) {
    if (type !== "file" && type !== "link") continue;
    const mapped = mapping(path);
    if (mapped.kind === "mapped") counts.set(mapped.rule, (counts.get(mapped.rule) ?? 0) + 1);
  }
  return counts;
}

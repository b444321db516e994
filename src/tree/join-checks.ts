// The results of the same checks on several hosts of PROD as one list, each finding with its host where not all have it. Pure.

import type { CheckResult } from "./plan.ts";

type Finding = NonNullable<CheckResult["findings"]>[number];
type OnHost = { readonly host: string; readonly check: CheckResult };

const levels = ["ok", "warn", "block"] as const;

export function joinChecks(
  each: readonly { readonly host: string; readonly checks: readonly CheckResult[] }[],
): readonly CheckResult[] {
  const byId = new Map<string, OnHost[]>();
  for (const { host, checks } of each) {
    for (const check of checks) byId.set(check.id, [...(byId.get(check.id) ?? []), { host, check }]);
  }
  return [...byId.values()].map((results) => joinOne(results, each.length));
}

function joinOne(results: readonly OnHost[], hosts: number): CheckResult {
  const [first] = results;
  if (first === undefined) throw new Error("a check without a result");
  const level = levels.findLast((one) => results.some(({ check }) => check.level === one)) ?? "ok";
  const findings = joinFindings(results, hosts);
  const places = new Map(
    results.flatMap(({ check }) => check.where.map((place) => [`${place.path}\0${place.line}`, place])),
  );
  return {
    ...first.check,
    level,
    message: joinMessages(
      results.filter(({ check }) => check.level === level),
      hosts,
    ),
    where: [...places.values()],
    ...(findings.length > 0 && { findings }),
  };
}

function joinMessages(results: readonly OnHost[], hosts: number): string {
  const byMessage = new Map<string, string[]>();
  for (const { host, check } of results)
    byMessage.set(check.message, [...(byMessage.get(check.message) ?? []), host]);
  return [...byMessage]
    .map(([message, on]) => (on.length === hosts ? message : `${on.join(", ")}: ${message}`))
    .join("\n");
}

function joinFindings(results: readonly OnHost[], hosts: number): readonly Finding[] {
  const found = new Map<string, { readonly finding: Finding; readonly on: string[] }>();
  for (const { host, check } of results) {
    for (const finding of check.findings ?? []) {
      const sign = JSON.stringify(finding);
      const known = found.get(sign);
      if (known === undefined) found.set(sign, { finding, on: [host] });
      else known.on.push(host);
    }
  }
  return [...found.values()].map(({ finding, on }) => {
    if (on.length === hosts) return finding;
    const onHost = on.join(", ");
    return {
      ...finding,
      facts: { ...finding.facts, onHost },
      message: `${onHost}: ${finding.message}`,
    };
  });
}

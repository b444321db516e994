// Runs the checks of an app on a plan: each answers, fails alone, and is told in one result.

import type { AppConfig } from "../config/config.ts";
import type { CheckResult } from "../tree/plan.ts";
import type { Check, CheckInput, CheckLevel, Finding } from "./check.ts";
import { counted, listed } from "./check.ts";
import { deletions } from "./deletions.ts";
import { dependencies } from "./dependencies.ts";
import { emptySource } from "./empty-source.ts";
import { imports } from "./imports.ts";
import { layoutReference } from "./layout-reference.ts";
import { lockFile } from "./lock-file.ts";
import { secrets } from "./secrets.ts";
import type { SourceLimits, Sources } from "./sources.ts";
import { createSourceCache, defaultLimits } from "./sources.ts";
import { specialFiles } from "./special-files.ts";

/** In the order in which they are shown. */
export const allChecks: readonly Check[] = [
  emptySource,
  layoutReference,
  imports,
  dependencies,
  lockFile,
  deletions,
  secrets,
  specialFiles,
];

const mostPlaces = 50;

/**
 * Results in the order of `checks`. Never throws for what a check does; a check that fails, or a reader that does not
 * answer in time, becomes a warning that says so. What needs a host (space, permissions, PREPROD's health) is looked at
 * by the caller, who adds its own with `checkResult`.
 */
export async function runChecks(
  input: CheckInput,
  checks: readonly Check[] = allChecks,
  limits: SourceLimits = defaultLimits,
): Promise<readonly CheckResult[]> {
  const cache = createSourceCache(input, limits);
  const results: CheckResult[] = [];
  // One after the other: they share what they read, and parsing has only one thread anyway.
  for (const check of checks) {
    const level = levelOf(input.app, check);
    if (level === "off") continue;
    results.push(await runCheck(check, level, input, cache.open(), limits));
  }
  return results;
}

/** The level an app gives to a check's findings. */
export function levelOf(
  app: AppConfig,
  check: Pick<Check, "id" | "level"> & { readonly always?: boolean },
): CheckLevel | "off" {
  return check.always === true ? check.level : (app.checks[check.id] ?? check.level);
}

async function runCheck(
  check: Check,
  level: CheckLevel,
  input: CheckInput,
  sources: Sources,
  limits: SourceLimits,
): Promise<CheckResult> {
  try {
    const findings = await within(limits.secondsPerCheck * 2, check.find(input, sources));
    const message = findings.length === 0 ? check.fine : check.summary(findings);
    return checkResult(check.id, level, [message, ...notesOf(sources)].join(" "), findings);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return {
      id: check.id,
      level: "warn",
      message: `This check itself failed, so nothing is known: ${reason.split("\n")[0] ?? ""}`,
      where: [],
    };
  }
}

/** The result over findings: at the given level, or a warning when all of them are uncertain, or ok when there are none. */
export function checkResult(
  id: string,
  level: CheckLevel,
  message: string,
  findings: readonly Finding[],
): CheckResult {
  const found = findings.every((finding) => finding.uncertain === true) ? "warn" : level;
  const shown = findings.slice(0, mostPlaces);
  return {
    id,
    level: findings.length === 0 ? "ok" : found,
    message,
    where: shown.map(({ path, line }) => ({ path, line })),
    findings: shown,
  };
}

function notesOf(sources: Sources): readonly string[] {
  return [...sources.notes].map(
    ([reason, paths]) => `(${counted(paths.length, "file")} ${reason}: ${listed(paths, 3)}.)`,
  );
}

async function within<T>(seconds: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer within ${seconds} s`)), seconds * 1000);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

// The checks that an app brings itself: its commands, run in a copy of PROD as it would be, each one a result of the plan.

import type { Finding } from "../checks/check.ts";
import { checkResult } from "../checks/run-checks.ts";
import type { AppConfig, OwnCheck } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import { type Trial, type Trials, tryCommands } from "../rehearse/try-commands.ts";
import type { Side } from "../tree/compare.ts";
import type { Change, CheckResult } from "../tree/plan.ts";
import type { Prod } from "../tree/swap.ts";

/** A check that could not be run counts as failed: nobody knows what it would have said. */
export async function runOwnChecks(
  app: AppConfig,
  preprod: Side,
  prodOf: () => Promise<Prod>,
  changes: readonly Change[],
): Promise<readonly CheckResult[]> {
  const { ownChecks = [] } = app;
  if (ownChecks.length === 0 || changes.length === 0) return [];
  const ordered = changes.toSorted((left, right) => (left.path < right.path ? -1 : 1));
  let tried: Trials;
  try {
    const prod = await prodOf();
    tried = await tryCommands({ prod, preprod, app, changes: ordered, commands: ownChecks });
  } catch (error) {
    if (!isFailure(error)) throw error;
    const said = String(error.details["stderr"] ?? error.details["reason"] ?? "");
    return ownChecks.map((check) =>
      notRun(check, [error.code, said].filter((part) => part !== "").join(": ")),
    );
  }
  if (tried.outcome === "moved")
    return ownChecks.map((check) => notRun(check, "PREPROD changed while it was copied"));
  if (tried.outcome === "disk-full")
    return ownChecks.map((check) => notRun(check, "PROD's host has no room for a copy of PROD"));
  const { trials } = tried;
  return ownChecks.map((check, index) => {
    const trial = trials[index];
    return trial === undefined ? notRun(check, "it was never reached") : resultOf(check, trial);
  });
}

function resultOf(check: OwnCheck, trial: Trial): CheckResult {
  if (trial.outcome === "passed") return checkResult(check.name, check.level, "It passed.", []);
  const last = trial.excerpt.at(-1) ?? "";
  const excerpt = trial.excerpt.join("\n");
  const timedOut = trial.outcome === "timeout";
  const how = timedOut
    ? `did not end within ${check.timeoutSeconds} s`
    : `ended with exit code ${trial.code}`;
  const facts = timedOut
    ? { seconds: check.timeoutSeconds, last, excerpt }
    : { code: trial.code, last, excerpt };
  const message = `The app's own check ${check.name} ${how}${excerpt === "" ? "." : `:\n${excerpt}`}`;
  const code = timedOut ? "own-check-late" : "own-check-failed";
  const finding: Finding = { code, path: "", line: 0, facts, message };
  return checkResult(check.name, check.level, message, [finding]);
}

function notRun(check: OwnCheck, reason: string): CheckResult {
  const message = `The app's own check ${check.name} could not be run: ${reason}.`;
  const finding: Finding = { code: "own-check-not-run", path: "", line: 0, facts: { reason }, message };
  return checkResult(check.name, check.level, message, [finding]);
}

// The steps that a promotion or rollback of an app begins with: where PROD has several hosts, each has its own roll-out.

import type { AppConfig } from "../config/config.ts";
import { promotionSteps, rollbackSteps, type StepKind, type StepName } from "./promotions.ts";
import { type Batch, rollOutSteps } from "./step-names.ts";

type Steps = Pick<AppConfig, "rehearse" | "prod">;

/** Only an app with a rehearsal rehearses. Without a wish of the configuration one host follows after the other. */
export function promotionStepsOf({ rehearse, prod }: Steps): readonly StepName[] {
  const steps = promotionSteps.filter((step) => step !== "rehearse" || rehearse !== undefined);
  return perHost(steps, batchesFor(prod, prod.batch ?? 1));
}

/** An incident is over when it is over everywhere: all hosts at once, unless the configuration says how many at a time. */
export function rollbackStepsOf({ prod }: Steps): readonly StepName[] {
  return perHost(rollbackSteps, batchesFor(prod, prod.batch ?? prod.hosts.length));
}

function batchesFor({ hosts }: AppConfig["prod"], size: number): readonly Batch[] {
  if (hosts.length <= 1) return [[undefined]];
  const names = hosts.map(({ name }) => name);
  const batches: string[][] = [];
  for (let at = 0; at < names.length; at += size) batches.push(names.slice(at, at + size));
  return batches;
}

function perHost(steps: readonly StepKind[], batches: readonly Batch[]): readonly StepName[] {
  const at = steps.indexOf("swap");
  return [...steps.slice(0, at), ...rollOutSteps(batches), ...steps.slice(at + 3)];
}

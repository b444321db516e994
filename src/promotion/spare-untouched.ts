// One of several hosts on which a promotion changes nothing: it has a restore point like the others, and goes on running.

import type { Change } from "../tree/plan.ts";
import { done, type Progress, type StepOutcome, type Target } from "./ports.ts";

export function spareUntouched(target: Target, changes: () => Promise<readonly Change[]>): Target {
  type Verb = (progress: Progress) => Promise<StepOutcome>;
  const unlessUntouched =
    (verb: Verb): Verb =>
    async (progress) =>
      (await changes()).length === 0 ? done({ untouched: true }) : verb(progress);
  return {
    ...target,
    rehearse: unlessUntouched(target.rehearse),
    restart: unlessUntouched(target.restart),
    health: unlessUntouched(target.health),
    "restart-back": unlessUntouched(target["restart-back"]),
    "health-back": unlessUntouched(target["health-back"]),
  };
}

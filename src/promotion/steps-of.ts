// The steps that a promotion of an app begins with.

import type { AppConfig } from "../config/config.ts";
import { promotionSteps, type StepName } from "./promotions.ts";

/** Only an app with a rehearsal rehearses. */
export function promotionStepsOf({ rehearse }: Pick<AppConfig, "rehearse">): readonly StepName[] {
  return promotionSteps.filter((step) => step !== "rehearse" || rehearse !== undefined);
}

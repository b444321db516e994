// A restart's result with the sentence for people beside the code and the facts.

import type { RestartResult } from "../src/restart/restart.ts";
import { textsFor } from "../src/texts/texts.ts";

export type WithReason = RestartResult & { readonly reason?: string };

export function withReason(result: RestartResult): WithReason {
  if (result.outcome !== "failed") return result;
  return { ...result, reason: textsFor("en").restartFailures[result.code](result.details) };
}

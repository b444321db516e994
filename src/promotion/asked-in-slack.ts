// Whether a plan was asked for in Slack, and so waits there for a decision; one of a terminal is for whoever typed.

import type { Plan } from "../tree/plan.ts";

export function askedInSlack({ requester }: Pick<Plan, "requester">): boolean {
  return !requester.startsWith("terminal:");
}

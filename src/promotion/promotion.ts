// The story of a promotion: which step follows which, and what becomes of PROD when one of them fails.

import type { Ending, HostState } from "./promotions.ts";
import { type Failed, type Story, type Touched, type Trouble, together, touchedBy } from "./roll-out.ts";
import { goBack, park, refuse, statesOf } from "./way-back.ts";

export type { Story } from "./roll-out.ts";

export async function promote(story: Story): Promise<Ending> {
  const { perform, conclude } = story;

  // Of all hosts at once: where one of them is not ready, none is touched.
  for (const step of ["lock", "verify", "back-up", "stage"] as const) {
    const outcome = await perform(step);
    if (!outcome.ok) return refuse(story, outcome);
  }
  if (story.rehearses) {
    const rehearsed = await perform("rehearse");
    if (!rehearsed.ok) return refuse(story, rehearsed);
  }

  let touched: readonly Touched[] = [];
  for (const batch of story.batches) {
    for (const kind of ["swap", "restart", "health"] as const) {
      const results = await together(story, kind, batch);
      touched = touchedBy(touched, kind, batch, results);
      const trouble = results.find((result) => result.failure !== undefined);
      // PROD serves a version that failed its own health check, so it goes back before anyone is asked anything.
      if (trouble?.failure !== undefined)
        return goBack(story, { step: trouble.step, failure: trouble.failure }, touched);
    }
  }

  const finished = await perform("finish");
  if (!finished.ok)
    return park(
      story,
      { step: "finish", failure: finished },
      statesOf(story, () => "after"),
    );
  return conclude({ outcome: "done", impact: await story.impact() });
}

/** The way to a restore point that a person asked for. What it replaces is kept the same way, so it can be undone too. */
export async function rollBack(story: Story): Promise<Ending> {
  const { perform, conclude } = story;

  for (const step of ["lock", "stage"] as const) {
    const outcome = await perform(step);
    if (!outcome.ok) return refuse(story, outcome);
  }

  let touched: readonly Touched[] = [];
  const troubles: Trouble[] = [];
  const states = new Map<string | undefined, HostState["is"]>();
  for (const batch of story.batches) {
    let hosts = batch;
    for (const kind of ["swap", "restart", "health"] as const) {
      const results = await together(story, kind, hosts);
      touched = touchedBy(touched, kind, batch, results);
      for (const { host, step, failure } of results) {
        if (kind === "swap") states.set(host, stateAfterSwap(failure));
        if (failure !== undefined) troubles.push({ step, failure });
      }
      const [first] = troubles;
      const lost = troubles.some(({ failure }) => failure.wrote === "unknown");
      if (kind === "swap" && first?.step.startsWith("swap") && !lost) return goBack(story, first, touched);
      // The state a person asked for is in place: from here a failure is told, not answered by returning to the incident,
      // and the hosts that still are in it get out of it.
      hosts = results.flatMap(({ host, failure }) => (failure === undefined ? [host] : []));
    }
  }
  const [trouble] = troubles;
  if (trouble !== undefined)
    return park(
      story,
      trouble,
      statesOf(story, (host) => states.get(host) ?? "before"),
    );

  const finished = await perform("finish");
  if (!finished.ok)
    return park(
      story,
      { step: "finish", failure: finished },
      statesOf(story, () => "after"),
    );
  return conclude({ outcome: "done", impact: await story.impact() });
}

function stateAfterSwap(failure: Failed | undefined): HostState["is"] {
  if (failure === undefined) return "after";
  return failure.wrote === "nothing" || failure.wrote === "undone" ? "before" : "unknown";
}

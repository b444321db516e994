// The story of a promotion: which step follows which, and what becomes of PROD when one of them fails.

import type { StepOutcome } from "./ports.ts";
import type { Ending, Impact, StepName } from "./promotions.ts";

/** Each call is a durable step: a finished one is not run again after a crash, an interrupted one is run again. */
export type Story = {
  readonly perform: (step: StepName) => Promise<StepOutcome>;
  /** Records the ending, lets go of PROD and returns the ending; the last thing a story does. */
  readonly conclude: (ending: Ending) => Promise<Ending>;
  readonly impact: () => Promise<Impact>;
  /** Whether the new version is tried out beside PROD first; what was decided when the promotion began. */
  readonly rehearses: boolean;
  /** The exact next commands for a person who has to look at PROD. */
  readonly commands: readonly string[];
};

type Failed = Extract<StepOutcome, { ok: false }>;

export async function promote(story: Story): Promise<Ending> {
  const { perform, conclude } = story;

  const lock = await perform("lock");
  if (!lock.ok) return refuse(story, lock);
  const verified = await perform("verify");
  if (!verified.ok) return refuse(story, verified);
  const backedUp = await perform("back-up");
  if (!backedUp.ok) return refuse(story, backedUp);
  const staged = await perform("stage");
  if (!staged.ok) return refuse(story, staged);
  if (story.rehearses) {
    const rehearsed = await perform("rehearse");
    if (!rehearsed.ok) return refuse(story, rehearsed);
  }

  const swapped = await perform("swap");
  if (!swapped.ok)
    return swapped.wrote === "nothing" ? refuse(story, swapped) : goBack(story, "swap", swapped);
  const restarted = await perform("restart");
  if (!restarted.ok) return goBack(story, "restart", restarted);
  const healthy = await perform("health");
  // PROD serves a version that failed its own health check, so it goes back before anyone is asked anything.
  if (!healthy.ok) return goBack(story, "health", healthy);

  const finished = await perform("finish");
  if (!finished.ok) return park(story, "finish", finished);
  return conclude({ outcome: "done", impact: await story.impact() });
}

/** The way to a restore point that a person asked for. What it replaces is kept the same way, so it can be undone too. */
export async function rollBack(story: Story): Promise<Ending> {
  const { perform, conclude } = story;

  const lock = await perform("lock");
  if (!lock.ok) return refuse(story, lock);
  const staged = await perform("stage");
  if (!staged.ok) return refuse(story, staged);

  const swapped = await perform("swap");
  if (!swapped.ok)
    return swapped.wrote === "nothing" ? refuse(story, swapped) : goBack(story, "swap", swapped);
  // The state a person asked for is in place: from here a failure is told, not answered by returning to the incident.
  const restarted = await perform("restart");
  if (!restarted.ok) return park(story, "restart", restarted);
  const healthy = await perform("health");
  if (!healthy.ok) return park(story, "health", healthy);

  const finished = await perform("finish");
  if (!finished.ok) return park(story, "finish", finished);
  return conclude({ outcome: "done", impact: await story.impact() });
}

function refuse({ conclude }: Story, { because, moved }: Failed): Promise<Ending> {
  return conclude({ outcome: "refused", because, moved });
}

async function goBack(story: Story, failedStep: StepName, failure: Failed): Promise<Ending> {
  if (failure.wrote === "unknown") return park(story, failedStep, failure);
  const back = await story.perform("swap-back");
  if (!back.ok) return park(story, "swap-back", back);
  // A swap that failed was never restarted into: the old version still runs.
  const restarted = failedStep === "swap" ? back : await story.perform("restart-back");
  const healthy = await story.perform("health-back");
  const health = !healthy.ok ? "unhealthy" : restarted.ok ? "healthy" : "unrestarted";
  return story.conclude({ outcome: "rolled-back", failedStep, because: failure.because, health });
}

function park(story: Story, failedStep: StepName, { because }: Failed): Promise<Ending> {
  return story.conclude({ outcome: "parked", failedStep, because, commands: story.commands });
}

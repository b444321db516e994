// How a roll-out that met trouble ends: every host that it touched is taken back, or a person is told what each of them is.

import type { Ending, HostState } from "./promotions.ts";
import { type Failed, type Story, type Touched, type Trouble, together } from "./roll-out.ts";

export function refuse({ conclude }: Story, { because, moved }: Failed): Promise<Ending> {
  return conclude({ outcome: "refused", because, moved });
}

export async function goBack(story: Story, trouble: Trouble, touched: readonly Touched[]): Promise<Ending> {
  if (touched.length === 0) return refuse(story, trouble.failure);
  // There is no mix of versions that has to end, and nobody could look at what there is.
  if (isAlone(story) && trouble.failure.wrote === "unknown") return park(story, trouble, {});
  const stuck: Trouble[] = [];
  const unknown = new Set<string | undefined>();
  const failures = new Set<"restart" | "health">();
  for (const group of groupsOf(touched)) {
    const swapped = await together(
      story,
      "swap-back",
      group.map(({ host }) => host),
    );
    for (const { host, step, failure } of swapped) {
      if (failure === undefined) continue;
      stuck.push({ step, failure });
      unknown.add(host);
    }
    const back = group.filter(({ host }) => !unknown.has(host));
    // A swap that failed was never restarted into: the old version still runs.
    const restarts = back.filter(({ restarted }) => restarted).map(({ host }) => host);
    const restarted = await together(story, "restart-back", restarts);
    const healthy = await together(
      story,
      "health-back",
      back.map(({ host }) => host),
    );
    if (restarted.some(({ failure }) => failure !== undefined)) failures.add("restart");
    if (healthy.some(({ failure }) => failure !== undefined)) failures.add("health");
  }
  const [first] = stuck;
  if (first !== undefined)
    return park(
      story,
      first,
      statesOf(story, (host) => (unknown.has(host) ? "unknown" : "before")),
    );
  const { step, failure } = trouble;
  const health = failures.has("health") ? "unhealthy" : failures.has("restart") ? "unrestarted" : "healthy";
  return story.conclude({ outcome: "rolled-back", failedStep: step, because: failure.because, health });
}

/** The last batch first; a host of which nobody knows what it is holds the others up only when they are back. */
function groupsOf(touched: readonly Touched[]): readonly (readonly Touched[])[] {
  const batches = [...new Set(touched.map(({ batch }) => batch))].reverse();
  const found = batches.map((batch) => touched.filter((one) => one.batch === batch && !one.lost));
  return [...found, touched.filter(({ lost }) => lost)].filter((group) => group.length > 0);
}

export function park(
  story: Story,
  { step, failure }: Trouble,
  states: { readonly hosts?: readonly HostState[] },
): Promise<Ending> {
  const { commands } = story;
  return story.conclude({
    outcome: "parked",
    failedStep: step,
    because: failure.because,
    commands,
    ...states,
  });
}

/** Of one host the ending itself says all. */
export function statesOf(
  story: Story,
  stateOf: (host: string | undefined) => HostState["is"],
): { readonly hosts?: readonly HostState[] } {
  if (isAlone(story)) return {};
  return { hosts: story.batches.flat().map((host) => ({ host: host ?? "", is: stateOf(host) })) };
}

function isAlone({ batches }: Story): boolean {
  return batches.flat().length <= 1;
}

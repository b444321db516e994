// How a step is called: by what it does and, where PROD has several hosts, by the host on which it does it.

import type { HostStep, StepKind, StepName } from "./promotions.ts";

/** Where PROD has several hosts, each of them has these steps to itself; in the order in which a host goes through them. */
export const hostSteps: readonly HostStep[] = [
  "swap",
  "restart",
  "health",
  "swap-back",
  "restart-back",
  "health-back",
];

/** The name is durable: of an app with one host it is the kind alone. */
export function stepOn<Kind extends HostStep>(kind: Kind, host: string | undefined): StepName {
  return host === undefined ? kind : `${kind}@${host}`;
}

export function kindOf(name: StepName): StepKind {
  const at = name.indexOf("@");
  return (at < 0 ? name : name.slice(0, at)) as StepKind;
}

/** Undefined for a step that is of all hosts. */
export function hostOf(name: StepName): string | undefined {
  const at = name.indexOf("@");
  return at < 0 ? undefined : name.slice(at + 1);
}

/** A batch of hosts goes through a roll-out side by side; `undefined` is the one host of an app that has no other. */
export type Batch = readonly (string | undefined)[];

/**
 * The batches that a promotion began with, as its steps tell: the swaps of a batch stand in a row. A changed configuration
 * does not change them.
 */
export function batchesOf(steps: readonly { readonly name: StepName }[]): readonly Batch[] {
  const batches: string[][] = [];
  let open: string[] | undefined;
  for (const { name } of steps) {
    const host = hostOf(name);
    if (host === undefined || kindOf(name) !== "swap") open = undefined;
    else if (open === undefined) {
      open = [host];
      batches.push(open);
    } else open.push(host);
  }
  return batches.length === 0 ? [[undefined]] : batches;
}

/** The steps of a roll-out in the order in which they are begun. */
export function rollOutSteps(batches: readonly Batch[]): readonly StepName[] {
  return batches.flatMap((batch) =>
    (["swap", "restart", "health"] as const).flatMap((kind) => batch.map((host) => stepOn(kind, host))),
  );
}

/** The hosts that have steps of their own, in the order of the roll-out. */
export function hostsOf(steps: readonly { readonly name: StepName }[]): readonly string[] {
  return [...new Set(steps.flatMap(({ name }) => hostOf(name) ?? []))];
}

// What the watch of an app found, kept until the channel was told of it.

import type { Drift } from "../tree/plan.ts";

export type FoundDrift = {
  readonly id: string;
  readonly app: string;
  readonly at: string;
  /** All of it, also what was told before. */
  readonly drift: readonly Drift[];
};

/** The part of the store that is used. */
type Memory = {
  remember(key: string, value: string): Promise<void>;
  recall(key: string): Promise<string | undefined>;
};

export function rememberFoundDrift(store: Pick<Memory, "remember">, found: FoundDrift): Promise<void> {
  return store.remember(keyOf(found.id), JSON.stringify(found));
}

export async function recallFoundDrift(
  store: Pick<Memory, "recall">,
  id: string,
): Promise<FoundDrift | undefined> {
  const known = await store.recall(keyOf(id));
  return known === undefined ? undefined : (JSON.parse(known) as FoundDrift);
}

function keyOf(id: string): string {
  return `drift-found:${id}`;
}

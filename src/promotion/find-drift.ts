// Compares what PROD is with what the last promotion left there, as part of making a plan.

import type { AppConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import type { Compared } from "../tree/compare.ts";
import { driftOf } from "../tree/drift.ts";
import { planOn } from "../tree/join-plans.ts";
import type { Left } from "../tree/left.ts";
import { type Change, type Drift, planOf } from "../tree/plan.ts";
import { compileRules } from "../tree/rules.ts";
import type { PromotionRecord } from "./promotions.ts";
import type { KeptLeft } from "./what-was-left.ts";

type Memory = Pick<Store, "recall" | "remember" | "history" | "plan">;

/** `during`: the promotion that asks, which has not written anything yet. */
export async function findDrift(
  app: AppConfig,
  compared: Compared,
  kept: KeptLeft | undefined,
  {
    store,
    during,
    host,
  }: {
    readonly store: Memory;
    readonly during: string | undefined;
    /** One of several hosts. */
    readonly host: string | undefined;
  },
): Promise<readonly Drift[]> {
  if (kept === undefined) return [];
  const open = (await store.history(app.name, 20, undefined)).filter(
    ({ id, status }) => id !== during && (status === "parked" || status === "running"),
  );
  // A comparison of the same digest has the same drift: then neither PROD nor what was left is looked at again.
  const of = host === undefined ? app.name : `${app.name}@${host}`;
  const key = `drift:${of}:${compared.groups.join(" ")}`;
  const basis = [planOf(compared, app).digest, kept.digest, ...open.map(({ id }) => id)].join(" ");
  const before = await store.recall(key);
  const remembered = before === undefined ? undefined : (JSON.parse(before) as Remembered);
  if (remembered?.of === basis) return remembered.drift;
  const left = await kept.read();
  // Another root beside which the same state directory lies was left otherwise.
  if (left === undefined || left.side.root !== compared.prod.root) return [];
  const drift = driftOf({
    left,
    changes: compared.changes,
    trees: await compared.trees(),
    rules: compileRules(app, compared.groups),
    unknown: await unknownPaths(open, left, store, host),
  });
  await store.remember(key, JSON.stringify({ of: basis, drift } satisfies Remembered));
  return drift;
}

type Remembered = { readonly of: string; readonly drift: readonly Drift[] };

/** A promotion that was parked after its swap, or still runs, put there what nobody wrote down. */
async function unknownPaths(
  open: readonly PromotionRecord[],
  left: Left,
  store: Memory,
  host: string | undefined,
): Promise<ReadonlySet<string>> {
  const later = open.filter(({ id, finishedAt = left.at }) => id !== left.promotion && finishedAt >= left.at);
  const changes = await Promise.all(later.map((record) => changesOf(record, store, host)));
  return new Set(changes.flat().map(({ path }) => path));
}

/** What a promotion or rollback changes, or changed; on one of several hosts. */
export async function changesOf(
  { id, planId }: Pick<PromotionRecord, "id" | "planId">,
  store: Pick<Store, "recall" | "plan">,
  host: string | undefined,
): Promise<readonly Change[]> {
  if (planId !== undefined) {
    const plan = (await store.plan(planId))?.plan;
    return (plan && (host === undefined ? plan : planOn(plan, host)).changes) ?? [];
  }
  const known = await store.recall(changesKey(id, host));
  return known === undefined ? [] : (JSON.parse(known) as readonly Change[]);
}

/** Where a rollback keeps what it decided to change. */
export function changesKey(id: string, host: string | undefined): string {
  return host === undefined ? `changes:${id}` : `changes:${id}@${host}`;
}

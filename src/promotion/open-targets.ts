// Puts one promotion's steps together for each host of PROD, and makes one PROD of them.

import { hostname } from "node:os";
import type { AppConfig, HostConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import type { Transport } from "../transport/transport.ts";
import { describeMoves, joinPlans, planOn } from "../tree/join-plans.ts";
import { type Plan, planOf } from "../tree/plan.ts";
import { compareHosts, type Place } from "./compare-hosts.ts";
import { changesOf } from "./find-drift.ts";
import { createHealthOfProd } from "./health-of-prod.ts";
import { createHolder } from "./hold.ts";
import { factsOn } from "./host-facts.ts";
import type { Target, Targets } from "./ports.ts";
import { prepareRollback } from "./prepare-rollback.ts";
import type { Facts, HostStep, PromotionRecord, StepKind } from "./promotions.ts";
import { clearUp, settle } from "./settle.ts";
import { spareUntouched } from "./spare-untouched.ts";
import { hostSteps, hostsOf, stepOn } from "./step-names.ts";
import { createTarget, preparePromotion, type TargetOptions } from "./target.ts";
import { oneTarget, severalTargets } from "./targets.ts";

export type OpenTargetsRequest = {
  readonly app: AppConfig;
  readonly record: PromotionRecord;
  readonly plan: Plan | undefined;
  readonly places: readonly Place[];
  readonly transports: { for(host: HostConfig): Transport };
  readonly store: Store;
  readonly now: () => Date;
  readonly patienceSeconds?: number;
  readonly patchNow: (plan: Plan) => Promise<string>;
};

export function openTargets(request: OpenTargetsRequest): Targets {
  const { app, record, plan, places, store } = request;
  // Asked on each host, and the same for all of them.
  const once = {
    movedSince: onlyOnce(async () => {
      if (plan === undefined) throw new Error(`${record.id} has no plan`);
      const { groups } = plan;
      const reads = await compareHosts(app, places, { store, groups, fresh: false, during: record.id });
      // The digest decides whether it is still the same plan: what was checked then needs no second look.
      const each = reads.map(({ place, compared, drift }) => ({
        host: place.host.name,
        body: planOf(compared, app, { drift }),
      }));
      const now = joinPlans(each, app.prod.batch);
      return now.digest === plan.digest ? undefined : describeMoves(plan, now);
    }),
    // All sides are what the plan says they are for the last time: later nobody could show what was changed.
    keepPatch: onlyOnce(async () => {
      if (plan !== undefined) await store.remember(`patch:${plan.id}`, await request.patchNow(plan));
    }),
  };
  const began = hostsOf(record.steps);
  const [first, ...others] = places;
  if (began.length === 0 && first !== undefined) {
    const one = oneTarget(openTarget(first, once, request));
    if (others.length === 0) return one;
    // It began when PROD had one host: nobody can say any more which of these that was.
    const perform = async (): Promise<never> => {
      throw new Error(`${record.id} began when PROD had one host, and the configuration has several now`);
    };
    return { perform, letGo: one.letGo };
  }
  // Those with which it began, whatever the configuration has since come to say.
  const known = places.filter(({ host }) => began.includes(host.name));
  return severalTargets(
    known.map((place) => {
      const one = place.host.name;
      return { host: one, target: openTarget({ ...place, one }, once, request) };
    }),
  );
}

function openTarget(
  { host, one, sides: { preprod, prod } }: Place,
  once: {
    readonly movedSince: () => Promise<readonly string[] | undefined>;
    readonly keepPatch: () => Promise<void>;
  },
  { app, record, plan, transports, store, now, patienceSeconds }: OpenTargetsRequest,
): Target {
  const holder = createHolder({
    app,
    host,
    owner: record.id,
    holder: `${record.approvedBy.join(", ") || record.requester}, from ${hostname()}`,
    force: record.kind === "rollback",
    transportFor: (wanted) => transports.for(wanted),
    ...(patienceSeconds !== undefined && { patienceSeconds }),
  });
  const planned = plan && planOn(plan, host.name);
  const options: TargetOptions = {
    app,
    record,
    holder,
    preprod: preprod.transport,
    sameHost: preprod.transport === prod.transport,
    factsOf: async (kind) => factsOfStep(await store.promotion(record.id), kind, one),
    health: createHealthOfProd(app, prod.transport),
    now,
    settle: async (hold) =>
      settle(hold, {
        app,
        record,
        plan: planned,
        changes: await changesOf(record, store, one),
        side: prod,
        store,
        at: now().toISOString(),
      }),
    clearUp: (hold) => clearUp(hold, record.id),
  };
  if (record.kind === "rollback")
    return createTarget(options, prepareRollback({ ...options, store, host: one }));
  if (planned === undefined) throw new Error(`${record.id} has no plan`);
  const preparation = preparePromotion({
    ...options,
    ...once,
    plan: planned,
    preprodRoot: app.preprod.root,
  });
  const target = createTarget(options, preparation);
  return one === undefined ? target : spareUntouched(target, preparation.changes);
}

function factsOfStep(record: PromotionRecord | undefined, kind: StepKind, host: string | undefined): Facts {
  const name = isHostStep(kind) ? stepOn(kind, host) : kind;
  const facts = record?.steps.find((step) => step.name === name)?.facts ?? {};
  return host === undefined ? facts : factsOn(host, facts);
}

function isHostStep(kind: StepKind): kind is HostStep {
  return hostSteps.some((one) => one === kind);
}

function onlyOnce<Result>(work: () => Promise<Result>): () => Promise<Result> {
  let working: Promise<Result> | undefined;
  return () => {
    working ??= work();
    return working;
  };
}

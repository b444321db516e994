// The workbench on real machines: plans read from both sides, restore points and health asked of every host of PROD.

import { listRestorePoints } from "../backup/list-restore-points.ts";
import { verifyRestorePoint } from "../backup/verify-restore-point.ts";
import type { AppConfig, HostConfig } from "../config/config.ts";
import { isFailure } from "../errors.ts";
import type { Store } from "../store/store.ts";
import { inspectStateDir, prepareStateDir } from "../transport/state-dir.ts";
import type { Transport } from "../transport/transport.ts";
import { joinPlans, planOn } from "../tree/join-plans.ts";
import { joinPatches, patchSides } from "../tree/patch-sides.ts";
import { type CheckResult, type PlanBody, planOf } from "../tree/plan.ts";
import type { Prod } from "../tree/swap.ts";
import { bringBack } from "./bring-back.ts";
import { readChangedImages } from "./changed-images.ts";
import { checkPlan } from "./check-plan.ts";
import { commonPoints } from "./common-points.ts";
import { compareHosts, type Place, type Read } from "./compare-hosts.ts";
import { createHealthOfProd } from "./health-of-prod.ts";
import { preprodHost } from "./hold.ts";
import { openTargets } from "./open-targets.ts";
import { runOwnChecks } from "./own-checks.ts";
import { askPreprod, checkPreprod } from "./preprod-health.ts";
import type { PromotionRecord } from "./promotions.ts";
import type { Workbench } from "./workbench.ts";

export type MachineOptions = {
  readonly transports: { for(host: HostConfig): Transport };
  readonly store: Store;
  readonly now: () => Date;
  /** How long a host may be out of reach before waiting for what runs there is given up. */
  readonly patienceSeconds?: number;
};

export function createWorkbench(options: MachineOptions): Workbench {
  const { transports, store, now } = options;
  const placesOf = (app: AppConfig): readonly [Place, ...Place[]] => {
    const preprod = { transport: transports.for(preprodHost(app)), root: app.preprod.root };
    const several = app.prod.hosts.length > 1;
    const [first, ...others] = app.prod.hosts.map((host): Place => {
      const prod = { transport: transports.for(host), root: app.prod.root };
      return { host, one: several ? host.name : undefined, sides: { preprod, prod } };
    });
    if (first === undefined) throw new Error(`${app.name} has no PROD host`);
    return [first, ...others];
  };

  /** For what is written there: the state directory is made where it is not. */
  const prodOf = async (app: AppConfig, { sides: { prod } }: Place): Promise<Prod> => {
    const { stateDir, prodRoot } = await prepareStateDir(prod.transport, app.prod.root, app.name);
    return { transport: prod.transport, root: prodRoot, stateDir };
  };

  /** For reading, which makes nothing: undefined where no promotion has made the state directory yet. */
  const lookedAt = async (app: AppConfig, { sides: { prod } }: Place): Promise<Prod | undefined> => {
    const { isThere, stateDir, prodRoot } = await inspectStateDir(prod.transport, app.prod.root, app.name);
    return isThere ? { transport: prod.transport, root: prodRoot, stateDir } : undefined;
  };

  const checksOn = async (
    app: AppConfig,
    { place, compared }: Read,
    tryOut: boolean,
  ): Promise<readonly CheckResult[]> => {
    const checks = await Promise.all([
      checkPlan(app, place.sides, compared, { alsoPreprod: place.one === undefined }),
      tryOut ? runOwnChecks(app, place.sides.preprod, () => prodOf(app, place), compared.changes) : [],
    ]);
    return checks.flat();
  };

  return {
    async plan(app, { groups, fresh, tryOut = false }) {
      const reads = await compareHosts(app, placesOf(app), { store, groups, fresh });
      const each = await Promise.all(
        reads.map(async (read) => {
          const { place, compared, drift } = read;
          const checks = await checksOn(app, read, tryOut);
          return { host: place.host.name, body: planOf(compared, app, { drift, checks }) };
        }),
      );
      const plan = joinPlans(each, app.prod.batch);
      if (plan.hosts === undefined || plan.changes.length === 0) return plan;
      const [{ sides }] = placesOf(app);
      return { ...plan, checks: [...plan.checks, ...(await checkPreprod(app, sides.preprod.transport))] };
    },
    bringBack: async (app, drift, mask) => {
      const places = placesOf(app);
      // What several hosts have is brought back from the first of them.
      const ownOf = ({ one }: Place) => drift.filter(({ hosts }) => (hosts?.[0] ?? places[0].one) === one);
      const drifted = places.filter((place) => ownOf(place).length > 0);
      const patches = (drifted.length === 0 ? [places[0]] : drifted).map(async (place) => {
        const { sides, one } = place;
        const request = { app, host: one, drift: ownOf(place), sides, store, mask };
        return { host: one, patch: await bringBack({ ...request, prodOf: () => prodOf(app, place) }) };
      });
      return joinPatches(await Promise.all(patches));
    },
    async patch(app, planned) {
      const known = await store.recall(`patch:${planned.id}`);
      return known ?? patchHosts(placesOf(app), planned);
    },
    images: (app, planned) => {
      const [{ sides, host }] = placesOf(app);
      return readChangedImages(sides, planOn(planned, host.name).changes);
    },
    async restorePoints(app) {
      const each = placesOf(app).map(async (place) => {
        const prod = await lookedAt(app, place);
        return { host: place.host.name, points: prod === undefined ? [] : await listRestorePoints(prod) };
      });
      return commonPoints(await Promise.all(each));
    },
    async verify(app) {
      const each = placesOf(app).map(async (place) => {
        const prod = await lookedAt(app, place);
        if (prod === undefined) return [];
        const host = place.one === undefined ? {} : { host: place.one };
        const verified = [];
        for (const restorePoint of await listRestorePoints(prod, { evenLost: true })) {
          verified.push({ ...host, restorePoint, ...(await verifyRestorePoint(prod, restorePoint)) });
        }
        return verified;
      });
      const verified = (await Promise.all(each)).flat();
      await store.remember(`verified:${app.name}`, now().toISOString());
      return verified;
    },
    async health(app) {
      return Promise.all(
        placesOf(app).map(async ({ host, one, sides }) => {
          try {
            const { outcome } = await createHealthOfProd(app, sides.prod.transport).once();
            return { host: host.name, health: outcome };
          } catch (error) {
            if (one === undefined || !isFailure(error)) throw error;
            return { host: host.name, health: "unknown" as const };
          }
        }),
      );
    },
    preprodHealth: async (app) => {
      const [{ sides }] = placesOf(app);
      return (await askPreprod(app, sides.preprod.transport)).outcome;
    },
    openTargets: (app, record, plan) => {
      const places = placesOf(app);
      return openTargets({
        ...{ ...options, app, record, plan, places },
        patchNow: (planned) => patchHosts(places, planned),
      });
    },
    commands: (app, record) => commandsFor(app, record),
  };
}

/** A change is shown as the first host has it that has it. */
async function patchHosts(places: readonly Place[], planned: PlanBody): Promise<string> {
  const patches = places.map(async ({ host, one, sides }, index) => {
    const isFirst = ({ hosts }: { readonly hosts?: readonly string[] }): boolean =>
      hosts === undefined ? index === 0 : hosts[0] === host.name;
    const shown = new Set(planned.changes.filter(isFirst).map(({ path }) => path));
    const changes = planOn(planned, host.name).changes.filter(({ path }) => shown.has(path));
    return changes.length === 0 && index > 0 ? [] : { host: one, patch: await patchSides(sides, changes) };
  });
  return joinPatches((await Promise.all(patches)).flat());
}

/** What a person types next, in the order in which it helps: look, go back, look at the log. */
function commandsFor(app: AppConfig, record: PromotionRecord): readonly string[] {
  return [
    `passerelle status ${app.name}`,
    `passerelle rollback ${app.name}${record.kind === "promotion" ? ` --to ${record.id}` : ""}`,
    `passerelle restore-points ${app.name}`,
  ];
}

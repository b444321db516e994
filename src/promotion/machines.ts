// The workbench on real machines: plans read from both sides, targets made of the rooms that change PROD.

import { hostname } from "node:os";
import { listRestorePoints } from "../backup/list-restore-points.ts";
import { verifyRestorePoint } from "../backup/verify-restore-point.ts";
import type { AppConfig, HostConfig } from "../config/config.ts";
import type { Store } from "../store/store.ts";
import { prepareStateDir } from "../transport/state-dir.ts";
import type { Transport } from "../transport/transport.ts";
import { type Compared, compareSides, type Side } from "../tree/compare.ts";
import { patchSides } from "../tree/patch-sides.ts";
import { type Drift, planOf } from "../tree/plan.ts";
import { bringBack } from "./bring-back.ts";
import { readChangedImages } from "./changed-images.ts";
import { checkPlan } from "./check-plan.ts";
import { changesOf, findDrift } from "./find-drift.ts";
import { createHealthOfProd } from "./health-of-prod.ts";
import { createHolder, preprodHost, prodHost } from "./hold.ts";
import { runOwnChecks } from "./own-checks.ts";
import { prepareRollback } from "./prepare-rollback.ts";
import { askPreprod } from "./preprod-health.ts";
import type { Facts, PromotionRecord, StepName } from "./promotions.ts";
import { clearUp, settle } from "./settle.ts";
import { createTarget, preparePromotion, type TargetOptions } from "./target.ts";
import { recallLeft } from "./what-was-left.ts";
import { withTools } from "./with-tools.ts";
import type { Workbench } from "./workbench.ts";

export type MachineOptions = {
  readonly transports: { for(host: HostConfig): Transport };
  readonly store: Store;
  readonly now: () => Date;
};

export function createWorkbench({ transports, store, now }: MachineOptions): Workbench {
  const transportFor = (host: HostConfig): Transport => transports.for(host);
  const sidesOf = (app: AppConfig): { preprod: Side; prod: Side } => ({
    preprod: { transport: transportFor(preprodHost(app)), root: app.preprod.root },
    prod: { transport: transportFor(prodHost(app)), root: app.prod.root },
  });
  const memory = {
    recall: (key: string) => store.recall(key),
    remember: (key: string, value: string) => store.remember(key, value),
  };

  const compare = async (
    app: AppConfig,
    options: { groups: readonly string[]; fresh: boolean },
    during?: string,
  ): Promise<{ compared: Compared; drift: readonly Drift[] }> => {
    const sides = sidesOf(app);
    const [read, left] = await Promise.all([
      compareSides({ ...sides, app, memory, ...options }),
      recallLeft(sides.prod, app, store),
    ]);
    let trees: ReturnType<Compared["trees"]> | undefined;
    const compared: Compared = {
      ...read,
      trees: () => {
        trees ??= read.trees();
        return trees;
      },
    };
    return { compared, drift: await findDrift(app, compared, left, { store, during }) };
  };

  /** Asks PROD's state directory, made when it is not there: a host where it cannot be made has no restore points. */
  const prodOf = async (
    app: AppConfig,
  ): Promise<{ transport: Transport; root: string; stateDir: string }> => {
    const transport = transportFor(prodHost(app));
    const { stateDir, prodRoot } = await prepareStateDir(transport, app.prod.root, app.name);
    return { transport, root: prodRoot, stateDir };
  };

  const factsOf =
    (promotionId: string) =>
    async (step: StepName): Promise<Facts> => {
      const record = await store.promotion(promotionId);
      return record?.steps.find(({ name }) => name === step)?.facts ?? {};
    };

  return {
    async plan(app, options) {
      const sides = sidesOf(app);
      const { compared, drift } = await withTools(sides, () => compare(app, options));
      const checks = await Promise.all([
        checkPlan(app, sides, compared),
        options.tryOut === true ? runOwnChecks(app, sides.preprod, () => prodOf(app), compared.changes) : [],
      ]);
      return planOf(compared, app, { drift, checks: checks.flat() });
    },
    bringBack: (app, drift, mask) =>
      bringBack({ app, drift, sides: sidesOf(app), prodOf: () => prodOf(app), store, mask }),
    async patch(app, planned) {
      const key = `patch:${planned.id}`;
      const known = await store.recall(key);
      return known ?? patchSides(sidesOf(app), planned.changes);
    },
    images: (app, planned) => readChangedImages(sidesOf(app), planned.changes),
    async restorePoints(app) {
      return listRestorePoints(await prodOf(app));
    },
    async verify(app) {
      const prod = await prodOf(app);
      const verified = [];
      for (const restorePoint of await listRestorePoints(prod, { evenLost: true })) {
        verified.push({ restorePoint, ...(await verifyRestorePoint(prod, restorePoint)) });
      }
      await store.remember(`verified:${app.name}`, now().toISOString());
      return verified;
    },
    async health(app) {
      const { outcome } = await createHealthOfProd(app, transportFor(prodHost(app))).once();
      return outcome;
    },
    preprodHealth: async (app) => (await askPreprod(app, sidesOf(app).preprod.transport)).outcome,
    openTarget(app, record, planned) {
      const { preprod, prod } = sidesOf(app);
      const holder = createHolder({
        app,
        owner: record.id,
        holder: `${record.approvedBy.join(", ") || record.requester}, from ${hostname()}`,
        force: record.kind === "rollback",
        transportFor,
      });
      const options: TargetOptions = {
        app,
        record,
        holder,
        preprod: preprod.transport,
        sameHost: preprod.transport === prod.transport,
        factsOf: factsOf(record.id),
        health: createHealthOfProd(app, prod.transport),
        now,
        settle: async (hold) =>
          settle(hold, {
            app,
            record,
            plan: planned,
            changes: await changesOf(record, store),
            side: prod,
            store,
            at: now().toISOString(),
          }),
        clearUp: (hold) => clearUp(hold, record.id),
      };
      if (record.kind === "rollback") return createTarget(options, prepareRollback({ ...options, store }));
      if (planned === undefined) throw new Error(`${record.id} has no plan`);
      const preparation = preparePromotion({
        ...options,
        plan: planned,
        preprodRoot: app.preprod.root,
        // The digest decides whether it is still the same plan: what was checked then needs no second look.
        planNow: async () => {
          const { compared, drift } = await compare(app, { groups: planned.groups, fresh: false }, record.id);
          return planOf(compared, app, { drift });
        },
        // Both sides are what the plan says they are for the last time: later nobody could show what was changed.
        keepPatch: async () =>
          store.remember(`patch:${planned.id}`, await patchSides(sidesOf(app), planned.changes)),
      });
      return createTarget(options, preparation);
    },
    commands: (app, record) => commandsFor(app, record),
  };
}

/** What a person types next, in the order in which it helps: look, go back, look at the log. */
function commandsFor(app: AppConfig, record: PromotionRecord): readonly string[] {
  return [
    `passerelle status ${app.name}`,
    `passerelle rollback ${app.name}${record.kind === "promotion" ? ` --to ${record.id}` : ""}`,
    `passerelle restore-points ${app.name}`,
  ];
}

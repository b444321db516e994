// One promotion's steps on one host of PROD, each put together from the rooms that know how: the only file that knows all of them.

import { setTimeout as sleep } from "node:timers/promises";
import { createRestorePoint } from "../backup/create-restore-point.ts";
import { restoreBefore } from "../backup/restore-before.ts";
import type { AppConfig, HookPoint } from "../config/config.ts";
import type { HealthReport } from "../health/health.ts";
import { endRehearsal, rehearse } from "../rehearse/rehearse.ts";
import { restart } from "../restart/restart.ts";
import type { Transport } from "../transport/transport.ts";
import type { Plan } from "../tree/plan.ts";
import { stage } from "../tree/stage.ts";
import { swap, swapBack } from "../tree/swap.ts";
import type { Hold, Holder } from "./hold.ts";
import { dueHooks, type HooksRun, runHooks } from "./hooks.ts";
import { done, failed, type Progress, type StepOutcome, type Target } from "./ports.ts";
import type { Facts, PromotionRecord, StepKind } from "./promotions.ts";
import { broughtFacts, sameDependencyFiles, sizeFacts, stagingProgress } from "./staging-facts.ts";
import {
  answersOf,
  healthOutcome,
  healthWord,
  rehearsalOutcome,
  restartOutcome,
  seenOf,
  stageOutcome,
  stoppedBeforeWriting,
  swapOutcome,
  withFacts,
} from "./step-outcomes.ts";

export type TargetOptions = {
  readonly app: AppConfig;
  readonly record: PromotionRecord;
  readonly holder: Holder;
  readonly preprod: Transport;
  readonly sameHost: boolean;
  /** What a finished step of this promotion recorded, also by an earlier process. */
  readonly factsOf: (step: StepKind) => Promise<Facts>;
  readonly health: HealthOfProd;
  readonly now: () => Date;
  /** What is left to do when PROD is the new version: remember it, let old restore points go. */
  readonly settle: (hold: Hold) => Promise<Facts>;
  readonly clearUp: (hold: Hold) => Promise<void>;
};

export type HealthOfProd = {
  /** What has to be noted of the log before a restart, so that only later lines are judged. */
  readonly mark: (hold: Hold) => Promise<string>;
  readonly once: () => Promise<HealthReport>;
  /** Forbidden lines among the last ones of the log, as it stands; undefined for an app without a log. */
  readonly logErrors: () => Promise<number | undefined>;
  readonly wait: (
    since: { readonly restart: string; readonly log: string },
    progress: Progress,
  ) => Promise<HealthReport>;
};

/** What a kind of promotion does before its swap; everything from the swap on is the same for both. */
export type Preparation = Readonly<
  Record<"verify" | "back-up" | "stage", (hold: Hold, progress: Progress) => Promise<StepOutcome>>
> & {
  readonly changes: () => Promise<Plan["changes"]>;
  /** Files of which people want to hear that PROD has them as PREPROD has them. */
  readonly same?: string;
};

export function createTarget(options: TargetOptions, preparation: Preparation): Target {
  const { app, record, holder, health } = options;
  const { id } = record;

  const held = async (): Promise<Hold> => {
    const holding = await holder.take({ first: false });
    if (holding.outcome !== "held") throw new Error(`${id} works without holding its target`);
    return holding.hold;
  };

  /** Also on the way back: what they made for the new files, as a lock file's packages, has to be made again for the old. */
  const hooksStep = async (
    job: StepKind,
    points: readonly HookPoint[],
    progress: Progress,
  ): Promise<HooksRun> => {
    const due = dueHooks(app.hooks, points, await preparation.changes());
    const onFailure = job === "restart-back" || record.kind === "rollback" ? "tell" : "stop";
    const { now } = options;
    return runHooks(due, { hold: await held(), job: `${id}-${job}`, onFailure, now }, progress);
  };

  const restartStep = async (job: "restart" | "restart-back", progress: Progress): Promise<StepOutcome> => {
    const hold = await held();
    const { runJob, prod } = hold;
    const hooks = await hooksStep(job, ["after-swap", "before-restart"], progress);
    if (!hooks.ok) return hooks.outcome;
    // After the hooks, for the old version goes on writing meanwhile. Taken once, before the first attempt: a restart that an
    // earlier process began is not marked after the fact.
    const known = (await options.factsOf(job))["log"];
    const log = known === undefined ? await health.mark(hold) : String(known);
    await progress.keep({ log });
    const shouldStop = progress.shouldStop;
    const result = await restart({
      runJob,
      id: `${id}-${job}`,
      restart: app.restart,
      root: prod.root,
      shouldStop,
    });
    return withFacts(restartOutcome(result, log), hooks.facts);
  };

  const healthStep = async (after: StepKind, progress: Progress): Promise<StepOutcome> => {
    const facts = await options.factsOf(after);
    const report = await health.wait(
      { restart: String(facts["mark"] ?? ""), log: String(facts["log"] ?? "") },
      progress,
    );
    const outcome = healthOutcome(report, progress);
    if (!outcome.ok || after === "restart-back") return outcome;
    const hooks = await hooksStep("health", ["after-health"], progress);
    return hooks.ok ? withFacts(outcome, hooks.facts) : withFacts(hooks.outcome, outcome.facts);
  };

  return {
    async lock() {
      const holding = await holder.take({ first: true });
      if (holding.outcome === "held") return done({ token: holding.hold.token });
      const details = {
        host: app.prod.root,
        by: holding.owner,
        reason: holding.holder,
        since: holding.since.toISOString(),
      };
      return failed("nothing", { code: "target-held", details });
    },
    verify: async (progress) => preparation.verify(await held(), progress),
    "back-up": async (progress) => preparation["back-up"](await held(), progress),
    stage: async (progress) => preparation.stage(await held(), progress),
    async rehearse({ report, shouldStop }) {
      if (app.rehearse === undefined) return failed("nothing", { code: "stale", details: {} });
      const { runJob, prod, token } = await held();
      const attempt = Number((await options.factsOf("rehearse"))["attempt"] ?? 1);
      const changes = await preparation.changes();
      const result = await rehearse({
        ...{ runJob, prod, token, id, attempt, rehearse: app.rehearse, app, changes, shouldStop },
        now: () => performance.now(),
        sleep: (seconds) => sleep(seconds * 1000),
        onAttempt: (seen) => report({ seen }),
      });
      return rehearsalOutcome(result, { host: prod.transport.host, url: app.rehearse.url });
    },
    async swap(progress) {
      const { runJob, prod } = await held();
      const hooks = { onLine: (line: string) => progress.report({ line }) };
      const swapped = swapOutcome(
        await swap({ runJob, prod, id, changes: await preparation.changes(), hooks }),
      );
      const same = preparation.same ?? "";
      return swapped.ok && same !== "" ? withFacts(swapped, { same }) : swapped;
    },
    restart: (progress) => restartStep("restart", progress),
    health: (progress) => healthStep("restart", progress),
    async finish() {
      return done(await options.settle(await held()));
    },
    async "swap-back"() {
      const { runJob, prod } = await held();
      const result = await swapBack({ runJob, prod, id });
      if (result.outcome === "exact") return done();
      // Nothing was written: what the undo set has lost comes out of the archive.
      const restored = result.outcome === "damaged" ? await restoreBefore({ runJob, prod, id }) : undefined;
      if (restored?.outcome === "exact") return done({ fromArchive: restored.fromArchive });
      const paths =
        restored !== undefined && "paths" in restored
          ? restored.paths
          : "paths" in result
            ? result.paths
            : [];
      return failed("unknown", { code: "undo-damaged", details: { paths } }, { moved: paths });
    },
    "restart-back": (progress) => restartStep("restart-back", { ...progress, shouldStop: () => false }),
    async "health-back"(progress) {
      const unstoppable = { ...progress, shouldStop: () => false };
      const restarted = await options.factsOf("restart-back");
      // A swap that undid itself was never restarted into: what runs is asked as it is.
      if (restarted["mark"] !== undefined) return healthStep("restart-back", unstoppable);
      return healthOutcome(await health.once(), unstoppable);
    },
    isHeld: () => holder.isNewest(),
    async letGo({ keepClaim }) {
      const holding = await holder.take({ first: true });
      if (holding.outcome !== "held") return;
      if (keepClaim) return;
      if (app.rehearse !== undefined) await endRehearsal({ ...holding.hold, id });
      await options.clearUp(holding.hold);
      await holder.letGo();
    },
  };
}

/** What precedes the swap of an approved plan. */
export function preparePromotion(
  options: TargetOptions & {
    readonly plan: Plan;
    /** The paths that are not any more what the plan was made of; undefined when it still is the same plan. */
    readonly movedSince: () => Promise<readonly string[] | undefined>;
    readonly keepPatch: () => Promise<void>;
    readonly preprodRoot: string;
  },
): Preparation {
  const { app, record, plan, preprod, sameHost, preprodRoot, health } = options;
  const { id } = record;
  return {
    changes: async () => plan.changes,
    same: sameDependencyFiles(plan, app),
    async verify() {
      const moved = await options.movedSince();
      if (moved !== undefined) {
        return failed("nothing", { code: "stale", details: { paths: moved } }, { moved });
      }
      await options.keepPatch();
      const report = await health.once().catch(() => undefined);
      return done({
        ...sizeFacts(plan),
        healthBefore: report === undefined ? "unknown" : report.outcome,
        seenBefore: seenOf(report),
        answersBefore: answersOf(report),
        ...(await logErrorsBefore(health)),
      });
    },
    async "back-up"({ runJob, prod }, { shouldStop }) {
      const { healthBefore } = await options.factsOf("verify");
      const result = await createRestorePoint({
        runJob,
        prod,
        app: app.name,
        id,
        date: options.now(),
        health: healthWord(healthBefore),
        backup: app.backup,
        include: plan.changes.map(({ path }) => path),
        tolerate: [...app.protect, ...app.ignore],
        hooks: { shouldStop },
      });
      switch (result.outcome) {
        case "made":
          return done({
            archive: result.point.archive ?? "",
            bytes: result.point.archiveBytes,
            files: result.point.files,
            verified: true,
          });
        case "disk-full":
          return failed("nothing", {
            code: "disk-full",
            details: { host: prod.transport.host, needed: result.bytesNeeded, free: result.bytesFree },
          });
        case "invalid":
          return failed("nothing", {
            code: "backup-invalid",
            details: { reason: result.because, paths: result.paths },
          });
        case "stopped":
          return stoppedBeforeWriting;
      }
    },
    async stage({ runJob, prod }, { shouldStop, report }) {
      const from = { transport: preprod, root: preprodRoot };
      const rewritten = new Map(
        plan.changes.flatMap(({ path, rewritten: made }) =>
          made === undefined ? [] : [[path, Buffer.from(made.content, "base64")] as const],
        ),
      );
      const { changes, summary } = plan;
      const result = await stage({
        ...{ runJob, prod, preprod: from, sameHost, id, changes, rewritten },
        ...(app.transfer !== undefined && { transfer: app.transfer }),
        hooks: { shouldStop },
        onStaged: stagingProgress(summary.bytes, report, () => performance.now()),
      });
      const outcome = stageOutcome(result, prod.transport.host);
      return outcome.ok ? withFacts(outcome, broughtFacts(plan)) : outcome;
    },
  };
}

async function logErrorsBefore(health: HealthOfProd): Promise<Facts> {
  const count = await health.logErrors().catch(() => undefined);
  return count === undefined ? {} : { logErrorsBefore: count };
}

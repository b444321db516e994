// What the rooms answered, as outcomes of steps. Pure.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { HealthReport } from "../health/health.ts";
import type { RehearsalResult } from "../rehearse/rehearse.ts";
import type { RestartResult } from "../restart/restart.ts";
import type { StageResult } from "../tree/stage.ts";
import type { SwapResult } from "../tree/swap.ts";
import { done, failed, type Progress, type StepOutcome } from "./ports.ts";
import type { Facts } from "./promotions.ts";

export const stoppedBeforeWriting: StepOutcome = failed("nothing", { code: "stopped", details: {} });

export function stageOutcome(result: StageResult, host: string): StepOutcome {
  switch (result.outcome) {
    case "staged":
      return done({ files: result.files, bytes: result.bytes });
    case "mismatch":
      return failed("nothing", { code: "stale", details: { paths: result.paths } }, { moved: result.paths });
    case "disk-full": {
      const { bytesNeeded: needed, bytesFree: free, inodesNeeded, inodesFree } = result;
      return failed("nothing", {
        code: "disk-full",
        details: { host, needed, free, inodesNeeded, inodesFree },
      });
    }
    case "stopped":
      return stoppedBeforeWriting;
  }
}

export function swapOutcome(result: SwapResult): StepOutcome {
  switch (result.outcome) {
    case "swapped":
      return done({ swapMilliseconds: result.swapMilliseconds, stayed: result.stayed.length });
    case "moved":
      return failed("nothing", { code: "stale", details: { paths: result.paths } }, { moved: result.paths });
    case "unstaged":
      return failed(
        "nothing",
        { code: "stage-mismatch", details: { path: result.paths[0] ?? "", paths: result.paths } },
        { moved: result.paths },
      );
    case "unprepared":
      return failed(
        "nothing",
        result.noRoom
          ? { code: "disk-full", details: {} }
          : { code: "swap-failed", details: { reason: result.because } },
      );
    case "undone":
      return failed("undone", {
        code: "swap-failed",
        details: { reason: result.because, paths: result.paths },
      });
    case "mixed":
      // Its own way back did not end; the next one often does, and says exactly what it left when it does not.
      return failed(
        "something",
        { code: "swap-mixed", details: { reason: result.because, paths: result.paths } },
        { moved: result.paths },
      );
  }
}

export function rehearsalOutcome(
  result: RehearsalResult,
  { host, url }: { readonly host: string; readonly url: string },
): StepOutcome {
  switch (result.outcome) {
    case "healthy":
      return done({ seen: result.seen, waitedSeconds: result.waitedSeconds });
    case "failed": {
      const { reason, excerpt } = result;
      return failed("nothing", { code: "rehearsal-failed", details: { reason } }, { excerpt });
    }
    case "port-taken":
      return failed("nothing", {
        code: "rehearsal-port-taken",
        details: { host, url, reason: result.reason },
      });
    case "disk-full": {
      const { bytesNeeded: needed, bytesFree: free } = result;
      return failed("nothing", { code: "disk-full", details: { host, needed, free } });
    }
    case "stopped":
      return stoppedBeforeWriting;
  }
}

export function restartOutcome(result: RestartResult, log: string): StepOutcome {
  switch (result.outcome) {
    case "restarted":
      return done({ mark: result.mark, log });
    case "stopped":
      return failed("something", { code: "stopped", details: {} });
    case "failed": {
      const { code, details, excerpt, mark } = result;
      const facts = mark === undefined ? {} : { mark, log };
      return failed(
        "something",
        { code: "restart-failed", details: { ...details, why: code } },
        { excerpt, facts },
      );
    }
  }
}

export function withFacts(outcome: StepOutcome, facts: Facts): StepOutcome {
  return { ...outcome, facts: { ...outcome.facts, ...facts } };
}

export function healthOutcome(report: HealthReport, progress: Progress): StepOutcome {
  const facts = {
    healthAfter: report.outcome,
    seenAfter: seenOf(report),
    answersAfter: answersOf(report),
    ...(report.probes.some(({ name, ok }) => name === "log" && ok) && { logErrorsAfter: 0 }),
    waitedSeconds: report.waitedSeconds,
  };
  if (report.outcome === "healthy") return done(facts);
  if (progress.shouldStop()) return failed("something", { code: "stopped", details: {} }, { facts });
  return failed(
    "something",
    { code: "unhealthy", details: { reason: report.reason } },
    { facts, excerpt: report.excerpt },
  );
}

export function seenOf(report: HealthReport | undefined): string {
  return report?.probes.map(({ seen }) => seen).join(", ") ?? "";
}

/** What the app's pages answered. */
export function answersOf(report: HealthReport | undefined): string {
  const pages = report?.probes.filter(({ name }) => name.startsWith("GET ")) ?? [];
  return pages.map(({ seen }) => seen).join(", ");
}

export function healthWord(value: unknown): RestorePoint["health"] {
  return value === "healthy" || value === "unhealthy" ? value : "unknown";
}

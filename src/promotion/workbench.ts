// What the promotion room asks of the rooms that touch machines, app by app.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { AppConfig } from "../config/config.ts";
import type { Drift, Plan, PlanBody } from "../tree/plan.ts";
import type { ChangedImages } from "./changed-images.ts";
import type { Target } from "./ports.ts";
import type { PromotionRecord, Verified } from "./promotions.ts";

export interface Workbench {
  /** Reads both sides. Writes nothing, but for `tryOut`: the app's own checks run in a copy of PROD beside it. */
  plan(
    app: AppConfig,
    options: { readonly groups: readonly string[]; readonly fresh: boolean; readonly tryOut?: boolean },
  ): Promise<PlanBody>;
  /** Unified diff of the plan's text files as both sides are now; not yet masked. */
  patch(app: AppConfig, plan: Plan): Promise<string>;
  /** The diff that brings drift back into PREPROD; what of it `mask` would touch is left out. */
  bringBack(app: AppConfig, drift: readonly Drift[], mask: (text: string) => string): Promise<string>;
  /** The images that the plan changes, as both sides are now. */
  images(app: AppConfig, plan: Plan): Promise<ChangedImages>;
  /** Newest first. */
  restorePoints(app: AppConfig): Promise<readonly RestorePoint[]>;
  verify(app: AppConfig): Promise<readonly Verified[]>;
  /** Asks the app's own health check once. */
  health(app: AppConfig): Promise<"healthy" | "unhealthy" | "unknown">;
  /** PREPROD's own; `unknown` where nothing is configured. */
  preprodHealth(app: AppConfig): Promise<"healthy" | "unhealthy" | "unknown">;
  openTarget(app: AppConfig, record: PromotionRecord, plan: Plan | undefined): Target;
  /** The next commands for a person, when a promotion has to be parked. */
  commands(app: AppConfig, record: PromotionRecord): readonly string[];
}

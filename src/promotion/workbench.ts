// What the promotion room asks of the rooms that touch machines, app by app.

import type { RestorePoint } from "../backup/restore-point.ts";
import type { AppConfig } from "../config/config.ts";
import type { Drift, Plan, PlanBody } from "../tree/plan.ts";
import type { ChangedImages } from "./changed-images.ts";
import type { Targets } from "./ports.ts";
import type { HostHealth, PromotionRecord, Verified } from "./promotions.ts";

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
  /** Newest first; of several hosts with those that not all of them have. */
  restorePoints(app: AppConfig): Promise<readonly RestorePoint[]>;
  verify(app: AppConfig): Promise<readonly Verified[]>;
  /** Asks the app's own health check once, on each host of PROD; `unknown` where a host could not be asked. */
  health(app: AppConfig): Promise<readonly HostHealth[]>;
  /** PREPROD's own; `unknown` where nothing is configured. */
  preprodHealth(app: AppConfig): Promise<"healthy" | "unhealthy" | "unknown">;
  openTargets(app: AppConfig, record: PromotionRecord, plan: Plan | undefined): Targets;
  /** The next commands for a person, when a promotion has to be parked. */
  commands(app: AppConfig, record: PromotionRecord): readonly string[];
}

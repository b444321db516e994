// The names of the steps of which promotions and rollbacks are made.

/** The steps of a promotion and of a rollback, in order; what the checklist shows. */
export const promotionSteps = [
  "lock",
  "verify",
  "back-up",
  "stage",
  "rehearse",
  "swap",
  "restart",
  "health",
  "finish",
] as const;
export const rollbackSteps = ["lock", "stage", "swap", "restart", "health", "finish"] as const;
export type StepKind = (typeof promotionSteps)[number] | "swap-back" | "restart-back" | "health-back";
/** The steps that each of several hosts of PROD has to itself. */
export type HostStep = "swap" | "restart" | "health" | "swap-back" | "restart-back" | "health-back";
/** `swap@b` is the swap on host b of several. */
export type StepName = StepKind | `${HostStep}@${string}`;

// Small plans and promotions for tests of what is stored.

import type { NewPromotion } from "../src/store/store.ts";
import type { Plan } from "../src/tree/plan.ts";

export function newPlan(id: string, parts: Partial<Plan> = {}): Plan {
  return {
    id,
    app: "shop",
    requester: "U0",
    createdAt: "2026-03-01T09:00:00.000Z",
    expiresAt: "2026-03-02T09:00:00.000Z",
    digest: `sha256:${"0".repeat(64)}`,
    groups: [],
    changes: [],
    summary: { added: 0, changed: 0, removed: 0, kept: 0, bytes: 0, linesAdded: 0, linesRemoved: 0 },
    onlyInProd: [],
    unexplained: [],
    drift: [],
    checks: [],
    ...parts,
  };
}

export function newPromotion(id: string, planId: string): NewPromotion {
  return {
    id,
    app: "shop",
    kind: "promotion",
    planId,
    restorePointId: undefined,
    requester: "U0",
    approvedBy: ["U1", "U2"],
    reason: undefined,
    startedAt: "2026-03-01T10:00:00.000Z",
    steps: ["lock", "swap"],
  };
}

export function newRollback(id: string, app = "shop"): NewPromotion {
  return {
    ...newPromotion(id, ""),
    app,
    kind: "rollback",
    planId: undefined,
    restorePointId: "rp_1",
    reason: "broken",
  };
}

import { describe, expect, test } from "vitest";
import type { Plan } from "../tree/plan.ts";
import { countApprovals, type DecisionFacts, refuseApproval, refuseRejection } from "./policy.ts";
import type { Decision, PlanRecord } from "./promotions.ts";

const plan: Plan = {
  id: "pl_1",
  app: "kitchen",
  digest: "sha256:0",
  requester: "U_ANA",
  createdAt: "2026-11-22T10:00:00.000Z",
  expiresAt: "2026-11-22T11:00:00.000Z",
  groups: [],
  changes: [],
  summary: { added: 0, changed: 0, removed: 0, kept: 0, bytes: 0, linesAdded: 0, linesRemoved: 0 },
  onlyInProd: [],
  unexplained: [],
  drift: [],
  checks: [],
};

function record(change: Partial<PlanRecord> = {}): PlanRecord {
  return { plan, status: "open", decisions: [], promotionId: undefined, moved: [], ...change };
}

function facts(change: Partial<DecisionFacts> = {}): DecisionFacts {
  return {
    record: record(),
    by: { id: "U_BO", via: "slack" },
    approval: { approvers: ["U_BO", "U_CY", "U_ANA"], required: 1, byRequester: false, expiresSeconds: 3600 },
    approvers: new Set(["U_BO", "U_CY", "U_ANA"]),
    now: "2026-11-22T10:30:00.000Z",
    lock: undefined,
    running: undefined,
    ...change,
  };
}

const approval = (by: string, via: Decision["via"] = "slack"): Decision => ({
  by,
  verdict: "approve",
  at: "2026-11-22T10:20:00.000Z",
  reason: undefined,
  via,
});

describe("an approval", () => {
  test("by a named approver on an open plan is counted", () => {
    expect(refuseApproval(facts())).toBeUndefined();
  });

  test("that would overwrite a hand edit has to say that it may, and names it when it does not", () => {
    const drift = [
      { path: "app/a", was: "changed", since: plan.createdAt },
      { path: "app/b", was: "added", since: plan.createdAt },
    ] as const;
    const changes = [
      { kind: "change", path: "app/a", linesAdded: 1, linesRemoved: 1, binary: false },
    ] as const;
    const drifted = record({ plan: { ...plan, drift, changes } });
    expect(refuseApproval(facts({ record: drifted }))).toEqual({ why: "drift", paths: ["app/a"] });
    expect(refuseApproval(facts({ record: drifted, acknowledgesDrift: true }))).toBeUndefined();
    expect(refuseApproval(facts({ record: record({ plan: { ...plan, drift } }) }))).toBeUndefined();
  });

  const lock = { app: "kitchen", by: "U_CY", reason: "incident", since: "", until: undefined };
  test.each<[string, Partial<DecisionFacts>, string]>([
    ["by a stranger", { by: { id: "U_EVE", via: "slack" } }, "not-an-approver"],
    ["by the requester", { by: { id: "U_ANA", via: "slack" } }, "own-request"],
    ["a second time", { record: record({ decisions: [approval("U_BO")] }) }, "already-counted"],
    ["at the very second of its expiry", { now: plan.expiresAt }, "expired"],
    ["on a rejected plan", { record: record({ status: "rejected" }) }, "already-decided"],
    ["on a stale plan", { record: record({ status: "stale" }) }, "already-decided"],
    ["while someone holds the lock", { lock }, "locked"],
    ["while a promotion runs", { running: "pr_1" }, "running"],
    ["when Slack cannot say who the approvers are", { approvers: undefined }, "membership-unknown"],
  ])("%s is refused", (_, change, why) => {
    expect(refuseApproval(facts(change))?.why).toBe(why);
  });

  test("of a plan with a blocking check is refused with the check's name", () => {
    const checks = [{ id: "imports", level: "block", message: "", where: [] }] as const;
    const blocked = record({ plan: { ...plan, checks } });
    expect(refuseApproval(facts({ record: blocked }))).toEqual({ why: "blocked", checks: ["imports"] });
  });

  test("by the requester is counted where the configuration says so", () => {
    const approval = { ...facts().approval, byRequester: true };
    expect(refuseApproval(facts({ by: { id: "U_ANA", via: "slack" }, approval }))).toBeUndefined();
  });
});

describe("the quorum", () => {
  const rules = { approvers: [], required: 2, byRequester: false, expiresSeconds: 1 };

  test("needs as many different people as required", () => {
    const two = record({ decisions: [approval("U_BO"), approval("U_CY")] });
    expect(countApprovals(two, rules, new Set(["U_BO", "U_CY"]))).toEqual({ approvals: 2, enough: true });
    const one = record({ decisions: [approval("U_BO"), approval("U_BO")] });
    expect(countApprovals(one, rules, new Set(["U_BO"])).enough).toBe(false);
  });

  test("does not count who is no longer an approver, nor the requester", () => {
    const decisions = [approval("U_BO"), approval("U_GONE"), approval("U_ANA")];
    expect(countApprovals(record({ decisions }), rules, new Set(["U_BO", "U_ANA"])).approvals).toBe(1);
  });

  test("is met by a person at a terminal, who has the bot's own files in hand", () => {
    expect(
      countApprovals(record({ decisions: [approval("terminal:root", "terminal")] }), rules, new Set()).enough,
    ).toBe(true);
  });
});

describe("a rejection", () => {
  test("is open to the requester and to approvers, never to a stranger", () => {
    expect(refuseRejection(facts({ by: { id: "U_ANA", via: "slack" } }))).toBeUndefined();
    expect(refuseRejection(facts())).toBeUndefined();
    expect(refuseRejection(facts({ by: { id: "U_EVE", via: "slack" } }))?.why).toBe("not-an-approver");
  });
});

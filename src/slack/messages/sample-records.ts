// A small plan and a small promotion, for the tests of this room.

import type { ApprovalConfig, RestartConfig } from "../../config/config.ts";
import type { PlanRecord, PromotionEvent, PromotionRecord, StepName } from "../../promotion/promotions.ts";
import { textsFor } from "../../texts/texts.ts";
import type { Change, ChangeKind, Plan } from "../../tree/plan.ts";
import { createVoice, type Voice } from "./voice.ts";

export const english: Voice = createVoice({ texts: textsFor("en"), mask: (text) => text });
export const french: Voice = createVoice({ texts: textsFor("fr"), mask: (text) => text });

export const approval: ApprovalConfig = {
  approvers: ["U02BO", "S0RELEASE"],
  required: 1,
  byRequester: false,
  expiresSeconds: 3600,
};
export const restart: RestartConfig = {
  kind: "compose",
  file: "~/mangetamain/30_docker/docker-compose-prod.yml",
  mode: "restart",
  services: [],
  timeoutSeconds: 120,
};

export function change(kind: ChangeKind, path: string, more: Partial<Change> = {}): Change {
  return { kind, path, linesAdded: 0, linesRemoved: 0, binary: false, ...more };
}

const file = (size: number) =>
  ({ type: "file", mode: 0o644, size, mtime: "1795300000.000000000", identity: `1:${size}` }) as const;

export const plan: Plan = {
  id: "pl_7f3a",
  app: "kitchen",
  digest: `sha256:${"0".repeat(64)}`,
  groups: [],
  changes: [
    change("change", "streamlit/main.py", {
      ...{ before: file(17_408), after: file(33_792), linesAdded: 333, linesRemoved: 12 },
    }),
    change("add", "streamlit/utils", { after: { type: "directory", mode: 0o755, mtime: "0" } }),
    change("add", "streamlit/utils/colors.py", { after: file(6451), linesAdded: 207 }),
    change("remove", "streamlit/old.css", { before: file(812), linesRemoved: 25 }),
  ],
  summary: { added: 1, changed: 1, removed: 1, kept: 4, bytes: 39_424, linesAdded: 540, linesRemoved: 37 },
  onlyInProd: [],
  unexplained: [],
  drift: [],
  checks: [],
  requester: "U01ANA",
  createdAt: "2026-11-22T07:22:12.000Z",
  expiresAt: "2026-11-22T08:22:12.000Z",
};

export const planRecord: PlanRecord = {
  plan,
  status: "open",
  decisions: [],
  promotionId: undefined,
  moved: [],
};

export const promotion: PromotionRecord = {
  id: "pr_51",
  app: "kitchen",
  kind: "promotion",
  planId: "pl_7f3a",
  restorePointId: undefined,
  requester: "U01ANA",
  approvedBy: ["U02BO"],
  reason: undefined,
  status: "running",
  steps: [
    step("lock", "done", "07:25:00", "07:25:00.200", {}),
    step("back-up", "done", "07:25:01", "07:25:07", { bytes: 224_395_264, attempt: 1 }),
    step("swap", "done", "07:25:07", "07:25:07.040", { files: 3, attempt: 1 }),
    step("health", "running", "07:25:09", undefined, {}),
    step("finish", "waiting", undefined, undefined, {}),
  ],
  stopRequestedBy: undefined,
  startedAt: "2026-11-22T07:25:00.000Z",
  finishedAt: undefined,
  ending: undefined,
};

export function step(
  name: StepName,
  status: PromotionRecord["steps"][number]["status"],
  from: string | undefined,
  to: string | undefined,
  facts: PromotionRecord["steps"][number]["facts"],
): PromotionRecord["steps"][number] {
  const at = (time: string | undefined) => time && new Date(`2026-11-22T${time}Z`).toISOString();
  return { name, status, startedAt: at(from), finishedAt: at(to), facts };
}

export function event(
  sequence: number,
  kind: PromotionEvent["kind"],
  more: Partial<PromotionEvent> = {},
): PromotionEvent {
  return {
    promotionId: "pr_51",
    sequence,
    at: "2026-11-22T07:25:30.000Z",
    kind,
    step: undefined,
    facts: {},
    excerpt: [],
    ...more,
  };
}

// Everything the bot says, with people, files and failures of a real day in it; for looking at, in either language.

import type { RestorePoint } from "../../src/backup/restore-point.ts";
import { PasserelleError } from "../../src/errors.ts";
import type { Ending, Lock, PromotionRecord, Status } from "../../src/promotion/promotions.ts";
import type { Message } from "../../src/slack/messages/blocks.ts";
import { closedPlanMessage } from "../../src/slack/messages/closed-plan-message.ts";
import { driftMessage } from "../../src/slack/messages/drift-message.ts";
import { endedMessage } from "../../src/slack/messages/ended-message.ts";
import { helpMessage } from "../../src/slack/messages/help-message.ts";
import { type HistoryRow, historyMessage } from "../../src/slack/messages/history-message.ts";
import {
  failureMessage,
  inSyncMessage,
  lockedMessage,
  rollbackOffer,
  unexpectedMessage,
  unlockedMessage,
} from "../../src/slack/messages/plain-message.ts";
import { planMessage } from "../../src/slack/messages/plan-message.ts";
import { refusalMessage, rollBackRefusal } from "../../src/slack/messages/refusal-message.ts";
import { runningMessage } from "../../src/slack/messages/running-message.ts";
import {
  approval,
  plan,
  planRecord,
  promotion,
  restart,
  step,
} from "../../src/slack/messages/sample-records.ts";
import { statusMessage } from "../../src/slack/messages/status-message.ts";
import type { Voice } from "../../src/slack/messages/voice.ts";
import { impact } from "../slack/stage.ts";

export const lock: Lock = {
  app: "kitchen",
  by: "U02BO",
  reason: "the database is being moved",
  since: "2026-11-22T07:00:00.000Z",
  until: "2026-11-22T09:00:00.000Z",
};
export const done: PromotionRecord = {
  ...promotion,
  status: "done",
  finishedAt: "2026-11-22T07:25:42.000Z",
  ending: { outcome: "done", impact },
};
export const status: Status = {
  app: "kitchen",
  running: undefined,
  waiting: [plan],
  lock: undefined,
  last: done,
  prodHealth: "healthy",
  preprodHealth: "unhealthy",
};
export const points: readonly RestorePoint[] = ["pr_51", "pr_48"].map((id) => ({
  id,
  app: "kitchen",
  createdAt: "2026-11-22T07:25:00.000Z",
  archive: `backup_prod_20261122_072500_${id}.tar.zst`,
  archiveBytes: 224_395_264,
  archiveSha256: "0".repeat(64),
  files: 1204,
  health: "healthy",
}));

const failedSteps = [
  step("back-up", "done", "07:25:01", "07:25:07", { bytes: 224_395_264, attempt: 1 }),
  step("swap", "done", "07:25:07", "07:25:07.040", { files: 3, attempt: 1 }),
  step("health", "failed", "07:25:09", "07:25:39", {}),
  step("swap-back", "done", "07:25:39", "07:25:40", {}),
];
const output = [
  "07:26:02 worker  Error: connect ECONNREFUSED 10.0.0.5:5432",
  "07:26:02 worker      at TCPConnectWrap.afterConnect",
  "07:26:31 health  503 Service Unavailable (attempt 6/6)",
];
const unhealthy = { code: "unhealthy", details: { reason: "GET /health answered 503" } } as const;
const parkedCommands = ["passerelle rollback kitchen --to pr_48 --yes", "passerelle status kitchen"];

const ended = (voice: Voice, ending: Ending, parts: Partial<PromotionRecord> = {}): Message =>
  endedMessage(voice, { ...done, steps: failedSteps, ...parts, ending }, ending, output);

export function everyMessage(voice: Voice): ReadonlyMap<string, Message> {
  const view = { plan, decisions: [], approval, restart, last: done };
  const drifted = [
    { path: "streamlit/main.py", was: "changed", since: "2026-11-21T18:40:00.000Z" },
    { path: "streamlit/hotfix.py", was: "added", since: "2026-11-21T18:41:00.000Z" },
  ] as const;
  const blocking = {
    id: "layout-reference",
    level: "block",
    message: "streamlit/main.py names PREPROD's layout",
    where: [{ path: "streamlit/main.py", line: 12 }],
  } as const;
  const closed = (record: Partial<typeof planRecord>) =>
    closedPlanMessage(voice, { ...planRecord, ...record });
  const decided = { at: "2026-11-22T07:25:00.000Z", via: "slack" } as const;
  const rows: readonly HistoryRow[] = [
    { record: done, link: "https://example.slack.com/archives/C1/p2" },
    { record: { ...done, id: "pr_50", kind: "rollback", planId: undefined }, link: undefined },
    { record: { ...done, id: "pr_49", status: "rolled-back" }, link: undefined },
    { record: { ...done, id: "pr_48", status: "parked" }, link: undefined },
    { record: { ...done, id: "pr_47", status: "refused" }, link: undefined },
  ];
  const context = { again: "pl_7f3a", app: "kitchen", link: "https://example.slack.com/archives/C1/p2" };
  const refuse = (refusal: Parameters<typeof refusalMessage>[1]) => refusalMessage(voice, refusal, context);
  return new Map([
    ["diff", planMessage(voice, view)],
    ["diff with drift", planMessage(voice, { ...view, plan: { ...plan, drift: drifted } })],
    ["diff blocked", planMessage(voice, { ...view, plan: { ...plan, checks: [blocking] } })],
    [
      "rejected",
      closed({
        status: "rejected",
        decisions: [{ ...decided, by: "U02BO", verdict: "reject", reason: "migration not reviewed" }],
      }),
    ],
    ["stale", closed({ status: "stale", moved: ["config/app.yaml", "web/server.js"] })],
    ["expired", closed({ status: "expired" })],
    ["replaced", closed({ status: "replaced" })],
    ["running", runningMessage(voice, promotion, new Date("2026-11-22T07:25:18.000Z"))],
    ["success", ended(voice, { outcome: "done", impact }, { steps: promotion.steps })],
    [
      "failed",
      ended(
        voice,
        { outcome: "rolled-back", failedStep: "health", because: unhealthy, health: "healthy" },
        { status: "rolled-back" },
      ),
    ],
    [
      "refused before writing",
      ended(
        voice,
        { outcome: "refused", because: { code: "disk-full", details: {} }, moved: [] },
        { status: "refused" },
      ),
    ],
    [
      "parked",
      ended(
        voice,
        {
          outcome: "parked",
          failedStep: "swap-back",
          because: { code: "swap-mixed", details: {} },
          commands: parkedCommands,
        },
        { status: "parked" },
      ),
    ],
    ["status", statusMessage(voice, status, { connected: true })],
    ["status locked", statusMessage(voice, { ...status, lock, running: promotion }, { connected: false })],
    ["history", historyMessage(voice, "kitchen", rows, "pr_47")],
    ["history empty", historyMessage(voice, "kitchen", [], undefined)],
    ["help", helpMessage(voice, { bot: "<@UPASSERELLE>", problem: "“promot” ?" })],
    ["locked", lockedMessage(voice, lock)],
    ["unlocked", unlockedMessage(voice, "kitchen", { id: "U02BO", via: "slack" })],
    ["in sync", inSyncMessage(voice, "kitchen", [])],
    ["rollback offer", rollbackOffer(voice, "kitchen")],
    [
      "drift",
      driftMessage(voice, { id: "dr_1", app: "kitchen", at: "2026-11-22T07:00:00.000Z", drift: drifted }),
    ],
    ["refused: stranger", refuse({ why: "not-an-approver", approvers: ["U02BO", "S0RELEASE"] })],
    ["refused: own request", refuse({ why: "own-request" })],
    ["refused: nothing to do", refuse({ why: "nothing-to-do" })],
    ["refused: locked", refuse({ why: "locked", lock })],
    ["refused: running", refuse({ why: "running", promotionId: "pr_51" })],
    ["refused: expired", refuse({ why: "expired", at: "2026-11-22T08:22:12.000Z" })],
    [
      "refused: too late",
      refuse({ why: "already-decided", status: "approved", by: "U02BO", at: decided.at }),
    ],
    [
      "refused: no restore point",
      rollBackRefusal(voice, { outcome: "refused", why: "no-restore-point" }, [], undefined),
    ],
    [
      "Slack unreachable",
      failureMessage(voice, new PasserelleError("slack-unreachable", { reason: "HTTP 503" })),
    ],
    ["unexpected", unexpectedMessage(voice, "er_5f0c9a1e")],
  ]);
}

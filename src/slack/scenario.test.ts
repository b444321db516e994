import { afterEach, expect, test } from "vitest";
import { impact, type Stage, seed, setStage, until } from "../../test/slack/stage.ts";
import type { RestorePoint } from "../backup/restore-point.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const people = () => ({
  ana: stage.playground.workspace.person("ana"),
  bo: stage.playground.workspace.person("bo"),
  cy: stage.playground.workspace.person("cy"),
});
const channel = () => stage.playground.workspace.messages("kitchen");
const topLevel = () =>
  channel().filter((message) => message.threadTs === undefined || message.threadTs === message.ts);
const inThread = () =>
  channel().filter((message) => message.threadTs !== undefined && message.threadTs !== message.ts);
const promotionId = () => until(() => stage.started.at(-1));

test("a plan is asked for, approved by somebody else, carried out and told in one message and its thread", async () => {
  stage = await setStage();
  const { ana, bo } = people();
  expect(await ana.types("/promote diff")).toEqual({ ok: true });
  await ana.sees("Comparing PREPROD and PROD of kitchen…");
  await bo.sees("Promote kitchen: PREPROD → PROD?");
  await bo.sees("streamlit/utils/colors.py");
  const pressed = await bo.presses("Approve & promote");
  expect(pressed.question).toContain("Promote 2 files to PROD?");
  const id = await promotionId();
  await ana.sees("Promoting kitchen to PROD");
  expect(topLevel()).toHaveLength(1);

  await stage.step(id, "back-up", "running");
  await stage.step(id, "back-up", "done", { facts: { bytes: 224_395_264 } });
  await ana.sees("Back up — 214 MB");
  await stage.ends(id, { outcome: "done", impact });
  await ana.sees("PROD of kitchen is up to date and healthy");
  await until(
    async () =>
      (await stage.store.message(`plan:${(await stage.promotions.promotion(id))?.planId}`))?.settled,
  );
  expect(topLevel()).toHaveLength(1);
  const told = inThread().map((message) => stage.playground.workspace.read(message));
  expect(told.at(-1)).toMatch(/PROD of kitchen is up to date and healthy\n@ana @bo/);
  expect(told.filter((text) => text.includes("Back up"))).toHaveLength(1);
});

test("whoever asks cannot approve alone, and is told who can", async () => {
  stage = await setStage({
    app: { approval: { approvers: ["S0RELEASE"], required: 1, byRequester: false, expiresSeconds: 3600 } },
  });
  const { ana, bo } = people();
  await bo.types("/promote diff");
  await bo.sees("Approve & promote");
  await ana.presses("Approve & promote");
  await ana.sees("You may not decide this. Those who may: @release.");
  await bo.presses("Approve & promote");
  await bo.sees("You asked for this promotion, so somebody else has to approve it.");
  expect(ana.canSee("You asked for this promotion")).toBe(false);
  expect(stage.started).toEqual([]);
});

test("two approvals are counted one by one", async () => {
  stage = await setStage({
    app: { approval: { approvers: ["S0RELEASE"], required: 2, byRequester: false, expiresSeconds: 3600 } },
  });
  const { ana, bo, cy } = people();
  await ana.types("/promote diff kitchen --with data");
  await bo.sees("Approve & promote");
  await bo.presses("Approve & promote");
  await bo.sees("Your approval counts: 1 of 2.");
  await cy.sees("1 of 2 approvals: @bo.");
  await bo.presses("Approve & promote");
  await bo.sees("Your approval is counted already.");
  await cy.presses("Approve & promote");
  await promotionId();
  await ana.sees("approved by @bo and @cy");
});

test("a rejection asks why, and the channel reads it", async () => {
  stage = await setStage();
  const { ana, bo } = people();
  await ana.types("/promote diff");
  await bo.sees("Reject");
  await bo.presses("Reject");
  await bo.fills({ "Why?": "migration <!channel> not reviewed" });
  expect(await bo.submits()).toEqual({ ok: true });
  await ana.sees("Rejected by @bo");
  await ana.sees("migration <!channel> not reviewed");
  expect(ana.canSee("Approve & promote")).toBe(false);
  expect(stage.started).toEqual([]);
});

test("a newer plan replaces the older one, and a late click on nothing decides nothing", async () => {
  stage = await setStage();
  const { ana } = people();
  await ana.types("/promote diff");
  await ana.sees("Approve & promote");
  await ana.types("/promote diff");
  await ana.sees("A newer plan replaced this one — nothing was changed.");
  expect(topLevel()).toHaveLength(2);
});

test("a stale plan says what moved, and a new one is a click away", async () => {
  stage = await setStage();
  const { ana, bo } = people();
  await ana.types("/promote diff");
  await bo.sees("Approve & promote");
  await bo.presses("Approve & promote");
  const id = await promotionId();
  await stage.ends(id, {
    outcome: "refused",
    because: { code: "stale", details: {} },
    moved: ["streamlit/main.py"],
  });
  await ana.sees("This plan is stale — nothing was changed.");
  await ana.sees("Changed after the plan was made: streamlit/main.py");
  await ana.presses("Make a new plan");
  await until(() => topLevel().length === 2);
});

test("a failure is told with PROD's state first, in the channel too, with the output that explains it", async () => {
  stage = await setStage();
  const { ana, bo } = people();
  await ana.types("/promote diff");
  await bo.sees("Approve & promote");
  await bo.presses("Approve & promote");
  const id = await promotionId();
  await stage.step(id, "health", "running");
  await stage.step(id, "health", "failed", {
    facts: { code: "unhealthy" },
    excerpt: ["ModuleNotFoundError: polars"],
  });
  await stage.step(id, "swap-back", "done");
  const because = { code: "unhealthy", details: { reason: "GET http://localhost:8501 answered 503" } };
  await stage.ends(id, { outcome: "rolled-back", failedStep: "health", because, health: "healthy" });
  await ana.sees("PROD is back as it was, and healthy — the promotion failed at “Health check”");
  await ana.sees("ModuleNotFoundError: polars");
  const last = await until(() => inThread().find((message) => message.broadcast));
  expect(stage.playground.workspace.read(last)).toContain("GET http://localhost:8501 answered 503");
});

test("a running promotion can be stopped by a click", async () => {
  stage = await setStage();
  const { ana, bo, cy } = people();
  await ana.types("/promote diff");
  await bo.sees("Approve & promote");
  await bo.presses("Approve & promote");
  const id = await promotionId();
  await cy.sees("Stop and roll back");
  await cy.presses("Stop and roll back");
  await ana.sees("stop asked for by @cy");
  expect((await stage.promotions.promotion(id))?.stopRequestedBy).toBe(cy.id);
});

const point: RestorePoint = {
  id: "pr_before",
  app: "kitchen",
  createdAt: "2026-11-18T07:25:00.000Z",
  archive: "backup_prod.tar.zst",
  archiveBytes: 224_395_264,
  archiveSha256: "0".repeat(64),
  files: 42,
  health: "healthy",
};

test("a rollback is chosen in a dialog, needs the typed word, and is told in a message of its own", async () => {
  stage = await setStage();
  stage.restorePoints([point]);
  const { ana, bo } = people();
  expect(await bo.types("/promote rollback")).toEqual({ ok: true });
  await bo.sees("PROD of kitchen is live. Restarts: web.");
  await bo.fills({ "Why?": "search is broken", "Type PROD to confirm": "prod" });
  expect(await bo.submits()).toEqual({ ok: false, error: "errors" });
  await bo.sees("Type PROD, in capitals.");
  await bo.fills({ "Type PROD to confirm": "PROD" });
  expect(await bo.submits()).toEqual({ ok: true });
  expect(await promotionId()).toMatch(/^rb_/);
  await ana.sees("Rolling PROD of kitchen back");
  await ana.sees("reason: search is broken");
});

test("somebody who is no approver cannot roll back, and is told so", async () => {
  stage = await setStage();
  stage.restorePoints([point]);
  const { ana } = people();
  await ana.types("/promote rollback");
  await ana.sees("Restore point");
  await ana.fills({ "Why?": "curious", "Type PROD to confirm": "PROD" });
  await ana.submits();
  await ana.sees("You may not decide this.");
  expect(stage.started).toEqual([]);
});

test("a locked app says who, until when and why, and can be unlocked from the refusal", async () => {
  stage = await setStage();
  const { ana, bo } = people();
  await ana.types("/promote diff");
  await bo.sees("Approve & promote");
  await ana.types("/promote lock 2h database migration");
  await bo.sees("kitchen is locked by @ana: database migration");
  await bo.presses("Approve & promote", { message: "Promote kitchen" });
  await bo.sees("kitchen is locked by @ana: database migration. Until");
  await bo.presses("Unlock");
  await ana.sees("kitchen was unlocked by @bo");
});

test("status, history and help answer only the person who asks", async () => {
  stage = await setStage();
  const { ana, bo } = people();
  await ana.types("/promote status");
  await ana.sees("nothing running");
  await ana.types("/promote history");
  await ana.sees("kitchen has not been promoted yet.");
  await ana.types("/promote help");
  await ana.sees("/promote rollback [app]");
  await ana.types("/promote stauts");
  await ana.sees("Did you mean /promote status?");
  expect(bo.canSee("nothing running")).toBe(false);
  expect(channel()).toEqual([]);
});

test("an app is promoted in its own channel only", async () => {
  stage = await setStage();
  const { ana } = people();
  await ana.types("/promote diff kitchen", { in: "#lounge" });
  await ana.sees("kitchen is promoted in #kitchen only.");
  await ana.types("/promote diff garden");
  await ana.sees("There is no app called garden. Known: kitchen.");
  expect(channel()).toEqual([]);
});

test("a channel may be configured by its name", async () => {
  stage = await setStage({ app: { channel: "#kitchen" } });
  const { ana, bo } = people();
  await ana.types("/promote diff");
  await bo.sees("Approve & promote");
  await bo.presses("Approve & promote");
  await promotionId();
});

test("in a thread the bot is asked by a mention, and answers there", async () => {
  stage = await setStage();
  const { ana } = people();
  await ana.types("/promote diff");
  await ana.sees("Approve & promote");
  await ana.says("@passerelle status", { thread: "Promote kitchen" });
  await ana.sees("1 plan waiting");
});

test("the full diff comes as a file into the thread, once", async () => {
  stage = await setStage();
  const { ana } = people();
  await ana.types("/promote diff");
  await ana.sees("Full diff");
  await ana.presses("Full diff");
  await ana.sees("full diff");
  const file = await until(() => [...stage.playground.workspace.state.files.values()][0]);
  expect(file.bytes?.toString()).toContain("+new");
  await until(() => inThread().length === 1);
  await ana.presses("Full diff");
  await ana.sees("It is in the thread already.");
});

test("nothing to promote is told to the one who asked, with what is worth knowing", async () => {
  stage = await setStage();
  stage.finds({
    changes: [],
    drift: [{ path: "streamlit/x.py", was: "changed", since: "2026-11-18T07:25:00.000Z" }],
  });
  const { ana } = people();
  await ana.types("/promote diff");
  await ana.sees("PROD already has everything PREPROD has. Nothing to promote.");
  await ana.sees("1 file changed by hand in PROD since the last promotion");
  expect(channel()).toEqual([]);
});

test("a failure of ours gets an id, and the log has the rest", async () => {
  stage = await setStage();
  stage.finds({ changes: undefined as never });
  const { ana } = people();
  await ana.types("/promote diff");
  const seen = await ana.sees(/Report it with the id/);
  const id = /er_\w+/.exec(seen)?.[0];
  expect(stage.logs.some((line) => line.startsWith("error unexpected failure"))).toBe(true);
  expect(id).toBeDefined();
});

test("an unknown group is a sentence with the next move", async () => {
  stage = await setStage();
  const { ana } = people();
  await ana.types("/promote diff --with wine");
  await ana.sees("There is no group called wine");
});

test("French channels are spoken to in French", async () => {
  stage = await setStage({ locale: "fr" });
  const { ana } = people();
  await ana.types("/promote diff");
  await ana.sees("2 fichiers changent");
  await ana.sees("Approuver et promouvoir");
});

test("where the bot may not post, the one who asks is told to invite it", async () => {
  const channels = [{ name: "cellar", id: "C0CELLAR", private: true, bot: false }];
  stage = await setStage({ app: { channel: "C0CELLAR" }, playground: { seed: { ...seed, channels } } });
  const { ana } = people();
  await ana.types("/promote diff", { in: "#cellar" });
  await ana.sees("Invite @passerelle into this channel, then try again.");
});

test("the Home tab shows every app at a glance", async () => {
  stage = await setStage();
  const { ana } = people();
  await ana.opensHome();
  await ana.sees("Promoted in #kitchen");
  await ana.presses("Refresh");
  expect(ana.screen()).toContain("no plan waiting");
});

import { afterEach, expect, test } from "vitest";
import { impact, type Stage, setStage, until } from "../../test/slack/stage.ts";

let stage: Stage;
afterEach(() => stage?.stop());

const person = (name: string) => stage.playground.workspace.person(name);

async function promotedOnce(): Promise<void> {
  const [ana, bo] = [person("ana"), person("bo")];
  await ana.types("/promote diff");
  await bo.sees("Approve & promote");
  await bo.presses("Approve & promote");
  await until(() => stage.started.length === 1);
  await stage.ends(stage.started[0] ?? "", { outcome: "done", impact });
  await ana.sees("PROD of kitchen is up to date and healthy");
}

test("Home shows both sides, what waits for this person, what ran last and what they may do", async () => {
  stage = await setStage();
  await promotedOnce();
  const [ana, bo] = [person("ana"), person("bo")];
  await ana.types("/promote diff");
  await bo.sees("Promote kitchen: PREPROD → PROD?");
  await bo.opensHome();
  const shown = await bo.sees("Waiting for you");
  for (const words of [
    "PROD",
    "PREPROD",
    "1 plan waiting",
    "not locked",
    "requested by @ana",
    "You may approve",
  ])
    expect(shown).toContain(words);
  expect(shown).toMatch(/Last promotions of kitchen\n.*done.*thread/);
  for (const words of ["Review changes", "Roll back…", "Lock…", "Refresh", "Open"])
    expect(shown).toContain(words);
  await ana.opensHome();
  expect(await ana.sees("You may ask for plans")).not.toContain("Waiting for you");
});

test("changes are asked for from Home: the plan is in the channel, and a link leads there", async () => {
  stage = await setStage();
  const ana = person("ana");
  await ana.opensHome();
  await ana.sees("Review changes");
  await ana.presses("Review changes");
  const answer = await ana.sees("The plan is in #kitchen.");
  expect(answer).toContain("Open");
  await person("bo").sees("Promote kitchen: PREPROD → PROD?");
});

test("what is answered to who asks from Home is in the dialog, and not lost in a channel", async () => {
  stage = await setStage();
  stage.finds({ changes: [] });
  const ana = person("ana");
  await ana.opensHome();
  await ana.sees("Review changes");
  await ana.presses("Review changes");
  await ana.sees("PROD already has everything PREPROD has");
});

test("Home locks with a reason, tells the channel, and unlocks", async () => {
  stage = await setStage();
  const [ana, bo] = [person("ana"), person("bo")];
  await ana.opensHome();
  await ana.sees("Review changes");
  await ana.presses("Lock…");
  await ana.sees("For how long?");
  await ana.fills({ "Why?": "moving <!channel> the database" });
  expect(await ana.submits()).toEqual({ ok: true });
  await bo.sees("kitchen is locked by @ana: moving <!channel> the database");
  await ana.sees(/Unlock/);
  expect(await stage.promotions.status("kitchen")).toMatchObject({ lock: { by: ana.id } });
  await ana.presses("Unlock");
  await bo.sees("kitchen was unlocked by @ana");
  expect((await stage.promotions.status("kitchen")).lock).toBeUndefined();
});

test("Home rolls back through the same dialog as the channel", async () => {
  stage = await setStage();
  await promotedOnce();
  const bo = person("bo");
  await bo.opensHome();
  await bo.sees("Review changes");
  await bo.presses("Roll back…");
  await bo.sees("There is no restore point for kitchen yet.");
});

test("who is not in the app's channel may look, and a click that comes all the same changes nothing", async () => {
  stage = await setStage();
  const cy = person("cy");
  await cy.opensHome();
  await cy.sees("Lock…");
  stage.playground.workspace.state.channels.get("C0KITCHEN")?.members.delete(cy.id);
  await cy.presses("Lock…");
  const shown = await cy.sees("You are not in its channel, so you may only look.");
  expect(shown).not.toContain("Lock…");
  expect(shown).not.toContain("Review changes");
  expect((await stage.promotions.status("kitchen")).lock).toBeUndefined();
});

test("a status is for who asked, until they post it in the channel", async () => {
  stage = await setStage();
  const [ana, bo] = [person("ana"), person("bo")];
  await ana.types("/promote status");
  await ana.sees("nothing running");
  expect(bo.canSee("nothing running")).toBe(false);
  await ana.presses("Post in channel");
  expect(await bo.sees("nothing running")).not.toContain("Post in channel");
});

test("a channel in which the bot may not post is told to who asked, with who can allow it", async () => {
  stage = await setStage();
  stage.playground.faults.add("chat.postMessage", { error: "restricted_action", times: 5 });
  const ana = person("ana");
  await ana.types("/promote diff");
  await ana.sees(/does not let the bot post in this channel \(restricted_action\)/);
});

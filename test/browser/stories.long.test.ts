import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { noBrowser, openTheatre, picture, type Theatre, type Window } from "./browser.ts";

const phone = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true };

describe.skipIf(noBrowser)("the stories (run where a Chromium is installed)", { timeout: 600_000 }, () => {
  let theatre: Theatre;
  let ana: Window;
  let bo: Window;

  beforeAll(async () => {
    theatre = await openTheatre();
    ana = await theatre.enter("Ana Ribeiro (@ana)");
    bo = await theatre.enter("Bo Lindqvist (@bo)");
  }, 600_000);
  afterAll(() => theatre?.close());
  afterEach(() => expect(theatre.complaints.splice(0)).toEqual([]));

  const plan = async (words = "Approve & promote") => {
    await ana.types("/promote diff kitchen");
    await bo.page.getByRole("main").getByText(words, { exact: true }).waitFor();
  };

  test("two people in two browsers see each other's deeds at once", async () => {
    await plan();
    await bo.presses("Approve & promote");
    await bo.confirms("Promote");
    await ana.message("Promoting kitchen to PROD").waitFor();
    await ana.page.frameLocator("iframe[title=PROD]").getByText("pumpkin soup").waitFor();
    await ana.message("PROD of kitchen is up to date and healthy").waitFor();
    await ana.page.getByText(/^\d new$/).waitFor();
    await ana.page
      .getByRole("main")
      .getByRole("button", { name: /\d repl(y|ies), \d new/ })
      .click();
    await ana.page.getByRole("button", { name: "Close thread" }).click();
    await ana.page.getByText(/^\d new$/).waitFor({ state: "detached" });
    expect([await ana.neverReloaded(), await bo.neverReloaded()]).toEqual([true, true]);
  });

  test("a plan that waits turns stale by a change in PREPROD, and nothing is written", async () => {
    await ana.plays("Make a change in PREPROD");
    await ana.page.getByText(/PREPROD now offers chestnut cake/).waitFor();
    await ana.page.frameLocator("iframe[title=PREPROD]").getByText("chestnut cake").waitFor();
    await plan();
    await ana.plays("Make a change in PREPROD");
    await ana.page.getByText(/PREPROD now offers leek pie/).waitFor();
    await bo.presses("Approve & promote");
    await bo.confirms("Promote");
    await bo.message("This plan is stale").waitFor();
    await picture(bo.page, "stale", { of: bo.message("This plan is stale") });
    const prod = await (await fetch(theatre.demo.prod)).text();
    expect(prod).not.toContain("chestnut cake");
  });

  test("a rejection says why", async () => {
    await plan();
    await bo.presses("Reject");
    const dialog = bo.page.getByRole("dialog");
    await dialog.getByRole("textbox").fill("Too late in the day");
    await picture(bo.page, "reject");
    await dialog.getByRole("button", { name: "Reject" }).click();
    await ana.message("Too late in the day").waitFor();
    await picture(ana.page, "rejected", { of: ana.message("Too late in the day") });
  });

  test("what works in PREPROD alone is taken back by itself, and says which line broke it", async () => {
    await bo.plays("Break PREPROD");
    await bo.page.frameLocator("iframe[title=PREPROD]").getByText("onion soup").waitFor();
    await plan();
    await bo.presses("Approve & promote");
    await bo.confirms("Promote");
    await bo.message(/PROD is back as it was, and healthy[\s\S]*Full log/).waitFor();
    await picture(bo.page, "failed", { inDocs: true });
    await bo.page.frameLocator("iframe[title=PROD]").getByText("pumpkin soup").waitFor();
  });

  test("a bot that is killed in the middle brings the promotion to its end when it is back", async () => {
    await ana.plays("Make a change in PREPROD");
    await ana.page.getByText(/PREPROD now offers/).waitFor();
    await plan();
    await bo.presses("Approve & promote");
    await bo.confirms("Promote");
    await bo.message("Promoting kitchen to PROD").waitFor();
    await ana.plays("Kill the bot and start it again");
    await bo.page.getByText("passerelle is not connected.").waitFor();
    await picture(bo.page, "killed");
    await bo.page.getByText("passerelle is connected.").waitFor();
    await expect
      .poll(() => bo.page.getByRole("main").getByText("PROD of kitchen is up to date and healthy").count(), {
        timeout: 150_000,
      })
      .toBe(2);
  });

  test("whoever stops a promotion has PROD back as it was", async () => {
    const before = await (await fetch(theatre.demo.prod)).text();
    await ana.plays("Make a change in PREPROD");
    await ana.page.getByText(/PREPROD now offers/).waitFor();
    await plan();
    await bo.presses("Approve & promote");
    await bo.confirms("Promote");
    await bo.message("Promoting kitchen to PROD").waitFor();
    await bo.presses("Stop and roll back");
    await bo.confirms("Stop");
    await ana.message(/stopped by @bo|Nothing was written to PROD/).waitFor();
    await picture(ana.page, "stopped");
    await expect.poll(async () => (await fetch(theatre.demo.prod)).text()).toBe(before);
  });

  test("a Slack that goes away right after an approval finds the promotion done when it is back", async () => {
    await ana.plays("Make a change in PREPROD");
    await ana.page.getByText(/PREPROD now offers/).waitFor();
    await plan();
    await bo.presses("Approve & promote");
    await bo.confirms("Promote");
    await ana.plays("Cut the bot’s connection");
    await bo.page.getByText("passerelle is not connected.").waitFor();
    await ana.page.getByText(/^Slack is back/).waitFor();
    await bo.page.getByText("passerelle is connected.").waitFor();
    await expect
      .poll(() => bo.page.getByRole("main").getByText("PROD of kitchen is up to date and healthy").count(), {
        timeout: 150_000,
      })
      .toBe(3);
    expect([await ana.neverReloaded(), await bo.neverReloaded()]).toEqual([true, true]);
  });

  test("on a phone everything has its place, and nothing is wider than the screen", async () => {
    const small = await theatre.enter("Chloé Martin (@chloe)", phone);
    const { page } = small;
    const width = () => page.evaluate("document.documentElement.scrollWidth");
    await small.message("PROD of kitchen is up to date and healthy").waitFor();
    await picture(page, "phone");
    expect(await width()).toBe(390);
    await page
      .getByRole("main")
      .getByRole("button", { name: /\d repl(y|ies)/ })
      .last()
      .click();
    await page.getByRole("complementary", { name: "Thread" }).getByText("Health check").waitFor();
    await picture(page, "phone-thread");
    expect(await width()).toBe(390);
    await page.getByRole("button", { name: "PREPROD and PROD" }).click();
    await page.frameLocator("iframe[title=PREPROD]").getByText("Back to the Kitchen").waitFor();
    await page.getByRole("button", { name: "Hand-edit PROD" }).click();
    await page.frameLocator("iframe[title=PROD]").getByText("edited by hand 1").waitFor();
    await picture(page, "phone-panel");
    expect(await width()).toBe(390);
    await page.getByRole("button", { name: "Home" }).click();
    await page.getByRole("region", { name: "Home" }).getByText("kitchen").first().waitFor();
    await picture(page, "phone-home");
    expect(await width()).toBe(390);
  });
});

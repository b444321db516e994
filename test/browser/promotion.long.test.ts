import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { noBrowser, openTheatre, picture, type Theatre, type Window } from "./browser.ts";

const ana = "Ana Ribeiro (@ana)";
const bo = "Bo Lindqvist (@bo)";
const eve = "Eve Stranger (@eve)";

describe.skipIf(noBrowser)(
  "a promotion by clicks (runs where a Chromium is installed)",
  { timeout: 600_000 },
  () => {
    let theatre: Theatre;
    let window: Window;

    beforeAll(async () => {
      theatre = await openTheatre();
      window = await theatre.enter(ana);
    }, 600_000);
    afterAll(() => theatre?.close());
    afterEach(() => expect(theatre.complaints.splice(0)).toEqual([]));

    const panel = () => window.page.getByRole("complementary", { name: "PREPROD and PROD" });

    test("the page says what to do first and shows both sides as they are", async () => {
      const { page } = window;
      await panel().getByText("healthy, version 2").waitFor();
      await panel().getByText("healthy, version 1").waitFor();
      await page.frameLocator("iframe[title=PROD]").getByText("Our site is being made.").waitFor();
      await panel().getByText("server/main.mjs").waitFor();
      expect(await panel().getByRole("listitem").first().textContent()).toContain("server/assets/custom.css");
      await picture(page, "first-look");
    });

    test("a stranger may look and is refused, in words only she sees", async () => {
      const { page } = window;
      await window.types("/promote diff kitchen");
      await window.message("Promote kitchen: PREPROD → PROD?").waitFor();
      await picture(page, "plan", { inDocs: true });
      await window.become(eve);
      await window.presses("Approve & promote");
      await window.confirms("Promote");
      await window.message("Only visible to you").filter({ hasText: "@bo" }).waitFor();
      await picture(page, "refused", { of: page.getByRole("main") });
      await window.become(bo);
      await window.message("Approve & promote").waitFor();
      await expect.poll(() => page.getByText("Only visible to you").count()).toBe(0);
    });

    test("the full diff is a file in the thread", async () => {
      const { page } = window;
      await window.presses("Full diff");
      await window.message("Promote kitchen").getByRole("button", { name: "1 reply" }).click();
      const thread = page.getByRole("complementary", { name: "Thread" });
      await thread.getByRole("link", { name: /full diff/ }).waitFor();
      await picture(page, "full-diff");
      await thread.getByRole("button", { name: "Close thread" }).click();
    });

    test("an approver confirms, watches the steps without reloading, and PROD is what PREPROD was", async () => {
      const { page } = window;
      await window.presses("Approve & promote");
      await picture(page, "confirm");
      await window.confirms("Not yet");
      await window.presses("Approve & promote");
      await window.confirms("Promote");
      await window.message("Promoting kitchen to PROD").waitFor();
      await window.message(/Promoting kitchen.*step [4-8] of 8/).waitFor();
      await picture(page, "running");
      await window.message("PROD of kitchen is up to date and healthy").waitFor();
      await panel().getByText("PROD has everything PREPROD has.").waitFor();
      await page.frameLocator("iframe[title=PROD]").getByText("pumpkin soup").waitFor();
      await picture(page, "done");
      await page
        .getByRole("main")
        .getByRole("button", { name: /\d repl(y|ies)/ })
        .last()
        .click();
      await page.getByRole("complementary", { name: "Thread" }).getByText("Health check").waitFor();
      await picture(page, "thread");
      await page.getByRole("button", { name: "Close thread" }).click();
      expect(await window.neverReloaded()).toBe(true);
    });

    test("the rollback modal wants a reason and the word, then PROD is back", async () => {
      const { page } = window;
      await window.presses("Roll back…");
      const dialog = page.getByRole("dialog", { name: "Roll back" });
      await dialog.getByLabel("Type PROD to confirm").fill("prod?");
      await picture(page, "rollback", { inDocs: true });
      await dialog.getByRole("button", { name: "Roll back" }).click();
      await dialog.getByRole("alert").first().waitFor();
      await picture(page, "rollback-complaint", { of: dialog });
      await dialog.getByLabel("Why?").fill("the old menu is wanted back");
      await dialog.getByRole("button", { name: "Roll back" }).click();
      await dialog.getByText("Type PROD, in capitals.").waitFor();
      await dialog.getByLabel("Type PROD to confirm").fill("PROD");
      await dialog.getByRole("button", { name: "Roll back" }).click();
      await dialog.waitFor({ state: "detached" });
      await window.message("PROD of kitchen is back and healthy").waitFor();
      await panel().getByText("healthy, version 1").waitFor();
      await picture(page, "rolled-back");
    });

    test("the app's Home tab and the answers to commands are there", async () => {
      const { page } = window;
      for (const word of ["status", "history", "help"]) {
        await window.types(`/promote ${word}`);
        await expect.poll(() => page.getByText("Only visible to you").count()).toBeGreaterThan(0);
      }
      await window.message("/promote rollback").waitFor();
      await picture(page, "answers", { of: page.getByRole("main") });
      await page.getByRole("button", { name: "passerelle Home" }).click();
      const home = page.getByRole("region", { name: "Home" });
      await home.getByText("kitchen").first().waitFor();
      await picture(page, "home");
      await home.getByRole("button", { name: "Lock…" }).click();
      const dialog = page.getByRole("dialog", { name: "Lock promotions" });
      await dialog.getByLabel("Why?").fill("the cook is away");
      await dialog.getByRole("button", { name: "Lock", exact: true }).click();
      await home.getByText("the cook is away").waitFor();
      await page.getByRole("button", { name: "kitchen" }).click();
      await window.message("kitchen is locked by @bo: the cook is away").waitFor();
    });
  },
);

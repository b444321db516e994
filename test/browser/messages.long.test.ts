import type { ModalView } from "@slack/types";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { lockDialog, noticeDialog, rejectDialog, rollbackDialog } from "../../src/slack/messages/dialogs.ts";
import { type HomeApp, homeView } from "../../src/slack/messages/home-view.ts";
import { english, french, plan } from "../../src/slack/messages/sample-records.ts";
import { type Running, startWithBolt } from "../playground/bolt.ts";
import { executablePath, launchArguments, noBrowser, picture } from "./browser.ts";
import { done, everyMessage, lock, points, status } from "./every-message.ts";

const widths = { desktop: 1100, phone: 390 } as const;
const voices = { en: english, fr: french } as const;
const now = new Date("2026-11-22T07:30:00.000Z");

/** What is wider than its place: read by scrolling a log or a table, never by scrolling a sentence. */
const clipped = `[...document.querySelectorAll("main .block, main .button, dialog .block, dialog .button")]
  .filter((part) => !part.matches(".block-rich_text, .block-table") && part.scrollWidth > part.clientWidth + 1)
  .map((part) => part.textContent.slice(0, 60))`;

describe.skipIf(noBrowser)("every message (runs where a Chromium is installed)", { timeout: 600_000 }, () => {
  let running: Running;
  let browser: Browser;
  let dialog: ModalView;

  beforeAll(async () => {
    running = await startWithBolt(
      (app) => {
        app.command("/promote", async ({ ack, body, client }) => {
          await ack();
          await client.views.open({ trigger_id: body.trigger_id, view: dialog });
        });
      },
      {
        seed: {
          people: [
            { name: "ana", id: "U01ANA", timezone: "Europe/Paris" },
            { name: "bo", id: "U02BO", timezone: "Europe/Paris" },
          ],
          groups: [{ handle: "release", id: "S0RELEASE", members: ["bo"] }],
          channels: [
            { name: "en", id: "C0ENGLISH" },
            { name: "fr", id: "C0FRENCH" },
          ],
        },
      },
    );
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: [...launchArguments],
    });
  }, 240_000);
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  async function open(width: number, where: Record<string, string>): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    await page.goto(`${running.playground.url}#${new URLSearchParams({ person: "U02BO", ...where })}`);
    return page;
  }

  test.each(["en", "fr"] as const)(
    "what is said in %s is taken by Slack, drawn whole, and clipped nowhere",
    async (language) => {
      const channel = language === "en" ? "C0ENGLISH" : "C0FRENCH";
      const messages = everyMessage(voices[language]);
      for (const [name, { text, blocks }] of messages) {
        const posted = await running.client.chat
          .postMessage({ channel, text, blocks })
          .catch((error: Error) => {
            throw new Error(`${name}: ${error.message}`);
          });
        expect(posted.ok, name).toBe(true);
      }
      for (const [kind, width] of Object.entries(widths)) {
        const page = await open(width, { channel });
        await expect.poll(() => page.getByRole("article").count(), { timeout: 150_000 }).toBe(messages.size);
        const height = await page.evaluate<number>("document.querySelector('main ol').scrollHeight");
        await page.setViewportSize({ width, height: height + 200 });
        expect(await page.locator(".unknown-block").count()).toBe(0);
        expect(await page.evaluate(clipped)).toEqual([]);
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
        await picture(page, `every-message.${language}.${kind}`);
        await page.close();
      }
    },
  );

  test.each(["en", "fr"] as const)(
    "Home and the dialogs in %s are taken by Slack and drawn whole",
    async (language) => {
      const voice = voices[language];
      const about: HomeApp = {
        status: { ...status, lock },
        channel: "<#C0ENGLISH>",
        waiting: [{ plan, link: `${running.playground.url}archives/C0ENGLISH/p1795332132000006` }],
        history: [{ record: done, link: undefined }],
        inChannel: true,
        approver: true,
      };
      const apps = [about, { ...about, status: { ...status, app: "cellar" }, inChannel: false, waiting: [] }];
      await running.client.views.publish({ user_id: "U02BO", view: homeView(voice, apps, now) });
      for (const [kind, width] of Object.entries(widths)) {
        const page = await open(width, { home: "1" });
        await page.getByRole("region", { name: "Home" }).getByText("cellar").first().waitFor();
        expect(await page.evaluate(clipped)).toEqual([]);
        await picture(page, `every-home.${language}.${kind}`);
        await page.close();
      }
      const dialogs = {
        rollback: rollbackDialog(voice, {
          app: "kitchen",
          points,
          chosen: "pr_51",
          restarts: "web",
          privateMetadata: "{}",
        }),
        reject: rejectDialog(voice, "{}"),
        lock: lockDialog(voice, "kitchen", "{}"),
        notice: noticeDialog(voice, "…"),
      };
      for (const [name, view] of Object.entries(dialogs)) {
        dialog = view;
        const bo = running.playground.workspace.person("bo");
        await bo.types("/promote", { in: "#en" });
        for (const [kind, width] of Object.entries(widths)) {
          const page = await open(width, { channel: "C0ENGLISH" });
          await page.getByRole("dialog").waitFor();
          expect(await page.evaluate(clipped), name).toEqual([]);
          await picture(page, `every-dialog.${name}.${language}.${kind}`);
          await page.close();
        }
        await bo.cancels();
      }
    },
  );
});

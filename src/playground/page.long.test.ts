import { existsSync } from "node:fs";
import { type Browser, chromium, type Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Running, startQuietly, startWithBolt } from "../../test/playground/bolt.ts";

const executablePath = [
  process.env["CHROMIUM_PATH"],
  "/usr/bin/chromium",
  "/usr/bin/chromium-browser",
  "/usr/bin/google-chrome",
].find((path) => path !== undefined && existsSync(path));

const plain = (text: string) => ({ type: "plain_text" as const, text });
const plan = [
  { type: "section", text: { type: "mrkdwn", text: "*Two files* change, says <@UPASSERELLE>" } },
  {
    type: "rich_text",
    elements: [
      { type: "rich_text_preformatted", elements: [{ type: "text", text: "M <script>alert(1)</script>" }] },
    ],
  },
  {
    type: "actions",
    elements: [
      {
        type: "button",
        style: "primary",
        action_id: "approve",
        text: plain("Approve"),
        confirm: {
          title: plain("Promote?"),
          text: plain("It goes live."),
          confirm: plain("Promote"),
          deny: plain("Not yet"),
          style: "danger",
        },
      },
      { type: "button", action_id: "reject", text: plain("Reject") },
    ],
  },
];
const modal = {
  type: "modal" as const,
  callback_id: "why",
  title: plain("Reject"),
  submit: plain("Send"),
  blocks: [
    { type: "alert", level: "warning", text: plain("Nothing will change.") },
    {
      type: "input",
      block_id: "why",
      label: plain("Why?"),
      hint: plain("Posted in the channel"),
      element: { type: "plain_text_input", action_id: "t" },
    },
    {
      type: "input",
      block_id: "who",
      label: plain("Who fixes it?"),
      element: {
        type: "static_select",
        action_id: "s",
        options: ["Ana", "Bo"].map((name) => ({ text: plain(name), value: name })),
      },
    },
  ],
};

describe.skipIf(executablePath === undefined)("the page (runs where a Chromium is installed)", () => {
  let running: Running;
  let browser: Browser;
  let page: Page;
  let complaints: string[];
  let submitted: object[];

  beforeAll(async () => {
    browser = await chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: ["--no-sandbox"],
    });
    running = await startWithBolt((app) => {
      app.command("/promote", async ({ ack, client, command }) => {
        await ack();
        await client.chat.postMessage({ channel: command.channel_id, text: "A plan", blocks: plan });
      });
      app.action("approve", async ({ ack, client, body }) => {
        await ack();
        if (body.type !== "block_actions" || !body.channel || !body.message) return;
        const at = { channel: body.channel.id, ts: body.message.ts };
        await client.chat.update({ ...at, text: `Approved by <@${body.user.id}>` });
        await client.chat.postMessage({ channel: at.channel, thread_ts: at.ts, text: "Backing up" });
        await client.filesUploadV2({
          channel_id: at.channel,
          thread_ts: at.ts,
          filename: "promotion.log",
          title: "Full log",
          content: "one\ntwo",
        });
      });
      app.action("reject", async ({ ack, client, body }) => {
        await ack();
        if (body.type === "block_actions")
          await client.views.open({ trigger_id: body.trigger_id, view: modal });
      });
      app.view("why", async ({ ack, view }) => {
        submitted.push(view.state.values);
        await ack();
      });
      app.event("app_home_opened", async ({ event, client }) => {
        await client.views.publish({
          user_id: event.user,
          view: { type: "home", blocks: [{ type: "header", text: plain("All quiet") }] },
        });
      });
    });
  });
  afterAll(async () => {
    await browser?.close();
    await running?.stop();
  });

  beforeEach(async () => {
    complaints = [];
    submitted = [];
    page = await browser.newPage();
    page.setDefaultTimeout(120_000);
    page.on("pageerror", (error) => complaints.push(String(error)));
    page.on("console", (message) => {
      if (message.type() === "error") complaints.push(message.text());
    });
    await page.goto(running.playground.url);
  });
  afterEach(async () => {
    await page.close();
    expect(complaints).toEqual([]);
  });

  const button = (name: string | RegExp) =>
    page.getByRole("button", { name, exact: typeof name === "string" });
  const become = (words: string) => page.getByLabel("You are").selectOption({ label: words });
  const typeLine = async (line: string) => {
    await page.getByLabel("Message #kitchen").fill(line);
    await page.keyboard.press("Enter");
  };

  test("one person plans, another confirms and approves, and follows the thread", async () => {
    await become("Ana (@ana)");
    await typeLine("/promote kitchen");
    await button("Approve").last().waitFor();
    await become("Bo (@bo)");
    await button("Approve").last().click();
    await button("Not yet").click();
    await button("Approve").last().click();
    await button("Promote").click();
    await page.getByText("Approved by @bo").waitFor();
    await button(/^2 replies/).click();
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("Backing up").waitFor();
    const file = await page.request.get(
      new URL(
        (await thread.getByRole("link", { name: "Full log" }).getAttribute("href")) ?? "",
        running.playground.url,
      ).href,
    );
    expect([await file.text(), file.headers()["content-security-policy"]]).toEqual([
      "one\ntwo",
      "sandbox; default-src 'none'",
    ]);
  });

  test("a modal complains beside the question, and is sent with what was filled in", async () => {
    await become("Bo (@bo)");
    await typeLine("/promote kitchen");
    await button("Reject").last().click();
    const dialog = page.getByRole("dialog", { name: "Reject" });
    await dialog.getByRole("button", { name: "Send" }).click();
    await page.getByText("Please complete this required field.").first().waitFor();
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("input-why");
    await page.getByLabel("Why?").fill("Too late in the day");
    await page.getByLabel("Who fixes it?").selectOption("Bo");
    await dialog.getByRole("button", { name: "Send" }).click();
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(submitted).toMatchObject([
      { why: { t: { value: "Too late in the day" } }, who: { s: { selected_option: { value: "Bo" } } } },
    ]);
  });

  test("a modal keeps the keyboard inside; Escape closes it, and the keyboard is back where it was", async () => {
    await typeLine("/promote kitchen");
    await button("Reject").last().focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Reject" });
    await dialog.waitFor();
    const outside = "document.activeElement !== document.body && !document.activeElement.closest('dialog')";
    for (let presses = 0; presses < 12; presses += 1) {
      await page.keyboard.press("Tab");
      expect(await page.evaluate(outside)).toBe(false);
    }
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => page.evaluate("document.activeElement.textContent")).toBe("Reject");
  });

  test("whoever opens the page can write at once, and choose a word with the arrow keys", async () => {
    const box = page.getByLabel("Message #kitchen");
    await expect.poll(() => page.evaluate("document.activeElement.id")).toBe("composer-channel");
    await page.keyboard.type("/promote r");
    await button("/promote rollback").waitFor();
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("Enter");
    await expect.poll(() => box.inputValue()).toBe("/promote rollback ");
  });

  test("what others write appears without asking, and is said aloud", async () => {
    await page.getByLabel("Message #kitchen").waitFor();
    await running.playground.workspace.person("bo").says("Look at *this*", { in: "#kitchen" });
    await page.locator("[aria-live=polite]").getByText("bo: Look at this").waitFor({ state: "attached" });
    expect(await page.locator("strong").getByText("this").count()).toBe(1);
  });

  test("a failed command is told to the person who gave it", async () => {
    await typeLine("/nonsense");
    await page.getByText("/nonsense is not a valid command.", { exact: true }).waitFor();
    await page.getByText("Only visible to you").first().waitFor();
  });

  test("the command is offered, and its words, and Tab takes them", async () => {
    await page.getByLabel("Message #kitchen").fill("/pro");
    await button(/^\/promote/).waitFor();
    await page.keyboard.press("Tab");
    await expect.poll(() => page.getByLabel("Message #kitchen").inputValue()).toBe("/promote ");
    await page.getByLabel("Message #kitchen").pressSequentially("ro");
    await button("/promote rollback").waitFor();
    await page.keyboard.press("Tab");
    await expect.poll(() => page.getByLabel("Message #kitchen").inputValue()).toBe("/promote rollback ");
    expect(await page.getByRole("list", { name: "Commands" }).count()).toBe(0);
  });

  test("a permalink leads to its message in its thread, without leaving the page", async () => {
    const { client } = running;
    const { channel = "", ts = "" } = await client.chat.postMessage({
      channel: "#kitchen",
      text: "A parent",
    });
    const reply = await client.chat.postMessage({ channel, thread_ts: ts, text: "A reply worth a link" });
    const { permalink } = await client.chat.getPermalink({ channel, message_ts: reply.ts ?? "" });
    await client.chat.postMessage({ channel, text: `See <${permalink}|what was said>` });
    await page.getByRole("link", { name: "what was said" }).click();
    const thread = page.getByRole("complementary", { name: "Thread" });
    await thread.getByText("A reply worth a link").waitFor();
    await page.goto(permalink ?? "");
    await thread.getByText("A reply worth a link").waitFor();
    expect(new URL(page.url()).hash).toContain(`thread=${ts}`);
  });

  test("Home shows what the app publishes", async () => {
    await button("passerelle Home").click();
    await page.getByRole("heading", { name: "All quiet" }).waitFor();
  });

  test("on a phone nothing is wider than the screen", async () => {
    await page.setViewportSize({ width: 360, height: 740 });
    await typeLine("/promote kitchen");
    await button("Approve").last().waitFor();
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(360);
  });
});

describe("the page's door", () => {
  test("acts come from the page alone", async () => {
    const { playground } = await startQuietly();
    const person = playground.workspace.person("ana");
    const channel = [...playground.workspace.state.channels.keys()][0];
    const act = (headers: Record<string, string>) =>
      fetch(`${playground.url}page/act`, {
        method: "POST",
        headers,
        body: JSON.stringify({ act: "line", person: person.id, channel, text: "hi" }),
      });
    const json = { "content-type": "application/json" };
    expect((await act(json)).status).toBe(403);
    expect((await act({ ...json, origin: "https://evil.example" })).status).toBe(403);
    expect((await act({ "content-type": "text/plain", origin: new URL(playground.url).origin })).status).toBe(
      403,
    );
    expect(playground.workspace.messages("#kitchen")).toEqual([]);
    expect((await act({ ...json, origin: new URL(playground.url).origin })).status).toBe(200);
    await playground.stop();
  });

  test("only the page's own modules are served, under a strict policy", async () => {
    const { playground } = await startQuietly();
    const policy = (await fetch(playground.url)).headers.get("content-security-policy");
    expect(policy).toContain("default-src 'none'");
    expect(policy).not.toContain("unsafe");
    expect((await fetch(`${playground.url}ui/page/app.ts`)).headers.get("content-type")).toContain(
      "text/javascript",
    );
    for (const path of [
      "ui/server.ts",
      "ui/page/%2e%2e/server.ts",
      "ui/vendor/ws.js",
      "ui/page-server/acts.ts",
      "ui/page/tsconfig.json",
    ]) {
      expect((await fetch(playground.url + path)).status).toBe(404);
    }
    await playground.stop();
  });
});

// A real browser looking at a real demo: people with windows of their own, and pictures of what they see.

import { existsSync, mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { type Browser, type BrowserContextOptions, chromium, type Locator, type Page } from "playwright-core";
import { type DemoProcess, startDemo } from "../demo-process.ts";

export const executablePath = [process.env["CHROMIUM_PATH"], "/usr/bin/chromium"].find(
  (path) => path !== undefined && existsSync(path),
);

/** For `describe.skipIf`, whose title then says why. */
export const noBrowser = executablePath === undefined;

export const launchArguments = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

export type Theatre = {
  readonly demo: DemoProcess;
  /** A window of their own, as two people at two desks have. */
  enter(person: string, options?: BrowserContextOptions): Promise<Window>;
  close(): Promise<void>;
  /** What the browser complained of in any window so far. */
  readonly complaints: string[];
};

export async function openTheatre(): Promise<Theatre> {
  const [demo, browser] = await Promise.all([
    startDemo(),
    chromium.launch({
      ...(executablePath === undefined ? {} : { executablePath }),
      args: launchArguments,
    }),
  ]);
  const complaints: string[] = [];
  return {
    demo,
    complaints,
    enter: (person, options) => enter(browser, demo, complaints, person, options),
    close: async () => {
      await browser.close();
      await demo.end("SIGINT");
    },
  };
}

export type Window = {
  readonly page: Page;
  become(person: string): Promise<void>;
  types(line: string): Promise<void>;
  /** The newest message that holds this text. */
  message(text: string | RegExp): Locator;
  /** Presses a button by the words on it, in the newest message that has one. */
  presses(words: string): Promise<void>;
  /** Answers the question that a button asked. */
  confirms(words: string): Promise<void>;
  /** Presses a story beside the workspace. */
  plays(story: string): Promise<void>;
  /** Whether the page is still the one that was opened: nothing was loaded again. */
  neverReloaded(): Promise<boolean>;
};

const patience = 150_000;

async function enter(
  browser: Browser,
  demo: DemoProcess,
  complaints: string[],
  person: string,
  options: BrowserContextOptions = {},
): Promise<Window> {
  const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, ...options });
  const page = await context.newPage();
  page.setDefaultTimeout(patience);
  page.on("pageerror", (error) => complaints.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") complaints.push(message.text());
  });
  await page.goto(demo.page);
  const newest = (locator: Locator): Locator => locator.last();
  const window: Window = {
    page,
    become: async (name) => {
      await page.getByLabel("You are").selectOption({ label: name });
    },
    types: async (line) => {
      await page.getByLabel("Message #kitchen").fill(line);
      await page.keyboard.press("Enter");
    },
    message: (text) => newest(page.getByRole("main").getByRole("article").filter({ hasText: text })),
    presses: (words) => newest(page.getByRole("main").getByText(words, { exact: true })).click(),
    confirms: (words) =>
      page.getByRole("alertdialog").getByRole("button", { name: words, exact: true }).click(),
    plays: (story) => page.getByRole("button", { name: story }).click(),
    neverReloaded: () => page.evaluate("window.opened === true"),
  };
  await window.become(person);
  await page.evaluate("window.opened = true");
  return window;
}

const artifacts = resolve(import.meta.dirname, "../../artifacts/pages");
const docs = resolve(import.meta.dirname, "../../docs/pictures");

/** Kept light and dark among the artefacts; `npm run pictures` puts those that the documents show there too. */
export async function picture(
  page: Page,
  name: string,
  options: { readonly of?: Locator; readonly inDocs?: boolean } = {},
): Promise<void> {
  mkdirSync(artifacts, { recursive: true });
  const take = (path: string) =>
    options.of === undefined ? page.screenshot({ path }) : options.of.screenshot({ path });
  for (const colorScheme of ["dark", "light"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await take(join(artifacts, `${name}.${colorScheme}.png`));
  }
  if (options.inDocs === true && process.env["PICTURES"] === "docs") await take(join(docs, `${name}.png`));
}

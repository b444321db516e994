// The four stories of the demo, told by people in the channel and checked against the files on disk.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Person } from "../playground/people.ts";
import { removeFile, type SampleApp, writeFiles } from "./sample-app.ts";
import { preprodFiles } from "./sample-files.ts";
import { differences, snapshot } from "./snapshot.ts";

export type Stage = { readonly ana: Person; readonly bo: Person; readonly app: SampleApp };

export type Story = {
  readonly name: string;
  /** What to look for, in one sentence. */
  readonly told: string;
  /** Throws when the story ends otherwise than told. */
  readonly play: (stage: Stage) => Promise<void>;
};

const patience = { timeoutSeconds: 60 };

export const stories: readonly Story[] = [
  {
    name: "promote",
    told: "Ana asks what would change, Bo approves, and PROD serves the new version.",
    async play({ ana, bo, app }) {
      await expectPage(app, "version 1");
      await ana.types("/promote diff kitchen");
      await bo.sees(/Promote kitchen: PREPROD/, patience);
      await bo.presses("Approve & promote");
      await bo.sees(/PROD of kitchen is up to date and healthy/, patience);
      for (const [path, content] of Object.entries(preprodFiles)) {
        const to = prodPathOf(path);
        if (to !== undefined) await expectFile(app, to, content);
      }
      await expectPage(app, "version 2");
    },
  },
  {
    name: "undo",
    told: "A file that the app needs is missing in PREPROD: the health check fails, and PROD is back as it was by itself.",
    async play({ ana, bo, app }) {
      const before = await prodOf(app);
      await writeFiles(app.preprod, { "src/kitchen/settings.mjs": 'export const season = "winter";\n' });
      await ana.types("/promote diff kitchen");
      await bo.sees(/Promote kitchen: PREPROD/, patience);
      await bo.presses("Approve & promote");
      await bo.sees(/PROD is back as it was, and healthy/, patience);
      await expectSame(before, app);
      await expectPage(app, "This autumn");
    },
  },
  {
    name: "stale",
    told: "PREPROD moves between the plan and the approval: nothing is written, and a new plan is offered.",
    async play({ ana, bo, app }) {
      const before = await prodOf(app);
      const winter = `${JSON.stringify({ title: "This winter", dishes: ["onion soup"] }, null, 2)}\n`;
      await writeFiles(app.preprod, { "src/kitchen/menus/winter.json": winter });
      await ana.types("/promote diff kitchen");
      await bo.sees(/Promote kitchen: PREPROD/, patience);
      await writeFiles(app.preprod, { "src/kitchen/menus/winter.json": winter.replace("onion", "leek") });
      await bo.presses("Approve & promote");
      await bo.sees(/This plan is stale/, patience);
      await expectSame(before, app);
      await removeFile(app.preprod, "src/kitchen/menus/winter.json");
    },
  },
  {
    name: "rollback",
    told: "Bo rolls PROD back to what it was before the first promotion.",
    async play({ bo, app }) {
      await bo.types("/promote rollback kitchen");
      await bo.sees(/Type PROD to confirm/, patience);
      await bo.fills({ "Why?": "the old menu is wanted back", "Type PROD to confirm": "PROD" });
      await bo.submits();
      await bo.sees(/PROD of kitchen is back and healthy/, patience);
      await expectPage(app, "version 1");
    },
  },
];

/** Checks at the end that the rollback went to exactly the first state: that needs to be seen before the first story. */
export async function playAll(
  stage: Stage,
  tell: (story: Story, ended: { readonly ok: boolean; readonly problem: string }) => Promise<void>,
): Promise<boolean> {
  const first = await prodOf(stage.app);
  let allWell = true;
  for (const story of stories) {
    let problem = "";
    try {
      await story.play(stage);
      if (story.name === "rollback") await expectSame(first, stage.app);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    await tell(story, { ok: problem === "", problem });
    allWell &&= problem === "";
  }
  return allWell;
}

function prodPathOf(path: string): string | undefined {
  if (path.startsWith("src/kitchen/")) return `server/${path.slice("src/kitchen/".length)}`;
  return path === "package.json" ? path : undefined;
}

function prodOf(app: SampleApp): Promise<ReadonlyMap<string, string>> {
  return snapshot(app.prod, ["logs"]);
}

async function expectSame(before: ReadonlyMap<string, string>, app: SampleApp): Promise<void> {
  const moved = differences(before, await prodOf(app));
  if (moved.length > 0) throw new Error(`PROD is not as it was: ${moved.join(", ")}`);
}

async function expectFile(app: SampleApp, path: string, content: string): Promise<void> {
  const found = await readFile(join(app.prod, path), "utf8").catch(() => undefined);
  if (found !== content) throw new Error(`PROD's ${path} is not what PREPROD has`);
}

async function expectPage(app: SampleApp, text: string): Promise<void> {
  const answer = await fetch(app.url).then(
    (response) => response.text(),
    (error: unknown) => String(error),
  );
  if (!answer.includes(text)) throw new Error(`PROD does not show "${text}"`);
}

// The stories of the demo, told by people in the channel and checked against the files on disk.

import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Person } from "../playground/people.ts";
import { breakPreprod, changePreprod, editProdByHand } from "./deeds.ts";
import { prodPathOf, type SampleApp } from "./sample-app.ts";
import { preprodFiles } from "./sample-files.ts";
import { differences, snapshot } from "./snapshot.ts";
import { cutConnection, killBot, type Stage } from "./stage.ts";

type Cast = Stage & { readonly ana: Person; readonly bo: Person };

export type Story = {
  readonly name: string;
  /** What to look for, in one sentence. */
  readonly told: string;
  /** Throws when the story ends otherwise than told. */
  readonly play: (cast: Cast) => Promise<void>;
};

const patience = { timeoutSeconds: 60 };

export const stories: readonly Story[] = [
  {
    name: "promote",
    told: "Ana asks what would change, Bo approves, and PROD serves the new version.",
    async play(cast) {
      const { bo, app } = cast;
      await expectPage(app, "version 1");
      const message = await plan(cast);
      await bo.presses("Approve & promote", { message });
      await bo.sees(/PROD of kitchen is up to date and healthy/, { message, ...patience });
      for (const [path, content] of Object.entries(preprodFiles)) {
        const to = prodPathOf(path);
        if (to !== undefined) await expectFile(app, to, content);
      }
      await expectPage(app, "version 2");
    },
  },
  {
    name: "undo",
    told: "PREPROD needs a file that is never promoted: PROD fails its health check, and is back as it was by itself.",
    async play(cast) {
      const { bo, app } = cast;
      const before = await prodOf(app);
      await breakPreprod(app);
      const message = await plan(cast);
      await bo.presses("Approve & promote", { message });
      await bo.sees(/PROD is back as it was, and healthy/, { message, ...patience });
      await expectSame(before, app);
      await expectPage(app, "This autumn");
    },
  },
  {
    name: "stale",
    told: "PREPROD moves between the plan and the approval: nothing is written, and a new plan is offered.",
    async play(cast) {
      const { bo, app } = cast;
      const before = await prodOf(app);
      await changePreprod(app);
      const message = await plan(cast);
      await changePreprod(app);
      await bo.presses("Approve & promote", { message });
      await bo.sees(/This plan is stale/, { message, ...patience });
      await expectSame(before, app);
    },
  },
  {
    name: "hand-edit",
    told: "Somebody edits PROD by hand: the next plan names the file, and approving it says that it is overwritten.",
    async play(cast) {
      const { bo, app } = cast;
      await editProdByHand(app);
      const message = await plan(cast);
      await bo.sees(/1 file changed by hand in PROD.*server\/main\.mjs/s, { message });
      await expectPage(app, "edited by hand");
      await bo.presses("Approve & overwrite", { message });
      await bo.sees(/PROD of kitchen is up to date and healthy/, { message, ...patience });
      await expectPage(app, "leek pie");
    },
  },
  {
    name: "killed-bot",
    told: "The bot is killed in the middle of a promotion: the next one brings it to its end, in the same message.",
    async play(cast) {
      const { bo, app } = cast;
      await changePreprod(app);
      const message = await plan(cast);
      await bo.presses("Approve & promote", { message });
      await bo.sees(/Promoting kitchen to PROD/, { message, ...patience });
      await killBot(cast, 1);
      await bo.sees(/PROD of kitchen is up to date and healthy/, { message, ...patience });
      await expectPage(app, "pear crumble");
    },
  },
  {
    name: "slack-away",
    told: "Slack goes away right after Bo's approval: the promotion goes on, and the message catches up when Slack is back.",
    async play(cast) {
      const { bo, app } = cast;
      await changePreprod(app);
      const message = await plan(cast);
      await bo.presses("Approve & promote", { message });
      await cutConnection(cast, 5);
      await bo.sees(/PROD of kitchen is up to date and healthy/, { message, ...patience });
      await expectPage(app, "walnut bread");
    },
  },
  {
    name: "rollback",
    told: "Bo rolls PROD back to what it was before the first promotion.",
    async play({ bo, app }) {
      await bo.presses("Roll back…", { message: /PROD of kitchen is up to date and healthy · 11 files/ });
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
  const { person } = stage.playground.workspace;
  const cast = { ...stage, ana: person("ana"), bo: person("bo") };
  const first = await prodOf(stage.app);
  let allWell = true;
  for (const story of stories) {
    let problem = "";
    try {
      await story.play(cast);
      if (story.name === "rollback") await expectSame(first, stage.app);
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
    }
    await tell(story, { ok: problem === "", problem });
    allWell &&= problem === "";
  }
  return allWell;
}

/** Ana asks what would change; answers with the `ts` of the plan's message, which is the promotion's for the rest of its life. */
async function plan({ ana, playground: { workspace } }: Cast): Promise<string> {
  const newest = (): string | undefined => {
    const waits = /Promote kitchen: PREPROD/;
    return workspace.messages("#kitchen").findLast((message) => waits.test(workspace.read(message)))?.ts;
  };
  const before = newest();
  await ana.types("/promote diff kitchen");
  const end = Date.now() + patience.timeoutSeconds * 1000;
  while (Date.now() < end) {
    const found = newest();
    if (found !== undefined && found !== before) return found;
    await sleep(50);
  }
  throw new Error("No plan came.");
}

function prodOf(app: SampleApp): Promise<ReadonlyMap<string, string>> {
  return snapshot(app.prod.root, ["logs"]);
}

async function expectSame(before: ReadonlyMap<string, string>, app: SampleApp): Promise<void> {
  const moved = differences(before, await prodOf(app));
  if (moved.length > 0) throw new Error(`PROD is not as it was: ${moved.join(", ")}`);
}

async function expectFile(app: SampleApp, path: string, content: string): Promise<void> {
  const found = await readFile(join(app.prod.root, path), "utf8").catch(() => undefined);
  if (found !== content) throw new Error(`PROD's ${path} is not what PREPROD has`);
}

async function expectPage(app: SampleApp, text: string): Promise<void> {
  const page = (await app.prod.process.page()) ?? "";
  if (!page.includes(text)) throw new Error(`PROD does not show "${text}"`);
}

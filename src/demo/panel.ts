// What stands beside the Slack of the demo: PREPROD and PROD as they are served, what differs, and the stories to try.

import type { FrameNow, PanelButton, SidePanel } from "../playground/side-panel.ts";
import { breakPreprod, changePreprod, editProdByHand } from "./deeds.ts";
import { differingFiles } from "./differing-files.ts";
import type { SampleApp, SampleSide } from "./sample-app.ts";
import { cutConnection, killBot, type Stage, secondsAway, secondsDead } from "./stage.ts";

type PanelNow = ReturnType<SidePanel["now"]>;

const lookMilliseconds = 700;

/** `stage` is asked for when a button is pressed: the panel is there before the bot is. */
export function createPanel(app: SampleApp, stage: () => Stage): SidePanel & { stop(): void } {
  const listeners = new Set<() => void>();
  let now: PanelNow = {
    frames: {},
    list: { title: "Files that differ", items: [], none: "Looking…" },
    news: "",
  };
  let timer: NodeJS.Timeout | undefined;
  let stopped = false;

  const change = (next: PanelNow): void => {
    if (JSON.stringify(next) === JSON.stringify(now)) return;
    now = next;
    for (const listener of [...listeners]) listener();
  };
  const say = (news: string): void => change({ ...now, news });
  const look = async (): Promise<void> => {
    const [preprod, prod, files] = await Promise.all([
      frameNow(app.preprod),
      frameNow(app.prod),
      differingFiles(app),
    ]);
    change({ ...now, frames: { preprod, prod }, list: listOf(files) });
  };
  const keepLooking = (): void => {
    void look().finally(() => {
      if (!stopped && listeners.size > 0) timer = setTimeout(keepLooking, lookMilliseconds);
      else timer = undefined;
    });
  };
  return {
    title: "PREPROD and PROD",
    frames: [
      { id: "preprod", title: "PREPROD", url: app.preprod.process.url },
      { id: "prod", title: "PROD", url: app.prod.process.url },
    ],
    steps: [
      "You are Ana. Type `/promote diff kitchen` and press Enter.",
      "Be Bo, at the top left, and press *Approve & promote*.",
      "See PROD become what PREPROD is. *Roll back…* takes it back.",
    ],
    buttons: storyButtons(app, stage, say),
    now: () => now,
    watch: (listener) => {
      listeners.add(listener);
      // Nobody is asked anything while nobody looks.
      if (timer === undefined) {
        timer = setTimeout(() => {}, 0);
        keepLooking();
      }
      return () => void listeners.delete(listener);
    },
    stop: () => {
      stopped = true;
      clearTimeout(timer);
    },
  };
}

function storyButtons(
  app: SampleApp,
  stage: () => Stage,
  say: (news: string) => void,
): readonly PanelButton[] {
  const inPlace = (before: string, deed: () => Promise<void>, after: string) => async () => {
    say(before);
    await deed();
    say(after);
  };
  return [
    {
      id: "change",
      label: "Make a change in PREPROD",
      about: "PREPROD’s frame shows a new dish, the file is listed, and a plan that waits turns stale.",
      press: async () => {
        const dish = await changePreprod(app);
        say(`PREPROD now offers ${dish}. Type \`/promote diff kitchen\` to take it to PROD.`);
      },
    },
    {
      id: "break",
      label: "Break PREPROD",
      about:
        "PREPROD looks fine, with a file that is never promoted: promote it, and PROD fails its health check and goes back by itself.",
      press: async () => {
        await breakPreprod(app);
        say("PREPROD now needs a file that PROD will not get. Promote it and see.");
      },
    },
    {
      id: "hand-edit",
      label: "Hand-edit PROD",
      about: "After a first promotion, the next plan names the edited file and asks before it overwrites it.",
      press: async () => {
        await editProdByHand(app);
        say("Somebody edited `server/main.mjs` in PROD. Type `/promote diff kitchen`.");
      },
    },
    {
      id: "cut",
      label: "Cut the bot’s connection",
      about: `Press it during a promotion: Slack is away for ${secondsAway} s, the promotion goes on, and the messages catch up.`,
      press: inPlace(
        `Slack is away for ${secondsAway} s.`,
        () => cutConnection(stage()),
        "Slack is back, and the bot connects by itself.",
      ),
    },
    {
      id: "kill",
      label: "Kill the bot and start it again",
      about: `Press it during a promotion: the bot is dead for ${secondsDead} s, and the next one brings the same promotion to its end.`,
      press: inPlace(
        "The bot was killed without a word.",
        () => killBot(stage()),
        "The bot runs again and has taken up what it found.",
      ),
    },
  ];
}

async function frameNow({ process }: SampleSide): Promise<FrameNow> {
  const page = await process.page();
  if (page === undefined) return { answers: false, words: "down", version: "" };
  const version = /<footer>([^<]*)<\/footer>/.exec(page)?.[1] ?? "";
  return { answers: true, words: `healthy, ${version}`, version: String(hashOf(page)) };
}

function hashOf(text: string): number {
  return [...text].reduce((hash, letter) => (hash * 31 + (letter.codePointAt(0) ?? 0)) % 2_147_483_647, 7);
}

function listOf(files: Awaited<ReturnType<typeof differingFiles>>): PanelNow["list"] {
  return {
    title: "Files that differ",
    items: files.map(({ mark, path }) => ({ mark, words: path })),
    none: "PROD has everything PREPROD has.",
  };
}

// Asks a person at a terminal for what `init` was not told: one question each, with what is taken where they say nothing.

import { readdirSync } from "node:fs";
import { PasserelleError } from "../errors.ts";
import { givenRule, isAppName, isApprover, isChannel, offeredSides } from "../init/answers.ts";
import type { GivenRule, Inference } from "../init/infer.ts";
import { type NamedSide, namedSide } from "../init/named-side.ts";
import type { InitCommand } from "./init-arguments.ts";
import type { Screen } from "./screen.ts";

const tries = 3;

/** Undefined after three answers that cannot be used. */
async function askUntil<Answer>(
  screen: Screen,
  question: { readonly words: string; readonly offered: string; readonly again: string },
  read: (answer: string) => Answer | undefined,
): Promise<Answer | undefined> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const offer = question.offered === "" ? "" : ` [${question.offered}]`;
    const said = (await screen.ask(`${question.words}${offer}: `)).trim();
    const answer = read(said === "" ? question.offered : said);
    if (answer !== undefined) return answer;
    screen.note(question.again);
  }
  return undefined;
}

/** Throws `sides-needed` or `side-not-understood`. */
export async function chooseSides(
  command: InitCommand,
  screen: Screen,
  cwd: string,
): Promise<{ readonly preprod: NamedSide; readonly prod: NamedSide }> {
  const missing = (["preprod", "prod"] as const).filter((side) => command[side] === undefined);
  if (missing.length > 0 && !screen.interactive) {
    throw new PasserelleError("sides-needed", { missing: missing.map((side) => `--${side}`) });
  }
  const offered =
    missing.length === 0 ? { preprod: undefined, prod: undefined } : offeredSides(directoriesIn(cwd));
  const choose = async (side: "preprod" | "prod"): Promise<NamedSide> => {
    const typed = command[side];
    if (typed !== undefined) return understood(`--${side}`, typed, cwd);
    const { ask } = screen.texts.init;
    const answer = await askUntil(
      screen,
      { words: ask[side], offered: offered[side] ?? "", again: ask.again.side },
      (said) => namedSide(said, cwd),
    );
    if (answer === undefined) throw new PasserelleError("sides-needed", { missing: [`--${side}`] });
    return answer;
  };
  // One after the other: two questions at once would be one too many.
  const preprod = await choose("preprod");
  return { preprod, prod: await choose("prod") };
}

function understood(option: string, typed: string, cwd: string): NamedSide {
  const side = namedSide(typed, cwd);
  if (side === undefined) throw new PasserelleError("side-not-understood", { option, reason: typed });
  return side;
}

function directoriesIn(cwd: string): readonly string[] {
  try {
    return readdirSync(cwd, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name);
  } catch {
    return [];
  }
}

export async function chooseApp(command: InitCommand, screen: Screen, offered: string): Promise<string> {
  if (command.app !== undefined || !screen.interactive) return command.app ?? offered;
  const { ask } = screen.texts.init;
  const question = { words: ask.app, offered, again: ask.again.app };
  return (await askUntil(screen, question, (said) => (isAppName(said) ? said : undefined))) ?? offered;
}

/** What is left open is to be filled in by hand. */
export async function choosePeople(
  command: InitCommand,
  screen: Screen,
): Promise<{ readonly channel: string | undefined; readonly approvers: readonly string[] }> {
  const { ask } = screen.texts.init;
  let { channel, approvers } = command;
  if (channel === undefined && screen.interactive) {
    const question = { words: ask.channel, offered: "", again: ask.again.channel };
    const said = await askUntil(screen, question, (text) =>
      text === "" || isChannel(text) ? text : undefined,
    );
    channel = said === "" ? undefined : said;
  }
  if (approvers.length === 0 && screen.interactive) {
    const question = { words: ask.approvers, offered: "", again: ask.again.approvers };
    const read = (text: string): readonly string[] | undefined => {
      const ids = [...new Set(text.split(/[\s,]+/).filter((id) => id !== ""))];
      return ids.every(isApprover) ? ids : undefined;
    };
    approvers = (await askUntil(screen, question, read)) ?? [];
  }
  return { channel, approvers };
}

/** For sides that have nothing in common. Throws `sides-unrelated` when nobody says what goes where. */
export async function choosePath(screen: Screen, { atRoots }: Inference): Promise<GivenRule> {
  const unrelated = new PasserelleError("sides-unrelated", { preprod: atRoots.preprod, prod: atRoots.prod });
  if (!screen.interactive || atRoots.preprod.length === 0) throw unrelated;
  const { ask } = screen.texts.init;
  const directory = atRoots.preprod.find((name) => name.endsWith("/"));
  const other = atRoots.prod.find((name) => name.endsWith("/"));
  const rule = await askUntil(
    screen,
    {
      words: ask.path(atRoots.preprod.join(", "), atRoots.prod.join(", ")),
      offered: directory === undefined || other === undefined ? "" : `${directory}:${other}`,
      again: ask.again.path,
    },
    givenRule,
  );
  if (rule === undefined) throw unrelated;
  return rule;
}

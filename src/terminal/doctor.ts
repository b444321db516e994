// `passerelle doctor`: what is found is printed as it is known, in one order; a terminal sees how far it is.

import { pino } from "pino";
import { salvageEnvironment } from "../config/environment.ts";
import { examine } from "../doctor/examine.ts";
import { countsOf, documentOf, headingOf, linesOf } from "../doctor/report.ts";
import { textsFor } from "../texts/texts.ts";
import type { TerminalCommand } from "./arguments.ts";
import { exits } from "./context.ts";
import { openScreen } from "./screen.ts";

type Surroundings = {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** Where there is no configuration to say it. */
  readonly locale: "en" | "fr";
};

export async function doctorHere(
  command: Extract<TerminalCommand, { name: "doctor" }>,
  { env, cwd, locale }: Surroundings,
): Promise<number> {
  let screen = openScreen(textsFor(locale), command.json);
  const progress = openProgress();
  const logger = pino({ level: env["LOG_LEVEL"] ?? "silent" }, pino.destination({ dest: 2, sync: true }));
  const sections = await examine({
    found: salvageEnvironment(env, cwd),
    apps: command.app === undefined ? undefined : [command.app],
    logger,
    onConfig: (config) => {
      if (config !== undefined) screen = openScreen(textsFor(config.locale), command.json);
    },
    onSection: (section) => {
      progress.clear();
      screen.say(headingOf(section, screen.texts));
      for (const line of linesOf(section, screen.texts, ["ok", "warning", "wrong"])) screen.say(line);
      screen.say("");
    },
    onProgress: (done, all) => {
      if (done < all) progress.show(screen.texts.doctor.looking(done, all));
    },
  });
  progress.clear();
  const { warnings, wrong } = countsOf(sections);
  if (command.json) screen.json(documentOf(sections, screen.texts));
  screen.say(screen.texts.doctor.summary(warnings, wrong));
  return warnings + wrong === 0 ? exits.ok : exits.error;
}

/** One line that is written over; only where somebody looks at it. */
function openProgress(): { readonly show: (line: string) => void; readonly clear: () => void } {
  const isSeen = process.stderr.isTTY === true;
  return {
    show: (line) => void (isSeen && process.stderr.write(`\r\x1b[K${line}`)),
    clear: () => void (isSeen && process.stderr.write("\r\x1b[K")),
  };
}

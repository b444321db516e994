// `passerelle init`: writes a first `passerelle.yml` and `.env` from the two directories as they are.

import { readFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Environment, HostConfig } from "../config/config.ts";
import { readEnvironment } from "../config/environment.ts";
import { parseConfig, readConfig } from "../config/read-config.ts";
import { isFailure, PasserelleError } from "../errors.ts";
import { offeredAppName } from "../init/answers.ts";
import { infer } from "../init/infer.ts";
import { initJson, type OpenLine, type Outcome } from "../init/init-json.ts";
import { configuredSides, type NamedSide } from "../init/named-side.ts";
import { survey } from "../init/survey.ts";
import { type ToWrite, writtenConfigText } from "../init/written-config.ts";
import { createTransports } from "../transport/transports.ts";
import { diffJson } from "../tree/diff-json.ts";
import { exits } from "./context.ts";
import { describePlan } from "./diff.ts";
import type { InitCommand } from "./init-arguments.ts";
import { chooseApp, choosePath, choosePeople, chooseSides } from "./init-questions.ts";
import { planOnce } from "./plan-once.ts";
import type { Screen } from "./screen.ts";
import { isThere, writeNewFile } from "./write-new-file.ts";

export type InitContext = { readonly screen: Screen; readonly locale: "en" | "fr"; readonly cwd: string };

export async function initHere(command: InitCommand, context: InitContext): Promise<number> {
  const { screen, cwd } = context;
  const environment = readEnvironment(process.env, cwd);
  const { configFile } = environment;
  // Looked at first, so that nobody answers questions for nothing.
  if (!command.force && (await isThere(configFile))) {
    throw new PasserelleError("file-exists", { file: configFile });
  }
  const written = await findOut(command, context);
  const text = writtenConfigText(written, screen.texts);
  // Filled in it has to be right, before anything is written.
  const config = parseConfig(configFile, writtenConfigText(filledIn(written), screen.texts));
  await writeNewFile({ file: configFile, text, mode: 0o644, replace: command.force });
  const env = await writeEnv(join(dirname(configFile), ".env"), cwd);
  const toFill = openLines(text, written);
  if (toFill.length === 0) await readConfig(configFile);
  const diff = `passerelle diff ${written.app}`;
  const next = toFill.length === 0 ? [diff, "passerelle serve"] : ["passerelle check-config", diff];
  return tell({ written, config, env, toFill, next }, environment, command.json, screen);
}

async function findOut(command: InitCommand, { screen, locale, cwd }: InitContext): Promise<ToWrite> {
  const sides = await chooseSides(command, screen, cwd);
  const [preprod, prod] = [sides.preprod, sides.prod];
  screen.note(screen.texts.init.reading(wordsFor(preprod), wordsFor(prod)));
  const hosts = new Map<string, HostConfig>([preprod, prod].map(({ host }) => [host.name, host]));
  const transports = createTransports({ hosts });
  try {
    const seen = await survey(
      { transport: transports.for(preprod.host), root: preprod.root },
      { transport: transports.for(prod.host), root: prod.root },
    );
    let inference = infer(seen, command.paths);
    if (inference.rules.length === 0) inference = infer(seen, [await choosePath(screen, inference)]);
    const app = await chooseApp(command, screen, offeredAppName(preprod.root, prod.root));
    const people = await choosePeople(command, screen);
    return { ...configuredSides(preprod, prod), ...people, locale, app, inference };
  } finally {
    await transports.closeAll();
  }
}

function wordsFor({ host, root }: NamedSide): string {
  return host.kind === "local" ? root : `${host.name}:${root}`;
}

function filledIn(written: ToWrite): ToWrite {
  const { channel = "C00000000", approvers } = written;
  return { ...written, channel, approvers: approvers.length === 0 ? ["U00000000"] : approvers };
}

/** The lines that only a person can fill in, by their numbers. */
function openLines(text: string, { channel, approvers }: ToWrite): readonly OpenLine[] {
  const lines = text.split("\n");
  const lineOf = (form: RegExp): number => lines.findIndex((line) => form.test(line)) + 1;
  return [
    ...(channel === undefined ? [{ key: "channel", line: lineOf(/^ {4}channel:$/) } as const] : []),
    ...(approvers.length === 0 ? [{ key: "approvers", line: lineOf(/^ {6}approvers: \[\]$/) } as const] : []),
  ];
}

/** Tokens may be in one that is there: it is left alone, whatever `--force` says. */
async function writeEnv(file: string, cwd: string): Promise<Outcome["env"]> {
  if (await isThere(file)) return { file, isNew: false };
  const text = await exampleOf([
    join(cwd, ".env.example"),
    fileURLToPath(new URL("../../.env.example", import.meta.url)),
  ]);
  try {
    await writeNewFile({ file, text, mode: 0o600, replace: false });
    return { file, isNew: true };
  } catch (error) {
    if (isFailure(error, "file-exists")) return { file, isNew: false };
    throw error;
  }
}

async function exampleOf(files: readonly string[]): Promise<string> {
  for (const file of files) {
    try {
      return await readFile(file, "utf8");
    } catch (error) {
      if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) {
        throw new PasserelleError(
          "file-not-written",
          { file: ".env", reason: String(error) },
          { cause: error },
        );
      }
    }
  }
  throw new PasserelleError("file-not-written", { file: ".env", reason: "no .env.example" });
}

async function tell(
  outcome: Outcome,
  environment: Environment,
  json: boolean,
  screen: Screen,
): Promise<number> {
  const { init } = screen.texts;
  const { config, env, toFill, next, written } = outcome;
  screen.say(init.wrote(config.file));
  screen.say(env.isNew ? init.wroteEnv(env.file) : init.keptEnv(env.file));
  if (toFill.length > 0) {
    screen.say(init.notComplete(toFill.length));
    for (const { key, line } of toFill) screen.say(`  ${init.fill[key](config.file, line)}`);
  }
  screen.note(screen.texts.terminal.comparing(written.app));
  try {
    const plan = await planOnce(config, written.app, environment);
    if (json) screen.json({ ...initJson(outcome), plan: diffJson(plan) });
    screen.say("");
    screen.say(init.planOf(written.app));
    const lines =
      plan.changes.length === 0 ? [screen.texts.plan.inSync(written.app)] : describePlan(plan, screen.texts);
    for (const line of lines) screen.say(line);
  } catch (error) {
    if (!isFailure(error)) throw error;
    screen.note(init.noPlan(config.file));
    const { code, details } = error;
    if (json) screen.json({ ...initJson(outcome), plan: null, error: { code, details } });
    else screen.fail(error);
    return exits.error;
  }
  screen.say("");
  screen.say(init.next);
  for (const command of next) screen.say(`  ${command}`);
  return exits.ok;
}

// The only entry: reads what was typed, opens what the command needs, prints, and sets the exit code. What only one command
// needs is loaded by that command: the bot holds nothing of the demo, and `--version` does not wait for Slack.

import { readFileSync } from "node:fs";
import { pino } from "pino";
import type { Config, Environment } from "./config/config.ts";
import { readEnvironment, secretsOf } from "./config/environment.ts";
import { readConfig } from "./config/read-config.ts";
import { isFailure, PasserelleError } from "./errors.ts";
import { localeOf } from "./init/answers.ts";
import { openStore } from "./store/open-store.ts";
import { commandNames, parseCommand, type TerminalCommand } from "./terminal/arguments.ts";
import { exits, type TerminalContext, whoTypes } from "./terminal/context.ts";
import { showDiff } from "./terminal/diff.ts";
import { list, removeLock, setLock } from "./terminal/listings.ts";
import { promoteHere, rollBackHere } from "./terminal/run.ts";
import { openScreen, type Screen } from "./terminal/screen.ts";
import { createMask } from "./texts/mask.ts";
import { textsFor } from "./texts/texts.ts";

async function main(argv: readonly string[]): Promise<number> {
  const parsed = parseCommand(argv);
  const screen = openScreen(textsFor("en"), false);
  if (!parsed.ok) {
    screen.note(
      parsed.why === "unknown-command" ? screen.texts.terminal.unknownCommand(parsed.said) : parsed.said,
    );
    screen.note(usage(screen));
    return exits.error;
  }
  const { command } = parsed;
  const json = "json" in command && command.json;
  let told = openScreen(screen.texts, json);
  try {
    if (command.name === "help") {
      screen.say(usage(screen));
      return exits.ok;
    }
    if (command.name === "version") {
      screen.say(versionOfPackage());
      return exits.ok;
    }
    if (command.name === "demo") {
      const { runDemo } = await import("./demo/demo.ts");
      return await runDemo(command);
    }
    if (command.name === "init") {
      const locale = command.locale ?? localeOf(process.env);
      told = openScreen(textsFor(locale), json);
      const { initHere } = await import("./terminal/init.ts");
      return await initHere(command, { screen: told, locale, cwd: process.cwd() });
    }
    if (command.name === "doctor") {
      const surroundings = { env: process.env, cwd: process.cwd(), locale: localeOf(process.env) };
      const { doctorHere } = await import("./terminal/doctor.ts");
      return await doctorHere(command, surroundings);
    }
    const environment = readEnvironment(process.env, process.cwd());
    if (command.name === "trust-host") {
      const known = await configIfAny(environment);
      told = openScreen(textsFor(known?.locale ?? localeOf(process.env)), json);
      const { trustHost } = await import("./terminal/trust-host.ts");
      return await trustHost(command, known, told);
    }
    const config = await readConfig(environment.configFile);
    told = openScreen(textsFor(config.locale), json);
    return await run(command, config, environment, told);
  } catch (error) {
    if (!isFailure(error)) throw error;
    told.fail(error);
    return exits.error;
  }
}

/** A host has to be trusted before `init` can write a configuration about it. */
async function configIfAny({ configFile }: Environment): Promise<Config | undefined> {
  try {
    return await readConfig(configFile);
  } catch (error) {
    if (isFailure(error, "config-missing")) return undefined;
    throw error;
  }
}

type Configured = Exclude<
  TerminalCommand,
  { name: "help" | "version" | "demo" | "init" | "trust-host" | "doctor" }
>;

async function run(
  command: Configured,
  config: Config,
  environment: Environment,
  screen: Screen,
): Promise<number> {
  if (command.name === "check-config") {
    screen.say(screen.texts.terminal.configGood(config.file, config.apps.size));
    return exits.ok;
  }
  if (command.name === "serve") {
    const { serve } = await import("./terminal/serve.ts");
    return serve(config, environment, screen);
  }
  const { openBot } = await import("./compose.ts");
  const logger = pino(
    { level: process.env["LOG_LEVEL"] ?? "warn" },
    pino.destination({ dest: 2, sync: true }),
  );
  const store = await openStore({
    dataDir: environment.dataDir,
    databaseUrl: environment.databaseUrl,
    role: "terminal",
  });
  const mask = createMask(secretsOf(environment));
  const bot = await openBot({ role: "terminal", config, environment, store, mask, logger });
  try {
    return await runCommand(command, { promotions: bot.promotions, screen, by: whoTypes() }, () =>
      bot.startWork(),
    );
  } finally {
    await bot.close();
  }
}

async function runCommand(
  command: Exclude<Configured, { name: "check-config" | "serve" }>,
  context: TerminalContext,
  startWork: () => Promise<void>,
): Promise<number> {
  switch (command.name) {
    case "diff":
      return showDiff(command, context);
    case "promote":
      await startWork();
      return promoteHere(command, context);
    case "rollback":
      await startWork();
      return rollBackHere(command, context);
    case "lock":
      return setLock(command, context);
    case "unlock":
      return removeLock(command, context);
    case "status":
    case "history":
    case "restore-points":
    case "verify":
      return list(command, context);
  }
}

function usage({ texts }: Screen): string {
  return [texts.terminal.usage, "", ...commandNames.map((name) => `  passerelle ${name}`)].join("\n");
}

function versionOfPackage(): string {
  const manifest: unknown = JSON.parse(readFileSync(new URL("../package.json", import.meta.url), "utf8"));
  if (typeof manifest !== "object" || manifest === null || !("version" in manifest))
    throw new PasserelleError("config-missing");
  return String(manifest.version);
}

process.exitCode = await main(process.argv.slice(2));
// A bot that was told to end leaves its jobs to the hosts: the questions it still asks after them must not keep it.
// So must a host not keep the doctor that gave it up.
if (process.argv[2] === "serve" || process.argv[2] === "doctor") process.exit();

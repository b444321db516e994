// What was typed after `passerelle`, as a command with its options. Pure.

import { parseArgs } from "node:util";
import { parseDuration } from "../config/duration.ts";
import { type InitCommand, initCommandOf, initOptions } from "./init-arguments.ts";

export type TerminalCommand =
  | { readonly name: "serve" }
  | { readonly name: "check-config" }
  | { readonly name: "help" }
  | { readonly name: "version" }
  | {
      readonly name: "demo";
      readonly port: number | undefined;
      readonly autoplay: boolean;
      readonly json: boolean;
    }
  | {
      readonly name: "diff";
      readonly app: string | undefined;
      readonly groups: readonly string[];
      readonly json: boolean;
      readonly patch: boolean;
      readonly driftPatch: boolean;
      readonly fresh: boolean;
    }
  | {
      readonly name: "promote";
      readonly app: string | undefined;
      readonly groups: readonly string[];
      readonly plan: string | undefined;
      readonly reason: string | undefined;
      readonly overwriteDrift: boolean;
      readonly json: boolean;
    }
  | {
      readonly name: "rollback";
      readonly app: string | undefined;
      readonly to: string | undefined;
      readonly reason: string | undefined;
      readonly yes: boolean;
      readonly json: boolean;
    }
  | {
      readonly name: "status" | "history" | "restore-points" | "verify";
      readonly app: string | undefined;
      readonly json: boolean;
    }
  | { readonly name: "doctor"; readonly app: string | undefined; readonly json: boolean }
  | {
      readonly name: "lock";
      readonly app: string | undefined;
      readonly seconds: number | undefined;
      readonly reason: string;
    }
  | { readonly name: "unlock"; readonly app: string | undefined }
  | InitCommand
  | { readonly name: "trust-host"; readonly host: string; readonly yes: boolean };

export type Parsed =
  | { readonly ok: true; readonly command: TerminalCommand }
  | { readonly ok: false; readonly why: "unknown-command" | "wrong-options"; readonly said: string };

const text = { type: "string" } as const;
const flag = { type: "boolean" } as const;
const app = true;

/** Which options and operands each command takes. */
const grammar = {
  serve: { options: {}, app: false },
  demo: { options: { port: text, autoplay: flag, json: flag }, app: false },
  diff: {
    options: { with: { ...text, multiple: true }, json: flag, patch: flag, "drift-patch": flag, fresh: flag },
    app,
  },
  promote: {
    options: {
      with: { ...text, multiple: true },
      plan: text,
      reason: text,
      "overwrite-drift": flag,
      json: flag,
    },
    app,
  },
  rollback: { options: { to: text, reason: text, yes: flag, json: flag }, app },
  status: { options: { json: flag }, app },
  history: { options: { json: flag }, app },
  "restore-points": { options: { json: flag }, app },
  verify: { options: { json: flag }, app },
  doctor: { options: { json: flag }, app },
  lock: { options: { for: text, reason: text }, app },
  unlock: { options: {}, app },
  init: { options: initOptions, app: false },
  "check-config": { options: {}, app: false },
  "trust-host": { options: { yes: flag }, app },
} as const;

export type CommandName = keyof typeof grammar;
export const commandNames = Object.keys(grammar) as readonly CommandName[];

export function parseCommand(argv: readonly string[]): Parsed {
  const [name, ...rest] = argv;
  if (
    name === undefined ||
    name === "help" ||
    name === "--help" ||
    name === "-h" ||
    rest.includes("--help")
  ) {
    return { ok: true, command: { name: "help" } };
  }
  if (name === "--version" || name === "-v") return { ok: true, command: { name: "version" } };
  if (!isCommand(name)) return { ok: false, why: "unknown-command", said: name };
  try {
    return { ok: true, command: commandOf(name, rest) };
  } catch (error) {
    return { ok: false, why: "wrong-options", said: (error as Error).message };
  }
}

function isCommand(name: string): name is CommandName {
  return Object.hasOwn(grammar, name);
}

function commandOf(name: CommandName, rest: readonly string[]): TerminalCommand {
  const { options, app: takesApp } = grammar[name];
  const parsed = parseArgs({ args: [...rest], options, allowPositionals: true, strict: true });
  const values: Readonly<Record<string, unknown>> = parsed.values;
  const most = takesApp ? 1 : 0;
  if (parsed.positionals.length > most) throw new Error(`Unexpected argument '${parsed.positionals[most]}'`);
  const operand = parsed.positionals[0];
  const string = (key: string): string | undefined => {
    const value = values[key];
    return typeof value === "string" ? value : undefined;
  };
  const json = values["json"] === true;
  const groups = Array.isArray(values["with"]) ? values["with"].map(String) : [];
  switch (name) {
    case "serve":
    case "check-config":
      return { name };
    case "demo":
      return { name, port: portOf(string("port")), autoplay: values["autoplay"] === true, json };
    case "diff":
      return {
        name,
        app: operand,
        groups,
        json,
        patch: values["patch"] === true,
        driftPatch: values["drift-patch"] === true,
        fresh: values["fresh"] === true,
      };
    case "promote":
      return {
        name,
        app: operand,
        groups,
        plan: string("plan"),
        reason: string("reason"),
        overwriteDrift: values["overwrite-drift"] === true,
        json,
      };
    case "rollback":
      return {
        name,
        app: operand,
        to: string("to"),
        reason: string("reason"),
        yes: values["yes"] === true,
        json,
      };
    case "status":
    case "history":
    case "restore-points":
    case "verify":
    case "doctor":
      return { name, app: operand, json };
    case "lock": {
      const reason = string("reason");
      if (reason === undefined || reason.trim() === "") throw new Error("Option '--reason <text>' is needed");
      return { name, app: operand, seconds: secondsOf(string("for")), reason };
    }
    case "unlock":
      return { name, app: operand };
    case "init":
      return initCommandOf(values);
    case "trust-host":
      if (operand === undefined) throw new Error("The name of a host is needed");
      return { name, host: operand, yes: values["yes"] === true };
  }
}

function portOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const port = Number(value);
  if (!Number.isInteger(port) || port < 0 || port > 65_535) throw new Error(`'${value}' is not a port`);
  return port;
}

function secondsOf(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  const seconds = parseDuration(value);
  if (seconds === undefined || seconds === 0)
    throw new Error(`'${value}' is not a duration such as 90s, 30m, 2h or 1d`);
  return seconds;
}

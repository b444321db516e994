// Reads the environment and `.env`: where tokens are read, and nowhere else.

import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { dirname, join, resolve } from "node:path";
import { parse } from "dotenv";
import { isFailure, PasserelleError } from "../errors.ts";
import type { Environment } from "./config.ts";

type Values = Readonly<Record<string, string | undefined>>;

const logLevels = ["trace", "debug", "info", "warn", "error", "fatal", "silent"];

/**
 * `.env` is looked for in `cwd` and beside the configuration file; the process's own environment wins over both.
 * Throws `environment-invalid` with `mistakes`, none of which shows a value.
 */
export function readEnvironment(env: Values, cwd: string): Environment {
  const { environment, mistakes } = salvageEnvironment(env, cwd);
  if (mistakes.length > 0) throw new PasserelleError("environment-invalid", { mistakes });
  return environment;
}

export type SalvagedEnvironment = {
  /** Without the values that are wrong. */
  readonly environment: Environment;
  readonly mistakes: readonly string[];
  /** Where a `.env` counts, whether there is one or not. */
  readonly envFiles: readonly string[];
};

export function salvageEnvironment(env: Values, cwd: string): SalvagedEnvironment {
  const mistakes: string[] = [];
  const read = (file: string): Values => {
    try {
      return readEnvFile(file);
    } catch (error) {
      if (!isFailure(error, "environment-invalid")) throw error;
      mistakes.push(...((error.details["mistakes"] as readonly string[]) ?? []));
      return {};
    }
  };
  const besideUs = join(cwd, ".env");
  const near = { ...read(besideUs), ...given(env) };
  const configFile = resolve(cwd, near["PASSERELLE_CONFIG"] ?? "passerelle.yml");
  const besideConfig = join(dirname(configFile), ".env");
  const all = { ...(besideConfig === besideUs ? {} : read(besideConfig)), ...near };
  const wrong = mistakesIn(all);
  mistakes.push(...wrong.map(({ name, sentence }) => `${name}: ${sentence}`));
  const bad = new Set(wrong.map(({ name }) => name));
  const values = Object.fromEntries(Object.entries(all).filter(([name]) => !bad.has(name)));
  return {
    environment: environmentOf(values, configFile, cwd),
    mistakes,
    envFiles: [...new Set([besideUs, besideConfig])],
  };
}

function environmentOf(values: Values, configFile: string, cwd: string): Environment {
  const port = values["PORT"];
  const listenHost = values["PASSERELLE_HOST"];
  return {
    slack: {
      botToken: values["SLACK_BOT_TOKEN"],
      appToken: values["SLACK_APP_TOKEN"],
      signingSecret: values["SLACK_SIGNING_SECRET"],
      port: port === undefined ? undefined : Number(port),
      apiUrl: values["SLACK_API_URL"],
    },
    ...(listenHost !== undefined && { listenHost }),
    configFile,
    dataDir: resolve(cwd, values["PASSERELLE_DATA_DIR"] ?? "data"),
    databaseUrl: values["DATABASE_URL"],
    logLevel: values["LOG_LEVEL"] ?? "info",
  };
}

/** Everything of the environment that must never be shown, for `createMask`. */
export function secretsOf(environment: Environment): readonly string[] {
  const { slack, databaseUrl } = environment;
  const password =
    databaseUrl !== undefined && URL.canParse(databaseUrl) ? new URL(databaseUrl).password : "";
  return [
    slack.botToken,
    slack.appToken,
    slack.signingSecret,
    databaseUrl,
    password,
    decoded(password),
  ].filter((secret) => secret !== undefined && secret !== "") as readonly string[];
}

function decoded(password: string): string {
  try {
    return decodeURIComponent(password);
  } catch {
    return password;
  }
}

function readEnvFile(file: string): Values {
  try {
    return given(parse(readFileSync(file)));
  } catch (cause) {
    const code = (cause as NodeJS.ErrnoException).code ?? "";
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    const mistakes = [`${file}: cannot be read (${code})`];
    throw new PasserelleError("environment-invalid", { mistakes }, { cause });
  }
}

/** Empty values, and the prefixes that `.env.example` leaves to be filled in, are as good as absent. */
function given(values: Values): Values {
  const kept = Object.entries(values).map(([name, value]) => [name, value?.trim()] as const);
  return Object.fromEntries(
    kept.filter(([, value]) => value !== undefined && !["", "xoxb-", "xapp-"].includes(value)),
  );
}

function mistakesIn(values: Values): readonly { readonly name: string; readonly sentence: string }[] {
  return Object.entries(readers).flatMap(([name, trouble]) => {
    const value = values[name];
    const sentence = value === undefined ? undefined : trouble(value, values);
    return sentence === undefined ? [] : [{ name, sentence }];
  });
}

type Reader = (value: string, values: Values) => string | undefined;

const readers: Readonly<Record<string, Reader>> = {
  SLACK_BOT_TOKEN: (value) => {
    if (value.startsWith("xapp-"))
      return "is an app-level token (xapp-): it belongs in SLACK_APP_TOKEN; were the two swapped?";
    if (value.startsWith("xoxp-"))
      return "is a person's token (xoxp-); write the Bot User OAuth Token, which begins with xoxb-";
    return tokenTrouble(value, /^xox[be][-.]/, "xoxb-");
  },
  SLACK_APP_TOKEN: (value) => {
    if (/^xox[bp]-/.test(value)) {
      return `is a ${value.slice(0, 5)} token: the bot's belongs in SLACK_BOT_TOKEN; were the two swapped?`;
    }
    return tokenTrouble(value, /^xapp-/, "xapp-");
  },
  SLACK_SIGNING_SECRET: (value, values) => {
    if (/^(xox|xapp)/.test(value))
      return "is a token; the signing secret is under Basic Information > App Credentials";
    if (/\s/.test(value)) return "must not contain spaces";
    if (values["SLACK_APP_TOKEN"] === undefined && values["PORT"] === undefined) {
      return "is for HTTP, which needs PORT as well; for Socket Mode set SLACK_APP_TOKEN instead";
    }
    return undefined;
  },
  PORT: (value) => (isNumberUpTo(value, 65_535) ? undefined : "must be a number from 0 to 65535"),
  PASSERELLE_HOST: (value) =>
    isIP(value) !== 0 || value === "localhost"
      ? undefined
      : "must be an address of this machine, as in 127.0.0.1",
  SLACK_API_URL: (value) =>
    isUrlOf(value, ["http:", "https:"]) ? undefined : "must be an address with http:// or https://",
  DATABASE_URL: (value) =>
    isUrlOf(value, ["postgres:", "postgresql:"])
      ? undefined
      : "must be postgres://user:password@host:port/name, with special characters of the password as %XX; leave it out for SQLite",
  LOG_LEVEL: (value) => (logLevels.includes(value) ? undefined : `must be one of ${logLevels.join(", ")}`),
};

function tokenTrouble(value: string, form: RegExp, prefix: string): string | undefined {
  if (!form.test(value)) return `must begin with ${prefix}`;
  if (/[^\x21-\x7e]/.test(value) || /["'`]/.test(value))
    return "has characters that no token has; copy it again, without quotes";
  return undefined;
}

function isNumberUpTo(value: string, most: number): boolean {
  return /^\d{1,5}$/.test(value) && Number(value) <= most;
}

function isUrlOf(value: string, protocols: readonly string[]): boolean {
  return URL.canParse(value) && protocols.includes(new URL(value).protocol);
}

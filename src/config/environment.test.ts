import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { isFailure } from "../errors.ts";
import { readEnvironment, secretsOf } from "./environment.ts";

let directory = "";

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "passerelle-environment-"));
});

afterEach(async () => {
  await rm(directory, { recursive: true });
});

function mistakesOf(env: Record<string, string>): readonly string[] {
  try {
    readEnvironment(env, directory);
    return [];
  } catch (error) {
    if (!isFailure(error, "environment-invalid")) throw error;
    return error.details["mistakes"] as readonly string[];
  }
}

test("an empty environment gets the defaults", () => {
  expect(readEnvironment({}, directory)).toEqual({
    slack: {
      botToken: undefined,
      appToken: undefined,
      signingSecret: undefined,
      port: undefined,
      apiUrl: undefined,
    },
    configFile: join(directory, "passerelle.yml"),
    dataDir: join(directory, "data"),
    databaseUrl: undefined,
    logLevel: "info",
  });
});

test("the process's environment wins over .env, and .env fills in the rest", async () => {
  await writeFile(
    join(directory, ".env"),
    'SLACK_BOT_TOKEN="xoxb-file"\nSLACK_APP_TOKEN=xapp-file # comment\nLOG_LEVEL=debug\n',
  );
  const { slack, logLevel } = readEnvironment({ SLACK_BOT_TOKEN: "xoxb-process", LOG_LEVEL: "" }, directory);
  expect([slack.botToken, slack.appToken, logLevel]).toEqual(["xoxb-process", "xapp-file", "debug"]);
});

test(".env is also found beside the configuration file", async () => {
  await mkdir(join(directory, "etc"));
  await writeFile(join(directory, "etc", ".env"), "SLACK_BOT_TOKEN=xoxb-beside\n");
  const environment = readEnvironment({ PASSERELLE_CONFIG: "etc/shop.yml" }, directory);
  expect(environment.slack.botToken).toBe("xoxb-beside");
  expect(environment.configFile).toBe(join(directory, "etc", "shop.yml"));
});

test("the prefixes of .env.example that nobody filled in count as absent", async () => {
  await writeFile(join(directory, ".env"), "SLACK_BOT_TOKEN=xoxb-\nSLACK_APP_TOKEN=xapp-\n");
  expect(readEnvironment({}, directory).slack).toMatchObject({ botToken: undefined, appToken: undefined });
});

test("swapped tokens are told as swapped, both of them", () => {
  const mistakes = mistakesOf({ SLACK_BOT_TOKEN: "xapp-1-A1", SLACK_APP_TOKEN: "xoxb-1-2" });
  expect(mistakes).toEqual([
    "SLACK_BOT_TOKEN: is an app-level token (xapp-): it belongs in SLACK_APP_TOKEN; were the two swapped?",
    "SLACK_APP_TOKEN: is a xoxb- token: the bot's belongs in SLACK_BOT_TOKEN; were the two swapped?",
  ]);
});

test("every mistake is told at once, and none shows a value", () => {
  const mistakes = mistakesOf({
    SLACK_BOT_TOKEN: "hunter2hunter2",
    SLACK_SIGNING_SECRET: "hunter3hunter3",
    PORT: "eighty",
    SLACK_API_URL: "slack.com",
    DATABASE_URL: "mysql://root:hunter2@db/x",
    LOG_LEVEL: "loud",
  });
  expect(mistakes.map((mistake) => mistake.split(":")[0])).toEqual([
    "SLACK_BOT_TOKEN",
    "PORT",
    "SLACK_API_URL",
    "DATABASE_URL",
    "LOG_LEVEL",
  ]);
  expect(mistakes.join()).not.toContain("hunter");
});

test("a signing secret without a port is told what is missing", () => {
  expect(mistakesOf({ SLACK_SIGNING_SECRET: "abc123" })).toEqual([
    "SLACK_SIGNING_SECRET: is for HTTP, which needs PORT as well; for Socket Mode set SLACK_APP_TOKEN instead",
  ]);
  expect(mistakesOf({ SLACK_SIGNING_SECRET: "abc123", PORT: "3000" })).toEqual([]);
});

test("a person's token is told apart from the bot's", () => {
  expect(mistakesOf({ SLACK_BOT_TOKEN: "xoxp-1-2" })[0]).toContain("a person's token");
});

test("the secrets are the tokens, the database address and its password as written and as meant", () => {
  const environment = readEnvironment(
    { SLACK_BOT_TOKEN: "xoxb-1", SLACK_APP_TOKEN: "xapp-1", DATABASE_URL: "postgres://me:p%40ss@db/x" },
    directory,
  );
  expect(secretsOf(environment)).toEqual(["xoxb-1", "xapp-1", "postgres://me:p%40ss@db/x", "p%40ss", "p@ss"]);
});

test("the address to listen on is one, or all when left out", () => {
  expect(readEnvironment({ PASSERELLE_HOST: "127.0.0.1", PORT: "3000" }, directory).listenHost).toBe(
    "127.0.0.1",
  );
  expect(readEnvironment({}, directory)).not.toHaveProperty("listenHost");
  expect(mistakesOf({ PASSERELLE_HOST: "http://example.org" })).toEqual([
    "PASSERELLE_HOST: must be an address of this machine, as in 127.0.0.1",
  ]);
});

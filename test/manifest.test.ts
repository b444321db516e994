// manifest.yml: what Slack takes, and what the code needs; neither more nor less.

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { defaultCommands } from "../src/playground/seed.ts";
import { parseCommand } from "../src/slack/command-text.ts";
import { botScopes } from "../src/slack/scopes.ts";

const root = resolve(import.meta.dirname, "..");
const manifest = parse(readFileSync(join(root, "manifest.yml"), "utf8"));

const source = readdirSync(join(root, "src/slack"), { recursive: true, encoding: "utf8" })
  .filter((path) => path.endsWith(".ts") && !path.endsWith(".test.ts"))
  .map((path) => readFileSync(join(root, "src/slack", path), "utf8"))
  .join("\n");

const found = (pattern: RegExp): readonly string[] =>
  [...new Set([...source.matchAll(pattern)].map((match) => match[1] ?? ""))].toSorted();

const text = (min: number, max: number) => z.string().min(min).max(max);

/** The limits of Slack's own schema for manifests, version 2; unknown keys are refused there too. */
const slackTakes = z.strictObject({
  _metadata: z.strictObject({ major_version: z.literal(2), minor_version: z.number() }),
  display_information: z.strictObject({
    name: text(1, 35),
    description: text(1, 140),
    long_description: text(175, 4000),
    background_color: z.string().regex(/^#([0-9a-f]{3}|[0-9a-f]{6})$/i),
  }),
  features: z.strictObject({
    app_home: z.strictObject({
      home_tab_enabled: z.boolean(),
      messages_tab_enabled: z.boolean(),
      messages_tab_read_only_enabled: z.boolean(),
    }),
    bot_user: z.strictObject({ display_name: text(1, 80), always_online: z.boolean() }),
    slash_commands: z
      .array(
        z.strictObject({
          command: text(2, 32).startsWith("/"),
          description: text(1, 2000),
          usage_hint: text(1, 1000),
          should_escape: z.boolean(),
        }),
      )
      .max(50),
    shortcuts: z
      .array(
        z.strictObject({
          name: text(1, 24),
          type: z.enum(["global", "message"]),
          callback_id: text(1, 255),
          description: text(1, 150),
        }),
      )
      .max(10),
  }),
  oauth_config: z.strictObject({ scopes: z.strictObject({ bot: z.array(z.string()).min(1).max(255) }) }),
  settings: z.strictObject({
    event_subscriptions: z.strictObject({ bot_events: z.array(z.string()).max(100) }),
    interactivity: z.strictObject({ is_enabled: z.literal(true) }),
    org_deploy_enabled: z.boolean(),
    socket_mode_enabled: z.literal(true),
    token_rotation_enabled: z.literal(false),
  }),
});

/** Web API method -> scopes it needs. `filesUploadV2` stands for the three calls of an upload. */
const scopesOf: Readonly<Record<string, readonly string[]>> = {
  "auth.test": [],
  "chat.getPermalink": [],
  "chat.postEphemeral": ["chat:write"],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "conversations.info": ["channels:read", "groups:read"],
  "conversations.history": ["channels:history", "groups:history"],
  "conversations.list": ["channels:read", "groups:read"],
  "conversations.members": ["channels:read", "groups:read"],
  "conversations.replies": ["channels:history", "groups:history"],
  filesUploadV2: ["files:write"],
  "usergroups.users.list": ["usergroups:read"],
  "users.info": ["users:read"],
  "views.open": [],
  "views.publish": [],
  "views.update": [],
};

/** Scopes that no single method asks for, each with what it is for. */
const otherScopes: Readonly<Record<string, string>> = {
  commands: "the slash command and the shortcut",
  "app_mentions:read": "the event app_mention",
  "chat:write.public": "announcing in a public channel that the bot was not invited to yet",
};

test("Slack takes it: known keys, lengths, kinds", () => {
  expect(slackTakes.safeParse(manifest).error?.issues ?? []).toEqual([]);
});

test("it declares the commands, shortcuts and events that are listened to, and no others", () => {
  expect(manifest.features.slash_commands.map((one: { command: string }) => one.command)).toEqual(
    found(/app\.command\("([^"]+)"/g),
  );
  expect(manifest.features.shortcuts.map((one: { callback_id: string }) => one.callback_id)).toEqual(
    found(/app\.shortcut\("([^"]+)"/g),
  );
  expect(manifest.settings.event_subscriptions.bot_events.toSorted()).toEqual(
    found(/app\.event\("([^"]+)"/g),
  );
});

test("it asks for the scopes of the methods that are called, and for no more than can be explained", () => {
  const called = found(
    /\.((?:auth|bookmarks|bots|chat|conversations|files|pins|reactions|team|usergroups|users|views)\.[a-zA-Z.]+|filesUploadV2)\(/g,
  );
  expect(called.filter((method) => scopesOf[method] === undefined)).toEqual([]);
  const needed = new Set([
    ...called.flatMap((method) => scopesOf[method] ?? []),
    ...Object.keys(otherScopes),
  ]);
  expect(manifest.oauth_config.scopes.bot.toSorted()).toEqual([...needed].toSorted());
  expect(manifest.oauth_config.scopes.bot).toEqual(botScopes);
});

test("the hint names words that are understood, and the playground shows the same", () => {
  const [command] = manifest.features.slash_commands;
  const understood = (word: string): boolean => {
    const parsed = parseCommand(word, []);
    return parsed.name !== "not-understood" || parsed.problem.why !== "unknown-word";
  };
  const words: readonly string[] = command.usage_hint.match(/[a-z]+/g);
  expect(words.length).toBeGreaterThan(5);
  expect(words.filter((word) => !understood(word))).toEqual([]);
  expect(defaultCommands).toEqual([
    { command: command.command, description: command.description, usageHint: command.usage_hint },
  ]);
});

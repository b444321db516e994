// What a workspace starts with, in the words of the person who writes a test or a demo.

export type PersonSeed = {
  /** The handle: `ana` is found by `workspace.person("ana")` and mentioned as `@ana`. */
  readonly name: string;
  readonly id?: string;
  readonly realName?: string;
  readonly email?: string;
  /** As Slack gives it: `en-US` (default), `fr-FR`. */
  readonly locale?: string;
  readonly timezone?: string;
  readonly admin?: boolean;
  readonly guest?: boolean;
  readonly deactivated?: boolean;
  readonly bot?: boolean;
};

export type GroupSeed = {
  /** `release` is mentioned as `@release`. */
  readonly handle: string;
  readonly id?: string;
  readonly name?: string;
  /** Names of people. */
  readonly members: readonly string[];
};

export type ChannelSeed = {
  readonly name: string;
  readonly id?: string;
  readonly topic?: string;
  readonly private?: boolean;
  readonly archived?: boolean;
  /** Names of people; everyone who is active and no guest, when left out. */
  readonly members?: readonly string[];
  /** Whether the app's bot is in the channel. Default true. */
  readonly bot?: boolean;
};

export type CommandSeed = {
  readonly command: string;
  readonly description?: string;
  readonly usageHint?: string;
  /** Slack's `should_escape`: typed @people and #channels arrive as `<@U…|ana>` and `<#C…|kitchen>`. Default true. */
  readonly escape?: boolean;
};

export type AppSeed = {
  /** The bot's handle. */
  readonly name: string;
  readonly id?: string;
  readonly userId?: string;
  readonly botId?: string;
  readonly commands?: readonly CommandSeed[];
  readonly scopes?: readonly string[];
  /** Event types the app subscribes to. Default `app_home_opened` and `app_mention`. */
  readonly events?: readonly string[];
  readonly botToken?: string;
  readonly appToken?: string;
};

export type WorkspaceSeed = {
  readonly team?: { readonly id?: string; readonly name?: string; readonly domain?: string };
  readonly app?: AppSeed;
  readonly people: readonly PersonSeed[];
  readonly groups?: readonly GroupSeed[];
  readonly channels: readonly ChannelSeed[];
};

export const defaultScopes = [
  "commands",
  "chat:write",
  "chat:write.public",
  "files:write",
  "users:read",
  "usergroups:read",
  "app_mentions:read",
  "channels:read",
  "groups:read",
  "channels:history",
  "groups:history",
  "pins:write",
] as const;

export const defaultCommands: readonly CommandSeed[] = [
  {
    command: "/promote",
    description: "Promote PREPROD to PROD",
    usageHint: "[diff | status | history | rollback | logs | lock | unlock | doctor | help]",
  },
];

/** Readable and stable: `ana` becomes `U0000000ANA`, so that a config can be written before the workspace exists. */
export function idFor(prefix: string, name: string): string {
  return (
    prefix +
    name
      .toUpperCase()
      .replace(/[^A-Z0-9]/g, "")
      .padStart(10, "0")
  );
}

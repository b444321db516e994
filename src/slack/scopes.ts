// The scopes of the bot's token, as `manifest.yml` asks for them.

export const botScopes = [
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
] as const;

/** Only needed to announce in a public channel that the bot was not invited to. */
export const optionalScopes: ReadonlySet<string> = new Set(["chat:write.public"]);

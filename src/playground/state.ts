// Everything a workspace knows, as plain data that one process owns.

import { randomBytes } from "node:crypto";
import type { Fields } from "./fields.ts";
import { createNews, type News } from "./news.ts";
import {
  type ChannelSeed,
  defaultCommands,
  defaultScopes,
  idFor,
  type PersonSeed,
  type WorkspaceSeed,
} from "./seed.ts";

export type Block = { readonly type: string; readonly block_id: string; readonly [name: string]: unknown };

export type User = {
  readonly id: string;
  readonly name: string;
  readonly realName: string;
  readonly email: string;
  readonly locale: string;
  readonly timezone: string;
  readonly admin: boolean;
  readonly guest: boolean;
  readonly bot: boolean;
  deactivated: boolean;
};

export type Group = {
  readonly id: string;
  readonly handle: string;
  readonly name: string;
  members: string[];
  disabled: boolean;
};

export type Channel = {
  readonly id: string;
  readonly name: string;
  readonly kind: "public" | "private" | "im";
  topic: string;
  archived: boolean;
  readonly members: Set<string>;
  readonly created: number;
  /** Oldest first; replies stand among them with their `threadTs`. */
  readonly messages: Message[];
  readonly pins: { readonly ts: string; readonly by: string; readonly at: number }[];
};

export type Message = {
  readonly ts: string;
  readonly channel: string;
  readonly user: string;
  readonly botId: string | undefined;
  text: string;
  blocks: readonly Block[];
  attachments: readonly Fields[];
  readonly threadTs: string | undefined;
  broadcast: boolean;
  metadata: Fields | undefined;
  editedTs: string | undefined;
  /** A parent whose thread outlived it. */
  tombstone: boolean;
  readonly files: readonly string[];
  readonly reactions: Map<string, string[]>;
  /** The only person who sees it; `undefined` for an ordinary message. */
  readonly onlyFor: string | undefined;
  /** True for what Slack itself says, such as a failed command. */
  readonly fromSlack: boolean;
};

export type StoredFile = {
  readonly id: string;
  readonly name: string;
  title: string;
  readonly user: string;
  readonly created: number;
  readonly length: number;
  readonly snippetType: string | undefined;
  readonly altText: string;
  readonly uploadKey: string;
  bytes: Buffer | undefined;
  complete: boolean;
  readonly shares: { readonly channel: string; readonly ts: string; readonly threadTs: string | undefined }[];
};

export type View = {
  readonly id: string;
  readonly kind: "modal" | "home";
  readonly user: string;
  content: Fields;
  hash: string;
  readonly rootId: string;
  readonly previousId: string | undefined;
  /** block_id -> action_id -> what Slack calls the element's state. */
  values: Map<string, Map<string, Fields>>;
  errors: ReadonlyMap<string, string>;
};

export type AppIdentity = {
  readonly id: string;
  readonly name: string;
  readonly userId: string;
  readonly botId: string;
  readonly commands: readonly {
    readonly command: string;
    readonly description: string;
    readonly usageHint: string;
    readonly escape: boolean;
  }[];
  readonly events: ReadonlySet<string>;
  readonly scopes: Set<string>;
  readonly appScopes: Set<string>;
  botToken: string;
  appToken: string;
};

export type State = {
  readonly team: { readonly id: string; readonly name: string; readonly domain: string };
  readonly app: AppIdentity;
  readonly users: Map<string, User>;
  readonly groups: Map<string, Group>;
  readonly channels: Map<string, Channel>;
  /** What only one person sees, by channel and in order; gone when that person reloads. */
  readonly ephemerals: Message[];
  readonly files: Map<string, StoredFile>;
  /** Modals: for each person a stack, the visible one last. */
  readonly modals: Map<string, View[]>;
  readonly homes: Map<string, View>;
  /** What people chose in menus of messages, by person and message, in the form of `View.values`. */
  readonly choices: Map<string, View["values"]>;
  readonly news: News;
  /** Where the server answers, known once it listens. */
  origin: string;
  /** Milliseconds; injected so that tests can let time pass. */
  readonly now: () => number;
  /** Message timestamps: unique and rising, as Slack's are. */
  readonly nextTs: () => string;
};

export function createState(seed: WorkspaceSeed, now: () => number): State {
  const appName = seed.app?.name ?? "passerelle";
  let lastMicros = 0;
  const state: State = {
    team: {
      id: seed.team?.id ?? idFor("T", "PLAYGROUND"),
      name: seed.team?.name ?? "Playground",
      domain: seed.team?.domain ?? "playground",
    },
    app: {
      id: seed.app?.id ?? idFor("A", appName),
      name: appName,
      userId: seed.app?.userId ?? idFor("U", appName),
      botId: seed.app?.botId ?? idFor("B", appName),
      commands: (seed.app?.commands ?? defaultCommands).map((command) => ({
        command: command.command,
        description: command.description ?? "",
        usageHint: command.usageHint ?? "",
        escape: command.escape ?? true,
      })),
      events: new Set(seed.app?.events ?? ["app_home_opened", "app_mention"]),
      scopes: new Set(seed.app?.scopes ?? defaultScopes),
      appScopes: new Set(["connections:write"]),
      botToken: seed.app?.botToken ?? `xoxb-playground-${randomBytes(12).toString("hex")}`,
      appToken: seed.app?.appToken ?? `xapp-1-playground-${randomBytes(12).toString("hex")}`,
    },
    users: new Map(),
    groups: new Map(),
    channels: new Map(),
    ephemerals: [],
    files: new Map(),
    modals: new Map(),
    homes: new Map(),
    choices: new Map(),
    news: createNews(),
    origin: "http://127.0.0.1",
    now,
    nextTs: () => {
      lastMicros = Math.max(Math.floor(now() * 1000), lastMicros + 1);
      return `${Math.floor(lastMicros / 1e6)}.${String(lastMicros % 1e6).padStart(6, "0")}`;
    },
  };
  addUser(state, { name: appName, id: state.app.userId, realName: appName, bot: true });
  for (const person of seed.people) addUser(state, person);
  for (const group of seed.groups ?? []) {
    const id = group.id ?? idFor("S", group.handle);
    const members = group.members.map((name) => userNamed(state, name).id);
    state.groups.set(id, {
      id,
      handle: group.handle,
      name: group.name ?? group.handle,
      members,
      disabled: false,
    });
  }
  for (const channel of seed.channels) addChannel(state, channel);
  return state;
}

export function addUser(state: State, person: PersonSeed): User {
  const user: User = {
    id: person.id ?? idFor("U", person.name),
    name: person.name,
    realName: person.realName ?? person.name.replace(/^./, (first) => first.toUpperCase()),
    email: person.email ?? `${person.name}@example.org`,
    locale: person.locale ?? "en-US",
    timezone: person.timezone ?? "UTC",
    admin: person.admin ?? false,
    guest: person.guest ?? false,
    bot: person.bot ?? false,
    deactivated: person.deactivated ?? false,
  };
  if (state.users.has(user.id)) throw new Error(`Two people of the workspace have the id ${user.id}.`);
  state.users.set(user.id, user);
  return user;
}

export function addChannel(state: State, seed: ChannelSeed): Channel {
  const everyone = [...state.users.values()].filter((user) => !user.bot && !user.guest && !user.deactivated);
  const members = seed.members?.map((name) => userNamed(state, name).id) ?? everyone.map((user) => user.id);
  const channel: Channel = {
    id: seed.id ?? idFor("C", seed.name),
    name: seed.name.replace(/^#/, ""),
    kind: seed.private ? "private" : "public",
    topic: seed.topic ?? "",
    archived: seed.archived ?? false,
    members: new Set(seed.bot === false ? members : [...members, state.app.userId]),
    created: Math.floor(state.now() / 1000),
    messages: [],
    pins: [],
  };
  state.channels.set(channel.id, channel);
  return channel;
}

/** By name, `@name` or id; a name nobody has is a mistake of the caller. */
export function userNamed(state: State, name: string): User {
  const bare = name.replace(/^@/, "");
  const found = state.users.get(bare) ?? [...state.users.values()].find((user) => user.name === bare);
  if (found === undefined) {
    const names = [...state.users.values()].map((user) => user.name).join(", ");
    throw new Error(`Nobody here is called "${name}". There are: ${names}.`);
  }
  return found;
}

/** By `#name`, name or id. */
export function channelNamed(state: State, name: string): Channel {
  const bare = name.replace(/^#/, "");
  const found =
    state.channels.get(bare) ?? [...state.channels.values()].find((channel) => channel.name === bare);
  if (found === undefined) {
    const names = [...state.channels.values()].map((channel) => `#${channel.name}`).join(", ");
    throw new Error(`There is no channel "${name}". There are: ${names}.`);
  }
  return found;
}

/** The direct conversation of a person and the bot, made when first needed. */
export function directChannel(state: State, userId: string): Channel {
  const id = `D${userId.slice(1)}`;
  const existing = state.channels.get(id);
  if (existing !== undefined) return existing;
  const channel: Channel = {
    id,
    name: `dm-${userId}`,
    kind: "im",
    topic: "",
    archived: false,
    members: new Set([userId, state.app.userId]),
    created: Math.floor(state.now() / 1000),
    messages: [],
    pins: [],
  };
  state.channels.set(id, channel);
  return channel;
}

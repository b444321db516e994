// Which channel belongs to which app: the configuration may say an id or a #name, Slack always says ids.

import type { WebClient } from "@slack/web-api";
import type { AppConfig, Config } from "../config/config.ts";
import { callFailure, isCallError } from "./clients.ts";

export type Channels = {
  /** The id of a configured channel; undefined when Slack knows none of that name that the bot can see. */
  readonly idOf: (channel: string) => Promise<string | undefined>;
  readonly belongs: (app: AppConfig, channelId: string) => Promise<boolean>;
  /** The apps that are promoted in this channel. */
  readonly appsIn: (channelId: string) => Promise<readonly AppConfig[]>;
  /** Whether a person is in the channel of an app. False where Slack does not let the bot see. */
  readonly holds: (app: AppConfig, user: string) => Promise<boolean>;
  /** For a sentence: a mention when the id is known. */
  readonly mention: (channel: string) => Promise<string>;
};

export function createChannels(options: {
  readonly config: Pick<Config, "apps">;
  readonly client: Pick<WebClient, "conversations">;
}): Channels {
  const { config, client } = options;
  const known = new Map<string, string>();

  async function idOf(channel: string): Promise<string | undefined> {
    if (isId(channel)) return channel;
    const name = channel.replace(/^#/, "");
    return known.get(name) ?? (await look(name));
  }

  async function look(name: string): Promise<string | undefined> {
    let cursor: string | undefined;
    do {
      const page = await client.conversations.list({
        exclude_archived: true,
        limit: 200,
        types: "public_channel,private_channel",
        ...(cursor !== undefined && { cursor }),
      });
      for (const found of page.channels ?? []) {
        if (found.name !== undefined && found.id !== undefined) known.set(found.name, found.id);
      }
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined && !known.has(name));
    return known.get(name);
  }

  async function isMember(channel: string, user: string): Promise<boolean> {
    let cursor: string | undefined;
    do {
      const page = await client.conversations.members({
        channel,
        limit: 1000,
        ...(cursor !== undefined && { cursor }),
      });
      if (page.members?.includes(user) === true) return true;
      cursor = page.response_metadata?.next_cursor || undefined;
    } while (cursor !== undefined);
    return false;
  }

  const belongs = async (app: AppConfig, channelId: string) => (await idOf(app.channel)) === channelId;
  return {
    idOf,
    belongs,
    async appsIn(channelId) {
      const apps = [...config.apps.values()];
      const here = await Promise.all(apps.map((app) => belongs(app, channelId)));
      return apps.filter((_, index) => here[index]);
    },
    async holds(app, user) {
      try {
        const channel = await idOf(app.channel);
        return channel !== undefined && (await isMember(channel, user));
      } catch (error) {
        if (callFailure(error).kind !== "refused") throw error;
        return false;
      }
    },
    async mention(channel) {
      try {
        const id = await idOf(channel);
        return id === undefined ? channel : `<#${id}>`;
      } catch (error) {
        if (!isCallError(error)) throw error;
        return channel;
      }
    },
  };
}

function isId(channel: string): boolean {
  return /^[CGD][A-Z0-9]{5,}$/.test(channel);
}

// Asks Slack what `passerelle doctor` wants to know: tokens, scopes, channels, people. Nothing is posted, and no socket is kept.

import type { AppConfig, Environment } from "../config/config.ts";
import { isFailure, type PasserelleError } from "../errors.ts";
import { createChannels } from "./channels.ts";
import { callFailure, createAsker, isCallError, slackFailure } from "./clients.ts";
import { createLibraryLogger, type RoomLogger } from "./logging.ts";
import { createMembership, type KnownMembership, type Standing } from "./membership.ts";

export type Asked<Value> = Value | { readonly failure: PasserelleError };

export type SlackBot = {
  readonly userId: string;
  readonly name: string;
  readonly team: string;
  /** Undefined when Slack did not say. */
  readonly scopes: readonly string[] | undefined;
  /** How far the clock here is ahead of Slack's; undefined when Slack did not say. */
  readonly aheadSeconds: number | undefined;
};

export type ChannelState = "member" | "not-member" | "archived" | "unknown";

export type Approvers = {
  readonly people: readonly { readonly id: string; readonly standing: Standing }[];
  /** `members` is undefined for a group that Slack does not know. */
  readonly groups: readonly { readonly id: string; readonly members: number | undefined }[];
};

export type SlackInspector = {
  bot(): Promise<Asked<SlackBot>>;
  /** Asks for the address of a socket, which nobody then opens. */
  appToken(): Promise<Asked<{ readonly scoped: true } | { readonly needed: string }>>;
  channel(app: AppConfig): Promise<Asked<{ readonly state: ChannelState }>>;
  approvers(app: AppConfig): Promise<Asked<Approvers>>;
};

export function createSlackInspector(
  slack: Environment["slack"],
  apps: ReadonlyMap<string, AppConfig>,
  options: { readonly logger: RoomLogger; readonly now: () => number },
): SlackInspector {
  const library = createLibraryLogger(options.logger, (text) => text);
  const dates: string[] = [];
  const bot = createAsker(slack, slack.botToken ?? "", library, ({ headers }) => {
    dates.push(headers.get("date") ?? "");
  });
  const channels = createChannels({ config: { apps }, client: bot });
  const membership: KnownMembership = createMembership({ client: bot });

  return {
    bot: () =>
      asking("SLACK_BOT_TOKEN", async () => {
        dates.length = 0;
        const before = options.now();
        const answer = await bot.auth.test();
        const between = (before + options.now()) / 2;
        const slackTime = Date.parse(dates.at(-1) ?? "");
        return {
          userId: answer.user_id ?? "",
          name: answer.user ?? "",
          team: answer.team ?? "",
          scopes: answer.response_metadata?.scopes,
          aheadSeconds: Number.isNaN(slackTime) ? undefined : Math.round((between - slackTime) / 1000),
        };
      }),
    appToken: () =>
      asking("SLACK_APP_TOKEN", async () => {
        try {
          await createAsker(slack, slack.appToken ?? "", library).apps.connections.open({});
          return { scoped: true } as const;
        } catch (error) {
          const failure = callFailure(error);
          if (failure.kind === "refused" && failure.error === "missing_scope")
            return { needed: failure.needed ?? "connections:write" };
          throw error;
        }
      }),
    channel: (app) =>
      asking("SLACK_BOT_TOKEN", async () => {
        const id = await channels.idOf(app.channel);
        if (id === undefined) return { state: "unknown" };
        try {
          const { channel } = await bot.conversations.info({ channel: id });
          if (channel?.is_archived === true) return { state: "archived" };
          return { state: channel?.is_member === true ? "member" : "not-member" };
        } catch (error) {
          const failure = callFailure(error);
          if (failure.kind === "refused" && failure.error === "channel_not_found")
            return { state: "unknown" };
          throw error;
        }
      }),
    approvers: (app) => asking("SLACK_BOT_TOKEN", () => approversNow(app.approval.approvers, membership)),
  };
}

async function approversNow(
  ids: readonly string[],
  { groupNow, standing }: KnownMembership,
): Promise<Approvers> {
  const groups = await Promise.all(
    ids
      .filter((id) => id.startsWith("S"))
      .map(async (id) => {
        const members = await groupNow(id);
        return { id, members };
      }),
  );
  const named = ids.filter((id) => !id.startsWith("S"));
  const people = [...new Set([...named, ...groups.flatMap(({ members }) => members ?? [])])];
  return {
    people: await Promise.all(people.map(async (id) => ({ id, standing: await standing(id) }))),
    groups: groups.map(({ id, members }) => ({ id, members: members?.length })),
  };
}

async function asking<Value>(
  token: "SLACK_BOT_TOKEN" | "SLACK_APP_TOKEN",
  question: () => Promise<Value>,
): Promise<Asked<Value>> {
  try {
    return await question();
  } catch (error) {
    if (isFailure(error)) return { failure: error };
    // An answer that is none, as of a proxy's own page, is a Slack that cannot be spoken to.
    if (isCallError(error) || error instanceof Error) return { failure: slackFailure(error, token) };
    throw error;
  }
}

// What Slack says of the tokens, the channels and the approvers.

import type { AppConfig, Environment } from "../config/config.ts";
import {
  type Approvers,
  type Asked,
  type ChannelState,
  createSlackInspector,
  type SlackBot,
} from "../slack/inspect.ts";
import type { RoomLogger } from "../slack/logging.ts";
import { botScopes, optionalScopes } from "../slack/scopes.ts";
import { clockVerdict } from "./clocks.ts";
import { type Finding, failed, ok, warning, wrong } from "./finding.ts";

export async function examineSlack(
  slack: Environment["slack"],
  apps: ReadonlyMap<string, AppConfig>,
  options: { readonly logger: RoomLogger; readonly now: () => number },
): Promise<readonly Finding[]> {
  const inspector = createSlackInspector(slack, apps, options);
  const appToken = slack.appToken === undefined ? undefined : inspector.appToken();
  const bot = slack.botToken === undefined ? undefined : await inspector.bot();
  const wayIn = [...wayInVerdict(slack), ...(appToken === undefined ? [] : appTokenVerdict(await appToken))];
  if (bot === undefined) return [wrong("token-absent", { variable: "SLACK_BOT_TOKEN" }), ...wayIn];
  if ("failure" in bot) return [failed(bot.failure), ...wayIn];
  const ofApps = await Promise.all(
    [...apps.values()].map(async (app) => {
      const [channel, approvers] = await Promise.all([inspector.channel(app), inspector.approvers(app)]);
      return [channelVerdict(app, channel, bot), ...approversVerdict(app, approvers)];
    }),
  );
  return [...botVerdict(bot), ...wayIn, ...ofApps.flat()];
}

export function botVerdict({ name, team, scopes, aheadSeconds }: SlackBot): readonly Finding[] {
  const missing = botScopes.filter(
    (scope) => !optionalScopes.has(scope) && scopes?.includes(scope) === false,
  );
  return [
    ok("bot-token", { bot: name, team }),
    scopes === undefined
      ? warning("scopes-unknown")
      : missing.length > 0
        ? wrong("scopes-missing", { scopes: missing })
        : ok("scopes-complete"),
    ...(aheadSeconds === undefined
      ? []
      : [clockVerdict(aheadSeconds, { good: "slack-clock", apart: "slack-clock-apart" })]),
  ];
}

export function wayInVerdict({ appToken, signingSecret, port }: Environment["slack"]): readonly Finding[] {
  if (appToken !== undefined) return [];
  if (signingSecret === undefined && port === undefined)
    return [wrong("token-absent", { variable: "SLACK_APP_TOKEN" })];
  if (signingSecret === undefined || port === undefined) return [wrong("no-way-in")];
  return [/^[0-9a-f]{32}$/.test(signingSecret) ? ok("signing-secret") : warning("signing-secret-form")];
}

function appTokenVerdict(
  asked: Asked<{ readonly scoped: true } | { readonly needed: string }>,
): readonly Finding[] {
  if ("failure" in asked) return [failed(asked.failure)];
  return ["needed" in asked ? wrong("app-token-scope", { needed: asked.needed }) : ok("app-token")];
}

export function channelVerdict(
  { name: app, channel }: AppConfig,
  asked: Asked<{ readonly state: ChannelState }>,
  { name: bot }: SlackBot,
): Finding {
  if ("failure" in asked) return failed(asked.failure);
  const facts = { app, channel, bot };
  switch (asked.state) {
    case "member":
      return ok("channel-member", facts);
    case "not-member":
      return wrong("channel-not-member", facts);
    case "archived":
      return wrong("channel-archived", facts);
    case "unknown":
      return wrong("channel-unknown", facts);
  }
}

export function approversVerdict(
  { name: app, approval }: AppConfig,
  asked: Asked<Approvers>,
): readonly Finding[] {
  if ("failure" in asked) return [failed(asked.failure)];
  const { required, byRequester, approvers } = approval;
  const people = asked.people.filter(({ standing }) => standing === "may-decide").length;
  const facts = { app, people, required };
  // Somebody of a group who left is the group's own affair.
  const out = asked.people
    .filter(({ id, standing }) => standing !== "may-decide" && approvers.includes(id))
    .map(({ id, standing }) => warning("approver-out", { app, id, standing }));
  const groups = asked.groups.flatMap(({ id, members }) => {
    if (members === undefined) return [wrong("approver-group-unknown", { app, id })];
    return members === 0 ? [warning("approver-group-empty", { app, id })] : [];
  });
  const enough =
    people < required
      ? wrong("approvers-too-few", facts)
      : people === required && !byRequester
        ? warning("approvers-alone", facts)
        : ok("approvers-enough", facts);
  return [...out, ...groups, enough];
}

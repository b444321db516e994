// users.* and usergroups.*: who there is, and which groups they form.

import type { Fields } from "../fields.ts";
import { Refusal } from "../refusal.ts";
import type { Group, State, User } from "../state.ts";
import { type Call, flagged, type Methods, needText, page } from "./call.ts";

export const userMethods: Methods = {
  "users.info": { token: "bot", scope: "users:read", run: info },
  "users.list": { token: "bot", scope: "users:read", run: list },
  "usergroups.list": { token: "bot", scope: "usergroups:read", run: groups },
  "usergroups.users.list": { token: "bot", scope: "usergroups:read", run: groupMembers },
};

function info(call: Call) {
  const user = call.state.users.get(needText(call, "user"));
  if (user === undefined) throw new Refusal("user_not_found");
  return { user: userFields(call.state, user, flagged(call, "include_locale")) };
}

function list(call: Call) {
  const { items, next } = page(call, [...call.state.users.values()], 1000, 1000);
  return {
    members: items.map((user) => userFields(call.state, user, flagged(call, "include_locale"))),
    cache_ts: Math.floor(call.state.now() / 1000),
    response_metadata: { next_cursor: next },
  };
}

function groups(call: Call) {
  const shown = [...call.state.groups.values()].filter(
    (group) => !group.disabled || flagged(call, "include_disabled"),
  );
  return {
    usergroups: shown.map((group) => ({
      ...groupFields(call.state, group),
      ...(flagged(call, "include_users") ? { users: group.members } : {}),
      ...(flagged(call, "include_count") ? { user_count: group.members.length } : {}),
    })),
  };
}

function groupMembers(call: Call) {
  const group = call.state.groups.get(needText(call, "usergroup"));
  if (group === undefined || (group.disabled && !flagged(call, "include_disabled")))
    throw new Refusal("no_such_subteam");
  return { users: group.members };
}

function groupFields(state: State, group: Group): Fields {
  return {
    id: group.id,
    team_id: state.team.id,
    is_usergroup: true,
    is_subteam: true,
    name: group.name,
    handle: group.handle,
    description: "",
    is_external: false,
    date_delete: group.disabled ? Math.floor(state.now() / 1000) : 0,
  };
}

function userFields(state: State, user: User, withLocale: boolean): Fields {
  return {
    id: user.id,
    team_id: state.team.id,
    name: user.name,
    real_name: user.realName,
    deleted: user.deactivated,
    tz: user.timezone,
    tz_label: user.timezone,
    tz_offset: offsetSeconds(user.timezone, state.now()),
    is_admin: user.admin,
    is_owner: false,
    is_primary_owner: false,
    is_restricted: user.guest,
    is_ultra_restricted: false,
    is_bot: user.bot,
    is_app_user: false,
    updated: Math.floor(state.now() / 1000),
    profile: {
      real_name: user.realName,
      display_name: user.name,
      email: user.email,
      team: state.team.id,
      ...(user.id === state.app.userId ? { api_app_id: state.app.id, bot_id: state.app.botId } : {}),
    },
    ...(withLocale ? { locale: user.locale } : {}),
  };
}

function offsetSeconds(timezone: string, at: number): number {
  const name = new Intl.DateTimeFormat("en-US", { timeZone: timezone, timeZoneName: "longOffset" })
    .formatToParts(at)
    .find((part) => part.type === "timeZoneName")?.value;
  const found = /GMT([+-])(\d{2}):(\d{2})/.exec(name ?? "");
  if (found === null) return 0;
  return (found[1] === "-" ? -1 : 1) * (Number(found[2]) * 3600 + Number(found[3]) * 60);
}

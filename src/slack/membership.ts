// Who the approvers are, as Slack knows them now: groups expanded, and nobody who left, is a guest or is a bot.

import type { WebClient } from "@slack/web-api";
import type { Membership } from "../promotion/promotions.ts";
import { callFailure } from "./clients.ts";

export type MembershipOptions = {
  readonly client: Pick<WebClient, "usergroups" | "users">;
  readonly now?: () => number;
  /** How long a group's members may be shown without asking again. Decisions always ask. */
  readonly rememberSeconds?: number;
};

export type KnownMembership = Membership & {
  /** For showing, not for deciding: may be as old as `rememberSeconds`. */
  readonly members: (group: string) => Promise<readonly string[]>;
  /** What keeps somebody from deciding, asked now. */
  readonly standing: (user: string) => Promise<Standing>;
  /** Asked now; undefined when Slack knows no such group. */
  readonly groupNow: (group: string) => Promise<readonly string[] | undefined>;
};

export type Standing = "may-decide" | "unknown" | "deactivated" | "guest" | "bot";

export function createMembership({
  client,
  now = Date.now,
  rememberSeconds = 60,
}: MembershipOptions): KnownMembership {
  const groups = new Map<string, { readonly at: number; readonly members: readonly string[] }>();

  async function groupNow(group: string): Promise<readonly string[] | undefined> {
    const answer = await unlessAbsent(client.usergroups.users.list({ usergroup: group }));
    if (answer === "absent") return undefined;
    // An answer without a list is no empty group: fail, so that nothing is decided on it.
    if (answer.users === undefined) throw new Error(`Slack gave no members for the group ${group}`);
    groups.set(group, { at: now(), members: answer.users });
    return answer.users;
  }

  const askGroup = async (group: string): Promise<readonly string[]> => (await groupNow(group)) ?? [];

  async function standing(user: string): Promise<Standing> {
    const answer = await unlessAbsent(client.users.info({ user }));
    if (answer === "absent") return "unknown";
    const person = answer.user;
    if (person === undefined) throw new Error(`Slack gave no answer about ${user}`);
    if (person.deleted === true) return "deactivated";
    if (person.is_bot === true || user === "USLACKBOT") return "bot";
    const guest =
      person.is_restricted === true || person.is_ultra_restricted === true || person.is_stranger === true;
    return guest ? "guest" : "may-decide";
  }

  return {
    standing,
    groupNow,
    async approvers(approvers) {
      const lists = await Promise.all(
        approvers.map(async (id) => (id.startsWith("S") ? await askGroup(id) : [id])),
      );
      const people = [...new Set(lists.flat())];
      const standings = await Promise.all(people.map(standing));
      return new Set(people.filter((_, index) => standings[index] === "may-decide"));
    },
    async members(group) {
      const known = groups.get(group);
      if (known !== undefined && now() - known.at < rememberSeconds * 1000) return known.members;
      return askGroup(group);
    },
  };
}

/** A person or group that Slack does not know approves nothing; any other failure leaves the question open. */
async function unlessAbsent<Answer>(asked: Promise<Answer>): Promise<Answer | "absent"> {
  try {
    return await asked;
  } catch (error) {
    const failure = callFailure(error);
    if (failure.kind === "refused" && absent.has(failure.error)) return "absent";
    throw error;
  }
}

const absent: ReadonlySet<string> = new Set([
  "user_not_found",
  "user_not_visible",
  "users_not_found",
  "no_such_subteam",
  "subteam_not_found",
]);

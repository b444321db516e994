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
};

export function createMembership({
  client,
  now = Date.now,
  rememberSeconds = 60,
}: MembershipOptions): KnownMembership {
  const groups = new Map<string, { readonly at: number; readonly members: readonly string[] }>();

  async function askGroup(group: string): Promise<readonly string[]> {
    const answer = await unlessAbsent(client.usergroups.users.list({ usergroup: group }));
    if (answer === "absent") return [];
    // An answer without a list is no empty group: fail, so that nothing is decided on it.
    if (answer.users === undefined) throw new Error(`Slack gave no members for the group ${group}`);
    groups.set(group, { at: now(), members: answer.users });
    return answer.users;
  }

  async function mayDecide(user: string): Promise<boolean> {
    const answer = await unlessAbsent(client.users.info({ user }));
    if (answer === "absent") return false;
    const person = answer.user;
    if (person === undefined) throw new Error(`Slack gave no answer about ${user}`);
    const guest =
      person.is_restricted === true || person.is_ultra_restricted === true || person.is_stranger === true;
    return person.deleted !== true && person.is_bot !== true && !guest && user !== "USLACKBOT";
  }

  return {
    async approvers(approvers) {
      const lists = await Promise.all(
        approvers.map(async (id) => (id.startsWith("S") ? await askGroup(id) : [id])),
      );
      const people = [...new Set(lists.flat())];
      const allowed = await Promise.all(people.map(mayDecide));
      return new Set(people.filter((_, index) => allowed[index]));
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

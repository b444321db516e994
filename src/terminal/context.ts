// What a terminal command has at hand: the promotions object, the screen and who is typing.

import { userInfo } from "node:os";
import { PasserelleError } from "../errors.ts";
import type { Person, Promotions } from "../promotion/promotions.ts";
import type { Screen } from "./screen.ts";

export type TerminalContext = {
  readonly promotions: Promotions;
  readonly screen: Screen;
  readonly by: Person;
};

/** Exit codes of `contract.md`: what a script can tell apart. */
export const exits = {
  ok: 0,
  error: 1,
  changes: 2,
  nothingToDo: 2,
  blocked: 3,
  refused: 4,
  rolledBack: 5,
  parked: 6,
} as const;

export function whoTypes(): Person {
  return { id: `terminal:${loginName()}`, via: "terminal" };
}

function loginName(): string {
  try {
    return userInfo().username;
  } catch {
    // A container may run under a user id without a name.
    return String(process.getuid?.() ?? "unknown");
  }
}

/** The app that was named, or the only one there is. */
export function chooseApp(promotions: Promotions, named: string | undefined): string {
  if (named !== undefined) return named;
  const [only, ...others] = promotions.apps;
  if (only === undefined || others.length > 0)
    throw new PasserelleError("app-unknown", { app: "", apps: promotions.apps });
  return only;
}

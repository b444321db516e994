// Pressing a button by the words on it, with the confirmation that may stand between.

import { asFields, textOf } from "../fields.ts";
import { actInMessage, actInView, type Desk, type Outcome } from "../interactions.ts";
import type { User } from "../state.ts";
import { withEmoji } from "../text/emoji.ts";
import { fromEntities } from "../text/mrkdwn.ts";
import { type At, elementsOf, matches, type Place, placesFor, type Where } from "./places.ts";

export type Press = Where & {
  /** What the person answers when the button asks "are you sure?". Default true. */
  readonly confirm?: boolean | undefined;
};

/** `question` is the confirmation that was shown, as "title: text [yes] [no]". */
export type Pressed = Outcome & { readonly question: string | undefined };

export function label(at: At): string {
  return withEmoji(fromEntities(textOf(at.element.text)));
}

export async function press(
  desk: Desk,
  user: User,
  words: string | RegExp,
  press: Press,
  homeOpen: boolean,
): Promise<Pressed> {
  const { place, at } = findButton(desk, user, words, press, homeOpen);
  const confirm = asFields(at.element.confirm);
  if (confirm === undefined && press.confirm !== undefined) {
    throw new Error(`The button "${label(at)}" asks for no confirmation.`);
  }
  const question = confirm === undefined ? undefined : questionOf(confirm);
  if (press.confirm === false) return { ok: true, question };
  return { ...(await act(desk, user, place, at)), question };
}

/** A button that is not there throws a sentence that lists those that are. */
export function findButton(
  desk: Desk,
  user: User,
  words: string | RegExp,
  where: Where,
  homeOpen: boolean,
): { place: Place; at: At } {
  const places = placesFor(desk.state, user, where, homeOpen);
  for (const place of places) {
    const at = elementsOf(place).find((one) => isButton(one) && matches(words, label(one)));
    if (at !== undefined) return { place, at };
  }
  const there = places.flatMap((place) =>
    elementsOf(place)
      .filter(isButton)
      .map((at) => `"${label(at)}"`),
  );
  const list = there.length === 0 ? "no buttons at all" : `these buttons, newest first: ${there.join(", ")}`;
  throw new Error(
    `${user.name} sees no button ${String(words)}${where.in === undefined ? "" : ` in ${where.in}`}; there are ${list}.`,
  );
}

export function act(desk: Desk, user: User, place: Place, at: At, chosen = {}): Promise<Outcome> {
  return place.kind === "view"
    ? actInView(desk, user, place.view, at, chosen)
    : actInMessage(desk, user, place.message, at, chosen);
}

function isButton(at: At): boolean {
  return at.element.type === "button" || at.element.type === "icon_button";
}

function questionOf(confirm: { readonly [name: string]: unknown }): string {
  return `${textOf(confirm.title)}: ${textOf(confirm.text)} [${textOf(confirm.confirm)}] [${textOf(confirm.deny)}]`;
}

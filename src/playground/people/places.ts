// Where a person may act at this moment: the open modal alone, else their Home tab and every message they can see.

import { asList, type Fields } from "../fields.ts";
import { elementsIn } from "../messages.ts";
import { channelsFor, messagesFor, messageText, readerFor, viewText } from "../screen.ts";
import { channelNamed, type Message, type State, type User, type View } from "../state.ts";
import { visibleModal } from "../views.ts";

export type Place =
  | { readonly kind: "message"; readonly message: Message }
  | { readonly kind: "view"; readonly view: View };

export type Where = {
  /** A channel: `#kitchen`. */
  readonly in?: string | undefined;
  /** A message by its text, or by its `ts`. */
  readonly message?: string | RegExp | undefined;
};

/** Newest first. Nothing behind an open modal can be reached. */
export function placesFor(state: State, user: User, where: Where, homeOpen: boolean): readonly Place[] {
  const modal = visibleModal(state, user.id);
  if (modal !== undefined) return [{ kind: "view", view: modal }];
  const home = state.homes.get(user.id);
  const channels = where.in === undefined ? channelsFor(state, user) : [channelNamed(state, where.in)];
  const reader = readerFor(state, user);
  const messages = messagesFor(state, user, channels)
    .filter(
      (message) =>
        where.message === undefined ||
        isMeant(message, where.message, messageText(state, message, reader, user)),
    )
    .toReversed()
    .map((message): Place => ({ kind: "message", message }));
  const inHome = homeOpen && home !== undefined && where.in === undefined && where.message === undefined;
  return inHome ? [{ kind: "view", view: home }, ...messages] : messages;
}

function isMeant(message: Message, asked: string | RegExp, text: string): boolean {
  return typeof asked === "string" ? message.ts === asked || text.includes(asked) : asked.test(text);
}

export type At = { readonly block: Fields; readonly element: Fields };

export function elementsOf(place: Place): readonly At[] {
  if (place.kind === "view") return elementsIn(asList(place.view.content.blocks) ?? []);
  const attached = place.message.attachments.flatMap((attachment) => asList(attachment.blocks) ?? []);
  return elementsIn([...place.message.blocks, ...attached]);
}

export function placeText(state: State, user: User, place: Place): string {
  const reader = readerFor(state, user);
  return place.kind === "view"
    ? viewText(place.view, reader)
    : messageText(state, place.message, reader, user);
}

export function matches(asked: string | RegExp, text: string): boolean {
  return typeof asked === "string" ? asked === text : asked.test(text);
}

// What a person does on the page, done as that person.

import { asFields, asList, asText, type Fields, fieldsIn } from "../fields.ts";
import {
  actInMessage,
  actInView,
  type Desk,
  done,
  fillIn,
  type Outcome,
  openHome,
  typeLine,
} from "../interactions.ts";
import { forgetEphemerals, messageAt } from "../messages.ts";
import { closeModals, submitModal } from "../modal-submission.ts";
import { optionsOf } from "../people/filling.ts";
import { type At, elementsOf, type Place } from "../people/places.ts";
import { Refusal } from "../refusal.ts";
import type { User } from "../state.ts";
import { findView } from "../views.ts";

/** `given` comes from the page's own script; what it names must exist and be this person's to touch. */
export async function actOnPage(desk: Desk, user: User, given: Fields): Promise<Outcome> {
  if (user.deactivated || user.bot) throw new Refusal("not_a_person");
  switch (given.act) {
    case "line":
      return writeLine(desk, user, given);
    case "press":
    case "choose": {
      const { place, at } = pointedAt(desk, user, given);
      const chosen = given.act === "press" ? {} : chosenBy(at.element, given.values);
      return place.kind === "view"
        ? actInView(desk, user, place.view, at, chosen)
        : actInMessage(desk, user, place.message, at, chosen);
    }
    case "fill":
      fillOne(desk, user, given);
      return done;
    case "submit": {
      for (const answer of fieldsIn(given.answers)) fillOne(desk, user, { ...answer, view: given.view });
      return submitModal(desk, user, ownView(desk, user, given));
    }
    case "close":
      await closeModals(desk, user, ownView(desk, user, given), { all: given.all === true });
      return done;
    case "home":
      await openHome(desk, user);
      return done;
    case "reload":
      forgetEphemerals(desk.state, user.id);
      return done;
    default:
      throw new Refusal("unknown_act");
  }
}

async function writeLine(desk: Desk, user: User, given: Fields): Promise<Outcome> {
  const channel = desk.state.channels.get(asText(given.channel) ?? "");
  const text = asText(given.text)?.trim() ?? "";
  if (channel === undefined || !channel.members.has(user.id) || channel.archived)
    throw new Refusal("not_in_channel");
  if (text === "") throw new Refusal("no_text");
  return typeLine(desk, user, channel, text, asText(given.threadTs));
}

function ownView(desk: Desk, user: User, given: Fields) {
  const view = findView(desk.state, { id: asText(given.view) });
  if (view === undefined || view.user !== user.id) throw new Refusal("view_not_found");
  return view;
}

function pointedAt(desk: Desk, user: User, given: Fields): { readonly place: Place; readonly at: At } {
  const place = placeOf(desk, user, given);
  const at = elementsOf(place).find(
    ({ block, element }) => block.block_id === given.block && element.action_id === given.action,
  );
  if (at === undefined) throw new Refusal("element_not_found");
  return { place, at };
}

function placeOf(desk: Desk, user: User, given: Fields): Place {
  if (given.view !== undefined) return { kind: "view", view: ownView(desk, user, given) };
  const channel = desk.state.channels.get(asText(given.channel) ?? "");
  const ts = asText(given.ts) ?? "";
  const alone = desk.state.ephemerals.find((message) => message.ts === ts && message.onlyFor === user.id);
  const message = alone ?? (channel === undefined ? undefined : messageAt(channel, ts));
  if (message === undefined) throw new Refusal("message_not_found");
  return { kind: "message", message };
}

function fillOne(desk: Desk, user: User, given: Fields): void {
  const { place, at } = pointedAt(desk, user, given);
  if (place.kind === "view") fillIn(desk.state, place.view, at, chosenBy(at.element, given.values));
}

/** The element's new state from what the page holds: texts, option values or ids. */
function chosenBy(element: Fields, given: unknown): Fields {
  const values = (asList(given) ?? []).flatMap((value) => asText(value) ?? []);
  const first = values[0] ?? null;
  const type = asText(element.type) ?? "";
  const chosen = optionsOf(element).filter((option) => values.includes(asText(option.value) ?? ""));
  if (/_input$/.test(type)) return { value: first === "" ? null : first };
  if (type === "datepicker") return { selected_date: first || null };
  if (type === "timepicker") return { selected_time: first || null };
  if (type === "datetimepicker") return { selected_date_time: first === null ? null : Number(first) };
  if (/^(multi_static_select|checkboxes)$/.test(type)) return { selected_options: chosen };
  if (/^(static_select|radio_buttons|overflow)$/.test(type))
    return { selected_option: asFields(chosen[0]) ?? null };
  const one = /^(user|channel|conversation)s_select$/.exec(type)?.[1];
  if (one !== undefined) return { [`selected_${one}`]: first };
  const several = /^multi_(users|channels|conversations)_select$/.exec(type)?.[1];
  return several === undefined ? {} : { [`selected_${several}`]: values };
}

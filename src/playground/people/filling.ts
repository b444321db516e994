// Filling in what a form asks for by its label, and choosing from menus.

import { asFields, asText, type Fields, fieldsIn, textOf } from "../fields.ts";
import { type Desk, fillIn } from "../interactions.ts";
import { channelNamed, type State, type User, userNamed, type View } from "../state.ts";
import { type At, elementsOf, matches, type Place } from "./places.ts";
import { act } from "./pressing.ts";

/** A text, an option by its words, several of them, or a moment in seconds. */
export type Answer = string | RegExp | number | readonly (string | RegExp)[];

export async function fill(
  desk: Desk,
  user: User,
  view: View,
  answers: Readonly<Record<string, Answer>>,
): Promise<void> {
  for (const [question, answer] of Object.entries(answers)) {
    const at = inputLabelled(view, question);
    const chosen = chosenValue(desk.state, at.element, answer);
    if (at.block.dispatch_action === true) await act(desk, user, { kind: "view", view }, at, chosen);
    else fillIn(desk.state, view, at, chosen);
  }
}

function inputLabelled(view: View, question: string): At {
  const inputs = elementsOf({ kind: "view", view }).filter(({ block }) => block.type === "input");
  const labels = inputs.map(({ block }) => textOf(block.label));
  const exact = labels.indexOf(question);
  const near = labels.findIndex((label) => label.toLowerCase().startsWith(question.toLowerCase()));
  const found = inputs[exact === -1 ? near : exact];
  if (found === undefined) {
    throw new Error(
      `The modal asks for no "${question}"; it asks for ${labels.map((label) => `"${label}"`).join(", ") || "nothing"}.`,
    );
  }
  return found;
}

/** Finds a menu or a group of check boxes by its label, placeholder, section text or action_id. */
export function findMenu(places: readonly Place[], menu: string | RegExp): { place: Place; at: At } {
  for (const place of places) {
    const at = elementsOf(place).find((one) => namesOf(one).some((name) => matches(menu, name)));
    if (at !== undefined) return { place, at };
  }
  const there = places
    .flatMap((place) => elementsOf(place).map((at) => namesOf(at)[0] ?? ""))
    .filter((name) => name !== "");
  throw new Error(`There is no menu ${String(menu)}; there are: ${there.join(", ") || "none"}.`);
}

function namesOf({ block, element }: At): readonly string[] {
  if (!/(_select|checkboxes|radio_buttons|overflow|picker|_input)$/.test(asText(element.type) ?? ""))
    return [];
  return [
    textOf(block.label),
    textOf(element.placeholder),
    textOf(block.text),
    asText(element.action_id) ?? "",
  ].filter((name) => name !== "");
}

/** What Slack calls the element's new state, such as `{ selected_option: … }`. */
export function chosenValue(state: State, element: Fields, answer: Answer): Fields {
  const type = asText(element.type) ?? "";
  const several = Array.isArray(answer)
    ? (answer as readonly (string | RegExp)[])
    : [answer as string | RegExp];
  const one = several[0] ?? "";
  if (/^(plain_text|email_text|url_text|number)_input$/.test(type)) return { value: String(answer) };
  if (type === "datepicker") return { selected_date: String(answer) };
  if (type === "timepicker") return { selected_time: String(answer) };
  if (type === "datetimepicker") return { selected_date_time: Number(answer) };
  if (type === "static_select" || type === "radio_buttons" || type === "overflow") {
    return { selected_option: optionNamed(element, one) };
  }
  if (type === "multi_static_select" || type === "checkboxes") {
    return { selected_options: several.map((each) => optionNamed(element, each)) };
  }
  const users = several.filter((each) => typeof each === "string");
  if (type === "users_select") return { selected_user: userNamed(state, String(one)).id };
  if (type === "multi_users_select")
    return { selected_users: users.map((name) => userNamed(state, name).id) };
  if (type === "channels_select") return { selected_channel: channelNamed(state, String(one)).id };
  if (type === "conversations_select") return { selected_conversation: channelNamed(state, String(one)).id };
  throw new Error(`Nobody has taught these people to use a ${type} yet.`);
}

export function optionsOf(element: Fields): readonly Fields[] {
  return [
    ...fieldsIn(element.options),
    ...fieldsIn(element.option_groups).flatMap((group) => fieldsIn(group.options)),
  ];
}

function optionNamed(element: Fields, words: string | RegExp): Fields {
  const options = optionsOf(element);
  const found =
    options.find((option) => matches(words, textOf(option.text))) ??
    options.find((option) => option.value === words);
  if (found === undefined) {
    throw new Error(
      `There is no option ${String(words)}; there are: ${options.map((option) => `"${textOf(option.text)}"`).join(", ")}.`,
    );
  }
  return asFields(found) ?? {};
}

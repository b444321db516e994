// Menus, check boxes and radio buttons.

import { type ComponentChildren, Fragment, h } from "preact";
import { useState } from "preact/hooks";
import { asList, asText, type Fields, fieldsIn } from "../fields.ts";
import { type ElementProps, entered, heldState, optionsIn } from "./entering.ts";
import { plainWords, TextObject } from "./inline.ts";
import { type BlockPlace, usePlace, useSurroundings } from "./surroundings.ts";

type Offer = { readonly value: string; readonly words: string; readonly group: string };

export function Menu(props: ElementProps): ComponentChildren {
  const surroundings = useSurroundings();
  const place = usePlace();
  const { block, element, id, described, invalid = false } = props;
  const type = asText(element.type) ?? "";
  const multiple = type.startsWith("multi_");
  const held = heldValues(place, block, element);
  const [chosen, setChosen] = useState(held[0] ?? "");
  const offers = offersOf(element, type, surroundings.screen);
  const placeholder = plainWords(element.placeholder) || (type === "overflow" ? "More…" : "Select…");
  const onChange = (event: Event) => {
    const menu = event.currentTarget as HTMLSelectElement;
    const values = [...menu.selectedOptions].map((option) => option.value).filter((value) => value !== "");
    setChosen(values[0] ?? "");
    void entered(surroundings, place, props, values);
    if (type === "overflow") menu.value = "";
  };
  const groups = [...new Set(offers.map(({ group }) => group))];
  const option = ({ value, words }: Offer) => h("option", { value, selected: held.includes(value) }, words);
  const about = multiple ? undefined : optionsIn(element).find(({ value }) => value === chosen)?.description;
  const menu = h(
    "select",
    {
      id,
      multiple,
      "aria-describedby": described,
      "aria-invalid": invalid,
      ...(id === undefined ? { "aria-label": placeholder } : {}),
      onChange,
    },
    multiple ? null : h("option", { value: "", selected: held.length === 0 }, placeholder),
    groups.map((group) => {
      const own = offers.filter((offer) => offer.group === group).map(option);
      return group === "" ? own : h("optgroup", { label: group }, own);
    }),
  );
  return about === undefined ? menu : h(Fragment, null, menu, h("p", { class: "hint" }, plainWords(about)));
}

function offersOf(
  element: Fields,
  type: string,
  screen: ReturnType<typeof useSurroundings>["screen"],
): readonly Offer[] {
  if (type.includes("users_select"))
    return screen.people.map(({ id, name }) => ({ value: id, words: `@${name}`, group: "" }));
  if (type.includes("channels_select") || type.includes("conversations_select")) {
    return screen.channels.map(({ id, name }) => ({ value: id, words: `#${name}`, group: "" }));
  }
  const offer = (group: string) => (option: Fields) => ({
    value: asText(option.value) ?? "",
    words: optionWords(option),
    group,
  });
  return [
    ...fieldsIn(element.options).map(offer("")),
    ...fieldsIn(element.option_groups).flatMap((group) =>
      fieldsIn(group.options).map(offer(plainWords(group.label))),
    ),
  ];
}

/** A list of the browser's own has no second line, so it follows the first; below the menu it stands whole. */
function optionWords(option: Fields): string {
  const more = plainWords(option.description);
  return more === "" ? plainWords(option.text) : `${plainWords(option.text)} — ${more}`;
}

export function Choice(props: ElementProps): ComponentChildren {
  const surroundings = useSurroundings();
  const place = usePlace();
  const { block, element } = props;
  const several = element.type === "checkboxes";
  const held = heldValues(place, block, element);
  const name = `${asText(block.block_id)}-${asText(element.action_id)}`;
  const onChange = (event: Event) => {
    const group = (event.currentTarget as HTMLElement).closest(".choices");
    const boxes = [...(group?.querySelectorAll<HTMLInputElement>("input:checked") ?? [])];
    void entered(
      surroundings,
      place,
      props,
      boxes.map((box) => box.value),
    );
  };
  const rows = optionsIn(element).map((option) => {
    const value = asText(option.value) ?? "";
    const box = h("input", {
      type: several ? "checkbox" : "radio",
      name,
      value,
      defaultChecked: held.includes(value),
      onChange,
    });
    const more =
      option.description === undefined
        ? null
        : h("span", { class: "quiet" }, " ", h(TextObject, { value: option.description }));
    return h("label", { class: "choice" }, box, h("span", null, h(TextObject, { value: option.text }), more));
  });
  return h("div", { class: "choices", role: several ? "group" : "radiogroup" }, rows);
}

function heldValues(place: BlockPlace, block: Fields, element: Fields): readonly string[] {
  const held = heldState(place, block, element);
  const options = fieldsIn([held.selected_option, ...(asList(held.selected_options) ?? [])]).map(
    (option) => asText(option.value) ?? "",
  );
  const ids = [
    held.selected_user,
    held.selected_channel,
    held.selected_conversation,
    ...(asList(held.selected_users) ?? []),
  ];
  return [...options, ...ids.flatMap((id) => asText(id) ?? [])];
}

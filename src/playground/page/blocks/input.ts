// One question of a form, with its hint and what is wrong with the answer.

import { type ComponentChildren, Fragment, h } from "preact";
import { asFields, asText } from "../../fields.ts";
import { Element } from "../element.ts";
import { plainWords } from "../inline.ts";
import { usePlace } from "../surroundings.ts";
import type { BlockProps } from "./block-props.ts";

export function Input({ block }: BlockProps): ComponentChildren {
  const place = usePlace();
  const blockId = asText(block.block_id) ?? "";
  const element = asFields(block.element) ?? {};
  const error = place.errors[blockId];
  const id = `input-${blockId}`;
  const grouped = element.type === "checkboxes" || element.type === "radio_buttons";
  const label = [
    plainWords(block.label),
    block.optional === true ? h("span", { class: "optional" }, " (optional)") : null,
  ];
  const about = [
    block.hint === undefined ? null : h("p", { class: "hint", id: `${id}-hint` }, plainWords(block.hint)),
    error === undefined ? null : h("p", { class: "error", role: "alert", id: `${id}-error` }, error),
  ];
  const described = [block.hint === undefined ? "" : `${id}-hint`, error === undefined ? "" : `${id}-error`]
    .join(" ")
    .trim();
  const field = h(Element, {
    block,
    element,
    id,
    ...(described === "" ? {} : { described }),
    invalid: error !== undefined,
  });
  if (grouped) return h("fieldset", { class: "question" }, h("legend", null, label), field, about);
  return h(Fragment, null, h("div", { class: "question" }, h("label", { for: id }, label), field, about));
}

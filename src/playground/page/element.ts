// What people press, choose or fill in.

import { type ComponentChildren, h } from "preact";
import { useState } from "preact/hooks";
import { asText } from "../fields.ts";
import { Choice, Menu } from "./choosing.ts";
import { confirmed, type ElementProps, entered, heldState } from "./entering.ts";
import { plainWords } from "./inline.ts";
import { usePlace, useSurroundings } from "./surroundings.ts";

export function Element(props: ElementProps): ComponentChildren {
  const type = asText(props.element.type) ?? "";
  if (/button$/.test(type)) return h(Button, props);
  if (type === "image") return h("span", { class: "picture" }, asText(props.element.alt_text) ?? "image");
  if (type === "checkboxes" || type === "radio_buttons") return h(Choice, props);
  if (/_select$|^overflow$/.test(type)) return h(Menu, props);
  return h(Field, props);
}

function Button({ block, element }: ElementProps): ComponentChildren {
  const surroundings = useSurroundings();
  const place = usePlace();
  const [busy, setBusy] = useState(false);
  const url = asText(element.url);
  const press = async () => {
    if (!(await confirmed(surroundings, element))) return;
    setBusy(true);
    if (url !== undefined && /^https?:/.test(url) && !surroundings.follow(url))
      window.open(url, "_blank", "noopener");
    await surroundings.act({
      act: "press",
      ...place.target,
      block: block.block_id,
      action: element.action_id,
    });
    setBusy(false);
  };
  return h(
    "button",
    {
      type: "button",
      class: `button ${asText(element.style) ?? "plain"}`,
      "aria-label": asText(element.accessibility_label),
      "aria-busy": busy,
      onClick: () => void press(),
    },
    plainWords(element.text),
    url === undefined ? null : h("span", { "aria-hidden": "true" }, " ↗"),
  );
}

const inputTypes: Readonly<Record<string, string>> = {
  email_text_input: "email",
  url_text_input: "url",
  number_input: "number",
  datepicker: "date",
  timepicker: "time",
  datetimepicker: "datetime-local",
};

function Field(props: ElementProps): ComponentChildren {
  const surroundings = useSurroundings();
  const place = usePlace();
  const { element, block, id, described, invalid = false } = props;
  const held = heldState(place, block, element);
  const start = asText(held.value) ?? asText(held.selected_date) ?? asText(held.selected_time) ?? "";
  const type = asText(element.type) ?? "";
  const tell = (value: string) => {
    const seconds = type === "datetimepicker" && value !== "" ? String(Date.parse(value) / 1000) : value;
    void entered(surroundings, place, props, [seconds]);
  };
  const common = {
    id,
    defaultValue: start,
    placeholder: plainWords(element.placeholder),
    "aria-describedby": described,
    "aria-invalid": invalid,
    maxLength: typeof element.max_length === "number" ? element.max_length : undefined,
    autofocus: element.focus_on_load === true,
  };
  const labelled =
    id === undefined ? { "aria-label": plainWords(element.placeholder) || type.replaceAll("_", " ") } : {};
  if (place.enter !== undefined && block.type === "input") {
    const onInput = (event: Event) => tell((event.currentTarget as HTMLInputElement).value);
    return element.multiline === true
      ? h("textarea", { ...common, ...labelled, rows: 4, onInput })
      : h("input", { ...common, ...labelled, type: inputTypes[type] ?? "text", onInput });
  }
  const onChange = (event: Event) => tell((event.currentTarget as HTMLInputElement).value);
  return h("input", { ...common, ...labelled, type: inputTypes[type] ?? "text", onChange });
}

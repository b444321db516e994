// Blocks that are there to be read.

import { type ComponentChildren, Fragment, h } from "preact";
import { asFields, asText, fieldsIn } from "../../fields.ts";
import { Element } from "../element.ts";
import { Mrkdwn, plainWords, SafeLink, TextObject } from "../inline.ts";
import type { BlockProps } from "./block-props.ts";

export function Section({ block }: BlockProps): ComponentChildren {
  const accessory = asFields(block.accessory);
  const fields = fieldsIn(block.fields);
  return h(
    Fragment,
    null,
    h(
      "div",
      { class: "section-text" },
      block.text === undefined ? null : h("div", { class: "prose" }, h(TextObject, { value: block.text })),
      fields.length === 0
        ? null
        : h(
            "div",
            { class: "fields" },
            fields.map((field) => h("div", { class: "prose" }, h(TextObject, { value: field }))),
          ),
    ),
    accessory === undefined
      ? null
      : h("div", { class: "accessory" }, h(Element, { block, element: accessory })),
  );
}

export function Header({ block }: BlockProps): ComponentChildren {
  return h("h3", null, plainWords(block.text));
}

export function Context({ block }: BlockProps): ComponentChildren {
  const items = fieldsIn(block.elements).map((element) =>
    element.type === "image"
      ? h("span", { class: "picture" }, asText(element.alt_text) ?? "image")
      : h("span", { class: "prose" }, h(TextObject, { value: element })),
  );
  return h(Fragment, null, items);
}

export function Divider(): ComponentChildren {
  return h("hr", null);
}

/** Pictures from elsewhere are not fetched: the page asks nobody but this machine. */
export function Image({ block }: BlockProps): ComponentChildren {
  const alt = asText(block.alt_text) ?? "image";
  return h(
    "figure",
    null,
    h("div", { class: "picture" }, alt),
    block.title === undefined ? null : h("figcaption", null, plainWords(block.title)),
  );
}

export function Video({ block }: BlockProps): ComponentChildren {
  return h(
    "p",
    null,
    h(SafeLink, { url: asText(block.title_url) ?? asText(block.video_url) ?? "" }, plainWords(block.title)),
  );
}

export function Alert({ block }: BlockProps): ComponentChildren {
  const level = asText(block.level) ?? "default";
  return h(
    "div",
    { class: `alert alert-${level}`, role: "note" },
    h("span", { class: "visually-hidden" }, `${level}: `),
    h(TextObject, { value: block.text }),
  );
}

export function Markdown({ block }: BlockProps): ComponentChildren {
  return h("div", { class: "prose" }, h(Mrkdwn, { text: (asText(block.text) ?? "").replaceAll("**", "*") }));
}

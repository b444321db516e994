// Blocks that hold others: cards, folding containers, plans of tasks.

import { type ComponentChildren, Fragment, h } from "preact";
import { asText, fieldsIn } from "../../fields.ts";
import { Element } from "../element.ts";
import { plainWords, TextObject } from "../inline.ts";
import type { BlockProps } from "./block-props.ts";
import { RichText } from "./rich-text.ts";

export function Card({ block }: BlockProps): ComponentChildren {
  const actions = fieldsIn(block.actions);
  return h(
    "div",
    { class: "card" },
    block.title === undefined ? null : h("strong", null, h(TextObject, { value: block.title })),
    block.subtitle === undefined
      ? null
      : h("div", { class: "quiet" }, h(TextObject, { value: block.subtitle })),
    block.body === undefined ? null : h("div", { class: "prose" }, h(TextObject, { value: block.body })),
    actions.length === 0
      ? null
      : h(
          "div",
          { class: "block-actions" },
          actions.map((element) => h(Element, { block, element })),
        ),
  );
}

export function Carousel({ block, nested }: BlockProps): ComponentChildren {
  return h(
    "div",
    { class: "carousel", tabIndex: 0, role: "group", "aria-label": "Cards" },
    fieldsIn(block.elements).map((card) => h(Card, { block: card, nested })),
  );
}

export function Container({ block, nested }: BlockProps): ComponentChildren {
  const title = plainWords(block.title);
  const inside = h(nested, { blocks: block.child_blocks });
  if (block.is_collapsible !== true)
    return h("section", { class: "container" }, h("strong", null, title), inside);
  return h(
    "details",
    { class: "container", open: block.default_collapsed !== true },
    h("summary", null, title),
    inside,
  );
}

export function Plan({ block, nested }: BlockProps): ComponentChildren {
  return h(
    Fragment,
    null,
    h("strong", null, asText(block.title) ?? ""),
    h(
      "ul",
      { class: "tasks" },
      fieldsIn(block.tasks).map((task) => h("li", null, h(TaskCard, { block: task, nested }))),
    ),
  );
}

const marks: Readonly<Record<string, string>> = { pending: "○", in_progress: "◔", complete: "✓", error: "✗" };

export function TaskCard({ block, nested }: BlockProps): ComponentChildren {
  const status = asText(block.status) ?? "pending";
  return h(
    "div",
    { class: "card" },
    h("span", { "aria-hidden": "true" }, `${marks[status] ?? "○"} `),
    asText(block.title) ?? "",
    h("span", { class: "quiet" }, ` ${status.replace("_", " ")}`),
    block.output === undefined ? null : h(RichText, { block: fieldsIn([block.output])[0] ?? {}, nested }),
  );
}

// Cards, containers and task lists: the younger blocks that group others, in messages only.

import { asFields } from "../fields.ts";
import { button } from "./buttons.ts";
import { richText } from "./rich-text.ts";
import { both, byType, type Check, choice, flag, listOf, report, shape, text, type, url } from "./schema.ts";
import { anyText, imageElement, mrkdwn, plainText } from "./text-objects.ts";

const cardHasContent: Check = (value, pointer, context) => {
  const card = asFields(value) ?? {};
  if (["hero_image", "title", "actions", "body"].every((name) => card[name] === undefined)) {
    report(context, "one of hero_image, title, actions or body is required", pointer);
  }
};

export const card: Check = both(
  shape(
    { type },
    {
      block_id: text(255),
      hero_image: imageElement,
      icon: imageElement,
      title: mrkdwn(150),
      subtitle: mrkdwn(150),
      body: mrkdwn(200),
      subtext: mrkdwn(200),
      actions: listOf(byType({ button }), { max: 3 }),
    },
  ),
  cardHasContent,
);

export const carousel: Check = shape(
  { type, elements: listOf(byType({ card }), { max: 10 }) },
  { block_id: text(255) },
);

const containerHasTitle: Check = (value, pointer, context) => {
  const found = asFields(value) ?? {};
  if (found["title"] === undefined && found["rich_text_title"] === undefined) {
    report(context, "missing required field: title", pointer);
  }
  if (found["default_collapsed"] === true && found["is_collapsible"] !== true) {
    report(context, "default_collapsed requires is_collapsible", pointer);
  }
};

/** `children` are the rules of the blocks that may stand inside. */
export function container(children: Readonly<Record<string, Check>>): Check {
  return both(
    shape(
      { type, child_blocks: listOf(byType(children), { max: 10 }) },
      {
        block_id: text(255),
        title: plainText(150),
        rich_text_title: richText,
        subtitle: anyText(150),
        width: choice("narrow", "standard", "wide", "full"),
        icon: imageElement,
        is_collapsible: flag,
        default_collapsed: flag,
        has_header_divider: flag,
      },
    ),
    containerHasTitle,
  );
}

const source: Check = shape({ type, url: url(), text: text(255) });

export const taskCard: Check = shape(
  { type, task_id: text(255), title: text(256) },
  {
    block_id: text(255),
    status: choice("pending", "in_progress", "complete", "error"),
    details: richText,
    output: richText,
    sources: listOf(byType({ url: source }), { min: 0, max: 50 }),
  },
);

export const plan: Check = shape(
  { type, title: text(256) },
  { block_id: text(255), tasks: listOf(byType({ task_card: taskCard }), { min: 0, max: 50 }) },
);

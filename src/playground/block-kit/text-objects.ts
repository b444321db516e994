// Text objects, confirmation dialogs and the options of menus.

import { asFields } from "../fields.ts";
import { both, byType, type Check, choice, flag, listOf, report, shape, text, type, url } from "./schema.ts";

export function plainText(max = 3000): Check {
  return shape({ type: choice("plain_text"), text: text(max) }, { emoji: flag });
}

export function mrkdwn(max = 3000): Check {
  return shape({ type: choice("mrkdwn"), text: text(max) }, { verbatim: flag });
}

export function anyText(max = 3000): Check {
  return byType({ plain_text: plainText(max), mrkdwn: mrkdwn(max) });
}

export const confirm: Check = shape(
  { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  { style: choice("primary", "danger") },
);

/** Checkboxes and radio buttons may use mrkdwn in their options; menus may not. */
export function option(label: (max: number) => Check = plainText): Check {
  return shape({ text: label(75), value: text(150) }, { description: label(75), url: url() });
}

export function options(max: number, label?: (max: number) => Check): Check {
  return listOf(option(label), { max });
}

const group: Check = shape({ label: plainText(75), options: options(100) });

/** A static menu has `options` or `option_groups`, never both, and starts on one of its own options. */
export function menuOptions(value: unknown, pointer: string, context: Parameters<Check>[2]): void {
  const menu = asFields(value) ?? {};
  const both = menu["options"] !== undefined && menu["option_groups"] !== undefined;
  const neither = menu["options"] === undefined && menu["option_groups"] === undefined;
  if (both) report(context, "only one of options and option_groups may be given", pointer);
  if (neither) report(context, "missing required field: options", pointer);
}

export const menuFields = { options: options(100), option_groups: listOf(group, { max: 100 }) };

const imageFields = {
  image_url: url(),
  slack_file: shape({}, { id: text(255), url: url() }),
  alt_text: text(2000),
};

function oneImageSource(value: unknown, pointer: string, context: Parameters<Check>[2]): void {
  const image = asFields(value) ?? {};
  if (image["image_url"] === undefined && image["slack_file"] === undefined) {
    report(context, "missing required field: image_url", pointer);
  }
}

export const imageElement: Check = both(
  shape(
    { type, alt_text: text(2000) },
    { image_url: imageFields.image_url, slack_file: imageFields.slack_file },
  ),
  oneImageSource,
);

export const imageBlock: Check = both(
  shape(
    { type, alt_text: text(2000) },
    {
      image_url: imageFields.image_url,
      slack_file: imageFields.slack_file,
      title: plainText(2000),
      block_id: text(255),
    },
  ),
  oneImageSource,
);

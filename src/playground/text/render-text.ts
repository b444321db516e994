// Blocks as the words a person reads, for transcripts and for tests that ask what somebody sees.

import { asFields, asList, asText, type Fields, fieldsIn, textOf } from "../fields.ts";
import { withEmoji } from "./emoji.ts";
import { fromEntities } from "./mrkdwn.ts";
import { inlinesText, mrkdwnText, type Reader } from "./reader.ts";
import { richTextParts } from "./rich-text.ts";

/** What a form holds at the moment, and what it complains about, by block_id. */
export type FormState = {
  readonly value: (blockId: string, actionId: string) => Fields | undefined;
  readonly error: (blockId: string) => string | undefined;
};

const untouched: FormState = { value: () => undefined, error: () => undefined };

export function blocksText(blocks: readonly unknown[], reader: Reader, form: FormState = untouched): string {
  return fieldsIn(blocks)
    .map((block) => blockText(block, reader, form))
    .filter((text) => text !== "")
    .join("\n");
}

/** A text object: `mrkdwn` or `plain_text`. */
export function objectText(value: unknown, reader: Reader): string {
  const found = asFields(value);
  if (found === undefined) return "";
  const text = textOf(found);
  return found.type === "mrkdwn"
    ? mrkdwnText(text, reader, found.verbatim === true)
    : withEmoji(fromEntities(text));
}

function blockText(block: Fields, reader: Reader, form: FormState): string {
  const own = (value: unknown) => objectText(value, reader);
  const blockId = asText(block.block_id) ?? "";
  const elements = (from: unknown, joint: string) =>
    fieldsIn(from)
      .map((element) => elementText(element, blockId, reader, form))
      .filter((text) => text !== "")
      .join(joint);
  switch (block.type) {
    case "section":
      return lines(own(block.text), ...fieldsIn(block.fields).map(own), elements([block.accessory], ""));
    case "header":
      return own(block.text);
    case "context":
      return elements(block.elements, " · ");
    case "actions":
    case "context_actions":
      return elements(block.elements, " ");
    case "divider":
      return "---";
    case "image":
    case "video":
      return lines(own(block.title), `(${asText(block.alt_text) ?? "image"})`);
    case "rich_text":
      return richText(block, reader);
    case "markdown":
      return asText(block.text) ?? "";
    case "alert":
      return `(${asText(block.level) ?? "default"}) ${own(block.text)}`;
    case "table":
    case "data_table":
      return lines(asText(block.caption) ?? "", tableText(block, reader));
    case "input":
      return inputText(block, blockId, reader, form);
    case "card":
      return lines(
        own(block.title),
        own(block.subtitle),
        own(block.body),
        own(block.subtext),
        elements(block.actions, " "),
      );
    case "carousel":
      return blocksText(asList(block.elements) ?? [], reader, form);
    case "container":
      return lines(
        own(block.title),
        own(block.subtitle),
        blocksText(asList(block.child_blocks) ?? [], reader, form),
      );
    case "plan":
      return lines(asText(block.title) ?? "", blocksText(asList(block.tasks) ?? [], reader, form));
    case "task_card":
      return lines(
        `${asText(block.title) ?? ""} (${asText(block.status) ?? "pending"})`,
        richText(asFields(block.output) ?? {}, reader),
      );
    default:
      return "";
  }
}

function inputText(block: Fields, blockId: string, reader: Reader, form: FormState): string {
  const label = objectText(block.label, reader) + (block.optional === true ? " (optional)" : "");
  const error = form.error(blockId);
  return lines(
    `${label}: ${fieldsIn([block.element])
      .map((element) => elementText(element, blockId, reader, form))
      .join("")}`,
    objectText(block.hint, reader),
    error === undefined ? "" : `! ${error}`,
  );
}

function elementText(element: Fields, blockId: string, reader: Reader, form: FormState): string {
  const type = asText(element.type) ?? "";
  if (type === "mrkdwn" || type === "plain_text") return objectText(element, reader);
  if (type === "image") return `(${asText(element.alt_text) ?? "image"})`;
  if (/button$/.test(type)) return `[${objectText(element.text, reader)}]`;
  if (type === "feedback_buttons") {
    return [element.positive_button, element.negative_button]
      .map((one) => `[${objectText(asFields(one)?.text, reader)}]`)
      .join(" ");
  }
  const held = form.value(blockId, asText(element.action_id) ?? "") ?? {};
  if (type === "checkboxes" || type === "radio_buttons") {
    const picked = fieldsIn(held.selected_options ?? [held.selected_option]).map((option) => option.value);
    return fieldsIn(element.options)
      .map((option) => `[${picked.includes(option.value) ? "x" : " "}] ${optionText(option, reader)}`)
      .join("  ");
  }
  if (type === "overflow")
    return `[⋯ ${fieldsIn(element.options)
      .map((option) => objectText(option.text, reader))
      .join(", ")}]`;
  const chosen = heldText(held, reader);
  if (/_select$/.test(type)) return `[${chosen || objectText(element.placeholder, reader) || "Select"} ▾]`;
  return (
    chosen ||
    (objectText(element.placeholder, reader) === ""
      ? "____"
      : `__${objectText(element.placeholder, reader)}__`)
  );
}

function optionText(option: Fields, reader: Reader): string {
  const more = objectText(option.description, reader);
  return objectText(option.text, reader) + (more === "" ? "" : ` — ${more}`);
}

/** What an element's state says, in words. */
export function heldText(held: Fields, reader: Reader): string {
  const options = fieldsIn(held.selected_options ?? [held.selected_option]);
  if (options.length > 0) return options.map((option) => objectText(option.text, reader)).join(", ");
  const people = [held.selected_user, ...(asList(held.selected_users) ?? [])].flatMap(
    (id) => asText(id) ?? [],
  );
  if (people.length > 0) return people.map((id) => `@${reader.people[id] ?? id}`).join(", ");
  const places = [
    held.selected_channel,
    held.selected_conversation,
    ...(asList(held.selected_channels) ?? []),
    ...(asList(held.selected_conversations) ?? []),
  ];
  const named = places.flatMap((id) => asText(id) ?? []).map((id) => `#${reader.channels[id] ?? id}`);
  if (named.length > 0) return named.join(", ");
  return (
    asText(held.value) ??
    asText(held.selected_date) ??
    asText(held.selected_time) ??
    (typeof held.selected_date_time === "number" ? String(held.selected_date_time) : "")
  );
}

function richText(block: Fields, reader: Reader): string {
  return richTextParts(block)
    .map((part) => {
      if (part.kind === "preformatted") return part.text;
      if (part.kind !== "list") return inlinesText(part.children, reader);
      const indent = "  ".repeat(part.indent);
      return part.items
        .map((item, index) => `${indent}${part.ordered ? `${index + 1}.` : "•"} ${inlinesText(item, reader)}`)
        .join("\n");
    })
    .join("\n");
}

export function cellText(cell: unknown, reader: Reader): string {
  const found = asFields(cell) ?? {};
  if (found.type === "rich_text") return richText(found, reader);
  return asText(found.text) ?? (typeof found.value === "number" ? String(found.value) : "");
}

function tableText(block: Fields, reader: Reader): string {
  const rows = (asList(block.rows) ?? []).map((row) =>
    (asList(row) ?? []).map((cell) => cellText(cell, reader)),
  );
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join("  ")
        .trimEnd(),
    )
    .join("\n");
}

function lines(...parts: readonly string[]): string {
  return parts.filter((part) => part !== "").join("\n");
}

// Whether Slack would take these blocks, and in which words it would refuse them.

import { randomBytes } from "node:crypto";
import { blockLimit, blocksOf } from "./block-kit/layout.ts";
import { byType, type Context, type Finding, listOf, report, type Surface } from "./block-kit/schema.ts";
import { asFields, asList, asText, type Fields, fieldsIn } from "./fields.ts";
import type { Block } from "./state.ts";

export type { Finding, Surface } from "./block-kit/schema.ts";

/** The text of all blocks of one message that Slack lets through; its own number is not published, this one was measured. */
export const messageTextLimit = 13_200;

const headerCost = 100;
const tableTextLimit = 10_000;
const markdownTextLimit = 12_000;

export function findProblems(blocks: unknown, surface: Surface, pointer = "/blocks"): readonly Finding[] {
  const context: Context = { surface, findings: [] };
  listOf(byType(blocksOf[surface]), { min: 0, max: blockLimit[surface] })(blocks, pointer, context);
  const seen = new Set<string>();
  let focused = 0;
  fieldsIn(blocks).forEach((block, index) => {
    const id = asText(block["block_id"]);
    if (id !== undefined && seen.has(id))
      report(context, `duplicate block_id: ${id}`, `${pointer}/${index}/block_id`);
    if (id !== undefined) seen.add(id);
    if (asFields(block["element"])?.["focus_on_load"] === true) focused += 1;
  });
  if (focused > 1) report(context, "only one element may have focus_on_load", pointer);
  if (textIn(fieldsIn(blocks).filter((block) => block["type"] === "markdown")) > markdownTextLimit) {
    report(
      context,
      `markdown blocks must be less than ${markdownTextLimit + 1} characters together`,
      pointer,
    );
  }
  if (textIn(fieldsIn(blocks).filter((block) => block["type"] === "table")) > tableTextLimit) {
    report(context, `tables must be less than ${tableTextLimit + 1} characters together`, pointer);
  }
  return context.findings;
}

/** What counts towards `messageTextLimit`: `&`, `<` and `>` as the entities they become, and a surcharge for headers. */
export function countedText(blocks: readonly unknown[]): number {
  const headers = fieldsIn(blocks).filter((block) => block["type"] === "header").length;
  return textIn(blocks) + headers * headerCost;
}

function textIn(value: unknown): number {
  const items = asList(value);
  if (items !== undefined) return items.reduce<number>((sum, item) => sum + textIn(item), 0);
  const found = asFields(value);
  if (found === undefined) return 0;
  return Object.entries(found).reduce((sum, [name, inner]) => {
    if (name === "text" && typeof inner === "string") return sum + escapedLength(inner);
    return sum + textIn(inner);
  }, 0);
}

function escapedLength(text: string): number {
  return text
    .replaceAll(/&(?!(?:amp|lt|gt);)/g, "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;").length;
}

/** Blocks as Slack stores them: every block has a block_id, every element that acts an action_id. */
export function completed(blocks: readonly unknown[]): readonly Block[] {
  return fieldsIn(blocks).map((block) => ({
    ...completedBlock(block),
    type: asText(block["type"]) ?? "",
    block_id: asText(block["block_id"]) ?? shortId(),
  }));
}

const acting =
  /^(button|icon_button|feedback_buttons|workflow_button|overflow|checkboxes|radio_buttons|.*_select|.*picker|.*_input)$/;

function completedBlock(block: Fields): Fields {
  const result: Record<string, unknown> = { ...block };
  if (Array.isArray(block["elements"]) && block["type"] !== "rich_text")
    result["elements"] = block["elements"].map(completedElement);
  if (block["accessory"] !== undefined) result["accessory"] = completedElement(block["accessory"]);
  if (block["element"] !== undefined) result["element"] = completedElement(block["element"]);
  if (Array.isArray(block["actions"])) result["actions"] = block["actions"].map(completedElement);
  if (Array.isArray(block["child_blocks"])) result["child_blocks"] = completed(block["child_blocks"]);
  return result;
}

function completedElement(element: unknown): unknown {
  const found = asFields(element);
  if (found === undefined || found["action_id"] !== undefined) return element;
  if (found["type"] === "card") return completedBlock(found);
  return acting.test(asText(found["type"]) ?? "") ? { ...found, action_id: shortId() } : element;
}

function shortId(): string {
  return randomBytes(4).toString("base64url").slice(0, 5);
}

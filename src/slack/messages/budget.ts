// What Slack takes in one message, counted; a message that is too big is built again with less in it.

import type { KnownBlock } from "@slack/types";
import { clipMrkdwn } from "../../texts/escape.ts";
import type { Message } from "./blocks.ts";

/**
 * Slack refuses somewhere past 11,000 characters over all blocks, undocumented; a header costs about 100 more. These are ours,
 * well below.
 */
export const limits = { characters: 8000, bytes: 12_000, blocks: 50, text: 300 } as const;

export function fits(message: Message): boolean {
  return (
    message.blocks.length <= limits.blocks &&
    countCharacters(message.blocks) <= limits.characters &&
    Buffer.byteLength(JSON.stringify(message.blocks)) <= limits.bytes &&
    message.text.length <= limits.text
  );
}

export function countCharacters(blocks: readonly KnownBlock[]): number {
  return blocks.reduce((sum, block) => sum + (block.type === "header" ? 100 : 0) + textIn(block), 0);
}

/** The first of ever smaller versions that fits. The last one must always fit; a test with hostile data says that it does. */
export function withinBudget(build: (scale: number) => Message): Message {
  let built: Message | undefined;
  for (const scale of [1, 0.6, 0.3, 0.1, 0]) {
    built = build(scale);
    if (fits(built)) return built;
  }
  return built ?? build(0);
}

/** `text` is all that phones and screen readers get: a sentence, never too long to send. */
export function draft(text: string, blocks: readonly (KnownBlock | undefined)[]): Message {
  return {
    text: clipMrkdwn(text, limits.text),
    blocks: blocks.filter((block) => block !== undefined),
  };
}

/** A draft whose sentences are shortened until it fits. Output and commands are limited where they are made, and never cut here. */
export function message(text: string, blocks: readonly (KnownBlock | undefined)[]): Message {
  const whole = draft(text, blocks);
  if (fits(whole)) return whole;
  return withinBudget((scale) => ({
    text: whole.text,
    blocks: whole.blocks.map((block) => shortened(block, 200 + 1800 * scale)),
  }));
}

function shortened(block: KnownBlock, most: number): KnownBlock {
  if (block.type === "section") {
    const text = block.text && { ...block.text, text: clipMrkdwn(block.text.text, most) };
    return { ...block, ...(text && { text }) };
  }
  if (block.type === "context") {
    const elements = block.elements.map((element) =>
      element.type === "mrkdwn" ? { ...element, text: clipMrkdwn(element.text, most) } : element,
    );
    return { ...block, elements };
  }
  return block;
}

function textIn(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, item) => sum + textIn(item), 0);
  if (typeof value !== "object" || value === null) return 0;
  return Object.entries(value).reduce(
    (sum, [key, inner]) => sum + (key === "text" && typeof inner === "string" ? inner.length : textIn(inner)),
    0,
  );
}

// The few Block Kit shapes our messages are made of; Slack's own names, nothing foreign gets in unescaped.

import type { Button, ConfirmationDialog, KnownBlock, MrkdwnElement, PlainTextElement } from "@slack/types";
import { clipMrkdwn } from "../../texts/escape.ts";

export type Message = { readonly text: string; readonly blocks: KnownBlock[] };

export const md = (text: string): MrkdwnElement => ({ type: "mrkdwn", text, verbatim: true });
export const pt = (text: string): PlainTextElement => ({ type: "plain_text", text, emoji: true });

export const header = (text: string): KnownBlock => ({ type: "header", text: pt(clipPlain(text, 150)) });
export const section = (text: string, blockId?: string): KnownBlock => ({
  type: "section",
  ...(blockId !== undefined && { block_id: blockId }),
  text: md(clipMrkdwn(text, 3000)),
  expand: true,
});
export const context = (...texts: readonly string[]): KnownBlock => ({
  type: "context",
  elements: texts.map((text) => md(clipMrkdwn(text, 2000))),
});
export const divider: KnownBlock = { type: "divider" };
export const actions = (blockId: string, buttons: readonly Button[]): KnownBlock => ({
  type: "actions",
  block_id: blockId,
  elements: [...buttons],
});

/** Text is literal in there: no mention, link or formatting is read out of it. */
export const preformatted = (text: string): KnownBlock => ({
  type: "rich_text",
  elements: [
    {
      type: "rich_text_preformatted",
      elements: [{ type: "text", text: text === "" ? " " : text }],
      border: 0,
    },
  ],
});

export type ButtonOptions = {
  readonly action: string;
  /** Opaque to Slack; looked up at the click. */
  readonly value: string;
  readonly style?: "primary" | "danger";
  readonly label?: string;
  readonly confirm?: ConfirmationDialog;
};

export function button(text: string, { action, value, style, label, confirm }: ButtonOptions): Button {
  return {
    type: "button",
    action_id: action,
    value,
    text: pt(clipPlain(text, 75)),
    ...(style && { style }),
    ...(label !== undefined && { accessibility_label: clipPlain(label, 75) }),
    ...(confirm && { confirm }),
  };
}

export function linkButton(text: string, url: string, action: string): Button {
  return { type: "button", action_id: action, url, text: pt(clipPlain(text, 75)) };
}

export function confirm(
  texts: { readonly title: string; readonly text: string; readonly yes: string; readonly no: string },
  style: "primary" | "danger",
): ConfirmationDialog {
  return {
    title: pt(clipPlain(texts.title, 100)),
    text: pt(clipPlain(texts.text, 300)),
    confirm: pt(clipPlain(texts.yes, 30)),
    deny: pt(clipPlain(texts.no, 30)),
    style,
  };
}

/** Slack counts UTF-16 units; a pair is never cut. */
export function clipPlain(text: string, max: number): string {
  if (text.length <= max) return text;
  const cut = text.slice(0, max - 1);
  return `${cut.isWellFormed() ? cut : cut.slice(0, -1)}…`;
}

// Rich text blocks in the same inline parts as mrkdwn, so that a page and a transcript show both alike.

import { asFields, asText, type Fields, fieldsIn } from "../fields.ts";
import type { Inline } from "./mrkdwn.ts";

export type RichPart =
  | { readonly kind: "lines" | "quote"; readonly children: readonly Inline[] }
  | { readonly kind: "preformatted"; readonly text: string }
  | {
      readonly kind: "list";
      readonly ordered: boolean;
      readonly indent: number;
      readonly items: readonly (readonly Inline[])[];
    };

export function richTextParts(block: unknown): readonly RichPart[] {
  return fieldsIn(asFields(block)?.elements).map((part): RichPart => {
    const children = () => fieldsIn(part.elements).map(richInline);
    switch (part.type) {
      case "rich_text_preformatted":
        return {
          kind: "preformatted",
          text: fieldsIn(part.elements)
            .map((element) => asText(element.text) ?? asText(element.url) ?? "")
            .join(""),
        };
      case "rich_text_list":
        return {
          kind: "list",
          ordered: part.style === "ordered",
          indent: typeof part.indent === "number" ? part.indent : 0,
          items: fieldsIn(part.elements).map((item) => fieldsIn(item.elements).map(richInline)),
        };
      case "rich_text_quote":
        return { kind: "quote", children: children() };
      default:
        return { kind: "lines", children: children() };
    }
  });
}

function richInline(element: Fields): Inline {
  const bare = bareInline(element);
  const style = asFields(element.style) ?? {};
  if (style.code === true && bare.kind === "text") return { kind: "code", text: bare.text };
  let styled = bare;
  if (style.bold === true) styled = { kind: "bold", children: [styled] };
  if (style.italic === true) styled = { kind: "italic", children: [styled] };
  if (style.strike === true) styled = { kind: "strike", children: [styled] };
  return styled;
}

function bareInline(element: Fields): Inline {
  const text = (name: string) => asText(element[name]) ?? "";
  switch (element.type) {
    case "user":
      return { kind: "user", id: text("user_id"), label: undefined };
    case "usergroup":
      return { kind: "group", id: text("usergroup_id"), label: undefined };
    case "channel":
      return { kind: "channel", id: text("channel_id"), label: undefined };
    case "broadcast":
      return { kind: "broadcast", range: text("range") };
    case "emoji":
      return { kind: "emoji", name: text("name") };
    case "link": {
      const label = asText(element.text);
      return {
        kind: "link",
        url: text("url"),
        label: label === undefined ? [] : [{ kind: "text", text: label }],
      };
    }
    case "date": {
      const seconds = typeof element.timestamp === "number" ? element.timestamp : 0;
      return {
        kind: "date",
        seconds,
        format: text("format"),
        url: asText(element.url),
        fallback: text("fallback"),
      };
    }
    case "color":
      return { kind: "text", text: text("value") };
    default:
      return { kind: "text", text: text("text") };
  }
}

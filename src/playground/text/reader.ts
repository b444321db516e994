// Who reads: their language and zone, and the names they know things by. Turns inline parts into words for them.

import { emojiFor } from "./emoji.ts";
import { type Inline, type Part, parseMrkdwn } from "./mrkdwn.ts";
import { type Clock, formatDate } from "./slack-date.ts";

export type Reader = Clock & {
  readonly people: Readonly<Record<string, string>>;
  readonly groups: Readonly<Record<string, string>>;
  readonly channels: Readonly<Record<string, string>>;
};

export function inlineText(inline: Inline, reader: Reader): string {
  switch (inline.kind) {
    case "text":
    case "code":
      return inline.text;
    case "bold":
    case "italic":
    case "strike":
      return inlinesText(inline.children, reader);
    case "link":
      return inline.label.length > 0 ? inlinesText(inline.label, reader) : inline.url;
    case "user":
      return `@${reader.people[inline.id] ?? inline.label ?? inline.id}`;
    case "group":
      return `@${reader.groups[inline.id] ?? inline.label ?? inline.id}`;
    case "channel":
      return `#${reader.channels[inline.id] ?? inline.label ?? inline.id}`;
    case "broadcast":
      return `@${inline.range}`;
    case "date":
      return formatDate(inline.seconds, inline.format, reader);
    case "emoji":
      return emojiFor(inline.name) ?? `:${inline.name}:`;
  }
}

export function inlinesText(inlines: readonly Inline[], reader: Reader): string {
  return inlines.map((inline) => inlineText(inline, reader)).join("");
}

export function mrkdwnText(source: string, reader: Reader, verbatim = false): string {
  return parseMrkdwn(source, { verbatim })
    .map((part) => partText(part, reader))
    .join("\n");
}

function partText(part: Part, reader: Reader): string {
  if (part.kind === "preformatted") return part.text;
  const text = inlinesText(part.children, reader);
  return part.kind === "quote" ? text.replaceAll(/^/gm, "| ") : text;
}

// Text as Slack shows it: mrkdwn, mentions, dates in the reader's own zone, emoji, links.

import { type ComponentChildren, Fragment, h } from "preact";
import { asFields, asText } from "../fields.ts";
import { emojiFor, withEmoji } from "../text/emoji.ts";
import { fromEntities, type Inline, type Part, parseMrkdwn } from "../text/mrkdwn.ts";
import { inlineText, type Reader } from "../text/reader.ts";
import { formatDate } from "../text/slack-date.ts";
import { useSurroundings } from "./surroundings.ts";

export function Mrkdwn({ text, verbatim = false }: { text: string; verbatim?: boolean }): ComponentChildren {
  return h(
    Fragment,
    null,
    parseMrkdwn(text, { verbatim }).map((part) => h(MrkdwnPart, { part })),
  );
}

function MrkdwnPart({ part }: { part: Part }): ComponentChildren {
  if (part.kind === "preformatted") return h(Preformatted, { text: part.text });
  const inside = h(Inlines, { inlines: part.children });
  return part.kind === "quote" ? h("blockquote", null, inside) : h("span", { class: "lines" }, inside);
}

export function Preformatted({ text }: { text: string }): ComponentChildren {
  return h("pre", { tabIndex: 0 }, text);
}

export function Inlines({ inlines }: { inlines: readonly Inline[] }): ComponentChildren {
  const { reader } = useSurroundings().screen;
  return h(
    Fragment,
    null,
    inlines.map((inline) => inlineNode(inline, reader)),
  );
}

function inlineNode(inline: Inline, reader: Reader): ComponentChildren {
  const words = () => inlineText(inline, reader);
  const children = (inner: readonly Inline[]) => inner.map((one) => inlineNode(one, reader));
  switch (inline.kind) {
    case "text":
      return inline.text;
    case "bold":
      return h("strong", null, children(inline.children));
    case "italic":
      return h("em", null, children(inline.children));
    case "strike":
      return h("s", null, children(inline.children));
    case "code":
      return h("code", null, inline.text);
    case "link":
      return h(SafeLink, { url: inline.url }, inline.label.length > 0 ? children(inline.label) : inline.url);
    case "user":
    case "group":
    case "channel":
    case "broadcast":
      return h("span", { class: "mention" }, words());
    case "date": {
      const time = h(
        "time",
        { dateTime: isoTime(inline.seconds) },
        formatDate(inline.seconds, inline.format, reader),
      );
      return inline.url === undefined ? time : h(SafeLink, { url: inline.url }, time);
    }
    case "emoji": {
      const glyph = emojiFor(inline.name);
      const label = inline.name.replaceAll("_", " ");
      return glyph === undefined
        ? `:${inline.name}:`
        : h("span", { class: "emoji", role: "img", "aria-label": label }, glyph);
    }
  }
}

function isoTime(seconds: number): string {
  const moment = new Date(seconds * 1000);
  return Number.isNaN(moment.getTime()) ? "" : moment.toISOString();
}

/** Permalinks open in place, other links in a new tab; anything but the web and mail is shown as text. */
export function SafeLink({
  url,
  children,
}: {
  url: string;
  children?: ComponentChildren;
}): ComponentChildren {
  const { follow } = useSurroundings();
  if (!/^(https?:|mailto:)/i.test(url)) return h("span", null, children);
  const onClick = (event: MouseEvent) => {
    if (!event.ctrlKey && !event.metaKey && follow(url)) event.preventDefault();
  };
  return h("a", { href: url, target: "_blank", rel: "noopener noreferrer", onClick }, children);
}

/** A text object, whatever its kind. */
export function TextObject({ value }: { value: unknown }): ComponentChildren {
  const found = asFields(value);
  const text = asText(found?.text);
  if (found === undefined || text === undefined) return null;
  if (found.type === "mrkdwn") return h(Mrkdwn, { text, verbatim: found.verbatim === true });
  return h(Fragment, null, plainWords(found));
}

export function plainWords(value: unknown): string {
  return withEmoji(fromEntities(asText(asFields(value)?.text) ?? ""));
}

// Rich text, where logs and lists of files live.

import { type ComponentChildren, Fragment, h } from "preact";
import { type RichPart, richTextParts } from "../../text/rich-text.ts";
import { Inlines, Preformatted } from "../inline.ts";
import type { BlockProps } from "./block-props.ts";

export function RichText({ block }: BlockProps): ComponentChildren {
  return h(
    Fragment,
    null,
    richTextParts(block).map((part) => h(RichTextPart, { part })),
  );
}

function RichTextPart({ part }: { part: RichPart }): ComponentChildren {
  switch (part.kind) {
    case "preformatted":
      return h(Preformatted, { text: part.text });
    case "quote":
      return h("blockquote", null, h(Inlines, { inlines: part.children }));
    case "lines":
      return h(
        "div",
        { class: "prose" },
        h("span", { class: "lines" }, h(Inlines, { inlines: part.children })),
      );
    case "list": {
      const items = part.items.map((item) => h("li", null, h(Inlines, { inlines: item })));
      return h(part.ordered ? "ol" : "ul", { class: `indent-${part.indent}` }, items);
    }
  }
}

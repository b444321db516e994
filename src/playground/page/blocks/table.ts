// Tables; the first row names the columns.

import { type ComponentChildren, h } from "preact";
import { asFields, asList, asText, type Fields } from "../../fields.ts";
import { cellText } from "../../text/render-text.ts";
import { useSurroundings } from "../surroundings.ts";
import type { BlockProps } from "./block-props.ts";
import { RichText } from "./rich-text.ts";

export function Table({ block, nested }: BlockProps): ComponentChildren {
  const [head = [], ...rows] = (asList(block.rows) ?? []).map((row) => asList(row) ?? []);
  const settings = asList(block.column_settings) ?? [];
  const align = (column: number) => `align-${asText(asFields(settings[column])?.align) ?? "left"}`;
  return h(
    "div",
    { class: "table-scroll", tabIndex: 0, role: "group", "aria-label": asText(block.caption) ?? "Table" },
    h(
      "table",
      null,
      block.caption === undefined ? null : h("caption", null, asText(block.caption)),
      h(
        "thead",
        null,
        h(
          "tr",
          null,
          head.map((cell, column) =>
            h("th", { scope: "col", class: align(column) }, h(Cell, { cell: asFields(cell) ?? {}, nested })),
          ),
        ),
      ),
      h(
        "tbody",
        null,
        rows.map((row) =>
          h(
            "tr",
            null,
            row.map((cell, column) =>
              h("td", { class: align(column) }, h(Cell, { cell: asFields(cell) ?? {}, nested })),
            ),
          ),
        ),
      ),
    ),
  );
}

function Cell({ cell, nested }: { cell: Fields; nested: BlockProps["nested"] }): ComponentChildren {
  const { reader } = useSurroundings().screen;
  if (cell.type === "rich_text") return h(RichText, { block: cell, nested });
  return h("span", null, cellText(cell, reader));
}

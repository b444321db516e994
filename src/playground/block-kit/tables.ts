// Tables, which only messages can show.

import { asList } from "../fields.ts";
import { richText } from "./rich-text.ts";
import {
  both,
  byType,
  type Check,
  choice,
  flag,
  listOf,
  report,
  shape,
  text,
  type,
  whole,
} from "./schema.ts";

const rawText = shape({ type, text: text(3000) });
const rawNumber: Check = shape(
  {
    type,
    value: (value, pointer, context) => {
      if (typeof value !== "number") report(context, "must be a number", pointer);
    },
  },
  { text: text(3000) },
);

const cell = byType({ raw_text: rawText, raw_number: rawNumber, rich_text: richText });
const headerCell = byType({ raw_text: rawText, raw_number: rawNumber });

const column: Check = (value, pointer, context) => {
  if (value === null) return;
  shape({}, { align: choice("left", "center", "right"), is_wrapped: flag })(value, pointer, context);
};

export const table: Check = shape(
  { type, rows: listOf(listOf(cell, { max: 20 }), { max: 100 }) },
  { block_id: text(255), column_settings: listOf(column, { max: 20 }) },
);

const rowsOfOneWidth: Check = (value, pointer, context) => {
  const rows = (asList(value) ?? []).map((row) => asList(row) ?? []);
  const width = rows[0]?.length ?? 0;
  rows.forEach((row, index) => {
    if (row.length !== width)
      report(context, "all rows must have the same number of cells", `${pointer}/${index}`);
  });
  (rows[0] ?? []).forEach((found, index) => {
    headerCell(found, `${pointer}/0/${index}`, context);
  });
};

export const dataTable: Check = shape(
  {
    type,
    caption: text(150),
    rows: both(listOf(listOf(cell, { max: 20 }), { min: 2, max: 101 }), rowsOfOneWidth),
  },
  { block_id: text(255), page_size: whole(1, 100), row_header_column_index: whole(0, 19) },
);

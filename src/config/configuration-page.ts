// The page docs/configuration.md, made from the schema so that it cannot say anything else.

import { type Shape, shapeOfConfig } from "./mistakes.ts";

export function configurationPage(): string {
  const intro = [
    "# Configuration",
    "",
    "<!-- Made from src/config/schema.ts by `npm run docs`. -->",
    "",
    "`passerelle.yml` says which apps there are, where their two sides are, and who decides. The file's place can be changed",
    "with `PASSERELLE_CONFIG`. `passerelle check-config` tells every mistake at once, with line and column; nothing starts",
    "before they are mended.",
    "",
    "Durations are a number with `s`, `m`, `h` or `d`: `90s`, `5m`, `2h`, `1d`. A path that begins with `~/` is below the home",
    "of the login on that host. A whole file is in [passerelle.example.yml](passerelle.example.yml).",
  ];
  const sections = section("", shapeOfConfig).flatMap((part) => ["", ...part]);
  return [...intro, ...sections, ""].join("\n");
}

/** The table of a block's keys, then the sections of the blocks in it. */
function section(path: string, shape: Shape): readonly (readonly string[])[] {
  const keys = Object.entries(shape.properties ?? {});
  const rows = keys.map(([key, value]) => {
    const needed = shape.required?.includes(key) === true;
    const otherwise = needed ? "needed" : value.default === undefined ? "" : `\`${value.default}\``;
    return [`\`${key}\``, kindOf(value), otherwise, value.description ?? ""];
  });
  const title = `## ${path === "" ? "The file" : `\`${path}\``}`;
  const table = [title, "", ...tableOf([["key", "is", "when left out", "meaning"], ...rows])];
  const inner = keys.flatMap(([key, value]) => {
    const found = blockIn(value, path === "" ? key : `${path}.${key}`);
    return found === undefined ? [] : section(found.path, found.shape);
  });
  return [table, ...inner];
}

/** Columns are padded, as formatters of Markdown do. */
function tableOf(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
  const line = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
  const [head, ...body] = rows.map((row) =>
    line(row.map((cell, column) => cell.padEnd(widths[column] ?? 0))),
  );
  return [head ?? "", line(widths.map((width) => "-".repeat(width))), ...body];
}

function blockIn(shape: Shape, path: string): { readonly path: string; readonly shape: Shape } | undefined {
  if (shape.properties !== undefined) return { path, shape };
  if (shape.items?.properties !== undefined) return { path: `${path}[]`, shape: shape.items };
  const other = shape.additionalProperties;
  if (other !== undefined && other !== false && other.properties !== undefined) {
    return { path: `${path}.<name>`, shape: other };
  }
  const form = shape.anyOf?.find((one) => one.properties !== undefined);
  return form === undefined ? undefined : { path, shape: form };
}

function kindOf(shape: Shape): string {
  if (shape.anyOf !== undefined) return shape.anyOf.map(kindOf).join(" or ");
  if (shape.const !== undefined) return `\`${shape.const}\``;
  if (shape.enum !== undefined) return shape.enum.map((choice) => `\`${choice}\``).join(", ");
  if (shape.type === "array") return shape.items?.properties === undefined ? "list" : "list of blocks";
  if (shape.propertyNames?.enum !== undefined)
    return `block: ${shape.propertyNames.enum.map((name) => `\`${name}\``).join(", ")}`;
  if (shape.type === "object") return shape.properties === undefined ? "blocks by name" : "block";
  if (shape.type === "integer") return "number";
  if (shape.type === "boolean") return "`true` or `false`";
  return "text";
}

// Reading JSON of unknown shape without trusting it: every reader answers `undefined` rather than throwing.

export type Fields = { readonly [name: string]: unknown };

export function asFields(value: unknown): Fields | undefined {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

export function asList(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}

export function asText(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

/** The objects of a list; anything else in it is left out. */
export function fieldsIn(value: unknown): readonly Fields[] {
  return (asList(value) ?? []).flatMap((item) => {
    const found = asFields(item);
    return found === undefined ? [] : [found];
  });
}

/** The string inside a text object such as `{ type: "plain_text", text: "Approve" }`. */
export function textOf(value: unknown): string {
  return asText(asFields(value)?.["text"]) ?? "";
}

export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

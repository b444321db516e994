// Takes facts of a failure or a step out of their record, made safe to show.

import { displayLine, displayName } from "./display.ts";

export type Details = Readonly<Record<string, unknown>>;
export type Sentence = (details: Details) => string;

/** The first of these facts that is there, as one short line; `otherwise` when none is. */
export function detail(details: Details, names: string | readonly string[], otherwise: string = ""): string {
  for (const name of typeof names === "string" ? [names] : names) {
    const shown = show(details[name]);
    if (shown !== "") return shown;
  }
  return otherwise;
}

export function numberOf(details: Details, names: string | readonly string[]): number | undefined {
  for (const name of typeof names === "string" ? [names] : names) {
    const value = details[name];
    if (typeof value === "number" && Number.isFinite(value)) return value;
  }
  return undefined;
}

export function listOf(details: Details, names: string | readonly string[]): readonly string[] {
  for (const name of typeof names === "string" ? [names] : names) {
    const value = details[name];
    if (Array.isArray(value)) return value.map((item) => show(item)).filter((item) => item !== "");
  }
  return [];
}

/** ` (what the machine said)`, or nothing. */
export function said(details: Details): string {
  const words = detail(details, ["reason", "stderr", "error", "message", "cause"]);
  return words === "" ? "" : ` (${words})`;
}

/** A space and the sentence for the code in `why`, or nothing. */
export function because(sentences: Readonly<Record<string, Sentence>>, details: Details): string {
  const { why } = details;
  return typeof why === "string" && Object.hasOwn(sentences, why) ? ` ${sentences[why]?.(details)}` : "";
}

function show(value: unknown): string {
  if (typeof value === "number" || typeof value === "boolean") return String(value);
  if (Array.isArray(value)) return value.map((item) => show(item)).join(", ");
  return typeof value === "string" ? displayLine(displayName(value.trim()).replaceAll("\\n", " "), 240) : "";
}

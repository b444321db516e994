// Turns what does not fit the schema into sentences that name the remedy.

import { z } from "zod";
import type { KeyPath } from "./positions.ts";
import { writtenConfig } from "./schema.ts";

export type Mistake = {
  readonly path: KeyPath;
  /** What it says follows the path, so it begins with a verb. */
  readonly sentence: string;
  readonly part: "key" | "value";
};

export type Issue = z.core.$ZodIssue;

/** The schema as plain data: what its keys are and what they are for. */
export type Shape = {
  readonly type?: string;
  readonly description?: string;
  readonly default?: string | number | boolean;
  readonly const?: string;
  readonly enum?: readonly string[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly propertyNames?: { readonly enum?: readonly string[] };
  readonly additionalProperties?: Shape | false;
  readonly items?: Shape;
  readonly anyOf?: readonly Shape[];
  readonly required?: readonly string[];
};

export const shapeOfConfig = z.toJSONSchema(writtenConfig, { io: "input" }) as Shape;

/** Every issue as one or more mistakes; `written` is what the issues are about. */
export function mistakesOf(issues: readonly Issue[], written: unknown): readonly Mistake[] {
  return issues.flatMap((issue) => mistakesOfIssue(issue, [], written));
}

function mistakesOfIssue(issue: Issue, above: KeyPath, written: unknown): readonly Mistake[] {
  const path = [...above, ...issue.path.map((part) => (typeof part === "symbol" ? String(part) : part))];
  const value = valueAt(written, path);
  const mistake = (sentence: string): readonly Mistake[] => [{ path, sentence, part: "value" }];
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: [...path, key],
        sentence: unknownKey(key, path),
        part: "key",
      }));
    case "invalid_type":
      return mistake(wrongType(issue.expected, value, path));
    case "invalid_value":
      return mistake(wrongChoice(issue.values.map(String), value));
    case "too_small":
      return mistake(issue.origin === "number" ? `must be ${issue.minimum} or more` : emptyOr(issue));
    case "too_big":
      return mistake(`must be ${issue.maximum} or less`);
    case "invalid_union":
      return mistakesOfUnion(issue.errors, path, written, value);
    default:
      return mistake(issue.message);
  }
}

/** Of the forms a value may have, speaks of the one that was meant: the one of its type. */
function mistakesOfUnion(
  forms: readonly (readonly Issue[])[],
  path: KeyPath,
  written: unknown,
  value: unknown,
): readonly Mistake[] {
  const meant = forms.find(
    (issues) => !issues.some((issue) => issue.path.length === 0 && isAboutType(issue)),
  );
  if (meant !== undefined) return meant.flatMap((issue) => mistakesOfIssue(issue, path, written));
  const shape = shapeAt(path);
  const choices = (shape?.anyOf ?? []).map((form) =>
    form.properties === undefined
      ? `\`${form.const ?? form.type}\``
      : "a block of keys, as in { compose: … }",
  );
  return [{ path, sentence: `must be ${choices.join(" or ")}, not ${kindOf(value)}`, part: "value" }];
}

function isAboutType(issue: Issue): boolean {
  return issue.code === "invalid_type" || issue.code === "invalid_value";
}

function emptyOr(issue: Extract<Issue, { code: "too_small" }>): string {
  return issue.message.startsWith("Too small") ? "must not be empty" : issue.message;
}

function unknownKey(key: string, path: KeyPath): string {
  const known = keysAt(path);
  const meant = nearest(key, known);
  if (meant !== undefined) return `is not known; did you mean \`${meant}\`?`;
  return `is not known; what can stand here: ${known.join(", ")}`;
}

function wrongType(expected: string, value: unknown, path: KeyPath): string {
  if (value === undefined) {
    const description = shapeAt(path)?.description;
    return description === undefined ? "is missing" : `is missing: ${description}`;
  }
  if (value === null) {
    const hint =
      expected === "string" ? "; in YAML a lone ~ is nothing, and so is what follows a # after a space" : "";
    return `has no value${hint}`;
  }
  switch (expected) {
    case "string":
      return typeof value === "object"
        ? `must be a text, not ${kindOf(value)}`
        : `must be a text, not ${kindOf(value)}; put it between quotes: '${String(value)}'`;
    case "int":
      return typeof value === "number" ? "must be a whole number" : `must be a number, not ${kindOf(value)}`;
    case "number":
      return `must be a number, not ${kindOf(value)}${typeof value === "string" ? "; write it without quotes" : ""}`;
    case "boolean":
      return `must be true or false, not ${kindOf(value)}`;
    case "array":
      return `must be a list, as in [one, two], not ${kindOf(value)}`;
    default:
      return `must be a block of keys, not ${kindOf(value)}`;
  }
}

function wrongChoice(choices: readonly string[], value: unknown): string {
  if (value === null || value === undefined) return `has no value; it can be ${orList(choices)}`;
  const meant = typeof value === "string" ? nearest(value, choices) : undefined;
  const hint = meant === undefined ? "" : `; did you mean \`${meant}\`?`;
  return `must be ${orList(choices)}, not ${kindOf(value)}${hint}`;
}

function kindOf(value: unknown): string {
  if (value === null || value === undefined) return "nothing";
  if (Array.isArray(value)) return "a list";
  if (typeof value === "object") return "a block of keys";
  if (typeof value === "string") return `the text "${value.length > 40 ? `${value.slice(0, 39)}…` : value}"`;
  return `${typeof value === "number" ? "the number " : ""}${String(value)}`;
}

export function orList(choices: readonly string[]): string {
  if (choices.length < 2) return choices.join("");
  return `${choices.slice(0, -1).join(", ")} or ${choices.at(-1)}`;
}

export function valueAt(written: unknown, path: KeyPath): unknown {
  let value = written;
  for (const part of path) {
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Readonly<Record<string | number, unknown>>)[part];
  }
  return value;
}

function keysAt(path: KeyPath): readonly string[] {
  const shape = shapeAt(path);
  const block = shape?.properties ?? shape?.anyOf?.find((form) => form.properties !== undefined)?.properties;
  return block === undefined ? (shape?.propertyNames?.enum ?? []) : Object.keys(block);
}

function shapeAt(path: KeyPath): Shape | undefined {
  let shape: Shape | undefined = shapeOfConfig;
  for (const part of path) {
    const block: Shape | undefined =
      shape?.properties === undefined ? (shape?.anyOf?.find((form) => form.properties) ?? shape) : shape;
    const other: Shape | false | undefined = block?.additionalProperties;
    shape =
      typeof part === "number"
        ? block?.items
        : (block?.properties?.[part] ?? (other === false ? undefined : other));
  }
  return shape;
}

/** The known word that was probably meant: at most a third of its letters away. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: distance(plain(word), plain(candidate)) }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(candidate.length / 3)))
    .sort((left, right) => left.distance - right.distance);
  return ranked[0]?.candidate;
}

function plain(word: string): string {
  return word.toLowerCase().replaceAll(/[_\s]/g, "-").slice(0, 60);
}

/** How many letters have to be changed, put in, taken out or swapped with the next. */
function distance(left: string, right: string): number {
  let before: number[] = [];
  let row = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let i = 1; i <= left.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      const swapped = i > 1 && j > 1 && left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1];
      next[j] = Math.min(
        (row[j] ?? 0) + 1,
        (next[j - 1] ?? 0) + 1,
        (row[j - 1] ?? 0) + same,
        swapped ? (before[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
      );
    }
    before = row;
    row = next;
  }
  return row[right.length] ?? 0;
}

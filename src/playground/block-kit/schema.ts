// The small words in which the rules of Block Kit are written down; findings read as Slack's own do.

import { asFields, asList, asText } from "../fields.ts";

export type Surface = "message" | "modal" | "home";

export type Finding = { readonly message: string; readonly pointer: string };

export type Context = { readonly surface: Surface; readonly findings: Finding[] };

export type Check = (value: unknown, pointer: string, context: Context) => void;

export function report(context: Context, message: string, pointer: string): void {
  context.findings.push({ message, pointer });
}

export function text(max: number, min = 1): Check {
  return (value, pointer, context) => {
    const found = asText(value);
    if (found === undefined) report(context, "must be a string", pointer);
    else if (found.length < min) report(context, `must be more than ${min - 1} characters`, pointer);
    else if (found.length > max) report(context, `must be less than ${max + 1} characters`, pointer);
  };
}

export const flag: Check = (value, pointer, context) => {
  if (typeof value !== "boolean") report(context, "must be a boolean", pointer);
};

export function whole(min: number, max: number): Check {
  return (value, pointer, context) => {
    if (typeof value !== "number" || !Number.isInteger(value)) report(context, "must be an integer", pointer);
    else if (value < min) report(context, `must be greater than ${min - 1}`, pointer);
    else if (value > max) report(context, `must be less than ${max + 1}`, pointer);
  };
}

export function choice(...allowed: readonly string[]): Check {
  return (value, pointer, context) => {
    if (typeof value !== "string" || !allowed.includes(value)) {
      report(context, `must be one of: ${allowed.join(", ")}`, pointer);
    }
  };
}

export function pattern(shape: RegExp, name: string): Check {
  return (value, pointer, context) => {
    if (typeof value !== "string" || !shape.test(value)) report(context, `must be a valid ${name}`, pointer);
  };
}

export function url(max = 3000): Check {
  return (value, pointer, context) => {
    text(max)(value, pointer, context);
    if (typeof value === "string" && !/^(https?:\/\/|mailto:|slack:\/\/)\S+$/.test(value)) {
      report(context, "must be a valid url", pointer);
    }
  };
}

export function listOf(
  check: Check,
  { min = 1, max }: { readonly min?: number; readonly max: number },
): Check {
  return (value, pointer, context) => {
    const items = asList(value);
    if (items === undefined) return report(context, "must be an array", pointer);
    if (items.length < min) report(context, `no fewer than ${min} items allowed`, pointer);
    if (items.length > max) report(context, `no more than ${max} items allowed`, pointer);
    items.forEach((item, index) => {
      check(item, `${pointer}/${index}`, context);
    });
  };
}

/** An object with exactly these fields: anything else is refused, as Slack refuses it. */
export function shape(
  required: Readonly<Record<string, Check>>,
  optional: Readonly<Record<string, Check>> = {},
): Check {
  return (value, pointer, context) => {
    const found = asFields(value);
    if (found === undefined) return report(context, "must be an object", pointer);
    for (const [name, check] of Object.entries(required)) {
      if (found[name] === undefined || found[name] === null)
        report(context, `missing required field: ${name}`, pointer);
      else check(found[name], `${pointer}/${name}`, context);
    }
    for (const [name, given] of Object.entries(found)) {
      if (given === undefined || given === null || required[name] !== undefined) continue;
      const check = optional[name];
      if (check === undefined) report(context, `invalid additional property: ${name}`, pointer);
      else check(given, `${pointer}/${name}`, context);
    }
  };
}

/** Chooses the rule by the object's `type`; `name` is what the sentence calls a type that has no rule here. */
export function byType(rules: Readonly<Record<string, Check>>): Check {
  return (value, pointer, context) => {
    const type = asFields(value)?.["type"];
    if (asFields(value) === undefined) return report(context, "must be an object", pointer);
    if (type === undefined) return report(context, "missing required field: type", pointer);
    const rule = typeof type === "string" ? rules[type] : undefined;
    if (rule === undefined) return report(context, `unsupported type: ${String(type)}`, `${pointer}/type`);
    rule(value, pointer, context);
  };
}

/** Both rules hold; the second one sees what the first could not, such as two fields that exclude each other. */
export function both(first: Check, second: Check): Check {
  return (value, pointer, context) => {
    first(value, pointer, context);
    second(value, pointer, context);
  };
}

export const anything: Check = () => {};

export const type: Check = text(100);

// Reads what a person typed after `/promote` or after a mention of the bot. Pure.

import { parseDuration } from "../config/duration.ts";

export type Command =
  | { readonly name: "diff"; readonly app: string | undefined; readonly groups: readonly string[] }
  | {
      readonly name: "rollback" | "status" | "history" | "logs" | "unlock" | "doctor";
      readonly app: string | undefined;
    }
  | {
      readonly name: "lock";
      readonly app: string | undefined;
      readonly seconds: number | undefined;
      readonly reason: string;
    }
  | { readonly name: "help" }
  | { readonly name: "not-understood"; readonly problem: Problem };

export type Problem =
  | { readonly why: "unknown-word"; readonly word: string; readonly suggestion: string | undefined }
  | { readonly why: "unexpected-word"; readonly word: string }
  | { readonly why: "not-a-duration"; readonly word: string }
  | { readonly why: "no-group" }
  | { readonly why: "no-reason" };

const names = ["diff", "rollback", "status", "history", "logs", "lock", "unlock", "doctor", "help"] as const;
const otherWords: Readonly<Record<string, (typeof names)[number]>> = {
  log: "logs",
  "?": "help",
  "roll-back": "rollback",
};

/** `apps` tells an app's name from the first word of a reason. */
export function parseCommand(typed: string, apps: readonly string[]): Command {
  const words = typed
    .trim()
    .split(/\s+/)
    .filter((word) => word !== "");
  const [first, ...rest] = words;
  if (first === undefined) return { name: "help" };
  const said = first.toLowerCase();
  const name = names.find((candidate) => candidate === said) ?? otherWords[said];
  if (name === undefined) {
    return notUnderstood({ why: "unknown-word", word: first, suggestion: closest(said) });
  }
  switch (name) {
    case "diff":
      return parseDiff(rest);
    case "lock":
      return parseLock(rest, apps);
    case "help":
      return { name };
    default:
      return parseApp(name, rest);
  }
}

/** Slack turns what people type into `<@U1|ana>` and the like; for reading and showing, the plain words are wanted. */
export function withoutMarkup(text: string): string {
  return text
    .replace(/<[@#!][^<>|]*\|([^<>]*)>/g, (_, label: string) => label)
    .replace(/<@([A-Z0-9]+)>/g, "@$1")
    .replace(/<#([A-Z0-9]+)>/g, "#$1")
    .replace(/<!(?:subteam\^)?([^<>|]*)>/g, "@$1")
    .replace(/<([^<>|]+)\|([^<>]*)>/g, (_, _url: string, label: string) => label)
    .replace(/<([a-z]+:[^<>|]+)>/g, "$1")
    .replaceAll("&lt;", "<")
    .replaceAll("&gt;", ">")
    .replaceAll("&amp;", "&");
}

function parseDiff(words: readonly string[]): Command {
  let app: string | undefined;
  const groups: string[] = [];
  const left = [...words];
  for (let word = left.shift(); word !== undefined; word = left.shift()) {
    // Phones write a long dash where two hyphens were typed.
    const option = word.replace(/^[—–]/, "--");
    if (option === "--with" || option.startsWith("--with=")) {
      const group = option === "--with" ? left.shift() : option.slice("--with=".length);
      if (group === undefined || group === "" || group.startsWith("-"))
        return notUnderstood({ why: "no-group" });
      groups.push(...group.split(",").filter((each) => each !== ""));
    } else if (app === undefined && !word.startsWith("-")) {
      app = word;
    } else {
      return notUnderstood({ why: "unexpected-word", word });
    }
  }
  return { name: "diff", app, groups };
}

function parseApp(
  name: "rollback" | "status" | "history" | "logs" | "unlock" | "doctor",
  words: readonly string[],
): Command {
  const [app, extra] = words;
  if (extra !== undefined) return notUnderstood({ why: "unexpected-word", word: extra });
  return { name, app };
}

function parseLock(words: readonly string[], apps: readonly string[]): Command {
  const rest = [...words];
  const app = rest[0] !== undefined && apps.includes(rest[0]) ? rest.shift() : undefined;
  let seconds: number | undefined;
  const [maybe] = rest;
  if (maybe !== undefined && /^\d/.test(maybe)) {
    seconds = parseDuration(maybe.toLowerCase());
    if (seconds === undefined || seconds === 0) return notUnderstood({ why: "not-a-duration", word: maybe });
    rest.shift();
  }
  const reason = rest.join(" ").replace(/^["“'«]\s*|\s*["”'»]$/g, "");
  return reason === "" ? notUnderstood({ why: "no-reason" }) : { name: "lock", app, seconds, reason };
}

function notUnderstood(problem: Problem): Command {
  return { name: "not-understood", problem };
}

function closest(word: string): string | undefined {
  const near = names
    .map((name) => ({ name, away: distance(word, name) }))
    .sort((left, right) => left.away - right.away)[0];
  return near !== undefined && near.away <= Math.max(1, Math.floor(near.name.length / 3))
    ? near.name
    : undefined;
}

/** How many letters have to be put in, left out, replaced or swapped with the next. */
function distance(left: string, right: string): number {
  const rows: number[][] = [Array.from({ length: right.length + 1 }, (_, index) => index)];
  const at = (row: number, column: number) => rows[row]?.[column] ?? Number.POSITIVE_INFINITY;
  for (let i = 1; i <= left.length; i += 1) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= right.length; j += 1) {
      const same = left[i - 1] === right[j - 1] ? 0 : 1;
      const swapped =
        left[i - 1] === right[j - 2] && left[i - 2] === right[j - 1]
          ? at(i - 2, j - 2) + 1
          : Number.POSITIVE_INFINITY;
      row[j] = Math.min(at(i - 1, j) + 1, (row[j - 1] ?? 0) + 1, at(i - 1, j - 1) + same, swapped);
    }
  }
  return at(left.length, right.length);
}

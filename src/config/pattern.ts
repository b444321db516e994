// Whether a pattern that a person wrote can be used: it compiles, and no text can make it run for ever.

import picomatch from "picomatch";

const longestPattern = 500;

/** What is wrong with a regular expression, in words that follow its name; undefined when it is fine. */
export function regexTrouble(source: string): string | undefined {
  if (source === "") return "must not be empty: it would match everywhere";
  if (source.length > longestPattern) return `is longer than ${longestPattern} characters`;
  try {
    new RegExp(source, "gm");
  } catch (error) {
    const reason =
      error instanceof Error ? error.message.replace(/^Invalid regular expression: /, "") : String(error);
    return `is not a regular expression (${reason}); a backslash before a sign takes it as it is, as in '\\[build-system\\]'`;
  }
  if (isBomb(source)) {
    return "repeats something that already repeats, as in (a+)+, which can take for ever on a long line; write it without the inner or the outer repetition";
  }
  return undefined;
}

type Group = { repeats: boolean; firsts: string[]; atStart: boolean; twins: boolean };

/**
 * A repeated group that repeats inside, or two of whose alternatives begin alike, can be matched in exponentially many ways.
 * Some harmless ones are caught as well; each can be written in another way.
 */
function isBomb(source: string): boolean {
  const tokens =
    source.match(/\\.|\[(?:\\.|[^\]\\])*\]|\((?:\?(?:<?[=!]|:|<[^>]*>))?|\{\d+(?:,\d*)?\}|[\s\S]/g) ?? [];
  const open: Group[] = [newGroup()];
  let last: Group | undefined;
  for (const token of tokens) {
    const group = open.at(-1) ?? newGroup();
    const repeats = token === "*" || token === "+" || repeatsOften(token);
    if (repeats && last !== undefined && (last.repeats || last.twins)) return true;
    if (repeats) group.repeats = true;
    const closed: Group | undefined = token === ")" ? group : undefined;
    if (token.startsWith("(")) {
      note(group, token);
      open.push(newGroup());
    } else if (closed !== undefined) {
      if (open.length > 1) open.pop();
      const outer = open.at(-1);
      if (outer !== undefined && closed.repeats) outer.repeats = true;
    } else if (token === "|") {
      group.atStart = true;
    } else if (!repeats && token !== "?") {
      note(group, token);
    }
    last = closed;
  }
  return false;
}

function newGroup(): Group {
  return { repeats: false, firsts: [], atStart: true, twins: false };
}

function note(group: Group, token: string): void {
  if (!group.atStart) return;
  group.twins ||=
    group.firsts.includes(token) ||
    (group.firsts.length > 0 && (token === "." || group.firsts.includes(".")));
  group.firsts.push(token);
  group.atStart = false;
}

function repeatsOften(token: string): boolean {
  const match = /^\{(\d+)(,?)(\d*)\}$/.exec(token);
  if (match === null) return false;
  const most = match[2] === "," && match[3] === "" ? Number.POSITIVE_INFINITY : Number(match[3] || match[1]);
  return most > 10;
}

/** What is wrong with a glob pattern for paths below a root; undefined when it is fine. */
export function globTrouble(pattern: string): string | undefined {
  if (pattern === "") return "must not be empty";
  if (pattern.length > longestPattern) return `is longer than ${longestPattern} characters`;
  if (pattern.startsWith("/") || pattern.startsWith("~")) {
    return "must be relative to the root: leave out the leading / or ~";
  }
  if (pattern.startsWith("!"))
    return "cannot begin with !: what is listed is left out, nothing brings it back";
  if (pattern.split("/").includes("..")) return "must not contain ..";
  const unclosed = unclosedBracket(pattern);
  if (unclosed !== undefined)
    return `has a ${unclosed} that is not closed; write \\${unclosed} for the sign itself`;
  try {
    picomatch.makeRe(pattern, { dot: true });
  } catch (error) {
    return `is not a glob pattern (${error instanceof Error ? error.message : String(error)})`;
  }
  return undefined;
}

function unclosedBracket(pattern: string): string | undefined {
  const closing: Readonly<Record<string, string>> = { "[": "]", "{": "}", "(": ")" };
  const open: string[] = [];
  const signs = pattern.replace(/\\./g, "").replace(/\[[!^]?\]?[^\]]*\]/g, "");
  for (const sign of signs) {
    if (closing[sign] !== undefined) open.push(sign);
    else if (open.length > 0 && closing[open.at(-1) ?? ""] === sign) open.pop();
  }
  return open.at(-1);
}

// What must hold between the path rules of an app, so that each of them can do something.

import type { Mistake } from "./mistakes.ts";
import { isDirectory, plainPath } from "./paths.ts";
import type { KeyPath } from "./positions.ts";
import { type App, wrong } from "./rule.ts";

export function* bothDirectoriesOrBothFiles(app: App, at: KeyPath): Iterable<Mistake> {
  for (const [index, rule] of (app.paths ?? []).entries()) {
    if (rule?.from === undefined || rule.to === undefined) continue;
    const path = [...at, "paths", index, "to"];
    const [from, to] = [isDirectory(rule.from), isDirectory(rule.to)];
    if (from && !to) yield wrong(path, `is a file while from is a directory; write ${rule.to}/`);
    if (!from && to) {
      const name = rule.from.split("/").at(-1) ?? "";
      yield wrong(
        path,
        `is a directory while from is a file; write ${plainPath(rule.to).replace(/^\.\/$/, "")}${name}, or from: ${rule.from}/`,
      );
    }
    if (!from && rule.delete !== undefined)
      yield wrong([...at, "paths", index, "delete"], "is for directories only; leave it out", "key");
  }
}

export function* destinationsAreApart(app: App, at: KeyPath): Iterable<Mistake> {
  const seen = new Map<string, number>();
  for (const [index, rule] of (app.paths ?? []).entries()) {
    if (rule?.to === undefined) continue;
    const to = plainPath(rule.to);
    const other = seen.get(to);
    if (other === undefined) seen.set(to, index);
    else
      yield wrong(
        [...at, "paths", index, "to"],
        `is also where paths[${other}] goes; a destination belongs to one rule`,
      );
  }
}

/** First match wins, so a rule below one that takes all it could take is never reached. */
export function* everyRuleCanMatch(app: App, at: KeyPath): Iterable<Mistake> {
  const rules = app.paths ?? [];
  for (const [index, rule] of rules.entries()) {
    if (rule?.from === undefined) continue;
    const from = plainPath(rule.from);
    const earlier = rules
      .slice(0, index)
      .findIndex((other) => other?.from !== undefined && covers(plainPath(other.from), from));
    const by = rules[earlier]?.from;
    if (by === undefined) continue;
    const remedy = plainPath(by) === from ? "remove one of them" : "put this one first";
    yield wrong(
      [...at, "paths", index, "from"],
      `can never match: paths[${earlier}] (${by}) takes all of it before; ${remedy}`,
    );
  }
}

export function* rulesAreNotForbidden(app: App, at: KeyPath): Iterable<Mistake> {
  for (const [index, rule] of (app.paths ?? []).entries()) {
    for (const [key, list] of [
      ["from", "ignore"],
      ["to", "protect"],
    ] as const) {
      const path = rule?.[key];
      if (path === undefined) continue;
      const by = (app[list] ?? []).find(
        (pattern) =>
          pattern !== undefined && isLiteral(pattern) && covers(plainPath(pattern), plainPath(path)),
      );
      if (by !== undefined)
        yield wrong([...at, "paths", index, key], `can never be promoted: ${list} has "${by}"`);
    }
  }
}

function covers(earlier: string, later: string): boolean {
  if (earlier === later || earlier === "./") return true;
  return isDirectory(earlier) && later.startsWith(earlier);
}

function isLiteral(pattern: string): boolean {
  return !/[*?[\]{}()!+@\\]/.test(pattern) && pattern.replace(/\/$/, "").includes("/");
}

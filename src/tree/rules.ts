// Where each path of one side belongs on the other: path rules, ignored and protected paths. Pure.

import type { AppConfig, PathRule } from "../config/config.ts";
import { builtInIgnore } from "../config/defaults.ts";
import { compilePatterns, type Patterns } from "./patterns.ts";

/** What the rules make of one path. */
export type Mapping =
  /** `path` is where it belongs on the other side. */
  | { readonly kind: "mapped"; readonly path: string; readonly rule: PathRule }
  /** Left out on both sides. */
  | { readonly kind: "ignored" }
  /** Its PROD path is never written or removed. */
  | { readonly kind: "protected" }
  /** May belong to a group nobody asked for: what does not come from elsewhere stays as it is. */
  | { readonly kind: "unselected"; readonly path: string; readonly rule: PathRule }
  /** A directory that only leads to what a rule is about. */
  | { readonly kind: "above" }
  /** No rule says anything about it. */
  | { readonly kind: "unexplained" };

export type Rules = {
  readonly paths: readonly PathRule[];
  readonly groups: ReadonlySet<string>;
  readonly ignore: Patterns;
  readonly protect: Patterns;
};

const ignored: Mapping = { kind: "ignored" };
const protectedPath: Mapping = { kind: "protected" };
const above: Mapping = { kind: "above" };
const unexplained: Mapping = { kind: "unexplained" };

/** Our own state beside PROD's root: never part of a side. */
export const stateDirectory = ".passerelle";

export function compileRules(
  app: Pick<AppConfig, "paths" | "ignore" | "protect">,
  groups: readonly string[] = [],
): Rules {
  return {
    paths: app.paths,
    groups: new Set(groups),
    ignore: compilePatterns([stateDirectory, ...builtInIgnore, ...app.ignore]),
    protect: compilePatterns(app.protect),
  };
}

export function mapToProd(rules: Rules, preprodPath: string, isDirectory = false): Mapping {
  if (rules.ignore.matches(preprodPath, isDirectory)) return ignored;
  const rule = rules.paths[ruleAbout(rules, preprodPath)];
  if (rule === undefined) {
    return rules.paths.some(({ from }) => leadsTo(preprodPath, from)) ? above : unexplained;
  }
  const path = translate(preprodPath, rule.from, rule.to);
  if (path === undefined || path === "") return above;
  if (rules.ignore.matches(path, isDirectory)) return ignored;
  if (rules.protect.matches(path, isDirectory)) return protectedPath;
  return { kind: isSelected(rules, rule) ? "mapped" : "unselected", path, rule };
}

/**
 * Where PREPROD would have a PROD path. Several rules may lead there: the first one counts, but a path that an unselected
 * group could have brought is unselected, and only where every rule removes what PREPROD lacks does the `rule` say so.
 */
export function mapToPreprod(rules: Rules, prodPath: string, isDirectory = false): Mapping {
  if (rules.ignore.matches(prodPath, isDirectory)) return ignored;
  if (rules.protect.matches(prodPath, isDirectory)) return protectedPath;
  const sources = sourcesOf(rules, prodPath);
  if (sources.length === 0) {
    return rules.paths.some(({ to }) => leadsTo(prodPath, to)) ? above : unexplained;
  }
  const wanted = sources.filter(({ path }) => !rules.ignore.matches(path, isDirectory));
  const first = wanted[0];
  if (first === undefined) return ignored;
  if (first.path === "") return above;
  const unselected = wanted.find(({ rule }) => !isSelected(rules, rule));
  if (unselected !== undefined) return { kind: "unselected", ...unselected };
  // Ignored where it may come from: it is not PREPROD's to say that it goes.
  if (wanted.length < sources.length) return { kind: "unselected", ...first };
  return { kind: "mapped", path: first.path, rule: (wanted.find(({ rule }) => !rule.delete) ?? first).rule };
}

export function isSelected(rules: Rules, rule: PathRule): boolean {
  return rule.group === undefined || rules.groups.has(rule.group);
}

/** The directory or file a rule's `from` or `to` names, without its slash; `""` for the whole root. */
export function bareOf(written: string): string {
  return prefixOf(written).replace(/\/$/, "");
}

/** The first rule that says something about a PREPROD path; -1 if none does. */
export function ruleAbout(rules: Rules, preprodPath: string): number {
  return rules.paths.findIndex(({ from, to }) => translate(preprodPath, from, to) !== undefined);
}

/** The rules that bring something to a PROD path, with what they bring: none whose PREPROD path an earlier rule takes elsewhere. */
export function sourcesOf(
  rules: Rules,
  prodPath: string,
): readonly { readonly path: string; readonly rule: PathRule }[] {
  return rules.paths.flatMap((rule, index) => {
    const path = translate(prodPath, rule.to, rule.from);
    if (path === undefined || (path !== "" && ruleAbout(rules, path) !== index)) return [];
    return [{ path, rule }];
  });
}

function translate(path: string, from: string, to: string): string | undefined {
  const prefix = prefixOf(from);
  if (prefix === "" || prefix.endsWith("/")) {
    if (path.startsWith(prefix)) return prefixOf(to) + path.slice(prefix.length);
    return path.length === prefix.length - 1 && prefix.startsWith(path) ? bareOf(to) : undefined;
  }
  return path === prefix ? to : undefined;
}

function prefixOf(written: string): string {
  return written === "./" || written === "." ? "" : written;
}

function leadsTo(path: string, written: string): boolean {
  return written.length > path.length && written.startsWith(path) && written[path.length] === "/";
}

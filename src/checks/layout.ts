// PREPROD's layout against PROD's: where a path of the one belongs in the other, and which texts still name the one.

import type { AppConfig } from "../config/config.ts";
import type { Tree } from "../tree/entry.ts";
import { bareOf, compileRules, mapToProd } from "../tree/rules.ts";
import { unknownText } from "./code-string.ts";

/** Every path of a tree and every directory above one. */
export function pathIndex(tree: Tree): ReadonlySet<string> {
  const paths = new Set<string>([""]);
  for (const path of tree.keys()) {
    for (let at: string = path; at !== "" && !paths.has(at); at = directoryOf(at)) paths.add(at);
  }
  return paths;
}

/** `""` for what lies in the root. */
export function directoryOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash === -1 ? "" : path.slice(0, slash);
}

export function join(directory: string, path: string): string {
  return directory === "" ? path : path === "" ? directory : `${directory}/${path}`;
}

export type LayoutMention = {
  /** Offset in the searched text. */
  readonly at: number;
  readonly kind: "path" | "module" | "root";
  /** As PREPROD's layout has it. */
  readonly named: string;
  /** Its place in PROD, if it has one. */
  readonly prodPath: string | undefined;
  /** Nothing but the mention stands in the text. */
  readonly whole: boolean;
};

export type LayoutSearch = (text: string) => readonly LayoutMention[];

const pathToken = /[^\s"'`<>|;,()[\]{}=*?#&:$!^\\\0]+/g;

/** Finds in a text what names PREPROD's layout and leads nowhere in PROD. */
export function layoutSearch(app: AppConfig, preprod: Tree, result: Tree): LayoutSearch {
  const inPreprod = pathIndex(preprod);
  const inResult = pathIndex(result);
  const moved = app.paths
    .map((rule) => ({
      from: bareOf(rule.from).split("/"),
      directory: rule.from.endsWith("/"),
      differs: bareOf(rule.from) !== bareOf(rule.to),
    }))
    .filter(({ from, differs }) => differs && from[0] !== "");
  const modules = moved
    .filter(({ from, directory }) => directory && from.length > 1 && !inResult.has(from.join("/")))
    .map(({ from }) => from.join("."));
  const root = rootParts(app.preprod.root, app.prod.root);
  // A quick look first: nearly every string of a program has nothing to do with paths.
  const hints = [...moved.map(({ from }) => from.at(-1) ?? ""), root?.at(-1) ?? ""].filter(
    (hint) => hint !== "",
  );

  // A group that is not promoted this time has its place in PROD all the same.
  const groups = app.paths.flatMap(({ group }) => (group === undefined ? [] : [group]));
  const rules = compileRules({ paths: app.paths, ignore: [], protect: [] }, groups);

  function prodPathOf(path: string): string | undefined {
    const mapping = mapToProd(rules, path);
    return mapping.kind === "mapped" ? mapping.path : undefined;
  }

  function mentionIn(
    token: string,
    absolute: boolean,
  ): Pick<LayoutMention, "kind" | "named" | "prodPath"> | undefined {
    const parts = token.split("/").filter((part) => part !== "." && part !== "");
    if (inResult.has(parts.join("/"))) return undefined;
    if (root !== undefined && indexOfRun(parts, root) !== -1) {
      return { kind: "root", named: root.join("/"), prodPath: undefined };
    }
    for (const { from, directory } of moved) {
      const at = indexOfRun(parts, from);
      if (at === -1) continue;
      const named = parts.slice(at).join("/");
      if (!directory && parts.length > at + from.length) continue;
      // One name alone is too common a word: it must be a path of PREPROD, written as from its root.
      if (from.length === 1 && (at > 0 || absolute || !inPreprod.has(named))) continue;
      if (from.length === 1 && directory && parts.length === 1) continue;
      // `/usr/src/app` is a place of its own; a path into PREPROD's tree is not.
      if (absolute && (parts.length === at + from.length || !inPreprod.has(named))) continue;
      if (inResult.has(named) || (!inPreprod.has(named) && inResult.has(directoryOf(named)))) continue;
      const prodPath = prodPathOf(named);
      if (prodPath !== named) return { kind: "path", named, prodPath };
    }
    return undefined;
  }

  return (text) => {
    if (!hints.some((hint) => text.includes(hint))) return [];
    const mentions: LayoutMention[] = [];
    for (const match of text.matchAll(pathToken)) {
      // The rest of a URL, behind its colon.
      if (match[0].startsWith("//")) continue;
      const token = match[0].replace(/[.]+$/, "");
      const absolute = token.startsWith("/") && text.charAt(match.index - 1) !== unknownText;
      const mention = mentionIn(token, absolute);
      if (mention !== undefined) {
        mentions.push({ ...mention, at: match.index, whole: !/\s/.test(text.trim()) });
        continue;
      }
      const module = modules.find((name) => token === name || token.startsWith(`${name}.`));
      if (module !== undefined) {
        mentions.push({ at: match.index, kind: "module", named: token, prodPath: undefined, whole: false });
      }
    }
    return mentions;
  };
}

function indexOfRun(parts: readonly string[], run: readonly string[]): number {
  for (let at = 0; at + run.length <= parts.length; at++) {
    if (run.every((part, index) => parts[at + index] === part)) return at;
  }
  return -1;
}

/** What of PREPROD's root cannot be mistaken: two names at least, and not above PROD's own root. */
function rootParts(preprod: string, prod: string): readonly string[] | undefined {
  const parts = preprod.split("/").filter((part) => part !== "~" && part !== "");
  const others = prod.split("/").filter((part) => part !== "~" && part !== "");
  return parts.length >= 2 && indexOfRun(others, parts) === -1 ? parts : undefined;
}

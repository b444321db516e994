// What a person says to `init`: which answers are good, and what is offered where they say nothing. Pure.

import type { GivenRule } from "./infer.ts";

export function isAppName(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/.test(text);
}

export function isChannel(text: string): boolean {
  return /^[CG][A-Z0-9]{2,}$/.test(text);
}

export function isApprover(text: string): boolean {
  return /^[UWS][A-Z0-9]{2,}$/.test(text);
}

/** `FROM:TO`, both directories or both files; undefined when it is not. */
export function givenRule(text: string): GivenRule | undefined {
  const [, from = "", to = ""] = /^([^:]+):([^:]+)$/.exec(text.trim()) ?? [];
  const isDirectory = from.endsWith("/") || from === ".";
  if (from === "" || isDirectory !== (to.endsWith("/") || to === ".")) return undefined;
  const [plainFrom, plainTo] = [plain(from), plain(to)];
  if (plainFrom === undefined || plainTo === undefined) return undefined;
  if (!isDirectory && (plainFrom === "" || plainTo === "")) return undefined;
  return { from: plainFrom, to: plainTo, isDirectory };
}

function plain(path: string): string | undefined {
  const parts = path.split("/").filter((part) => part !== "" && part !== ".");
  if (path.startsWith("/") || path.startsWith("~") || parts.includes("..")) return undefined;
  return parts.join("/");
}

const places = /^(home|srv|www|opt|var|apps?|html|tmp|root|usr|mnt|data|deploy|projects?|src|work|users?)$/i;
const sideWords = /(^|[-_.\d])(pre-?prod(uction)?|prod(uction)?|staging|recette|live|current)(?=$|[-_.\d])/gi;

/** The directory that both sides are in, or what PREPROD's own name says beside that it is PREPROD. */
export function offeredAppName(preprodRoot: string, prodRoot: string): string {
  const [preprod, prod] = [partsOf(preprodRoot), partsOf(prodRoot)];
  const above = preprod.slice(0, -1).join("/") === prod.slice(0, -1).join("/") ? preprod.at(-2) : undefined;
  const names = [above, ...[prod.at(-1), preprod.at(-1)].map((name) => name?.replaceAll(sideWords, ""))];
  for (const name of names) {
    const usable = (name ?? "")
      .replaceAll(/[^A-Za-z0-9_.-]+/g, "-")
      .replace(/^[^A-Za-z0-9]+|[^A-Za-z0-9]+$/g, "")
      .slice(0, 63);
    if (usable !== "" && !/^\d+$/.test(usable) && !places.test(usable) && isAppName(usable)) return usable;
  }
  return "app";
}

function partsOf(root: string): readonly string[] {
  return root.split("/").filter((part) => part !== "" && part !== "~");
}

/** Directories of the working directory that are probably the two sides. */
export function offeredSides(directories: readonly string[]): {
  readonly preprod: string | undefined;
  readonly prod: string | undefined;
} {
  const isPreprod = (name: string): boolean => /pre-?prod|staging|recette/i.test(name);
  const preprod = directories.filter(isPreprod);
  const prod = directories.filter(
    (name) => !isPreprod(name) && /(^|[^a-z])prod(uction)?([^a-z]|$)/i.test(name),
  );
  return {
    preprod: preprod.length === 1 && preprod[0] !== undefined ? `./${preprod[0]}` : undefined,
    prod: prod.length === 1 && prod[0] !== undefined ? `./${prod[0]}` : undefined,
  };
}

/** As programs of a Unix system find the language of a person. */
export function localeOf(env: Readonly<Record<string, string | undefined>>): "en" | "fr" {
  const said = [env["LC_ALL"], env["LC_MESSAGES"], env["LANG"]].find(
    (value) => value !== undefined && value !== "",
  );
  return /^fr([_.@-]|$)/i.test(said ?? "") ? "fr" : "en";
}

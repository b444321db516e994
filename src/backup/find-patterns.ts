// Glob patterns with gitignore's meaning, as regular expressions that `find` and `grep` of the target understand.

import { quote } from "../transport/shell.ts";

type Found = { readonly expression: string; readonly directoriesOnly: boolean };

/**
 * The regular expression for paths that begin with `./`. A pattern that cannot be said this way is left out: then the
 * archive holds more than it had to, never less.
 */
function expressionOf(pattern: string): Found | undefined {
  const bare = pattern.replace(/^(?:\.?\/)+/, "").replace(/\/+$/, "");
  const body = bare === "" ? undefined : translate(bare);
  if (body === undefined) return undefined;
  return {
    expression: `${bare.includes("/") || pattern.startsWith("/") ? "\\./" : ".*/"}${body}`,
    directoriesOnly: pattern.endsWith("/"),
  };
}

/**
 * What `backup.exclude` names: as in a path rule, from PROD's root on. A name alone must not mean every directory of that name:
 * `data/` is PROD's big data, and code of the same name further down belongs in the archive.
 */
export function fromRoot(patterns: readonly string[]): readonly string[] {
  return patterns.map((pattern) => `/${pattern.replace(/^(?:\.?\/)+/, "")}`);
}

function translate(glob: string): string | undefined {
  if (/[+@!?*]\(/.test(glob)) return undefined;
  let result = "";
  let depth = 0;
  for (let at = 0; at < glob.length; at += 1) {
    const sign = glob.charAt(at);
    if (glob.startsWith("**/", at) && (at === 0 || glob.charAt(at - 1) === "/")) {
      result += "(.*/)?";
      at += 2;
    } else if (glob.startsWith("**", at)) {
      result += ".*";
      at += 1;
    } else if (sign === "*") result += "[^/]*";
    else if (sign === "?") result += "[^/]";
    else if (sign === "[") {
      const end = glob.indexOf("]", at + 2);
      const inside = glob.slice(at + 1, end);
      if (end < 0 || /[[\\/]/.test(inside)) return undefined;
      result += `[${inside.replace(/^!/, "^")}]`;
      at = end;
    } else if (sign === "{") {
      depth += 1;
      result += "(";
    } else if (sign === "}" && depth > 0) {
      depth -= 1;
      result += ")";
    } else if (sign === "," && depth > 0) result += "|";
    else if (sign === "\\" && at + 1 < glob.length) {
      at += 1;
      result += escapeSign(glob.charAt(at));
    } else result += escapeSign(sign);
  }
  return depth === 0 ? result : undefined;
}

function escapeSign(sign: string): string {
  return /[.^$*+?()[\]{}|\\]/.test(sign) ? `\\${sign}` : sign;
}

/** The part of a `find` command that leaves out what is named, and all below it. */
export function pruneNamed(patterns: readonly string[]): string {
  return found(patterns).length === 0 ? "" : `${testNamed(patterns)} -prune -o`;
}

/** The test of a `find` command that is true of what is named, and of nothing where nothing is. */
export function testNamed(patterns: readonly string[]): string {
  const tests = found(patterns).map(
    ({ expression, directoriesOnly }) => `${directoriesOnly ? "-type d " : ""}-regex ${quote(expression)}`,
  );
  return tests.length === 0 ? "-false" : `-regextype posix-extended \\( ${tests.join(" -o ")} \\)`;
}

/** Lines for `grep -x -E -f`: a path that is named, or is below what is named. */
export function namedLines(patterns: readonly string[]): string {
  return found(patterns)
    .map(({ expression, directoriesOnly }) => `${expression}(/.*)${directoriesOnly ? "" : "?"}\n`)
    .join("");
}

function found(patterns: readonly string[]): Found[] {
  return patterns.map(expressionOf).filter((each) => each !== undefined);
}

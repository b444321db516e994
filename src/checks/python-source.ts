// What the checks need to know of a Python file: its imports, and the strings it holds.

import type { SyntaxNode, SyntaxNodeRef } from "@lezer/common";
import { parser } from "@lezer/python";
import { type CodeString, glued, maskEscapes, unknownText, withoutInterpolation } from "./code-string.ts";
import { lineCounter, type Source, type Sources } from "./sources.ts";
import { visitSyntax } from "./syntax.ts";

export type PythonImport = {
  readonly line: number;
  /** Leading dots of a relative import. */
  readonly level: number;
  /** Dotted; empty in `from . import x`. */
  readonly module: string;
  /** What `from … import` names; `*` among them; empty for `import module`. */
  readonly names: readonly string[];
  /**
   * `optional`: failing is provided for, or it depends on the platform. `never`: only type checkers run it.
   * `fallback`: in the handler of an optional import, run when that one failed.
   */
  readonly when: "always" | "optional" | "fallback" | "never";
  /** Joins a fallback to the optional imports it stands in for. */
  readonly attempt: number | undefined;
};

export type PythonSource = {
  readonly imports: readonly PythonImport[];
  readonly strings: readonly CodeString[];
  /** Offset and line of the first part that is not understood. */
  readonly brokenAt: number | undefined;
  readonly brokenAtLine: number | undefined;
  /** Comments, docstrings and other strings that nobody uses. */
  readonly remarks: readonly { readonly from: number; readonly to: number }[];
};

const read = new WeakMap<Source, PythonSource>();

export async function readPython(source: Source, sources: Sources): Promise<PythonSource> {
  const known = read.get(source);
  if (known !== undefined) return known;
  const result = await understand(source, sources);
  read.set(source, result);
  return result;
}

async function understand(source: Source, sources: Sources): Promise<PythonSource> {
  const { path, text } = source;
  const lineAt = lineCounter(text);
  const imports: PythonImport[] = [];
  const strings: CodeString[] = [];
  const remarks: { from: number; to: number }[] = [];
  let brokenAt: number | undefined;
  const visit = (node: SyntaxNodeRef): boolean => {
    if (node.type.isError && brokenAt === undefined) brokenAt = node.from;
    switch (node.name) {
      case "ImportStatement":
        imports.push(...importsOf(node.node, text, lineAt));
        return false;
      case "ExpressionStatement": {
        const only = node.node.firstChild;
        // A docstring, or a string that stands there as a comment.
        if (only === null || only.nextSibling !== null || !/String$/.test(only.name)) return true;
        remarks.push({ from: node.from, to: node.to });
        return false;
      }
      case "Comment":
        remarks.push({ from: node.from, to: node.to });
        return false;
      case "String":
      case "FormatString":
        strings.push(stringOf(node.node, text));
        return true;
      case "ContinuedString":
        strings.push(...joined(node.node, text, ""));
        return true;
      case "CallExpression":
        if (/(?:join|joinpath|Path|PurePath|PosixPath)$/.test(calleeOf(node.node, text)))
          strings.push(...joined(node.node.getChild("ArgList"), text, "/"));
        return true;
      case "BinaryExpression":
        if (node.node.parent?.name !== "BinaryExpression") strings.push(...divided(node.node, text));
        return true;
      default:
        return true;
    }
  };
  await visitSyntax(parser, { path, text: readable(text) }, sources, visit);
  return {
    imports,
    strings,
    brokenAt,
    brokenAtLine: brokenAt === undefined ? undefined : lineAt(brokenAt),
    remarks,
  };
}

/** Same length, without the few forms that Python allows and the parser does not know. */
function readable(text: string): string {
  return text
    .replaceAll("\f", " ")
    .replace(/(?<=(?:^|[=(:]|\bawait)[ \t]*)yield(?=[ \t]*(?:$|[\r)#;,\]]))/gm, "None_")
    .replace(/(?<![\w.])(\d+)\.(?![\w.])/g, "$10");
}

function importsOf(
  node: SyntaxNode,
  text: string,
  lineAt: (offset: number) => number,
): readonly PythonImport[] {
  const around = circumstances(node, text);
  const line = lineAt(node.from);
  const statement = text.slice(node.from, node.to);
  const from = node.firstChild?.name === "from";
  let level = 0;
  let module = "";
  let inModule = true;
  const names: string[] = [];
  const modules: string[] = [];
  let afterAs = false;
  for (let child = node.firstChild?.nextSibling ?? null; child !== null; child = child.nextSibling) {
    const word = text.slice(child.from, child.to);
    if (child.type.isError || child.name === "Comment") continue;
    if (from && inModule) {
      if (child.name === "import") inModule = false;
      else if (/^\.+$/.test(word) && module === "") level += word.length;
      else module += word;
      continue;
    }
    if (child.name === "as") afterAs = true;
    else if (child.name === ",") {
      if (!from && module !== "") modules.push(module);
      if (!from) module = "";
      afterAs = false;
    } else if (child.name === "VariableName" || child.name === "." || child.name === "*") {
      if (afterAs) continue;
      if (from) names.push(word);
      else module += word;
    }
  }
  if (!from && module !== "") modules.push(module);
  if (from && (inModule || statement.length > 20_000)) return [];
  if (from) return [{ line, level, module, names, ...around }];
  return modules.map((each) => ({ line, level: 0, module: each, names: [], ...around }));
}

/** Whether the statement runs whenever its module is loaded or its function called. */
function circumstances(node: SyntaxNode, text: string): Pick<PythonImport, "when" | "attempt"> {
  let inner = node;
  for (let outer = node.parent; outer !== null; inner = outer, outer = outer.parent) {
    if (outer.name === "IfStatement") {
      const test = testBefore(inner, text);
      if (/\bTYPE_CHECKING\b/.test(test) && !/\bnot\b/.test(test))
        return { when: "never", attempt: undefined };
      if (/\b(?:platform|os\.name|version_info|PY2|PY3|find_spec)\b/.test(test))
        return { when: "optional", attempt: undefined };
    }
    if (outer.name === "TryStatement" && inner.name === "Body") {
      const clause = clauseOf(inner, text);
      if (clause.keyword === "try" && catchesImportError(outer, text))
        return { when: "optional", attempt: outer.from };
      if (clause.keyword === "except" && forgivesImports(clause.test))
        return { when: "fallback", attempt: outer.from };
    }
    if (outer.name === "WithStatement" && /\bsuppress\(/.test(text.slice(outer.from, inner.from)))
      return { when: "optional", attempt: undefined };
  }
  return { when: "always", attempt: undefined };
}

/** The condition of the branch of an `if` that holds `body`; an `else` has the one before it, negated. */
function testBefore(body: SyntaxNode, text: string): string {
  const test = body.prevSibling;
  if (test === null) return "";
  if (test.name !== "else") return text.slice(test.from, test.to);
  const previous = test.prevSibling?.prevSibling;
  return previous ? `not ${text.slice(previous.from, previous.to)}` : "";
}

function clauseOf(body: SyntaxNode, text: string): { readonly keyword: string; readonly test: string } {
  let test = "";
  for (
    let before = body.prevSibling;
    before !== null && before.name !== "Body";
    before = before.prevSibling
  ) {
    if (/^(?:try|except|else|finally)$/.test(before.name)) return { keyword: before.name, test };
    test = `${text.slice(before.from, before.to)} ${test}`;
  }
  return { keyword: "", test };
}

function catchesImportError(node: SyntaxNode, text: string): boolean {
  return node.getChildren("Body").some((body) => {
    const clause = clauseOf(body, text);
    return clause.keyword === "except" && forgivesImports(clause.test);
  });
}

function forgivesImports(test: string): boolean {
  return test.trim() === "" || /\b(?:ImportError|ModuleNotFoundError|Exception|BaseException)\b/.test(test);
}

function stringOf(node: SyntaxNode, text: string): CodeString {
  const raw = text.slice(node.from, node.to);
  const open = /^([a-zA-Z]*)("""|'''|"|')/.exec(raw);
  const prefix = open?.[1] ?? "";
  const quote = open?.[2] ?? "";
  const start = prefix.length + quote.length;
  const end = raw.endsWith(quote) ? Math.max(start, raw.length - quote.length) : raw.length;
  let body = raw.slice(start, end);
  body = withoutInterpolation(body, node, node.from + start, "FormatReplacement");
  if (!/r/i.test(prefix)) body = maskEscapes(body);
  return { from: node.from + start, text: body };
}

/** Neighbouring literals as the one string that they make, placed at the first of them. */
function joined(parent: SyntaxNode | null, text: string, glue: "/" | ""): readonly CodeString[] {
  const parts: CodeString[] = [];
  for (let child = parent?.firstChild ?? null; child !== null; child = child.nextSibling) {
    if (child.name === "String" || child.name === "FormatString") parts.push(stringOf(child, text));
    else if (!/^(?:[(),]|Comment)$/.test(child.name) && glue === "/")
      parts.push({ from: child.from, text: unknownText });
  }
  return glued(parts, glue);
}

/** `Path(…) / "a" / "b"`. */
function divided(node: SyntaxNode, text: string): readonly CodeString[] {
  const parts: CodeString[] = [];
  // Without recursion: a generated sum of thousands of terms nests as deep.
  const waiting: SyntaxNode[] = [node];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    if (next.name === "BinaryExpression") {
      const operator = next.getChild("ArithOp");
      if (operator === null || text.slice(operator.from, operator.to) !== "/") return [];
      if (next.lastChild !== null) waiting.push(next.lastChild);
      if (next.firstChild !== null) waiting.push(next.firstChild);
    } else if (next.name === "String" || next.name === "FormatString") parts.push(stringOf(next, text));
    else if (next.name === "CallExpression" && /Path$/.test(calleeOf(next, text))) {
      parts.push(...joined(next.getChild("ArgList"), text, "/"));
    } else parts.push({ from: next.from, text: unknownText });
  }
  return glued(parts, "/");
}

function calleeOf(node: SyntaxNode, text: string): string {
  const callee = node.firstChild;
  return callee === null ? "" : text.slice(Math.max(callee.from, callee.to - 60), callee.to);
}

// What the checks need to know of a JavaScript or TypeScript file: the modules it asks for, and the strings it holds.

import type { Parser, SyntaxNode, SyntaxNodeRef } from "@lezer/common";
import { parser } from "@lezer/javascript";
import { type CodeString, glued, maskEscapes, unknownText, withoutInterpolation } from "./code-string.ts";
import { lineCounter, type Source, type Sources } from "./sources.ts";
import { visitSyntax } from "./syntax.ts";

export type JavascriptImport = {
  readonly line: number;
  readonly specifier: string;
  /** Inside a `try`: failing is provided for. */
  readonly optional: boolean;
  /** `import type`: gone before anything runs. */
  readonly typeOnly: boolean;
};

export type JavascriptSource = {
  readonly imports: readonly JavascriptImport[];
  readonly strings: readonly CodeString[];
  readonly remarks: readonly { readonly from: number; readonly to: number }[];
};

const read = new WeakMap<Source, JavascriptSource>();
const plain = parser.configure({ dialect: "jsx" });
const typed = parser.configure({ dialect: "ts" });
const typedWithMarkup = parser.configure({ dialect: "ts jsx" });

/** Declarations of types are left out: nothing in them runs. */
export function isJavascript(path: string): boolean {
  return /\.[cm]?[jt]sx?$/.test(path) && !/\.d\.[cm]?ts$/.test(path) && !isBundle(path);
}

/** Built code is told apart by name: what it asks for was decided when it was built. */
export function isBundle(path: string): boolean {
  return /\.min\.[cm]?js$|\.(?:bundle|chunk)\.[cm]?js$|(?:^|\/)(?:_next|\.next|\.nuxt|\.output)\//.test(path);
}

export async function readJavascript(source: Source, sources: Sources): Promise<JavascriptSource> {
  const known = read.get(source);
  if (known !== undefined) return known;
  const result = await understand(source, sources);
  read.set(source, result);
  return result;
}

async function understand(source: Source, sources: Sources): Promise<JavascriptSource> {
  const { path, text } = source;
  const lineAt = lineCounter(text);
  const imports: JavascriptImport[] = [];
  const strings: CodeString[] = [];
  const remarks: { from: number; to: number }[] = [];

  function ask(literal: SyntaxNode | null, statement: SyntaxNode, typeOnly = false): void {
    if (literal === null || (literal.name !== "String" && literal.name !== "TemplateString")) return;
    if (literal.getChild("Interpolation") !== null) return;
    const specifier = text.slice(literal.from + 1, literal.to - 1);
    if (specifier === "" || specifier.includes("\\")) return;
    imports.push({ line: lineAt(literal.from), specifier, optional: isTried(statement), typeOnly });
  }

  const visit = (node: SyntaxNodeRef): boolean => {
    switch (node.name) {
      case "ImportDeclaration":
      case "ExportDeclaration": {
        const literal = node.node.getChild("String");
        if (literal === null) return true;
        ask(literal, node.node, isTypeOnly(text.slice(node.from, literal.from)));
        return false;
      }
      case "LineComment":
      case "BlockComment":
        remarks.push({ from: node.from, to: node.to });
        return false;
      case "DynamicImport":
        ask(node.node.getChild("String") ?? node.node.getChild("TemplateString"), node.node);
        return true;
      case "CallExpression": {
        const callee = node.node.firstChild;
        const list = node.node.getChild("ArgList");
        if (callee === null || list === null) return true;
        const name = text.slice(Math.max(callee.from, callee.to - 60), callee.to);
        if (name === "require" || name === "require.resolve")
          ask(list.firstChild?.nextSibling ?? null, node.node);
        else if (/\b(?:join|resolve)$/.test(name)) strings.push(...joined(list, text));
        return true;
      }
      case "ExpressionStatement":
        // "use strict"
        return node.node.firstChild?.name !== "String";
      case "String":
      case "TemplateString":
      case "JSXAttributeValue":
        strings.push(stringOf(node.node, text));
        return true;
      default:
        return true;
    }
  };
  await visitSyntax(dialectOf(path), source, sources, visit);
  return { imports, strings, remarks };
}

function dialectOf(path: string): Parser {
  return /\.[cm]?ts$/.test(path) ? typed : path.endsWith(".tsx") ? typedWithMarkup : plain;
}

/** `import type …`, or braces in which every name is a type. */
function isTypeOnly(beforeSource: string): boolean {
  if (/^(?:import|export)\s+type\b(?!\s*,|\s+from\b)/.test(beforeSource)) return true;
  const names = /^(?:import|export)\s*\{([^}]*)\}\s*from\s*$/.exec(beforeSource)?.[1];
  return names?.split(",").every((name) => name.trim() === "" || /^\s*type\s+\w/.test(name)) ?? false;
}

function isTried(node: SyntaxNode): boolean {
  for (let inner = node, outer = node.parent; outer !== null; inner = outer, outer = outer.parent) {
    if (outer.name === "TryStatement" && inner.name === "Block") return true;
    // `import("x").catch(…)`, `typeof require …`
    if (
      outer.name === "MemberExpression" &&
      outer.lastChild?.name === "PropertyName" &&
      inner.name === "DynamicImport"
    )
      return true;
  }
  return false;
}

function stringOf(node: SyntaxNode, text: string): CodeString {
  const body = text.slice(node.from + 1, Math.max(node.from + 1, node.to - 1));
  return {
    from: node.from + 1,
    text: maskEscapes(withoutInterpolation(body, node, node.from + 1, "Interpolation")),
  };
}

function joined(list: SyntaxNode, text: string): readonly CodeString[] {
  const parts: CodeString[] = [];
  for (let child = list.firstChild; child !== null; child = child.nextSibling) {
    if (child.name === "String" || child.name === "TemplateString") parts.push(stringOf(child, text));
    else if (!/^(?:[(),]|LineComment|BlockComment)$/.test(child.name))
      parts.push({ from: child.from, text: unknownText });
  }
  return glued(parts, "/");
}

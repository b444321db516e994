// Check: promoted text that names PREPROD's layout, where PROD will have nothing.

import {
  type Check,
  type CheckInput,
  counted,
  type Finding,
  listed,
  promotedFiles,
  runsElsewhere,
} from "./check.ts";
import type { CodeString } from "./code-string.ts";
import { isJavascript, readJavascript } from "./javascript-source.ts";
import { type LayoutMention, layoutSearch } from "./layout.ts";
import { readPython } from "./python-source.ts";
import { lineCounter, type Source, type Sources } from "./sources.ts";
import { isConfiguration, withoutComments } from "./without-comments.ts";

export const layoutReference: Check = {
  id: "layout-reference",
  level: "warn",
  fine: "No promoted text names PREPROD's layout.",
  find: findLayoutReferences,
  summary,
};

const mostPerFile = 500;

async function findLayoutReferences(input: CheckInput, sources: Sources): Promise<readonly Finding[]> {
  const search = layoutSearch(input.app, input.preprod, input.result);
  const paths = promotedFiles(input.changes)
    .map((change) => change.path)
    .filter((path) => path.endsWith(".py") || isJavascript(path) || isConfiguration(path));
  const findings: Finding[] = [];
  for await (const source of sources.texts(paths)) {
    const lineAt = lineCounter(source.text);
    const mentions = (await textsOf(source, sources)).flatMap((string) =>
      search(string.text).map((mention) => ({
        ...mention,
        line: lineAt(string.joined === true ? string.from : string.from + mention.at),
        // A path amid other words is as likely a message to people as a command.
        uncertain: string.doubtful === true || (string.code && !mention.whole),
      })),
    );
    for (const mention of withoutParts(mentions.slice(0, mostPerFile)))
      findings.push(found(source.path, mention));
  }
  return findings;
}

type Searched = CodeString & { readonly code: boolean; readonly doubtful?: boolean };

async function textsOf(source: Source, sources: Sources): Promise<readonly Searched[]> {
  if (source.path.endsWith(".py")) {
    const { strings, brokenAt } = await readPython(source, sources);
    // Beyond a syntax error, text may pass for code and code for text.
    return strings.map((string) => ({
      ...string,
      code: true,
      doubtful: brokenAt !== undefined && string.from > brokenAt,
    }));
  }
  if (isJavascript(source.path)) {
    return (await readJavascript(source, sources)).strings.map((string) => ({ ...string, code: true }));
  }
  const text = withoutComments(source.path, source.text);
  return text === undefined ? [] : [{ from: 0, text, code: false }];
}

type Placed = LayoutMention & { readonly line: number; readonly uncertain: boolean };

/** `"src/app/" "x.css"` is one mention, told by its longest form. */
function withoutParts(mentions: readonly Placed[]): readonly Placed[] {
  const longestFirst = [...mentions].sort((left, right) => right.named.length - left.named.length);
  const kept: Placed[] = [];
  for (const mention of longestFirst) {
    if (!kept.some((other) => other.line === mention.line && other.named.startsWith(mention.named)))
      kept.push(mention);
  }
  return kept.sort((left, right) => left.line - right.line || left.at - right.at);
}

function found(path: string, { kind, named, prodPath, line, uncertain }: Placed): Finding {
  const facts = { named, ...(prodPath === undefined ? {} : { prodPath }) };
  const code = `layout-${kind}`;
  const where = { path, line, facts, code };
  const harmless = uncertain || kind === "module" || runsElsewhere(path);
  return { ...where, message: sentence(where), ...(harmless ? { uncertain: true } : {}) };
}

function sentence({ code, facts }: Pick<Finding, "code" | "facts">): string {
  switch (code) {
    case "layout-root":
      return `names PREPROD's own directory ${facts["named"]}`;
    case "layout-module":
      return `names the module ${facts["named"]}, which only PREPROD's layout has`;
    default: {
      const place = facts["prodPath"] === undefined ? "" : `; its place in PROD is ${facts["prodPath"]}`;
      return `names ${facts["named"]}, which PROD will not have${place}`;
    }
  }
}

function summary(findings: readonly Finding[]): string {
  const named = findings.map(({ facts }) =>
    facts["prodPath"] === undefined
      ? `${facts["named"]}`
      : `${facts["named"]} (in PROD: ${facts["prodPath"]})`,
  );
  return `${counted(findings.length, "place")} in promoted files ${findings.length === 1 ? "names" : "name"} PREPROD's layout, which PROD will not have: ${listed(named)}.`;
}

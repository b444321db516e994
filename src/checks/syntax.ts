// Parses source code without holding up everything else, and gives up in good order.

import { setImmediate } from "node:timers/promises";
import type { Parser, SyntaxNodeRef, Tree as SyntaxTree } from "@lezer/common";
import type { Source, Sources } from "./sources.ts";

/** Beyond this, code is generated, and its syntax tree would take hundreds of megabytes. */
const mostParsed = 512 * 1024;
/** People do not nest deeper; a visit costs more the deeper it goes. */
const deepest = 400;
const stepsAtATime = 2000;

/**
 * Calls `visit` for each node, outer ones first, unless it returned false for one around it. False when the text is not
 * code that can be read.
 */
export async function visitSyntax(
  parser: Parser,
  source: Source,
  sources: Sources,
  visit: (node: SyntaxNodeRef) => boolean,
): Promise<boolean> {
  if (source.text.length > mostParsed) {
    sources.note("too large to look into", source.path);
    return false;
  }
  try {
    const tree = await parse(parser, source.text, sources);
    let depth = 0;
    tree.iterate({
      enter(node) {
        // Only a node that is gone into is left again.
        const inside = depth < deepest && visit(node);
        if (inside) depth++;
        return inside;
      },
      leave() {
        depth--;
      },
    });
    return true;
  } catch (error) {
    // A tree of many thousand levels is more than the parser's own recursion can bear.
    if (!(error instanceof RangeError)) throw error;
    sources.note("not wholly understood", source.path);
    return false;
  }
}

async function parse(parser: Parser, text: string, sources: Sources): Promise<SyntaxTree> {
  const parsing = parser.startParse(text);
  for (let steps = 1; ; steps++) {
    const tree = parsing.advance();
    if (tree !== null) return tree;
    if (steps % stepsAtATime !== 0) continue;
    await setImmediate();
    if (sources.spent() && parsing.stoppedAt === null) parsing.stopAt(parsing.parsedPos);
  }
}

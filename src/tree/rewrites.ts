// Files with wanted differences: what PROD gets of them, and whether PROD has it already.

import { createHash } from "node:crypto";
import type { PathRule } from "../config/config.ts";
import type { LostRewrite } from "./change.ts";
import { readFiles } from "./contents.ts";
import { rewrite } from "./lines.ts";
import type { Draft, Pair } from "./pairing.ts";
import type { ReadSide } from "./read-side.ts";
import { isRemembered, type PairMemory, rememberPair } from "./settle-pairs.ts";

/** What PROD gets in place of PREPROD's own content. */
export type RewrittenFile = {
  readonly sourceSha256: string;
  readonly sha256: string;
  readonly content: Buffer;
};

export type SettledRewrites = {
  readonly drafts: readonly Draft[];
  readonly equal: readonly Pair[];
  /** By PROD path; only where the rewrites made a difference. */
  readonly rewritten: ReadonlyMap<string, RewrittenFile>;
  readonly lost: readonly LostRewrite[];
};

export async function settleRewrites(
  preprod: ReadSide,
  prod: ReadSide,
  pairs: readonly Pair[],
  memory: PairMemory,
): Promise<SettledRewrites> {
  const equal: Pair[] = [];
  const drafts: Draft[] = [];
  const rewritten = new Map<string, RewrittenFile>();
  const unknown: Pair[] = [];
  const watch = watchMatches();

  const sameMode = (pair: Pair): boolean =>
    pair.prod !== -1 && preprod.listing.mode(pair.preprod) === prod.listing.mode(pair.prod);

  for (const pair of pairs) {
    // A change of mode alone also carries the rewritten content, so that it is known what to stage.
    if (sameMode(pair) && isRemembered(preprod, prod, pair.preprod, pair.prod, memory)) {
      equal.push(pair);
      watch.settled(pair.rule);
    } else unknown.push(pair);
  }
  const [sources, current] = await Promise.all([
    preprod.hashesOf(unknown.map((pair) => pair.preprod)),
    prod.hashesOf(unknown.map((pair) => pair.prod).filter((index) => index !== -1)),
  ]);
  const files = unknown.map((pair) => ({
    path: preprod.listing.path(pair.preprod),
    size: preprod.listing.size(pair.preprod),
    sha256: sources.get(pair.preprod) ?? "",
  }));
  await readFiles(preprod.transport, preprod.scanned.root, files, (index, content) => {
    const pair = unknown[index];
    if (pair === undefined) return;
    const sourceSha256 = sources.get(pair.preprod) ?? "";
    const result = rewrite(content, pair.rule.rewrite, watch.matchedBy(pair.rule));
    const sha256 = result === content ? sourceSha256 : createHash("sha256").update(result).digest("hex");
    const isSame = pair.prod !== -1 && current.get(pair.prod) === sha256;
    if (isSame) rememberPair(preprod, prod, pair.preprod, pair.prod, memory);
    if (isSame && sameMode(pair)) {
      equal.push(pair);
      watch.settled(pair.rule);
      return;
    }
    drafts.push({ ...pair, kind: pair.prod === -1 ? "add" : isSame ? "mode" : "change" });
    if (isSame) watch.settled(pair.rule);
    else watch.differs(pair);
    if (result !== content) rewritten.set(pair.path, { sourceSha256, sha256, content: result });
  });
  return { drafts, equal, rewritten, lost: watch.lost() };
}

/**
 * Which rewrites of a rule matched in none of its files, though one of them is about to be promoted. A file that is already as
 * it has to be says that its rule still does what it is for; what was remembered was not read.
 */
function watchMatches(): {
  readonly matchedBy: (rule: PathRule) => Set<number>;
  readonly settled: (rule: PathRule) => void;
  readonly differs: (pair: Pair) => void;
  readonly lost: () => readonly LostRewrite[];
} {
  const matched = new Map<PathRule, Set<number>>();
  const settled = new Set<PathRule>();
  const differing = new Map<PathRule, string>();
  return {
    matchedBy: (rule) => {
      const found = matched.get(rule) ?? new Set();
      matched.set(rule, found);
      return found;
    },
    settled: (rule) => void settled.add(rule),
    differs: ({ rule, path }) => {
      if (!differing.has(rule)) differing.set(rule, rule.to.endsWith("/") ? rule.to : path);
    },
    lost: () =>
      [...differing].flatMap(([rule, path]) =>
        settled.has(rule)
          ? []
          : rule.rewrite.flatMap(({ match }, at) =>
              matched.get(rule)?.has(at) === true ? [] : [{ path, from: rule.from, match }],
            ),
      ),
  };
}
